import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { asAccount, type Caller } from './caller.ts';
import { defaultKnobs } from './knobs.ts';
import type { Microsoft } from './microsoft.ts';
import { decrypt, type KeyPair, makeKeyPair, type Receiver, startReceiver } from './receiver.ts';
import { startMicrosoft } from './server.ts';

const minute = 60_000;
let clock = Date.parse('2026-11-23T12:00:00Z');
let microsoft: Microsoft;
let receiver: Receiver;
let account: Caller;
let pair: KeyPair;
let anna: string;
let ben: string;

const quick = { latencyMs: 0, jitterMs: 0 };
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
  microsoft.turn({ ...defaultKnobs, ...quick });
  microsoft.teams(anna).reset();
  await microsoft.flush();
  microsoft.records.clear();
  receiver.received.length = 0;
  receiver.status = 202;
  account = await asAccount(microsoft);
});

async function subscribe(more: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await account('POST', '/subscriptions', {
    changeType: 'updated',
    notificationUrl: 'https://edge.example.net/subscriptions?connector=1',
    lifecycleNotificationUrl: 'https://edge.example.net/lifecycle',
    resource: `/communications/presences?$filter=id in ('${anna}')`,
    expirationDateTime: new Date(clock + 59 * minute).toISOString(),
    includeResourceData: true,
    encryptionCertificate: pair.certificate,
    encryptionCertificateId: 'key-1',
    clientState: 'secret state',
    ...more,
  });
  expect(status).toBe(201);
  return body.id;
}

const opened = () =>
  receiver.received.flatMap((one) =>
    one.body.value.map((item) => decrypt(item['encryptedContent'] as never, pair)),
  );
const states = () => opened().map((one) => `${one['availability']}/${one['activity']}`);

test('a rich notification arrives, verifies and decrypts to the new presence', async () => {
  const id = await subscribe();
  microsoft.teams(anna).choose('Busy');
  microsoft.teams(ben).choose('Busy');
  await microsoft.idle();
  microsoft.teams(ben).reset();
  expect(receiver.received).toHaveLength(1);
  const { path, host, body } = receiver.received[0]!;
  expect([path, host]).toEqual(['/subscriptions', 'edge.example.net']);
  const item = body.value[0]!;
  expect(item).toMatchObject({
    subscriptionId: id,
    clientState: 'secret state',
    changeType: 'updated',
    tenantId: microsoft.tenantId,
    organizationId: microsoft.tenantId,
    resource: `communications/presences?$filter=id+in+(%27${anna}%27)`,
    resourceData: { id: anna, '@odata.id': `users/${anna}/presence` },
  });
  expect(item['subscriptionExpirationDateTime']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}$/);
  expect(JSON.stringify(item)).not.toContain('Busy');
  const content = item['encryptedContent'] as Record<string, string>;
  expect(content['encryptionCertificateId']).toBe('key-1');
  expect(content['encryptionCertificateThumbprint']).toMatch(/^[0-9A-F]{40}$/);
  expect(decrypt(content, pair)).toEqual({
    '@odata.id': `users/${anna}/presence`,
    '@odata.type': '#microsoft.graph.presence',
    id: anna,
    availability: 'Busy',
    activity: 'Busy',
  });

  const keys = await (await fetch(`${microsoft.origin}/common/discovery/keys`)).json();
  const { payload } = await jwtVerify(
    body.validationTokens![0]!,
    createLocalJWKSet(keys as never),
    {
      audience: microsoft.clientIdSyncToPbx,
      issuer: `https://sts.windows.net/${microsoft.tenantId}/`,
      currentDate: new Date(clock),
    },
  );
  expect(payload).toMatchObject({
    appid: '0bf30f3b-4a52-48df-9a82-234910c4a086',
    tid: microsoft.tenantId,
    ver: '1.0',
  });
  expect(microsoft.records.notifications.at(-1)).toMatchObject({
    outcome: 'delivered',
    status: 202,
    rich: true,
  });
});

