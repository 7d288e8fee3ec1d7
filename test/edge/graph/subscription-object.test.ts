import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parseEnv } from '../../../edge/env.ts';
import type {
  AccountReport,
  AccountSpec,
  Credential,
  SubscriptionRpc,
} from '../../../edge/graph/account-rpc.ts';
import { verifyClientState } from '../../../edge/graph/client-state.ts';
import { createKeyring, type Keyring } from '../../../edge/keyring.ts';
import { type ConnectorName, teamsUserId } from '../../../shared/ids.ts';
import { waitIfDue } from '../due-now.ts';
import {
  type Asked,
  CLIENT_ID,
  FakeMicrosoft,
  formOf,
  granted,
  graphRefusal,
  json,
  loginRefusal,
  TENANT_ID,
} from './fake-microsoft.ts';

const MINUTE = 60_000;
/** Far ahead of the real clock, so that alarms go off only when a test says so. */
const START = Date.UTC(2100, 0, 1, 12);
const connector = 'example.com/microsoft365' as ConnectorName;
const [a, b, c] = [1, 2, 3].map((n) => teamsUserId(`00000000-0000-4000-8000-00000000000${n}`)) as [
  ReturnType<typeof teamsUserId>,
  ReturnType<typeof teamsUserId>,
  ReturnType<typeof teamsUserId>,
];

let microsoft: FakeMicrosoft;
let keyring: Keyring;
let reports: AccountReport[];
/** What the connector does with a report, before it is noted. */
let onReport: (report: AccountReport) => void;
let stub: DurableObjectStub & SubscriptionRpc;
let accountId: string;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  microsoft = new FakeMicrosoft();
  vi.stubGlobal('fetch', microsoft.fetch);
  let tokens = 0;
  let subscriptions = 0;
  microsoft.on('POST https://login', () => {
    tokens += 1;
    return granted(`token-${tokens}`, 75 * 60, `refresh-${tokens}`);
  });
  microsoft.on('POST https://graph.microsoft.com/v1.0/subscriptions', ({ body }) => {
    subscriptions += 1;
    const { expirationDateTime } = JSON.parse(body);
    return json({ id: `sub-${subscriptions}`, expirationDateTime }, 201);
  });
  microsoft.on('PATCH', ({ body, url }) => {
    const { expirationDateTime } = JSON.parse(body);
    return json({ id: url.split('/').at(-1), expirationDateTime });
  });
  microsoft.on('DELETE', () => new Response(null, { status: 204 }));

  const parsed = parseEnv({ ...env });
  if (!parsed.ok) throw new Error(parsed.faults.map(({ sentence }) => sentence).join(' '));
  keyring = createKeyring(parsed.env);
  reports = [];
  onReport = () => undefined;
  accountId = crypto.randomUUID();
  stub = stubFromHere();
});

