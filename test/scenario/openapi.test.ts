// Every operation of the admin API is used once with the real processes, and every answer – refusals
// too – is what the edge's own description says.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { castOf } from './cast.ts';
import { described } from './described.ts';

let demo: SetUp;
let stateDir: string;
let api: Awaited<ReturnType<typeof described>>;
let C: string;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'openapi-'));
  demo = await setUp({ stateDir, port: 0 });
  await castOf(demo).allGreen();
  const { origin, pathname } = new URL(demo.connectorUrl);
  C = pathname;
  api = await described(origin, `Bearer ${demo.adminToken}`);
}, 60_000);

afterAll(async () => {
  await demo?.close();
  await rm(stateDir, { recursive: true, force: true });
});

const ok = async (method: string, path: string, body?: unknown) => {
  const answer = await api.ask(method, path, body);
  expect([method, path, answer.status < 300]).toEqual([method, path, true]);
  return answer;
};

/** Routes of the admin API as the contract writes them: `GET/PUT /api/settings`, a query or a body behind. */
const ROUTE =
  /`((?:(?:GET|POST|PUT|PATCH|DELETE)\/?)+) (\/(?:api\/[^\s`?]+|openapi\.json|healthz))/g;
/** Parameters are called this and that. */
const nameless = (path: string) => path.replace(/\{\w+\}/g, '{}');

it('describes every route of the contract', async () => {
  const contract = ['api.md', 'design.md']
    .map((file) => readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8'))
    .join('\n');
  const routes = [...contract.matchAll(ROUTE)].flatMap(([, methods = '', path = '']) =>
    methods.split('/').map((method) => `${method} ${nameless(path)}`),
  );
  const answer = await fetch(`${new URL(demo.connectorUrl).origin}/openapi.json`);
  const { paths } = (await answer.json()) as { paths: Record<string, object> };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(
      (method) => `${method.toUpperCase()} ${nameless(path).replace(/^\/\{\}\/\{\}/, '')}`,
    ),
  );
  expect(new Set(routes).size).toBeGreaterThan(25);
  expect(routes.filter((route) => !described.includes(route))).toEqual([]);
});

