import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { readRecord } from '../../../edge/connector-record.ts';
import {
  Bed,
  MINUTE,
  POLLING,
  person,
  refusal,
  SECOND,
  SUBSCRIBING,
  secretRefusal,
  value,
} from './bed.ts';

afterEach(() => vi.restoreAllMocks());

const kv = () => Object.getPrototypeOf(env.SETTINGS) as KVNamespace;
const audited = async (bed: Bed) =>
  value(await bed.stub.audit()).map(({ action, keys }) => [action, ...keys]);

test('the first PUT creates; the copy in KV has everything but secrets in clear', async () => {
  const bed = new Bed();
  expect(refusal(await bed.stub.readSettings())).toBe('connector-unknown');
  expect(refusal(await bed.patch({ pollSeconds: 9 }))).toBe('connector-unknown');
  const { created, version, settings } = value(await bed.put());
  expect({ created, version }).toEqual({ created: true, version: 1 });
  expect(settings).toMatchObject({
    masterPbx: 'pbx',
    clientSecretSyncToTeams: { set: true },
    certificateSyncToTeams: { set: false },
  });
  const record = await readRecord(env.SETTINGS, bed.name);
  expect(record).toMatchObject({ version: 1, settings: { masterPbx: 'pbx' }, reading: null });
  expect(Object.keys(record?.sealed ?? {})).toEqual(['clientSecretSyncToTeams']);
  expect(JSON.stringify(record)).not.toContain('write-secret');
  const stored = JSON.stringify(await bed.rows('SELECT value FROM meta'));
  expect(stored).not.toContain('write-secret');
});

test('a subscribing connector is known to the webhook with its first copy', async () => {
  const bed = new Bed();
  value(await bed.put(SUBSCRIBING));
  const record = await readRecord(env.SETTINGS, bed.name);
  expect(record?.reading).toEqual({
    clientId: SUBSCRIBING.clientIdSyncToPbx,
    tenantId: SUBSCRIBING.tenantSyncToPbx,
  });
});

test('versions: a stale one changes nothing, none named writes over whatever is there', async () => {
  const bed = new Bed();
  value(await bed.put());
  value(await bed.patch({ pollSeconds: 6 }, 1));
  expect(refusal(await bed.patch({ pollSeconds: 7 }, 1))).toBe('stale-version');
  expect(refusal(await bed.put(POLLING, 1))).toBe('stale-version');
  expect(value(await bed.stub.readSettings())).toMatchObject({
    version: 2,
    settings: { pollSeconds: 6 },
  });
  expect(value(await bed.put({ ...POLLING, pollSeconds: 8 }))).toMatchObject({ version: 3 });
});

test('a tenant that is given by its domain name is looked up once, until another one is given', async () => {
  const bed = new Bed();
  const asked = () => bed.microsoft.count('GET https://login');
  bed.microsoft.on('GET https://login', ({ url }) => {
    const found = url.includes('/example.com/');
    const id = `${found ? '2' : '5'}2222222-2222-4222-8222-222222222222`;
    return Response.json({ issuer: `https://login.microsoftonline.com/${id}/v2.0` });
  });
  value(await bed.put({ ...POLLING, tenantSyncToTeams: 'example.com' }));
  await bed.settle();
  expect(asked()).toBe(1);
  value(await bed.patch({ pollSeconds: 9 }));
  await bed.settle();
  await bed.evict();
  await bed.later(MINUTE);
  expect(asked()).toBe(1);
  value(await bed.patch({ tenantSyncToTeams: 'example.org' }));
  await bed.settle();
  expect(asked()).toBe(2);
});

test('who has read older settings deletes nothing', async () => {
  const bed = new Bed();
  value(await bed.put());
  value(await bed.patch({ pollSeconds: 7 }));
  expect(await bed.stub.deleteSettings('operator', 1)).toMatchObject({
    ok: false,
    error: { code: 'stale-version' },
  });
  expect(value(await bed.stub.readSettings())).toMatchObject({ version: 2 });
  value(await bed.stub.deleteSettings('operator', 2));
  expect(await bed.stub.readSettings()).toMatchObject({ error: { code: 'connector-unknown' } });
});

test('writes at the same time happen one after the other, and all that name no version succeed', async () => {
  const bed = new Bed();
  const created = await Promise.all([bed.put(), bed.put(), bed.put()]);
  expect(created.map((one) => value(one).created).sort()).toEqual([false, false, true]);
  const secret = (n: number) => bed.patch({ clientSecretSyncToTeams: `secret-${n}` });
  const outcomes = await Promise.all([secret(1), secret(2), bed.patch({ pollSeconds: 7 })]);
  expect(outcomes.map((one) => value(one).version).sort()).toEqual([4, 5, 6]);
  const raced = await Promise.all([
    bed.patch({ pollSeconds: 8 }, 6),
    bed.patch({ pollSeconds: 9 }, 6),
  ]);
  expect(raced.map((one) => one.ok).sort()).toEqual([false, true]);
});

test('a secret is kept, replaced and removed as PUT and PATCH ask', async () => {
  const bed = new Bed();
  const { clientSecretSyncToTeams: _, ...without } = POLLING;
  const isSet = async () =>
    value(await bed.stub.readSettings()).settings.clientSecretSyncToTeams.set;
  value(await bed.put(without));
  expect(await isSet()).toBe(false);
  value(await bed.patch({ clientSecretSyncToTeams: 'one' }));
  value(await bed.put(without));
  expect(await isSet()).toBe(true);
  value(await bed.put({ ...without, clientSecretSyncToTeams: { set: true } }));
  value(await bed.patch({ pollSeconds: 9 }));
  expect(await isSet()).toBe(true);
  value(await bed.patch({ clientSecretSyncToTeams: null }));
  expect(await isSet()).toBe(false);
  value(await bed.patch({ clientSecretSyncToTeams: null }));
  expect((await audited(bed)).reverse()).toMatchObject(
    [
      ['connector created', expect.anything(), ...Array(10).fill(expect.anything())].slice(0, 1),
      ['settings changed', 'clientSecretSyncToTeams'],
      ['settings changed'],
      ['settings changed'],
      ['settings changed', 'pollSeconds'],
      ['settings changed', 'clientSecretSyncToTeams'],
      ['settings changed'],
    ].map((row, at) => (at === 0 ? expect.arrayContaining(row) : row)),
  );
});

