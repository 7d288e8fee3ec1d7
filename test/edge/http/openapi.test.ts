import { describe, expect, it } from 'vitest';
import { openapiDocument } from '../../../edge/http/openapi/document.ts';
import { PROBLEM_CODES } from '../../../edge/http/problem.ts';
import { bed, KNOWN } from './bed.ts';

interface Described {
  operationId: string;
  summary: string;
  security: unknown[];
  parameters: { name: string; in: string }[];
  responses: Record<string, { description: string }>;
}
type Paths = Record<string, Record<string, Described>>;

const document = openapiDocument() as {
  paths: Paths;
  components: { schemas: Record<string, unknown> };
};
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  METHODS.flatMap((method) => {
    const operation = methods[method];
    return operation ? [{ path, method, operation }] : [];
  }),
);

/** Routes that are not the admin's: of Microsoft, the agent, and the page itself. */
const OTHERS = [
  '/{domain}/{instance}/subscriptions',
  '/{domain}/{instance}/tunnel',
  '/{domain}/{instance}/enrol',
  '/{domain}/{instance}/agent',
  '/{domain}/{instance}/agent/key',
  '/admin',
  '/admin/page.js',
  '/admin/page.css',
  '/{domain}/{instance}/admin',
  '/{domain}/{instance}/admin/page.js',
  '/{domain}/{instance}/admin/page.css',
];

/** Every path that the app answers at, as the description writes it. */
const routes = (app: ReturnType<typeof bed>['app']) => [
  ...new Set(
    app.routes
      .map(({ path }) => path.replace(/:(\w+)/g, '{$1}'))
      .filter((path) => !path.includes('*')),
  ),
];

describe('the description of the admin API', () => {
  it('has every path of the app, and no other', () => {
    const described = Object.keys(document.paths);
    expect(routes(bed().app).sort()).toEqual([...described, ...OTHERS].sort());
  });

  it.each(Object.entries(document.paths))(
    '%s has the methods that are possible',
    async (path, methods) => {
      const { app } = bed();
      const url = path.replace('{domain}/{instance}', KNOWN).replace(/\{\w+\}/g, 'x');
      const answer = await app.fetch(
        new Request(`https://edge.example.net${url}`, {
          method: 'PROPFIND',
          headers: { authorization: 'Bearer operator-token-of-the-tests' },
        }),
      );
      expect(answer.status).toBe(405);
      const possible = answer.headers.get('allow')?.toLowerCase().split(', ');
      expect(METHODS.filter((method) => method in methods).sort()).toEqual(possible?.sort());
    },
  );

  it('is the same at the root and below each connector, for anybody', async () => {
    const { fetch, touched } = bed();
    const texts = [];
    for (const path of [
      '/openapi.json',
      `/${KNOWN}/openapi.json`,
      '/nobody.example/x/openapi.json',
    ]) {
      const answer = await fetch(path);
      expect(answer.headers.get('content-type')).toBe('application/json');
      texts.push(await answer.text());
    }
    expect(new Set(texts).size).toBe(1);
    expect(JSON.parse(texts[0] ?? '')).toEqual(document);
    expect(touched()).toEqual([]);
  });

  it('refers only to what is there, and names each operation once', () => {
    const text = JSON.stringify(document);
    const refs = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, n]) => n);
    expect(refs.length).toBeGreaterThan(50);
    for (const name of refs) expect(document.components.schemas).toHaveProperty(name ?? '');
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[a-z][A-Za-z]+$/.test(id))).toBe(true);
  });

  it.each(operations)(
    '$method $path says what it needs and how it is refused',
    ({ method, operation }) => {
      const { responses, security, parameters } = operation;
      const refusals = Object.keys(responses).filter((status) => Number(status) >= 400);
      expect(refusals).toEqual(expect.arrayContaining(['405', '413', '500']));
      const codes = refusals.flatMap((status) => responses[status]?.description.split(', ') ?? []);
      expect(codes.filter((code) => !(PROBLEM_CODES as string[]).includes(code))).toEqual([]);
      if (security.length === 0) return;
      expect(refusals).toEqual(expect.arrayContaining(['401', '403', '429']));
      const needsCsrf = parameters.some(({ name }) => name === 'x-csrf-token');
      expect(needsCsrf).toBe(method !== 'get');
    },
  );

  it('holds the fields that the server checks', () => {
    const { schemas } = document.components;
    expect(schemas['SettingsInput']).toMatchObject({
      additionalProperties: false,
      required: ['masterPbx', 'clientIdSyncToTeams', 'tenantSyncToTeams'],
      properties: { pollSeconds: { type: 'integer', minimum: 2, maximum: 300, default: 5 } },
    });
    expect(schemas['Settings']).toMatchObject({
      properties: { clientSecretSyncToTeams: { properties: { set: { type: 'boolean' } } } },
    });
    expect(schemas['UserPage']).toMatchObject({
      properties: { items: { items: { $ref: '#/components/schemas/User' } } },
    });
  });
});