afterEach(async () => {
  await stub.remove().catch(() => undefined);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A stub belongs to the event it was made in: the fake Microsoft answers within the object's. */
const stubFromHere = () =>
  env.SUBSCRIPTION.getByName(`${connector}/${accountId}`) as unknown as typeof stub;

const withPassword = async (
  password: string,
  username = 'sync@example.com',
): Promise<Credential> => ({
  kind: 'password',
  username,
  sealedPassword: await keyring.seal(connector, `account:${accountId}:password`, password),
});

const spec = async (more: Partial<AccountSpec> = {}): Promise<AccountSpec> => ({
  connector,
  accountId,
  cloud: 'global',
  tenant: TENANT_ID,
  clientId: CLIENT_ID,
  credential: await withPassword('pass-word'),
  notificationUrl: 'https://edge.example/example.com/microsoft365/subscriptions',
  userIds: [a, b],
  watchesUsers: false,
  encryption: { id: 'key-1', certificate: 'DER' },
  ...more,
});

/** Puts a connector that takes reports into the object's way. */
const listen = () =>
  runInDurableObject(stub, (instance) => {
    const accountReport = async (report: AccountReport) => {
      onReport(report);
      reports.push(structuredClone(report));
    };
    const CONNECTOR = { getByName: () => ({ accountReport }) };
    Reflect.set(instance, 'env', { ...env, CONNECTOR });
  });

/** Runs the alarm now, as often as it wants to be run at this time. */
async function run(): Promise<void> {
  for (let n = 0; n < 10; n += 1) {
    await runDurableObjectAlarm(stub);
    const next = await runInDurableObject(stub, (_instance, ctx) => ctx.storage.getAlarm());
    if (!waitIfDue(next)) return;
  }
  throw new Error('The alarm does not come to rest.');
}

async function configure(more: Partial<AccountSpec> = {}): Promise<AccountSpec> {
  const wanted = await spec(more);
  await listen();
  await stub.configure(wanted);
  await run();
  return wanted;
}

async function later(ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + ms);
  await run();
}

const creates = (): Asked[] =>
  microsoft.asked.filter(({ method, url }) => method === 'POST' && url.endsWith('/subscriptions'));
const signIns = () => microsoft.count('POST https://login');
const last = () => reports.at(-1);
/** Generation of the subscription that the connector was told of last. */
function generation(): number {
  const presence = last()?.presence;
  if (presence?.state !== 'active') throw new Error('There is no subscription.');
  return presence.generation;
}

test('signs in, creates, and reports each step to the connector', async () => {
  const { notificationUrl } = await configure();
  expect(signIns()).toBe(1);
  expect(creates()).toHaveLength(1);
  const body = JSON.parse(creates()[0]?.body ?? '');
  expect(body).toMatchObject({
    changeType: 'updated',
    notificationUrl,
    lifecycleNotificationUrl: notificationUrl,
    resource: `/communications/presences?$filter=id in ('${a}','${b}')`,
    includeResourceData: true,
    encryptionCertificate: 'DER',
    encryptionCertificateId: 'key-1',
    expirationDateTime: new Date(START + 59 * MINUTE).toISOString(),
  });
  expect(creates()[0]?.headers['authorization']).toBe('Bearer token-1');
  expect(last()).toMatchObject({
    accountId,
    signIn: { state: 'ok' },
    presence: { state: 'active', id: 'sub-1', userIds: [a, b], expiresAt: START + 59 * MINUTE },
  });
  expect(await verifyClientState(keyring, connector, body.clientState)).toEqual({
    accountId,
    generation: generation(),
    kind: 'rich',
  });
});

test('the connector knows the generation before Microsoft is asked', async () => {
  const known: (string | undefined)[] = [];
  microsoft.on('/subscriptions', ({ body }) => {
    known.push(last()?.presence.state);
    return json({ id: 'sub-1', expirationDateTime: JSON.parse(body).expirationDateTime }, 201);
  });
  await configure();
  expect(known).toEqual(['creating']);
});

test('without the connector nothing is created, and it is tried again', async () => {
  onReport = ({ presence }) => {
    if (presence.state === 'creating') throw new Error('overloaded');
  };
  await configure();
  expect(creates()).toHaveLength(0);
  onReport = () => undefined;
  await later(5_000);
  expect(creates()).toHaveLength(1);
  expect(last()?.presence.state).toBe('active');
});

test('one that ended before it was granted is a failure, and not made again without end', async () => {
  microsoft.on('/subscriptions', () =>
    json({ id: 'sub-0', expirationDateTime: new Date(START - MINUTE).toISOString() }, 201),
  );
  await configure();
  await later(10 * MINUTE);
  expect(last()?.presence).toMatchObject({
    state: 'failed',
    fault: { code: 'graph-bad-answer' },
  });
  const before = creates().length;
  await later(10 * MINUTE);
  expect(creates().length - before).toBeLessThan(20);
});

test('goes on answering while Microsoft shakes hands', async () => {
  microsoft.on('/subscriptions', async ({ body }) => {
    const self = stubFromHere();
    expect(await self.accessToken()).toMatchObject({ ok: true, value: { token: 'token-1' } });
    await self.lifecycle('presence', 'reauthorizationRequired');
    return json({ id: 'sub-1', expirationDateTime: JSON.parse(body).expirationDateTime }, 201);
  });
  await configure();
  expect(last()?.presence.state).toBe('active');
});

test('renews every ten minutes, with a token that reaches further', async () => {
  await configure();
  for (let n = 0; n < 6; n += 1) await later(10 * MINUTE);
  const patches = microsoft.asked.filter(({ method }) => method === 'PATCH');
  expect(patches).toHaveLength(6);
  expect(creates()).toHaveLength(1);
  const tokens = patches.map(({ headers }) => headers['authorization']);
  expect(tokens).toEqual([...Array(4).fill('Bearer token-1'), ...Array(2).fill('Bearer token-2')]);
  const grants = microsoft.asked
    .filter(({ url }) => url.includes('login'))
    .map((asked) => formOf(asked)['grant_type']);
  expect(grants).toEqual(['password', 'refresh_token']);
  expect(last()?.presence).toMatchObject({ expiresAt: START + 119 * MINUTE });
});

/** A Microsoft whose clock is so many ms ahead of ours, and that refuses as the real one what ends wrongly by it. */
function microsoftAhead(aheadMs: number): void {
  const theirs = () => Date.now() + aheadMs;
  const granted = (status: number, id: string, { body }: Asked): Response => {
    const { expirationDateTime } = JSON.parse(body);
    const lifetimeMs = Date.parse(expirationDateTime) - theirs();
    const date = new Date(theirs()).toUTCString();
    return lifetimeMs > 0 && lifetimeMs <= 60 * MINUTE
      ? json({ id, expirationDateTime }, status, { date })
      : graphRefusal(400, 'InvalidRequest', 'The expiration time is wrong.', { date });
  };
  microsoft.on('POST https://graph.microsoft.com/v1.0/subscriptions', (asked) =>
    granted(201, 'sub-1', asked),
  );
  microsoft.on('PATCH', (asked) => granted(200, 'sub-1', asked));
}

test.each([
  ['behind', 60],
  ['ahead of', -60],
])('a clock an hour %s Microsoft’s: it is subscribed and renewed by theirs', async (_, minutes) => {
  microsoftAhead(minutes * MINUTE);
  await configure();
  expect(last()?.presence).toMatchObject({ state: 'active', expiresAt: START + 59 * MINUTE });
  // The first refusal told the time; it is not asked wrongly again.
  expect(creates()).toHaveLength(2);
  await later(10 * MINUTE);
  expect(last()?.presence).toMatchObject({ state: 'active', expiresAt: START + 69 * MINUTE });
  expect(microsoft.count('PATCH')).toBe(1);
});

test('a clock that is set right again is noticed by the next refusal', async () => {
  microsoftAhead(60 * MINUTE);
  await configure();
  microsoftAhead(0);
  await later(10 * MINUTE);
  expect(last()?.presence).toMatchObject({ state: 'active', expiresAt: START + 69 * MINUTE });
  expect(microsoft.count('PATCH')).toBe(2);
});

test('creates anew what Microsoft does not know any more, with another generation', async () => {
  await configure();
  const before = generation();
  microsoft.on('PATCH', () => graphRefusal(404, 'ResourceNotFound'));
  await later(10 * MINUTE);
  expect(last()?.presence).toMatchObject({
    state: 'active',
    id: 'sub-2',
    generation: before + 1,
  });
  const states = creates().map(({ body }) => JSON.parse(body).clientState);
  expect(new Set(states).size).toBe(2);
});

test('other users: the old subscription goes, a new one comes; fewer need nothing', async () => {
  const known = await configure();
  await stub.configure({ ...known, userIds: [b] });
  await run();
  expect(creates()).toHaveLength(1);
  await stub.configure({ ...known, userIds: [b, c] });
  await run();
  expect(microsoft.count('DELETE https://graph.microsoft.com/v1.0/subscriptions/sub-1')).toBe(1);
  expect(last()?.presence).toMatchObject({ state: 'active', id: 'sub-2', userIds: [b, c] });
  expect(signIns()).toBe(1);
});

test('a removed subscription is created anew at once', async () => {
  await configure();
  await stub.lifecycle('presence', 'subscriptionRemoved');
  await run();
  expect(last()?.presence).toMatchObject({ state: 'active', id: 'sub-2' });
});

test('a subscription of ours that was forgotten is found, deleted and made anew', async () => {
  let standing = true;
  const { notificationUrl } = await spec();
  microsoft.on('POST https://graph.microsoft.com/v1.0/subscriptions', ({ body }) =>
    standing
      ? graphRefusal(409, 'ExtensionError')
      : json({ id: 'new', expirationDateTime: JSON.parse(body).expirationDateTime }, 201),
  );
  const resource = "/communications/presences?$filter=id in ('x')";
  microsoft.on('GET', () =>
    json({
      value: [
        { id: 'old', resource, notificationUrl },
        { id: 'users', resource: '/users', notificationUrl },
      ],
    }),
  );
  microsoft.on('DELETE', ({ url }) => {
    standing = !url.endsWith('/old');
    return new Response(null, { status: 204 });
  });
  await configure();
  expect(microsoft.asked.filter(({ method }) => method === 'DELETE').map(({ url }) => url)).toEqual(
    ['https://graph.microsoft.com/v1.0/subscriptions/old'],
  );
  expect(last()?.presence).toMatchObject({ state: 'active', id: 'new' });
});

test('a handshake that fails is told by its own name', async () => {
  microsoft.on('/subscriptions', () =>
    graphRefusal(
      400,
      'ValidationError',
      'Subscription validation request failed. Notification endpoint must respond with 200 OK.',
    ),
  );
  await configure();
  expect(last()?.presence).toMatchObject({
    state: 'failed',
    fault: { code: 'notification-url-unreachable', requestId: 'request-1' },
  });
});

test('a wrong password is sent once, whoever asks and whatever else changes', async () => {
  microsoft.on('POST https://login', () => loginRefusal(50126));
  const known = await configure();
  expect(last()).toMatchObject({
    signIn: { state: 'failed', fault: { code: 'wrong-credentials', retryAt: null } },
    presence: { state: 'none' },
  });
  for (let n = 0; n < 3; n += 1) {
    expect(await stub.accessToken()).toMatchObject({
      ok: false,
      error: { code: 'wrong-credentials' },
    });
  }
  await stub.configure({ ...known, userIds: [c] });
  await run();
  await later(24 * 60 * MINUTE);
  expect(signIns()).toBe(1);

  microsoft.on('POST https://login', () => granted('token-9'));
  const credential = await withPassword('right');
  await stub.configure({ ...known, credential });
  await run();
  expect(signIns()).toBe(2);
  expect(last()).toMatchObject({ signIn: { state: 'ok' }, presence: { state: 'active' } });
});

test('a sign-in that began before an admin put things right, and fails after, is tried anew', async () => {
  const wanted = await spec();
  let isRight = false;
  microsoft.on('POST https://login', async () => {
    if (isRight) return granted('token-1', 75 * 60, 'refresh-1');
    isRight = true;
    await stubFromHere().configure(wanted);
    return loginRefusal(7000218);
  });
  await listen();
  await stub.configure(wanted);
  await run();
  expect(signIns()).toBe(2);
  expect(last()).toMatchObject({ signIn: { state: 'ok' }, presence: { state: 'active' } });
});

test('an old password that is refused late does not count against the new one', async () => {
  const wanted = await spec();
  const credential = await withPassword('right');
  microsoft.on('POST https://login', (asked) =>
    formOf(asked)['password'] === 'right'
      ? granted('token-1')
      : async () => {
          await stubFromHere().configure({ ...wanted, credential });
          return loginRefusal(50126);
        },
  );
  await listen();
  await stub.configure(wanted);
  await run();
  expect(signIns()).toBe(2);
  expect(last()).toMatchObject({ signIn: { state: 'ok' }, presence: { state: 'active' } });
});

test('a token that Graph refuses is replaced, for the subscription and for readers', async () => {
  await configure();
  microsoft.inTurn(
    'PATCH',
    () => graphRefusal(401, 'InvalidAuthenticationToken'),
    () => json({ id: 'sub-1', expirationDateTime: new Date(START + 70 * MINUTE).toISOString() }),
  );
  await later(10 * MINUTE);
  expect(signIns()).toBe(2);
  expect(last()?.presence).toMatchObject({ state: 'active', expiresAt: START + 70 * MINUTE });
  expect(await stub.accessToken('token-2')).toMatchObject({ value: { token: 'token-3' } });
});

test('while the login does not answer, the token that there is goes on being good', async () => {
  await configure();
  microsoft.on('POST https://login', () => new Response('', { status: 503 }));
  // It renews by now, and wants a token that lives for longer.
  for (let n = 0; n < 5; n += 1) await later(10 * MINUTE);
  expect(last()).toMatchObject({
    signIn: { state: 'failed', fault: { code: 'login-unavailable' } },
  });
  const asked = signIns();
  expect(await stub.accessToken()).toMatchObject({ ok: true, value: { token: 'token-1' } });
  expect(await stub.accessToken('token-1')).toMatchObject({
    ok: false,
    error: { code: 'login-unavailable' },
  });
  expect(signIns()).toBe(asked);
});

test('nobody to subscribe: the account signs in, and readers get its token', async () => {
  await configure({ userIds: [] });
  expect(signIns()).toBe(1);
  expect(creates()).toHaveLength(0);
  expect(last()).toMatchObject({ signIn: { state: 'ok' }, presence: { state: 'none' } });
  expect(await stub.accessToken()).toMatchObject({ ok: true, value: { token: 'token-1' } });
});

test('survives a restart, and stores no secret in clear', async () => {
  await configure();
  const stored = await runInDurableObject(stub, (_instance, ctx) =>
    JSON.stringify([...ctx.storage.kv.list()]),
  );
  expect(stored).toContain('sub-1');
  for (const secret of ['pass-word', 'token-1', 'refresh-1']) expect(stored).not.toContain(secret);

  await evictDurableObject(stub);
  await listen();
  expect(await stub.accessToken()).toMatchObject({ ok: true, value: { token: 'token-1' } });
  await later(10 * MINUTE);
  expect(signIns()).toBe(1);
  expect(microsoft.count('PATCH')).toBe(1);
});

test('an alarm that the runtime gave up comes back with whoever reads, and the renewal with it', async () => {
  await configure();
  await runInDurableObject(stub, (_instance, ctx) => ctx.storage.deleteAlarm());
  await evictDurableObject(stub);
  vi.setSystemTime(Date.now() + 20 * MINUTE);
  await listen();
  expect(await stub.accessToken()).toMatchObject({ ok: true });
  await run();
  expect(microsoft.count('PATCH')).toBe(1);
});

test('an alarm that is late, because the clock was set ahead, comes with whoever reads', async () => {
  await configure();
  vi.setSystemTime(Date.now() + 20 * MINUTE);
  expect(await stub.accessToken()).toMatchObject({ ok: true });
  const at = await runInDurableObject(stub, (_instance, ctx) => ctx.storage.getAlarm());
  expect(at).toBe(START + 20 * MINUTE + 1);
  await run();
  expect(microsoft.count('PATCH')).toBe(1);
});

test('removing deletes at Microsoft, and leaves nothing behind', async () => {
  await configure();
  await stub.remove();
  expect(microsoft.count('DELETE https://graph.microsoft.com/v1.0/subscriptions/sub-1')).toBe(1);
  const left = await runInDurableObject(stub, async (_instance, ctx) => ({
    values: [...ctx.storage.kv.list()],
    alarm: await ctx.storage.getAlarm(),
  }));
  expect(left).toEqual({ values: [], alarm: null });
  expect(await stub.accessToken()).toMatchObject({
    ok: false,
    error: { code: 'account-not-configured' },
  });
});

test('a create that is answered after the removal is taken back', async () => {
  microsoft.on('/subscriptions', async ({ method, body }) => {
    if (method === 'DELETE') return new Response(null, { status: 204 });
    await stubFromHere().remove();
    return json({ id: 'late', expirationDateTime: JSON.parse(body).expirationDateTime }, 201);
  });
  await configure();
  expect(microsoft.count('DELETE https://graph.microsoft.com/v1.0/subscriptions/late')).toBe(1);
  expect(reports.map(({ presence }) => presence.state)).not.toContain('active');
});

test('asked whether they stand, it asks Microsoft, and makes anew what was dropped without a word', async () => {
  await configure({ watchesUsers: true });
  const renewed = () => microsoft.asked.filter(({ method }) => method === 'PATCH').length;
  await stub.check();
  expect(renewed()).toBe(2);
  expect(reports.at(-1)?.presence).toMatchObject({ state: 'active', id: 'sub-1' });
  microsoft.on('PATCH https://graph.microsoft.com/v1.0/subscriptions/sub-1', () =>
    graphRefusal(404, 'ResourceNotFound'),
  );
  await stub.check();
  expect(reports.at(-1)?.presence).toMatchObject({ state: 'active', id: 'sub-3' });
  expect(reports.at(-1)?.users).toMatchObject({ state: 'active', id: 'sub-2' });
});

test('a question while the alarm is at work is answered when both are done, and nothing is made twice', async () => {
  await listen();
  await stub.configure(await spec());
  await Promise.all([run(), stub.check()]);
  const creates = microsoft.asked.filter(({ url }) => url.endsWith('/subscriptions'));
  expect(creates).toHaveLength(1);
  expect(reports.at(-1)?.presence).toMatchObject({ state: 'active', id: 'sub-1' });
});

test('another account takes over: the old subscription goes, everything begins anew', async () => {
  await configure();
  await stub.configure(
    await spec({ credential: await withPassword('pass-word', 'other@example.com') }),
  );
  await run();
  expect(microsoft.count('DELETE https://graph.microsoft.com/v1.0/subscriptions/sub-1')).toBe(1);
  const grants = microsoft.asked.filter(({ url }) => url.includes('login')).map(formOf);
  expect(grants.map(({ username }) => username)).toEqual(['sync@example.com', 'other@example.com']);
  expect(last()?.presence).toMatchObject({ state: 'active', id: 'sub-2' });
});

test('an account that watches the users subscribes to both, and takes both away', async () => {
  await configure({ watchesUsers: true });
  expect(creates()).toHaveLength(2);
  const body = JSON.parse(creates()[1]?.body ?? '');
  expect(body).toMatchObject({ resource: '/users', changeType: 'updated,deleted' });
  expect(body).not.toHaveProperty('includeResourceData');
  expect(await verifyClientState(keyring, connector, body.clientState)).toMatchObject({
    kind: 'users',
  });
  expect(last()).toMatchObject({
    presence: { state: 'active', id: 'sub-1' },
    users: { state: 'active', id: 'sub-2' },
  });

  await stub.lifecycle('users', 'subscriptionRemoved');
  await run();
  expect(last()).toMatchObject({ presence: { id: 'sub-1' }, users: { id: 'sub-3' } });
  await stub.remove();
  const deleted = microsoft.asked.filter(({ method }) => method === 'DELETE');
  expect(deleted.map(({ url }) => url.split('/').at(-1)).sort()).toEqual(['sub-1', 'sub-3']);
});

test('where Microsoft refuses data with the items, they are subscribed without', async () => {
  microsoft.on('POST https://graph.microsoft.com/v1.0/subscriptions', ({ body }) => {
    const { includeResourceData, expirationDateTime } = JSON.parse(body);
    const refusal = 'includeResourceData is not supported for this resource.';
    return includeResourceData
      ? graphRefusal(400, 'InvalidRequest', refusal)
      : json({ id: 'basic', expirationDateTime }, 201);
  });
  await configure();
  expect(creates()).toHaveLength(2);
  expect(last()?.presence).toMatchObject({ state: 'active', id: 'basic', encryptionId: null });
  await later(10 * MINUTE);
  const [patch] = microsoft.asked.filter(({ method }) => method === 'PATCH');
  expect(JSON.parse(patch?.body ?? '')).not.toHaveProperty('encryptionCertificate');
});
