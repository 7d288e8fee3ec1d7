import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import type { TeamsUserId } from '../../../shared/ids.ts';
import { CLOSE } from '../../../shared/protocol/close-codes.ts';
import { presencesFrame } from '../../../shared/protocol/up.ts';
import {
  Bed,
  breath,
  chose,
  graphRefusal,
  guid,
  json,
  MINUTE,
  refusal,
  SECOND,
  SLOW,
  SUBSCRIBING,
  taken,
  talking,
  teamsId,
  until,
  value,
} from './bed.ts';

afterEach(() => vi.restoreAllMocks());

const left = (bed: Bed) =>
  runInDurableObject(bed.stub, async (_object, ctx) => ({
    tables: ctx.storage.sql
      .exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'")
      .toArray()
      .map(({ name }) => name),
    alarm: await ctx.storage.getAlarm(),
    sockets: ctx.getWebSockets().filter(({ readyState }) => readyState === WebSocket.OPEN).length,
  }));
const NOTHING = { tables: [], alarm: null, sockets: 0 };
const inKv = (bed: Bed) => env.SETTINGS.get(`settings:${bed.name}`);

/** One talks, one chose dnd on the PBX, one chose busy in Teams. */
async function busy(): Promise<{ bed: Bed; agent: Awaited<ReturnType<Bed['pairs']>> }> {
  const bed = new Bed();
  const agent = await bed.pairs(3, SLOW);
  agent.presence(1, talking);
  agent.presence(2, chose('dnd'));
  const dnd = { availability: 'DoNotDisturb', activity: 'DoNotDisturb' };
  bed.microsoft.presences.set(teamsId(2), dnd);
  bed.microsoft.presences.set(teamsId(3), { availability: 'Busy', activity: 'Busy' });
  await bed.later(6 * MINUTE);
  expect(agent.shown(3)).toEqual(['busy']);
  bed.microsoft.writes.length = 0;
  return { bed, agent };
}

/** One pair, whose call Teams shows: something is to be taken back there. */
async function talkingUser(): Promise<Bed> {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  agent.presence(1, talking);
  await bed.settle();
  return bed;
}

test('takes back what is ours on both sides, and leaves nothing', async () => {
  const { bed, agent } = await busy();
  value(await bed.stub.deleteSettings('operator'));
  expect(bed.microsoft.writes.map(({ n, action }) => [n, action]).sort()).toEqual([
    [1, 'clearPresence'],
    [2, 'clearUserPreferredPresence'],
  ]);
  await bed.settle();
  expect(agent.shown(3)).toEqual(['busy', '']);
  expect(agent.shown(2)).toEqual([]);
  expect(agent.closed).toBe(CLOSE.connectorDeleted);
  expect(await left(bed)).toEqual(NOTHING);
  expect(await inKv(bed)).toBeNull();
});

test('a copy for KV that was under way when it was deleted does not come after', async () => {
  const bed = await talkingUser();
  const tenant = bed.microsoft.hold('GET https://login', () =>
    json({
      issuer: 'https://login.microsoftonline.com/22222222-2222-4222-8222-222222222222/v2.0',
    }),
  );
  value(await bed.patch({ tenantSyncToTeams: 'example.com' }));
  void bed.later(2 * SECOND).catch(() => undefined);
  await until(() => tenant.taken > 0);
  const writes = bed.microsoft.hold('presence/clearPresence', taken);
  const deleted = bed.stub.deleteSettings('operator');
  for (let n = 0; n < 50; n += 1) await breath();
  tenant.go = true;
  for (let n = 0; n < 50; n += 1) await breath();
  writes.go = true;
  value(await deleted);
  await bed.settle();
  expect(await left(bed)).toEqual(NOTHING);
  expect(await inKv(bed)).toBeNull();
});

test('a secret that is being sealed when it is deleted is refused, and not said to be kept', async () => {
  const bed = await talkingUser();
  const seal = crypto.subtle.encrypt.bind(crypto.subtle);
  const sealing = { asked: 0, go: false };
  vi.spyOn(crypto.subtle, 'encrypt').mockImplementation(async (...secret) => {
    sealing.asked += 1;
    while (!sealing.go) await breath();
    return seal(...secret);
  });
  const written = bed.patch({ clientSecretSyncToTeams: 'another' });
  await until(() => sealing.asked > 0);
  const writes = bed.microsoft.hold('presence/clearPresence', taken);
  const deleted = bed.stub.deleteSettings('operator');
  await until(() => writes.taken > 0);
  sealing.go = true;
  expect(refusal(await written)).toBe('conflict');
  writes.go = true;
  value(await deleted);
  await bed.settle();
  expect(await left(bed)).toEqual(NOTHING);
  expect(await inKv(bed)).toBeNull();
});

