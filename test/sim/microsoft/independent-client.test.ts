// Microsoft's own Graph client (@microsoft/microsoft-graph-client) against the simulator, so that the
// simulator is right not only in the eyes of those who wrote it. Its own token code is `fetch` here:
// the client leaves signing in to others.
import {
  type AuthenticationProvider,
  BatchRequestContent,
  BatchResponseContent,
  Client,
  type Context,
  GraphError,
  type Middleware,
  MiddlewareFactory,
  type PageCollection,
  PageIterator,
  RetryHandlerOptions,
} from '@microsoft/microsoft-graph-client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Microsoft } from './microsoft.ts';
import { decrypt, type KeyPair, makeKeyPair, type Receiver, startReceiver } from './receiver.ts';
import { startMicrosoft } from './server.ts';

const GRAPH = 'https://graph.microsoft.com';
const MINUTE = 60_000;

let microsoft: Microsoft;
let receiver: Receiver;
let pair: KeyPair;
let app: Client;
let account: Client;
let anna: string;
let ben: string;

beforeAll(async () => {
  receiver = await startReceiver();
  microsoft = await startMicrosoft({
    hosts: { 'edge.example.net': receiver.origin },
    tenant: { generatedUsers: 250, moreRoles: ['User.Read.All'] },
    // As the real one does: the client follows links of Graph only.
    knobs: { linkOrigin: 'graph' },
  });
  pair = await makeKeyPair();
  anna = microsoft.user('anna.berg@example.com').id;
  ben = microsoft.user('ben.carter@example.com').id;
  app = clientFor({
    grant_type: 'client_credentials',
    client_id: microsoft.clientIdSyncToTeams,
    client_secret: microsoft.clientSecret,
  });
  account = clientFor({
    grant_type: 'password',
    client_id: microsoft.clientIdSyncToPbx,
    ...microsoft.account,
  });
});
afterAll(() => Promise.all([microsoft?.close(), receiver?.close()]));
beforeEach(() => {
  microsoft.heal();
  microsoft.records.clear();
});

/** The client with tokens of the simulated login. */
function clientFor(grant: Record<string, string>): Client {
  let token: string | undefined;
  return clientWith({
    async getAccessToken() {
      if (token !== undefined) return token;
      const answer = await fetch(`${microsoft.origin}/${microsoft.domain}/oauth2/v2.0/token`, {
        method: 'POST',
        body: new URLSearchParams({ ...grant, scope: `${GRAPH}/.default` }),
      });
      const body = (await answer.json()) as { access_token?: string; token_type?: string };
      expect(body.token_type).toBe('Bearer');
      token = body.access_token ?? '';
      return token;
    },
  });
}

/** The client as it comes, but that requests for Graph go to the simulator. */
function clientWith(authProvider: AuthenticationProvider): Client {
  const chain = MiddlewareFactory.getDefaultMiddlewareChain(authProvider);
  // The last one is what does the request.
  const middleware = [...chain.slice(0, -1), toSimulator];
  for (const [at, one] of middleware.entries()) {
    const next = middleware[at + 1];
    if (next) one.setNext?.(next);
  }
  return Client.initWithMiddleware({ middleware });
}

const toSimulator: Middleware = {
  async execute(context: Context) {
    const url = String(context.request);
    expect(url.startsWith(`${GRAPH}/`)).toBe(true);
    context.response = await fetch(url.replace(GRAPH, microsoft.origin), context.options);
  },
};

/** What a call was refused with. */
async function refused(call: Promise<unknown>): Promise<GraphError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof GraphError) return error;
  throw new Error(`Not refused by Graph: ${String(error)}`);
}

interface Item {
  id: string;
  displayName?: string;
  '@removed'?: { reason: string };
}

/** All items behind a first page, and the delta link at the end. */
async function everything(client: Client, first: PageCollection) {
  const items: Item[] = [];
  const pages = new PageIterator(client, first, (item: Item) => {
    items.push(item);
    return true;
  });
  await pages.iterate();
  expect(pages.isComplete()).toBe(true);
  return { items, deltaLink: pages.getDeltaLink() };
}

test.each([
  ['the app', () => app],
  ['an account', () => account],
])('users, over pages, as %s', async (_, client) => {
  const first: PageCollection = await client()
    .api('/users')
    .select(['id', 'displayName', 'assignedPlans'])
    .top(100)
    .get();
  expect(first.value).toHaveLength(100);
  const { items } = await everything(client(), first);
  expect(new Set(items.map(({ id }) => id)).size).toBe(microsoft.users().length);
});