test('validation tokens of the v2 form, and everything that can be wrong with them', async () => {
  await subscribe();
  const keys = createLocalJWKSet(
    (await (await fetch(`${microsoft.origin}/common/discovery/keys`)).json()) as never,
  );
  const check = async () => {
    receiver.received.length = 0;
    microsoft.teams(anna).choose('Away');
    microsoft.teams(anna).reset();
    await microsoft.idle();
    const token = receiver.received[0]!.body.validationTokens?.[0] ?? '';
    return jwtVerify(token, keys, {
      audience: microsoft.clientIdSyncToPbx,
      issuer: `https://login.microsoftonline.com/${microsoft.tenantId}/v2.0`,
      currentDate: new Date(clock),
    });
  };
  microsoft.turn({ validationTokenForm: 'v2' });
  expect((await check()).payload).toMatchObject({
    azp: '0bf30f3b-4a52-48df-9a82-234910c4a086',
    ver: '2.0',
  });
  for (const fault of ['signature', 'audience', 'issuer', 'expired', 'missing'] as const) {
    microsoft.turn({ validationTokenFault: fault });
    await expect(check()).rejects.toThrow();
  }
  microsoft.turn({ validationTokenFault: 'publisher' });
  expect((await check()).payload['azp']).not.toBe('0bf30f3b-4a52-48df-9a82-234910c4a086');
});

test('basic notifications carry the user and nothing else', async () => {
  await subscribe({ includeResourceData: false, resource: `communications/presences/${anna}` });
  microsoft.teams(anna).choose('DoNotDisturb');
  await microsoft.idle();
  const { value, validationTokens } = receiver.received[0]!.body;
  expect(validationTokens).toBeUndefined();
  expect(value[0]).toMatchObject({
    resource: `communications/presences/${anna}`,
    resourceData: { id: anna },
  });
  expect(value[0]).not.toHaveProperty('encryptedContent');
  expect(JSON.stringify(value)).not.toContain('DoNotDisturb');
});

test('several items may share a POST, and order is kept', async () => {
  await subscribe();
  microsoft.holdNotifications();
  for (const status of ['Busy', 'Away', 'BeRightBack'] as const)
    microsoft.teams(anna).choose(status);
  microsoft.releaseNotifications();
  await microsoft.idle();
  expect(receiver.received).toHaveLength(1);
  expect(states()).toEqual(['Busy/Busy', 'Away/Away', 'BeRightBack/BeRightBack']);
});

test('no change of the aggregate, no notification', async () => {
  await subscribe();
  microsoft.teams(anna).choose('Available');
  microsoft.teams(anna).choose('Available');
  await microsoft.idle();
  expect(receiver.received).toHaveLength(0);
});

test('loss, duplicates and silence by knob', async () => {
  const id = await subscribe();
  microsoft.turn({ lose: 1 });
  microsoft.teams(anna).choose('Busy');
  microsoft.turn({ lose: 0, duplicate: 1 });
  microsoft.teams(anna).choose('Away');
  microsoft.turn({ duplicate: 0 });
  microsoft.silence(id);
  microsoft.teams(anna).choose('DoNotDisturb');
  await microsoft.idle();
  expect(states()).toEqual(['Away/Away', 'Away/Away']);
  expect(microsoft.records.notifications.map((one) => one.outcome)).toEqual([
    'lost',
    'silent',
    'delivered',
  ]);
});

test('a refused delivery is tried again', async () => {
  await subscribe();
  receiver.status = 503;
  microsoft.turn({ retryScale: 0.0001 });
  microsoft.teams(anna).choose('Busy');
  await microsoft.idle();
  receiver.status = 202;
  await expect.poll(() => microsoft.records.notifications.at(-1)?.outcome).toBe('delivered');
  expect(
    microsoft.records.notifications.map((one) => [one.outcome, one.status, one.attempt]),
  ).toEqual([
    ['failed', 503, 1],
    ['delivered', 202, 2],
  ]);
});

