import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { asAccount, asApp, type Caller } from './caller.ts';
import type { Microsoft } from './microsoft.ts';
import { type KeyPair, makeKeyPair, type Receiver, startReceiver } from './receiver.ts';
import { startMicrosoft } from './server.ts';

const minute = 60_000;
let clock = Date.parse('2026-11-23T12:00:00Z');
let microsoft: Microsoft;
let receiver: Receiver;
let account: Caller;
let pair: KeyPair;
let anna: string;
let ben: string;
const honest: Receiver['handshake'] = (token) => ({
  status: 200,
  type: 'text/plain; charset=utf-8',
  body: token,
});

beforeAll(async () => {
  receiver = await startReceiver();
  microsoft = await startMicrosoft({
    now: () => clock,
    hosts: { 'edge.example.net': receiver.origin },
  });
  pair = await makeKeyPair();
  anna = microsoft.user('anna.berg@example.com').id;
  ben = microsoft.user('ben.carter@example.com').id;
});
afterAll(() => Promise.all([microsoft.close(), receiver.close()]));
beforeEach(async () => {
  clock += 2 * 3_600_000;
  receiver.handshake = honest;
  account = await asAccount(microsoft);
});

const inMinutes = (minutes: number) =>
  new Date(clock + minutes * minute).toISOString().replace('Z', '0000Z');
const presenceBody = (more: Record<string, unknown> = {}) => ({
  changeType: 'updated',
  notificationUrl: 'https://edge.example.net/example.com/microsoft365/subscriptions',
  lifecycleNotificationUrl: 'https://edge.example.net/example.com/microsoft365/subscriptions',
  resource: `/communications/presences?$filter=id in ('${anna}','${ben}')`,
  expirationDateTime: inMinutes(59),
  includeResourceData: true,
  encryptionCertificate: pair.certificate,
  encryptionCertificateId: 'key-2026-11',
  clientState: 'state',
  ...more,
});

test('users whom it is told to refuse are named, and the others taken without them', async () => {
  microsoft.turn({ unsubscribable: [ben] });
  const { status, body } = await account('POST', '/subscriptions', presenceBody());
  expect(status).toBe(500);
  expect(body.error.message).toContain(`Failed for the users: ${ben}]`);
  expect(body.error.message).not.toContain(anna);
  const resource = `/communications/presences?$filter=id in ('${anna}')`;
  expect((await account('POST', '/subscriptions', presenceBody({ resource }))).status).toBe(201);
  microsoft.turn({ unsubscribable: [] });
});

test('creates a rich presence subscription after two handshakes inside the call', async () => {
  const before = microsoft.records.handshakes.length;
  const raws: string[] = [];
  receiver.handshake = (token, raw) => {
    raws.push(raw);
    return honest(token, raw);
  };
  const { status, body } = await account('POST', '/subscriptions', presenceBody());
  expect(status).toBe(201);
  expect(body).toMatchObject({
    applicationId: microsoft.clientIdSyncToPbx,
    creatorId: microsoft.user(microsoft.account.username).id,
    changeType: 'updated',
    includeResourceData: true,
    encryptionCertificateId: 'key-2026-11',
    expirationDateTime: inMinutes(59),
  });
  expect(microsoft.records.handshakes.length - before).toBe(2);
  // Form encoding: a receiver that decodes percent signs only gets the spaces wrong.
  expect(raws[0]).toContain('Validation%3A+Testing+client');
  expect(raws[0]).toContain('100%25%2B');
  expect((await account('GET', '/subscriptions')).body.value).toHaveLength(1);
  expect((await account('GET', `/subscriptions/${body.id}`)).body.id).toBe(body.id);
  expect((await account('DELETE', `/subscriptions/${body.id}`)).status).toBe(204);
  expect((await account('GET', `/subscriptions/${body.id}`)).status).toBe(404);
});

const bad: [string, Receiver['handshake']][] = [
  ['the encoded token', (_token, raw) => ({ status: 200, type: 'text/plain', body: raw })],
  [
    'percent decoding only',
    (_token, raw) => ({ status: 200, type: 'text/plain', body: decodeURIComponent(raw) }),
  ],
  ['202', (token) => ({ status: 202, type: 'text/plain', body: token })],
  ['JSON', (token) => ({ status: 200, type: 'application/json', body: token })],
  ['quotes', (token) => ({ status: 200, type: 'text/plain', body: `"${token}"` })],
];
test.each(bad)('a handshake answered with %s creates nothing', async (_name, handshake) => {
  receiver.handshake = handshake;
  const { status, body } = await account('POST', '/subscriptions', presenceBody());
  expect(status).toBe(400);
  expect(body.error.message).toMatch(/^Subscription validation request failed\./);
  expect(microsoft.subscriptions).toHaveLength(0);
  expect(microsoft.records.handshakes.at(-1)!.ok).toBe(false);
});