it('answers what it describes, whatever is asked of it', async () => {
  await ok('GET', '/healthz');
  await ok('GET', '/openapi.json');
  await ok('GET', `${C}/openapi.json`);
  await ok('GET', '/api/connectors');

  const settings = await ok('GET', `${C}/api/settings`);
  const etag = settings.headers.get('etag') ?? '';
  await ok('PUT', `${C}/api/settings`, settings.body);
  await ok('PATCH', `${C}/api/settings`, { timeline: true });
  await ok('PATCH', `${C}/api/settings`, { timeline: null });
  const authorization = `Bearer ${demo.adminToken}`;
  const stale = await api.ask(
    'PATCH',
    `${C}/api/settings`,
    {},
    { authorization, 'if-match': etag },
  );
  expect(stale.status).toBe(412);

  await ok('GET', `${C}/api/status`);
  await ok('POST', `${C}/api/checks/pairing`);
  const users = await ok('GET', `${C}/api/users`);
  const alice = users.body.items.find(({ pbx }: { pbx?: { sip: string } }) => pbx?.sip === 'alice');
  await ok('GET', `${C}/api/users?query=alice&state=paired`);
  await ok('GET', `${C}/api/users?side=pbx`);
  await ok('GET', `${C}/api/users/${alice.teams.id}`);
  await ok('GET', `${C}/api/users/${alice.teams.id}/timeline`);
  await ok('PUT', `${C}/api/users/${alice.teams.id}/override`, { pbx: 'alice' });
  await ok('DELETE', `${C}/api/users/${alice.teams.id}/override`);
  await ok('POST', `${C}/api/matching/dry-run`, { matching: ['sip'] });

  const account = { username: 'another@example.com', password: 'secret' };
  const added = await ok('POST', `${C}/api/accounts`, account);
  await ok('GET', `${C}/api/accounts`);
  await ok('DELETE', `${C}/api/accounts/${added.body.id}`);

  await ok('POST', `${C}/api/agents`);
  await ok('POST', `${C}/api/agents`, { name: 'second' });
  const agents = await ok('GET', `${C}/api/agents`);

  const token = await ok('POST', `${C}/api/tokens`, { name: 'second' });
  await ok('GET', `${C}/api/tokens`);
  const own = { authorization: `Bearer ${token.body.token}` };
  expect((await api.ask('GET', `${C}/api/tokens`, undefined, own)).status).toBe(403);
  await ok('DELETE', `${C}/api/tokens/${token.body.id}`);

  const session = await ok('POST', `${C}/api/session`, { token: demo.adminToken });
  const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect((await api.ask('GET', `${C}/api/session`, undefined, { cookie })).status).toBe(200);
  expect((await api.ask('DELETE', `${C}/api/session`, undefined, { cookie })).status).toBe(403);
  await ok('DELETE', `${C}/api/session`);

  const forAll = await ok('POST', '/api/session', { token: demo.adminToken });
  const cookieForAll = forAll.headers.get('set-cookie')?.split(';')[0] ?? '';
  for (const path of ['/api/session', '/api/connectors', `${C}/api/session`]) {
    const answer = await api.ask('GET', path, undefined, { cookie: cookieForAll });
    expect([path, answer.status]).toEqual([path, 200]);
  }
  expect((await api.ask('GET', '/api/session', undefined, { cookie })).status).toBe(403);
  await ok('DELETE', '/api/session');

  await ok('GET', `${C}/api/figures`);
  await ok('GET', `${C}/api/events`);
  await ok('GET', `${C}/api/audit`);
  await ok('DELETE', `${C}/api/agents/${agents.body.items[0].id}`);

  const refusals: [string, string, unknown, number][] = [
    ['PUT', `${C}/api/settings`, { masterPbx: 'a.b', colour: 1 }, 422],
    ['PUT', `${C}/api/settings`, '{', 400],
    ['PATCH', `${C}/api/settings`, [], 422],
    ['POST', `${C}/api/accounts`, {}, 422],
    ['POST', `${C}/api/accounts`, 'x'.repeat(70_000), 413],
    ['POST', `${C}/api/session`, { token: 'wrong' }, 401],
    ['POST', '/api/session', { token: 'wrong' }, 401],
    ['POST', '/api/session', {}, 422],
    ['POST', `${C}/api/checks/moon`, undefined, 404],
    ['GET', `${C}/api/users?state=tired`, undefined, 422],
    ['GET', `${C}/api/users/nobody`, undefined, 404],
    ['GET', `${C}/api/users/nobody/timeline`, undefined, 404],
    ['PUT', `${C}/api/users/nobody/override`, { pbx: 'x' }, 404],
    ['POST', `${C}/api/matching/dry-run`, { matching: [] }, 422],
    ['DELETE', `${C}/api/accounts/none`, undefined, 404],
    ['DELETE', `${C}/api/agents/none`, undefined, 404],
    ['DELETE', `${C}/api/tokens/none`, undefined, 404],
    ['GET', '/api/connectors?cursor=', undefined, 422],
    ['GET', '/nobody.example/x/api/status', undefined, 404],
  ];
  for (const [method, path, body, status] of refusals) {
    const answer = await api.ask(method, path, body);
    expect([method, path, answer.status]).toEqual([method, path, status]);
  }
  for (const path of [`${C}/api/settings`, `${C}/api/events`, '/api/connectors']) {
    expect((await api.ask('GET', path, undefined, {})).status).toBe(401);
  }

  await ok('DELETE', `${C}/api/settings`);
  expect(api.all.filter((operation) => !api.used.has(operation))).toEqual([]);
}, 60_000);