test('delivery stops with the token though the subscription lives, and goes on after a renewal', async () => {
  microsoft.turn({ accessTokenMinutes: [61, 61] });
  account = await asAccount(microsoft);
  const id = await subscribe();
  clock += 50 * minute;
  const renewal = { expirationDateTime: new Date(clock + 59 * minute).toISOString() };
  expect((await account('PATCH', `/subscriptions/${id}`, renewal)).status).toBe(200);
  clock += 12 * minute;
  microsoft.teams(anna).choose('Busy');
  await microsoft.idle();
  expect(receiver.received).toHaveLength(0);
  expect(microsoft.subscriptions).toHaveLength(1);
  account = await asAccount(microsoft);
  await account('PATCH', `/subscriptions/${id}`, renewal);
  await microsoft.idle();
  expect(states()).toEqual(['Busy/Busy']);
});

test('the certificate is rotated by a renewal', async () => {
  const id = await subscribe();
  const next = await makeKeyPair();
  await account('PATCH', `/subscriptions/${id}`, {
    expirationDateTime: new Date(clock + 59 * minute).toISOString(),
    encryptionCertificate: next.certificate,
    encryptionCertificateId: 'key-2',
  });
  microsoft.teams(anna).choose('Busy');
  await microsoft.idle();
  const content = receiver.received[0]!.body.value[0]!['encryptedContent'] as Record<
    string,
    string
  >;
  expect(content['encryptionCertificateId']).toBe('key-2');
  expect(() => decrypt(content, pair)).toThrow();
  expect(decrypt(content, next)).toMatchObject({ availability: 'Busy' });
});

test('all properties by knob, faults in items by knob', async () => {
  await subscribe();
  microsoft.turn({ richPayload: 'all' });
  microsoft.teams(anna).choose('Busy');
  await microsoft.idle();
  expect(opened()[0]).toMatchObject({
    sequenceNumber: microsoft.teams(anna).presence().sequenceNumber,
  });
  microsoft.turn({ itemFault: 'dataSignature' });
  microsoft.teams(anna).choose('Away');
  await microsoft.idle();
  expect(opened).toThrow('signature');
});

test('lifecycle events go to their own URL', async () => {
  const id = await subscribe();
  microsoft.lifecycle(id, 'reauthorizationRequired');
  microsoft.lifecycle(id, 'subscriptionRemoved');
  await microsoft.idle();
  const items = receiver.received.flatMap((one) => one.body.value);
  expect(receiver.received[0]!.path).toBe('/lifecycle');
  expect(items.map((item) => item['lifecycleEvent'])).toEqual([
    'reauthorizationRequired',
    'subscriptionRemoved',
  ]);
  expect(items[0]).toMatchObject({
    subscriptionId: id,
    clientState: 'secret state',
    tenantId: microsoft.tenantId,
  });
  expect(microsoft.subscriptions).toHaveLength(0);
});

test('a users subscription tells about additions, changes and removals', async () => {
  await subscribe({
    resource: '/users',
    changeType: 'updated,deleted',
    includeResourceData: false,
    encryptionCertificate: undefined,
    encryptionCertificateId: undefined,
  });
  const added = microsoft.addUser({ displayName: 'Late Comer' });
  microsoft.renameUser(added.id, 'Early Goer');
  microsoft.removeUser(added.id);
  const other = microsoft.addUser({ displayName: 'Other' });
  microsoft.removeUser(other.id, { forGood: true });
  await microsoft.idle();
  const items = receiver.received.flatMap((one) => one.body.value);
  expect(items.map((item) => item['changeType'])).toEqual([
    'updated',
    'updated',
    'updated',
    'updated',
    'deleted',
  ]);
  expect(items[0]).toMatchObject({ resource: `Users/${added.id}`, resourceData: { id: added.id } });
});

test('login keys rotate under way', async () => {
  await subscribe();
  await microsoft.rotateLoginKeys();
  microsoft.teams(anna).choose('Busy');
  await microsoft.idle();
  const keys = (await (await fetch(`${microsoft.origin}/common/discovery/keys`)).json()) as {
    keys: unknown[];
  };
  expect(keys.keys).toHaveLength(2);
  const token = receiver.received[0]!.body.validationTokens![0]!;
  await jwtVerify(token, createLocalJWKSet(keys as never), { currentDate: new Date(clock) });
});