test('a host nobody knows, and one that is too slow', async () => {
  const body = presenceBody({ notificationUrl: 'https://nowhere.example.net/x' });
  expect((await account('POST', '/subscriptions', body)).body.error.message).toContain(
    'could not be resolved',
  );
  receiver.handshake = () => null;
  microsoft.turn({ handshakeTimeoutMs: 20 });
  expect((await account('POST', '/subscriptions', presenceBody())).body.error.message).toContain(
    'timed out',
  );
  microsoft.turn({ handshakeTimeoutMs: 10_000 });
});

const refused: [string, () => Record<string, unknown>, number, string][] = [
  ['http', () => ({ notificationUrl: 'http://edge.example.net/x' }), 400, 'https'],
  ['61 minutes', () => ({ expirationDateTime: inMinutes(61) }), 400, '60 minutes'],
  ['the past', () => ({ expirationDateTime: inMinutes(-1) }), 400, 'future'],
  ['no date', () => ({ expirationDateTime: 'tomorrow' }), 400, 'expirationDateTime'],
  ['created', () => ({ changeType: 'created,updated' }), 400, 'changeType'],
  [
    '651 ids',
    () => ({
      resource: `/communications/presences?$filter=id in (${Array.from({ length: 651 }, () => `'${randomUUID()}'`).join(',')})`,
    }),
    400,
    '650',
  ],
  [
    'ids without quotes',
    () => ({ resource: `/communications/presences?$filter=id in (${anna})` }),
    400,
    'Invalid user id',
  ],
  ['own presence', () => ({ resource: '/me/presence' }), 400, 'Unsupported workload'],
  [
    'unknown ids',
    () => ({ resource: `/communications/presences/${randomUUID()}` }),
    500,
    'Failed for the users',
  ],
  ['long clientState', () => ({ clientState: 'x'.repeat(129) }), 400, '128'],
  [
    'unknown property',
    () => ({ includeProperties: true }),
    400,
    "The property 'includeProperties' does not exist",
  ],
  ['rich without certificate', () => ({ encryptionCertificate: undefined }), 400, 'missing'],
  ['PEM', () => ({ encryptionCertificate: pair.pem }), 400, 'PEM'],
  ['not a certificate', () => ({ encryptionCertificate: 'AAAA' }), 400, 'X.509'],
  [
    'no certificate id',
    () => ({ encryptionCertificateId: undefined }),
    400,
    'encryptionCertificateId',
  ],
];
test.each(refused)('refuses %s', async (_name, change, status, text) => {
  const answer = await account('POST', '/subscriptions', presenceBody(change()));
  expect(answer.status).toBe(status);
  expect(answer.body.error.message).toContain(text);
  expect(microsoft.subscriptions).toHaveLength(0);
});

test('a key of 1024 bits is refused', async () => {
  const small = await makeKeyPair(1024);
  const answer = await account(
    'POST',
    '/subscriptions',
    presenceBody({ encryptionCertificate: small.certificate }),
  );
  expect(answer.body.error.message).toContain('2048');
});

test('an app-only token may not subscribe to presence, nor one without Presence.Read.All', async () => {
  const text =
    'Operation: Create; Exception: [Status Code: Forbidden; Reason: The request is not authorized for this user or application.]';
  microsoft.app(microsoft.clientIdSyncToTeams).roles.add('Presence.Read.All');
  const app = await asApp(microsoft);
  const { status, body } = await app('POST', '/subscriptions', presenceBody());
  expect([status, body.error.code, body.error.message]).toEqual([403, 'ExtensionError', text]);
  microsoft.app(microsoft.clientIdSyncToTeams).roles.delete('Presence.Read.All');

  microsoft.app(microsoft.clientIdSyncToPbx).delegated.delete('Presence.Read.All');
  const poor = await asAccount(microsoft);
  expect((await poor('POST', '/subscriptions', presenceBody())).status).toBe(403);
  microsoft.app(microsoft.clientIdSyncToPbx).delegated.add('Presence.Read.All');

  microsoft.changeUser(microsoft.account.username, { teams: false });
  expect((await account('POST', '/subscriptions', presenceBody())).status).toBe(403);
  microsoft.changeUser(microsoft.account.username, { teams: true });
});

