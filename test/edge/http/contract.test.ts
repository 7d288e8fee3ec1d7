// What API.md says of every admin route, asked of every operation that there is: the order in which a
// request is refused, and what each answer has.
import { describe, expect, it } from 'vitest';
import { newConnectorToken } from '../../../edge/http/connector-token.ts';
import {
  CONNECTOR_OPERATIONS,
  type Operation,
  ROOT_OPERATIONS,
} from '../../../edge/http/openapi/operations.ts';
import { digestOf } from '../../../edge/secret-text.ts';
import { ADMIN_TOKEN, bed, KNOWN, OTHER, problemOf, SETTINGS } from './bed.ts';

type Bed = ReturnType<typeof bed>;

interface Case {
  name: string;
  method: string;
  path: string;
  operation: Operation;
}

const UNKNOWN = 'nobody.example/x';
const asOperator = { authorization: `Bearer ${ADMIN_TOKEN}` };

const casesOf = (operations: typeof CONNECTOR_OPERATIONS): Case[] =>
  Object.entries(operations).flatMap(([template, methods]) =>
    Object.entries(methods).map(([lower, operation]) => {
      const method = lower.toUpperCase();
      const path = template.replace('{lampId}', 'agent').replace(/\{\w+\}/g, 'x');
      return { name: `${method} ${template}`, method, path, operation };
    }),
  );
const all = casesOf(CONNECTOR_OPERATIONS);
const signedIn = all.filter(({ operation }) => operation.who !== 'anybody');
const withBody = all.filter(({ operation }) => operation.body !== undefined);