test('what is not valid after a PATCH is refused, and nothing changes', async () => {
  const bed = new Bed();
  value(await bed.put());
  const outcome = await bed.patch({ source: 'subscribe' });
  expect(outcome).toMatchObject({ ok: false, error: { code: 'invalid' } });
  expect(value(await bed.stub.readSettings())).toMatchObject({ version: 1 });
});

test('KV hears at most once a second, and the last word wins', async () => {
  const bed = new Bed();
  const puts: number[] = [];
  const put = vi.spyOn(kv(), 'put').mockImplementation(async () => {
    puts.push(Date.now());
  });
  value(await bed.put());
  for (let n = 2; n < 30; n += 1) value(await bed.patch({ pollSeconds: n }));
  await bed.later(5 * SECOND);
  expect(puts.length).toBe(2);
  expect(Number(puts[1]) - Number(puts[0])).toBeGreaterThan(SECOND);
  const last = JSON.parse(String(put.mock.calls.at(-1)?.[1]));
  expect(last).toMatchObject({ version: 29, revision: 2, settings: { pollSeconds: 29 } });
  await bed.later(10 * MINUTE);
  expect(puts.length).toBe(2);
});

test('KV that fails is a lamp, and gets its copy later', async () => {
  const bed = new Bed();
  const put = vi.spyOn(kv(), 'put').mockRejectedValue(new Error('KV PUT failed: 500'));
  value(await bed.put());
  expect(value(await bed.stub.readSettings()).version).toBe(1);
  expect(await bed.lamp('settings')).toMatchObject({
    state: 'warning',
    code: 'settings-copy-failing',
  });
  put.mockRestore();
  await bed.later(5 * MINUTE);
  expect(await readRecord(env.SETTINGS, bed.name)).toMatchObject({ version: 1 });
  expect((await bed.lamp('settings')).state).toBe('ok');
});

test('an object that is put away in the middle of its work goes on with it', async () => {
  const bed = new Bed();
  bed.microsoft.people = [person(1)];
  const held = bed.microsoft.hold('users/delta', () => new Response('{}', { status: 500 }));
  value(await bed.put());
  await bed.settle().catch(() => undefined);
  expect(held.taken).toBe(1);
  // A power cut: nobody is told anything.
  await runInDurableObject(bed.stub, (_object, ctx) => ctx.abort('power cut')).catch(
    () => undefined,
  );
  bed.microsoft.on('users/delta', () =>
    Response.json({
      value: [],
      '@odata.deltaLink': 'https://graph.microsoft.com/v1.0/users/delta?$deltatoken=1',
    }),
  );
  const again = new Bed(bed);
  await again.later(2 * MINUTE);
  expect((await again.lamp('teamsUsers')).code).toBe('teams-users-none');
});

test('an alarm is never put off by somebody who asks later', async () => {
  const bed = new Bed();
  value(await bed.put());
  await bed.later(10 * SECOND);
  const at = await bed.alarmAt();
  expect(at).not.toBeNull();
  await evictDurableObject(bed.stub);
  await bed.stub.status();
  await bed.stub.listAgents();
  expect(await bed.alarmAt()).toBeLessThanOrEqual(Number(at));
});

test('a wrong secret is sent once, also when many ask for a token at the same time', async () => {
  const bed = new Bed();
  bed.microsoft.on('POST https://login', secretRefusal);
  value(await bed.put());
  await Promise.all([bed.stub.check('sync'), bed.stub.check('teamsUsers'), bed.settle()]);
  await bed.later(30 * MINUTE);
  expect(bed.microsoft.count('POST https://login')).toBe(1);
  expect(await bed.lamp('tokenForWriting')).toMatchObject({
    state: 'error',
    code: 'wrong-client-secret',
  });
  value(await bed.patch({ clientSecretSyncToTeams: 'another-wrong-one' }));
  await bed.later(MINUTE);
  expect(bed.microsoft.count('POST https://login')).toBe(2);
});

test('a login in trouble is not hammered by everybody who wants a token', async () => {
  const bed = new Bed();
  bed.microsoft.on(
    'POST https://login',
    () =>
      new Response('{"error":"temporarily_unavailable","error_codes":[90033]}', {
        status: 503,
        headers: { 'retry-after': '120' },
      }),
  );
  value(await bed.put({ ...POLLING, pollSeconds: 5 }));
  await bed.later(110 * SECOND);
  expect(bed.microsoft.count('POST https://login')).toBe(1);
  expect((await bed.lamp('tokenForWriting')).params['retryAt']).toBeGreaterThan(Date.now());
  await bed.later(30 * SECOND);
  expect(bed.microsoft.count('POST https://login')).toBe(2);
});

test('since says how long a lamp has been so', async () => {
  const bed = new Bed();
  value(await bed.put());
  await bed.settle();
  const { since } = await bed.lamp('agent');
  await bed.later(10 * MINUTE);
  await evictDurableObject(bed.stub);
  expect(await bed.lamp('agent')).toMatchObject({ state: 'error', since });
  await bed.agent();
  const { since: then } = await bed.lamp('agent');
  expect(then).toBe(Date.now());
});