test('users that are filtered by a Teams plan, counted', async () => {
  const plan = '57ff2da0-773e-42df-b2af-ffb7a2317929';
  const answer = await app
    .api('/users')
    .header('ConsistencyLevel', 'eventual')
    .filter(`assignedPlans/any(p:p/servicePlanId eq ${plan} and p/capabilityStatus eq 'Enabled')`)
    .count(true)
    .top(5)
    .get();
  expect(answer['@odata.count']).toBeGreaterThan(250);
  expect(answer.value).toHaveLength(5);
});

test('delta: everybody, then what changed and who went', async () => {
  const first: PageCollection = await app.api('/users/delta').select('id,displayName').get();
  const { items, deltaLink } = await everything(app, first);
  expect(items).toHaveLength(microsoft.users().length);
  expect(deltaLink).toContain('$deltatoken=');
  const goes = microsoft.addUser({ displayName: 'Goes Again' });
  microsoft.renameUser(anna, 'Anna Neu');
  microsoft.removeUser(goes.id);
  const changes = await everything(app, await app.api(deltaLink ?? '').get());
  expect(changes.items.find(({ id }) => id === anna)?.displayName).toBe('Anna Neu');
  expect(changes.items.find(({ id }) => id === goes.id)?.['@removed']).toBeDefined();
  expect(changes.items).toHaveLength(2);
  microsoft.renameUser(anna, 'Anna Berg');
});

test('a delta link that has run out is 410', async () => {
  const first: PageCollection = await app.api('/users/delta').select('id').get();
  const { deltaLink } = await everything(app, first);
  microsoft.turn({ deltaGone: 1 });
  expect((await refused(app.api(deltaLink ?? '').get())).statusCode).toBe(410);
});

test('presence is set, read one by one and in bulk, and cleared', async () => {
  const read = () => app.api(`/users/${anna}/presence`).get();
  const sessionId = microsoft.clientIdSyncToTeams;
  const act = (action: string, body: unknown) =>
    app.api(`/users/${anna}/presence/${action}`).post(body);
  await act('setPresence', {
    sessionId,
    availability: 'Busy',
    activity: 'InACall',
    expirationDuration: 'PT10M',
  });
  expect(await read()).toMatchObject({ id: anna, availability: 'Busy', activity: 'InACall' });
  await act('clearPresence', { sessionId });
  expect(await read()).toMatchObject({ availability: 'Available' });
  await act('setUserPreferredPresence', {
    availability: 'DoNotDisturb',
    activity: 'DoNotDisturb',
    expirationDuration: 'P1D',
  });
  const bulk = await account.api('/communications/getPresencesByUserId').post({ ids: [anna, ben] });
  const shown = new Map<string, Record<string, unknown>>(
    bulk.value.map((one: Item) => [one.id, one]),
  );
  expect(shown.get(anna)).toMatchObject({ activity: 'DoNotDisturb' });
  expect(shown.get(ben)).toMatchObject({ activity: 'Available' });
  await act('clearUserPreferredPresence', {});
  const again = await account.api(`/communications/presences/${anna}`).get();
  expect(again).toMatchObject({ availability: 'Available', activity: 'Available' });
});

test('a subscription is created with its handshake, notified, listed, renewed and deleted', async () => {
  const notificationUrl = 'https://edge.example.net/example.com/microsoft365/subscriptions';
  const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
  const created = await account.api('/subscriptions').post({
    changeType: 'updated',
    notificationUrl,
    lifecycleNotificationUrl: notificationUrl,
    resource: `/communications/presences?$filter=id in ('${anna}','${ben}')`,
    expirationDateTime: inMs(50 * MINUTE),
    includeResourceData: true,
    encryptionCertificate: pair.certificate,
    encryptionCertificateId: 'key-1',
    clientState: 'state-1',
  });
  expect(created).toMatchObject({ applicationId: microsoft.clientIdSyncToPbx });
  expect(microsoft.records.handshakes.length).toBeGreaterThanOrEqual(1);

  receiver.received.splice(0);
  microsoft.teams(anna).choose('Busy');
  await microsoft.flush();
  const [item] = receiver.received.at(-1)?.body.value ?? [];
  expect(item).toMatchObject({ subscriptionId: created.id, clientState: 'state-1' });
  const content = item?.['encryptedContent'] as Record<string, string>;
  expect(decrypt(content, pair)).toMatchObject({ id: anna, activity: 'Busy' });
  microsoft.teams(anna).reset();

  const expirationDateTime = inMs(59 * MINUTE);
  const renewed = await account.api(`/subscriptions/${created.id}`).patch({ expirationDateTime });
  expect(Date.parse(renewed.expirationDateTime)).toBe(Date.parse(expirationDateTime));
  const { value } = await account.api('/subscriptions').get();
  expect(value.map(({ id }: Item) => id)).toEqual([created.id]);
  await account.api(`/subscriptions/${created.id}`).delete();
  expect((await refused(account.api(`/subscriptions/${created.id}`).get())).statusCode).toBe(404);
});