test('one per user and app; the second is refused even while the first shakes hands', async () => {
  const [one, two] = await Promise.all([
    account('POST', '/subscriptions', presenceBody()),
    account('POST', '/subscriptions', presenceBody()),
  ]);
  expect([one.status, two.status].sort()).toEqual([201, 409]);
  microsoft.turn({ secondSubscription: 403 });
  expect((await account('POST', '/subscriptions', presenceBody())).status).toBe(403);
  microsoft.turn({ secondSubscription: 'replace' });
  expect((await account('POST', '/subscriptions', presenceBody())).status).toBe(201);
  expect(microsoft.subscriptions).toHaveLength(1);
  microsoft.turn({ secondSubscription: 409, createAfterDeleteMs: 1000 });
  await account('DELETE', `/subscriptions/${microsoft.subscriptions[0]!.id}`);
  expect((await account('POST', '/subscriptions', presenceBody())).status).toBe(500);
  clock += 1000;
  expect((await account('POST', '/subscriptions', presenceBody())).status).toBe(201);
  microsoft.turn({ createAfterDeleteMs: 0 });
  microsoft.dropSubscription(microsoft.subscriptions[0]!.id);
});

test('short expiry is raised to 45 minutes; a renewal extends, an expired one is gone', async () => {
  const { body } = await account(
    'POST',
    '/subscriptions',
    presenceBody({ expirationDateTime: inMinutes(10) }),
  );
  expect(body.expirationDateTime).toBe(inMinutes(45));
  clock += 30 * minute;
  const renew = (more = {}) =>
    account('PATCH', `/subscriptions/${body.id}`, { expirationDateTime: inMinutes(59), ...more });
  expect((await renew()).body.expirationDateTime).toBe(inMinutes(59));
  expect((await renew({ resource: '/users' })).status).toBe(400);
  expect(
    (await renew({ encryptionCertificate: pair.certificate, encryptionCertificateId: 'new' })).body
      .encryptionCertificateId,
  ).toBe('new');
  expect((await account('POST', `/subscriptions/${body.id}/reauthorize`)).status).toBe(204);
  microsoft.fail({ route: 'PATCH /subscriptions/{id}', status: 500, times: 2 });
  expect((await renew()).status).toBe(500);
  expect((await renew()).status).toBe(500);
  expect((await renew()).status).toBe(200);
  clock += 59 * minute;
  account = await asAccount(microsoft);
  expect((await renew()).status).toBe(404);
});

test('users subscription: application or delegated, basic only, up to 41,760 minutes', async () => {
  const body = (more = {}) => ({
    changeType: 'updated,deleted',
    notificationUrl: 'https://edge.example.net/users',
    resource: '/users',
    expirationDateTime: inMinutes(41_760),
    clientState: 'users',
    ...more,
  });
  const app = await asApp(microsoft);
  expect((await app('POST', '/subscriptions', body())).status).toBe(403);
  expect(
    (await account('POST', '/subscriptions', body({ expirationDateTime: inMinutes(41_761) })))
      .status,
  ).toBe(400);
  const rich = {
    includeResourceData: true,
    encryptionCertificate: pair.certificate,
    encryptionCertificateId: 'x',
  };
  expect((await account('POST', '/subscriptions', body(rich))).status).toBe(400);
  const made = await account('POST', '/subscriptions', body());
  expect(made.status).toBe(201);
  expect((await app('GET', `/subscriptions/${made.body.id}`)).status).toBe(403);
  expect((await app('GET', '/subscriptions')).body.value).toEqual([]);
  microsoft.dropSubscription(made.body.id);
});

test('US government clouds have no presence notifications', async () => {
  const gov = await startMicrosoft({
    cloud: 'usgov',
    hosts: { 'edge.example.net': receiver.origin },
    now: () => clock,
  });
  const form = { scope: 'https://graph.microsoft.us/.default' };
  const { askToken, caller, passwordForm } = await import('./caller.ts');
  const token = (await askToken(gov, passwordForm(gov, form))).body.access_token;
  const answer = await caller(gov, token)('POST', '/subscriptions', presenceBody());
  expect(answer.body.error.message).toContain('Unsupported workload');
  await gov.close();
});