const ask = (
  edge: Bed,
  { method, path }: Pick<Case, 'method' | 'path'>,
  connector: string,
  headers: Record<string, string> = {},
  body?: BodyInit,
) =>
  edge.fetch(`/${connector}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });

async function tokenOf(edge: Bed, connector: typeof KNOWN) {
  const token = await newConnectorToken(edge.keyring, connector);
  edge.tokens.set(connector, [{ id: 'one', hash: await digestOf(token) }]);
  return { authorization: `Bearer ${token}` };
}

async function sessionOf(edge: Bed) {
  const answer = await edge.fetch(`/${KNOWN}/api/session`, {
    method: 'POST',
    body: JSON.stringify({ token: ADMIN_TOKEN }),
  });
  const { csrfToken } = (await answer.json()) as { csrfToken: string };
  return { cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '', csrfToken };
}

/** A body that fits, of what wants one. */
const BODIES: Record<string, unknown> = {
  SettingsInput: SETTINGS,
  SettingsPatch: { pollSeconds: 30 },
  SignIn: { token: ADMIN_TOKEN },
  NewTokenInput: {},
  NewAccount: { username: 'a@example.com', password: 'p' },
  NewAgent: {},
  Override: { pbx: 'x' },
  OtherMatching: { matching: ['email'] },
};
const fittingBody = ({ body }: Operation) =>
  body === undefined ? undefined : JSON.stringify(BODIES[body]);

it('there are operations to look at', () => {
  expect(signedIn.length).toBeGreaterThan(20);
  expect(withBody.length).toBeGreaterThan(7);
});

describe('first comes the size', () => {
  it.each(all.filter(({ method }) => method !== 'GET'))('$name', async (one) => {
    const edge = bed();
    const limit = one.path === '/api/settings' ? 1024 * 1024 : 64 * 1024;
    const over = await problemOf(await ask(edge, one, UNKNOWN, {}, 'x'.repeat(limit + 1)));
    expect(over).toMatchObject({ http: 413, code: 'too-large' });
    const full = await ask(edge, one, UNKNOWN, {}, 'x'.repeat(limit));
    expect(full.status).not.toBe(413);
    expect(edge.calls).toEqual([]);
  });
});

describe('then who it is, whether or not there is such a connector', () => {
  it.each(signedIn)('$name', async (one) => {
    const edge = bed();
    for (const connector of [KNOWN, UNKNOWN, '-/x']) {
      for (const authorization of ['', 'Basic YTpi', 'Bearer', 'Bearer wrong']) {
        const headers = authorization === '' ? {} : { authorization };
        const answer = await ask(edge, one, connector, headers, fittingBody(one.operation));
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
        expect(await problemOf(answer)).toMatchObject({ http: 401, code: 'unauthorized' });
      }
    }
    expect(edge.calls).toEqual([]);
  });
});

describe('then whether they may here', () => {
  it.each(signedIn)('$name', async (one) => {
    const edge = bed();
    const headers = await tokenOf(edge, OTHER);
    for (const connector of [KNOWN, UNKNOWN, '-/x']) {
      const answer = await ask(edge, one, connector, headers, fittingBody(one.operation));
      expect(await problemOf(answer)).toMatchObject({ http: 403, code: 'forbidden' });
    }
    expect(
      edge.calls.every(({ method, connector }) => method === 'findToken' && connector === OTHER),
    ).toBe(true);
  });
});

describe('what the operator alone may do', () => {
  it.each(signedIn)('$name', async (one) => {
    const edge = bed();
    const body = fittingBody(one.operation);
    const { status } = await ask(edge, one, KNOWN, await tokenOf(edge, KNOWN), body);
    expect(status === 403).toBe(one.operation.who === 'operator');
  });
});

describe('then whether there is such a connector', () => {
  const CREATES = ['PUT /api/settings', 'GET /api/session', 'DELETE /api/session'];
  it.each(signedIn.filter(({ name }) => !CREATES.includes(name)))('$name', async (one) => {
    const edge = bed();
    for (const connector of [UNKNOWN, '-/x', 'a_b.example/x']) {
      const body = one.method === 'GET' ? undefined : '{';
      const answer = await ask(edge, one, connector, asOperator, body);
      expect(await problemOf(answer)).toMatchObject({ http: 404, code: 'connector-unknown' });
    }
  });
});

describe('a path that names no connector', () => {
  it.each(all.filter(({ path }) => path.startsWith('/api/')))('$name', async (one) => {
    const body = one.method === 'GET' ? undefined : '{';
    const answer = await ask(bed(), one, '-/x', asOperator, body);
    expect(await problemOf(answer)).toMatchObject({ http: 404, code: 'connector-unknown' });
  });
});

describe('then the body', () => {
  const NOT_JSON: [string, BodyInit][] = [
    ['no JSON', '{"a":'],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
  ];
  const MISFITS = ['null', '7', '"text"', '[]', '{"colour":"red"}'];
  it.each(withBody)('$name', async (one) => {
    const edge = bed();
    for (const [what, body] of NOT_JSON) {
      const answer = await problemOf(await ask(edge, one, KNOWN, asOperator, body));
      expect([what, answer.http, answer.code]).toEqual([what, 400, 'not-json']);
    }
    if (!one.operation.emptyBody) {
      const nothing = await problemOf(await ask(edge, one, KNOWN, asOperator));
      expect(nothing.code).toBe('not-json');
    }
    for (const body of MISFITS) {
      // A patch may be any object; what it merges to, the object checks.
      if (one.operation.body === 'SettingsPatch' && body.startsWith('{')) continue;
      const answer = await problemOf(await ask(edge, one, KNOWN, asOperator, body));
      expect([body, answer.http, answer.code]).toEqual([body, 422, 'invalid']);
      expect(answer.errors?.length).toBeGreaterThan(0);
    }
    expect(edge.calls).toEqual([]);
  });
});

describe('with a cookie', () => {
  it.each(signedIn)('$name', async (one) => {
    const edge = bed();
    const { cookie, csrfToken } = await sessionOf(edge);
    const body = fittingBody(one.operation);
    const bare = await ask(edge, one, KNOWN, { cookie }, body);
    expect(bare.status === 403).toBe(one.method !== 'GET');
    if (bare.status === 403) expect((await problemOf(bare)).code).toBe('csrf-token');
    const proven = await ask(edge, one, KNOWN, { cookie, 'x-csrf-token': csrfToken }, body);
    expect(proven.status).not.toBe(403);
    const elsewhere = await ask(edge, one, OTHER, { cookie, 'x-csrf-token': csrfToken }, body);
    expect(await problemOf(elsewhere)).toMatchObject({ http: 403, code: 'forbidden' });
  });
});

describe('every answer, whatever became of the request,', () => {
  it.each(all)('is not stored, sniffed or framed: $name', async (one) => {
    const edge = bed();
    const body = fittingBody(one.operation);
    const answers = [
      await ask(edge, one, KNOWN, asOperator, body),
      await ask(edge, one, KNOWN, {}, body),
      await ask(edge, one, UNKNOWN, asOperator, body),
      await ask(edge, { ...one, method: 'PROPFIND' }, KNOWN, asOperator),
    ];
    for (const { headers } of answers) {
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    }
  });

  it.each(all)('is a problem with all its members where it is refused: $name', async (one) => {
    const edge = bed();
    const answer = await ask(edge, { ...one, method: 'PROPFIND' }, KNOWN, asOperator);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('allow')).toContain(one.method);
    const body = (await answer.json()) as Record<string, unknown>;
    expect(Object.keys(body).sort()).toEqual(['code', 'detail', 'status', 'title', 'type']);
    expect(body).toMatchObject({ status: 405, code: 'method-not-allowed' });
  });
});

describe('at the root', () => {
  it.each(casesOf(ROOT_OPERATIONS))('$name', async ({ method, path, operation }) => {
    const edge = bed();
    const big = { method: 'POST', body: 'x'.repeat(64 * 1024 + 1) };
    expect((await edge.fetch(path, big)).status).toBe(413);
    const body = fittingBody(operation);
    const stranger = await edge.fetch(path, { method, ...(body === undefined ? {} : { body }) });
    const done = Object.keys(operation.answers).map(Number);
    expect(operation.who === 'anybody' ? done : [401]).toContain(stranger.status);
    const wrong = await edge.fetch(path, { method: 'PROPFIND', headers: asOperator });
    const possible = Object.keys(ROOT_OPERATIONS[path] ?? {}).map((name) => name.toUpperCase());
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, possible.join(', ')]);
    expect(stranger.headers.get('cache-control')).toBe('no-store');
  });
});