test('a batch: reads and writes, one that depends on another, one that fails', async () => {
  const step = (id: string, path: string, body?: unknown, dependsOn?: string[]) => ({
    id,
    ...(dependsOn ? { dependsOn } : {}),
    request: new Request(`${GRAPH}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    }),
  });
  const preferred = { availability: 'Away', activity: 'Away' };
  const content = new BatchRequestContent([
    step('write', `/users/${ben}/presence/setUserPreferredPresence`, preferred),
    step('read', `/users/${ben}/presence`, undefined, ['write']),
    step('nobody', '/users/00000000-0000-4000-8000-000000000000/presence', undefined, ['write']),
  ]);
  const answer = await app.api('/$batch').post(await content.getContent());
  const responses = new BatchResponseContent(answer);
  expect(responses.getResponseById('write').status).toBe(200);
  expect(await responses.getResponseById('read').json()).toMatchObject({ activity: 'Away' });
  const nobody = responses.getResponseById('nobody');
  expect(nobody.status).toBe(404);
  expect(await nobody.json()).toMatchObject({ error: { code: expect.any(String) } });
  await app.api(`/users/${ben}/presence/clearUserPreferredPresence`).post({});
});

test('twenty requests are the most that a batch takes', async () => {
  const requests = Array.from({ length: 21 }, (_, n) => ({
    id: `${n}`,
    method: 'GET',
    url: `/users/${ben}/presence`,
  }));
  expect((await refused(app.api('/$batch').post({ requests }))).statusCode).toBe(400);
  const answer = await app.api('/$batch').post({ requests: requests.slice(1) });
  expect(answer.responses).toHaveLength(20);
});

test.each<[string, () => Promise<unknown>, number]>([
  ['a user nobody knows', () => app.api('/users/nobody@example.com').get(), 404],
  ['presence by name', () => app.api('/users/anna.berg@example.com/presence').get(), 400],
  [
    'a session of another app',
    () =>
      app
        .api(`/users/${anna}/presence/setPresence`)
        .post({ sessionId: ben, availability: 'Busy', activity: 'InACall' }),
    400,
  ],
  [
    'a session that is not there',
    () =>
      app
        .api(`/users/${anna}/presence/clearPresence`)
        .post({ sessionId: microsoft.clientIdSyncToTeams }),
    404,
  ],
  [
    'a write with a token for reading',
    () => account.api(`/users/${anna}/presence/clearUserPreferredPresence`).post({}),
    403,
  ],
  [
    'a registration that the app may not read',
    () => app.api(`/applications(appId='${microsoft.clientIdSyncToTeams}')`).get(),
    403,
  ],
])('%s is an error as the client knows them', async (_, call, status) => {
  const error = await refused(call());
  expect(error.statusCode).toBe(status);
  expect(error.code).toMatch(/^\w+$/);
  expect(error.message).not.toBe('');
  expect(error.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(Math.abs(error.date.getTime() - Date.now())).toBeLessThan(24 * 60 * MINUTE);
});

test('a token that is none is 401', async () => {
  const stranger = clientWith({ getAccessToken: async () => 'no.token.atall' });
  const error = await refused(stranger.api('/users').get());
  expect(error).toMatchObject({ statusCode: 401, code: 'InvalidAuthenticationToken' });
});

test.each(['integer', 'fractional', 'date', 'none'] as const)(
  'a quota that is spent is waited for, with Retry-After as %s',
  async (retryAfter) => {
    microsoft.turn({ retryAfter, presenceRequests: 1, presenceWindowMs: 600 });
    const read = () =>
      app
        .api(`/users/${anna}/presence`)
        .middlewareOptions([new RetryHandlerOptions(1, 5)])
        .get();
    await read();
    expect(await read()).toMatchObject({ id: anna });
    microsoft.turn({ retryAfter: 'integer', presenceRequests: 1_500, presenceWindowMs: 30_000 });
    const statuses = microsoft.records.requests.map(({ status }) => status);
    expect(statuses).toContain(429);
    expect(statuses.at(-1)).toBe(200);
  },
);

test('patience has an end: the 429 is told', async () => {
  microsoft.fail({
    route: 'GET /users/{id}/presence',
    times: -1,
    status: 429,
    headers: { 'retry-after': '0' },
  });
  const call = app
    .api(`/users/${anna}/presence`)
    .middlewareOptions([new RetryHandlerOptions(0, 2)])
    .get();
  const error = await refused(call);
  expect(error).toMatchObject({ statusCode: 429, code: 'TooManyRequests' });
  expect(microsoft.records.requests.filter(({ side }) => side === 'graph')).toHaveLength(3);
});
