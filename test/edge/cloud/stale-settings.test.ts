// A copy of the settings in KV that is a minute old undoes nothing and outruns nothing: not after a
// change, not after the connector was deleted, not when one of the same name was created anew.
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { POLLING, pbxUser, SECOND, teamsId } from '../connector/bed.ts';
import { type Signer, signer } from '../graph/microsoft-posts.ts';
import { ARRIVED_MS, type CloudBed, standing } from './cloud-bed.ts';

let microsoft: Signer;
beforeAll(async () => {
  microsoft = await signer();
});
afterEach(() => vi.restoreAllMocks());

const BUSY = { availability: 'Busy', activity: 'Busy', sequenceNumber: '0002' };

/** Nothing at all is stored by the object. */
const isEmpty = (bed: CloudBed) =>
  runInDurableObject(bed.stub, async (_object, ctx) => ({
    size: ctx.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'meta'").toArray(),
    alarm: await ctx.storage.getAlarm(),
  }));
const NOTHING = { size: [], alarm: null };

test('a change is what everybody is told at once, also after the object was away', async () => {
  const { bed } = await standing(microsoft);
  const before = (await bed.admin('GET', 'settings')).headers.get('etag') ?? '';
  const after = await bed.admin('PATCH', 'settings', { pbxContact: 'im:' });
  await bed.evict();
  const stale = bed.kv.truth(`settings:${bed.name}`);
  expect(stale).toContain('im:');
  expect(await bed.kv.get(`settings:${bed.name}`)).not.toContain('im:');
  const read = await bed.admin('GET', 'settings');
  expect(read.headers.get('etag')).toBe(after.headers.get('etag'));
  expect(await read.json()).toMatchObject({ pbxContact: 'im:' });
  const late = await bed.admin('PATCH', 'settings', { pbxContact: 'tel:' }, { 'if-match': before });
  expect(late.status).toBe(412);
  await bed.later(ARRIVED_MS);
  expect(await bed.told('GET', 'settings')).toMatchObject({ pbxContact: 'im:' });
});

test('a notification for what is not subscribed any more passes the old copy and changes nothing', async () => {
  const { bed, agent } = await standing(microsoft);
  const { notificationUrl: _, ...settings } = bed.subscribing;
  await bed.told('PUT', 'settings', { ...settings, source: 'poll', pollSeconds: 300 });
  await bed.later(SECOND);
  expect((await bed.notify(1, BUSY)).status).toBe(202);
  bed.microsoft.presences.delete(teamsId(1));
  await bed.settle();
  expect(bed.touched).toContain('observe');
  expect(agent.shown(1)).toEqual([]);
});

test('what Microsoft tells before KV shows that we subscribe is made up for when it does', async () => {
  const { bed, agent } = await standing(microsoft, () => ({ ...POLLING, pollSeconds: 300 }));
  await bed.told('PUT', 'settings', bed.subscribing);
  await bed.later(10 * SECOND);
  expect(bed.subscriptions).toHaveLength(1);
  // The old copy says that nothing is subscribed: nobody can tell this from a forgery.
  expect((await bed.notify(1, BUSY)).status).toBe(202);
  await bed.settle();
  expect(bed.touched).not.toContain('observe');
  await bed.later(ARRIVED_MS + 10 * SECOND);
  expect(agent.shown(1)).toEqual(['busy']);
});

test('a connector that was deleted is gone, whatever KV still shows', async () => {
  const { bed, credentials } = await standing(microsoft);
  const open = await bed.told<{ code: string }>('POST', 'agents', {});
  expect((await bed.admin('DELETE', 'settings')).status).toBe(204);
  expect((await bed.ask('/subscriptions')).status).toBe(200);

  const body = JSON.stringify({ code: open.code, publicKey: PUBLIC_KEY });
  const answers = {
    settings: await bed.admin('GET', 'settings'),
    patch: await bed.admin('PATCH', 'settings', { pollSeconds: 9 }),
    delete: await bed.admin('DELETE', 'settings'),
    status: await bed.admin('GET', 'status'),
    users: await bed.admin('GET', 'users'),
    account: await bed.admin('POST', 'accounts', { username: 'a@example.com', password: 'p' }),
    agents: await bed.admin('POST', 'agents', {}),
    stranger: await bed.ask('/api/settings'),
    tunnel: await bed.dial(credentials),
    enrol: await bed.ask('/enrol', { method: 'POST', body }),
  };
  expect(
    Object.fromEntries(Object.entries(answers).map(([name, { status }]) => [name, status])),
  ).toEqual({
    settings: 404,
    patch: 404,
    delete: 404,
    status: 404,
    users: 404,
    account: 404,
    agents: 404,
    stranger: 401,
    tunnel: 404,
    enrol: 404,
  });
  // Genuine, and for a subscription that ended.
  expect((await bed.notify(1, BUSY)).status).toBe(404);
  await bed.later(ARRIVED_MS);
  expect(await isEmpty(bed)).toEqual(NOTHING);
  expect(bed.recordInKv).toBeNull();
  expect((await bed.ask('/subscriptions')).status).toBe(404);
});

test('one of the same name begins anew, though KV still shows the old one', async () => {
  const { bed, agent: old, credentials } = await standing(microsoft);
  const oldKey = bed.recordInKv?.decryptionKeys[0]?.id;
  await bed.told('DELETE', 'settings');
  expect((await bed.admin('PUT', 'settings', bed.subscribing)).status).toBe(201);
  expect(await bed.told('GET', 'agents')).toEqual({ items: [] });
  expect(await bed.told('GET', 'accounts')).toEqual({ items: [] });
  expect((await bed.dial(credentials)).status).toBe(401);
  await bed.addTeamsAccount();
  const agent = await bed.tunnel(await bed.enrolled());
  agent
    .hello()
    .up()
    .users([pbxUser(1)]);
  await bed.later(10 * SECOND);
  agent.presence(1, [], { afterGap: true });
  await bed.settle();
  expect(bed.recordInKv?.decryptionKeys[0]?.id).not.toBe(oldKey);

  // Of the old life, genuine and late.
  bed.touched.length = 0;
  expect((await bed.notify(1, { ...BUSY, sequenceNumber: '0001' }, 1)).status).toBe(202);
  bed.microsoft.presences.delete(teamsId(1));
  await bed.settle();
  expect(agent.shown(1)).toEqual([]);
  // Of the new one: its key is not in the old copy.
  bed.touched.length = 0;
  expect((await bed.notify(1, BUSY)).status).toBe(202);
  await bed.settle();
  expect(bed.touched).toEqual(['decryptionKey', 'observe']);
  expect(agent.shown(1)).toEqual(['busy']);
  expect(old.shown(1)).toEqual([]);
  await bed.later(ARRIVED_MS);
  expect(await bed.told('GET', 'settings')).toMatchObject({ masterPbx: 'pbx' });
});

/** Any point on the curve. */
const PUBLIC_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};