test('whatever comes late finds nothing, and makes nothing', async () => {
  const { bed, agent } = await busy();
  value(await bed.stub.deleteSettings('operator'));
  await bed.settle();
  const { stub } = bed;
  const frame = presencesFrame({
    pbx: 'pbx',
    presences: [{ guid: guid(1), items: talking, afterGap: false }],
  });
  await runInDurableObject(stub, (object) => {
    const { 0: client, 1: server } = new WebSocketPair();
    client.accept();
    server.accept();
    (object as DurableObject).webSocketMessage?.(server, JSON.stringify(frame));
  });
  await stub.accountReport({
    accountId: 'a',
    signIn: { state: 'ok' },
    presence: { state: 'none' },
    users: { state: 'none' },
  });
  expect(await stub.decryptionKey('k')).toBeNull();
  const origin = {
    accountId: 'a',
    generation: 1,
    subscriptionId: 's',
    about: 'presence' as const,
    userId: teamsId(1) as TeamsUserId,
  };
  for (const asked of [
    stub.observe([{ ...origin, presence: { availability: 'Busy', activity: 'Busy' } }]),
    stub.hint([origin]),
    stub.lifecycle([{ ...origin, event: 'missed' }]),
    stub.readSettings(),
    stub.deleteSettings('operator'),
    stub.status(),
    stub.check('sync'),
    stub.audit(),
    stub.listAccounts(),
    stub.listAgents(),
    stub.addAccount('operator', { username: 'a@example.com', password: 'p' }),
    stub.removeAccount('operator', 'a'),
    stub.openEnrolment('operator', null),
    stub.enrol('e', 't'),
    stub.removeAgent('operator', agent.id),
    stub.listUsers({ text: '', state: null, cursor: null }),
    stub.timeline(teamsId(1)),
    stub.setOverride('operator', teamsId(1), null),
    bed.patch({ pollSeconds: 3 }),
  ]) {
    expect(refusal(await asked)).toBe('connector-unknown');
  }
  await runInDurableObject(bed.stub, (object) => (object as DurableObject).alarm?.());
  await bed.later(10 * MINUTE);
  expect(await left(bed)).toEqual(NOTHING);
});

test('what was under way when it was deleted brings nothing back', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  const users = bed.microsoft.hold('users/delta', () => graphRefusal(503, 'Away'));
  void bed.later(2 * MINUTE).catch(() => undefined);
  await until(() => users.taken === 1);
  const writes = bed.microsoft.hold('presence/setPresence', taken);
  agent.presence(1, talking);
  await until(() => writes.taken === 1);
  const deleted = bed.stub.deleteSettings('operator');
  writes.go = true;
  value(await deleted);
  expect(bed.microsoft.actions(1)).toEqual(['clearPresence']);
  users.go = true;
  await bed.settle();
  expect(await left(bed)).toEqual(NOTHING);
});

test('the same name begins anew: nothing of the old life is known in the new one', async () => {
  const { bed, agent } = await busy();
  value(await bed.stub.deleteSettings('operator'));
  const { created, version } = value(
    await bed.put({ ...SLOW, clientSecretSyncToTeams: 'write-secret' }),
  );
  expect({ created, version }).toEqual({ created: true, version: 1 });
  await bed.settle();
  expect(await bed.pairNumbers()).toEqual([]);
  expect(value(await bed.stub.listAgents())).toEqual([]);
  await expect(bed.connect(agent.id)).rejects.toThrow('403');
  expect(value(await bed.stub.audit()).map(({ action }) => action)).toEqual(['connector created']);
  expect(await inKv(bed)).not.toBeNull();
});

test('KV that fails does not keep it alive: it is done by the clock', async () => {
  const { bed } = await busy();
  const kv = vi
    .spyOn(Object.getPrototypeOf(env.SETTINGS) as KVNamespace, 'delete')
    .mockRejectedValue(new Error('KV DELETE failed: 500'));
  value(await bed.stub.deleteSettings('operator'));
  expect(refusal(await bed.stub.readSettings())).toBe('connector-unknown');
  expect(refusal(await bed.put())).toBe('conflict');
  expect(await inKv(bed)).not.toBeNull();
  kv.mockRestore();
  await evictDurableObject(bed.stub);
  await bed.later(10 * SECOND);
  expect(await inKv(bed)).toBeNull();
  expect(await left(bed)).toEqual(NOTHING);
});

test('Microsoft that is away is told later, and not for ever', async () => {
  const { bed } = await busy();
  bed.microsoft.answerWrites(() => graphRefusal(503, 'Away'));
  value(await bed.stub.deleteSettings('operator'));
  expect(refusal(await bed.stub.status())).toBe('connector-unknown');
  bed.microsoft.writes.length = 0;
  bed.microsoft.answerWrites(taken);
  await bed.later(2 * MINUTE);
  expect(bed.microsoft.actions().sort()).toEqual(['clearPresence', 'clearUserPreferredPresence']);
  expect(await left(bed)).toEqual(NOTHING);

  const other = await busy();
  other.bed.microsoft.answerWrites(() => graphRefusal(503, 'Away'));
  value(await other.bed.stub.deleteSettings('operator'));
  await other.bed.later(20 * MINUTE);
  expect(await left(other.bed)).toEqual(NOTHING);
});

test('with a sign-in that fails for good nothing is waited for', async () => {
  const { bed } = await busy();
  bed.microsoft.secret = 'another';
  value(await bed.patch({ clientSecretSyncToTeams: 'wrong' }));
  await bed.settle();
  value(await bed.stub.deleteSettings('operator'));
  expect(await left(bed)).toEqual(NOTHING);
});

test('subscriptions end, and the objects of the accounts forget everything', async () => {
  const bed = new Bed();
  value(await bed.put(SUBSCRIBING));
  const { id } = value(
    await bed.stub.addAccount('operator', { username: 'sync@example.com', password: 'pass' }),
  );
  await bed.later(2 * SECOND);
  const account = env.SUBSCRIPTION.getByName(`${bed.name}/${id}`);
  const keys = () =>
    runInDurableObject(account, (_object, ctx) => [...ctx.storage.kv.list()].length);
  expect(await keys()).toBeGreaterThan(0);
  value(await bed.stub.deleteSettings('operator'));
  expect(await keys()).toBe(0);
  expect(await left(bed)).toEqual(NOTHING);
});
