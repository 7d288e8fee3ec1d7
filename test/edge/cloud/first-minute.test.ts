// What an admin does right after creating a connector works, though KV does not show it yet.
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { MINUTE, POLLING, pbxUser, person, SECOND, teamsId } from '../connector/bed.ts';
import { type Signer, signer } from '../graph/microsoft-posts.ts';
import { ARRIVED_MS, CloudBed } from './cloud-bed.ts';

let microsoft: Signer;
beforeAll(async () => {
  microsoft = await signer();
});
afterEach(() => vi.restoreAllMocks());

const lampsOf = (bed: CloudBed) =>
  bed.told<{ id: string; state: string; message: string }[]>('GET', 'status');
const lampOf = async (bed: CloudBed, id: string) =>
  (await lampsOf(bed)).find((one) => one.id === id);

test('a new connector does at once all that its admin asks, and its agent comes in', async () => {
  const bed = new CloudBed(microsoft);
  bed.microsoft.people = [person(1)];
  const created = await bed.admin('PUT', 'settings', POLLING);
  expect(created.status).toBe(201);
  const etag = created.headers.get('etag') ?? '';
  const read = await bed.admin('GET', 'settings');
  expect([read.status, read.headers.get('etag')]).toEqual([200, etag]);
  const changed = await bed.admin('PATCH', 'settings', { pollSeconds: 7 }, { 'if-match': etag });
  expect(changed.status).toBe(200);
  expect((await bed.admin('PATCH', 'settings', {}, { 'if-match': etag })).status).toBe(412);
  expect(await bed.told('GET', 'settings')).toMatchObject({ pollSeconds: 7 });

  const account = await bed.told('POST', 'accounts', { username: 'a@example.com', password: 'p' });
  expect(await bed.told('GET', 'accounts')).toMatchObject({ items: [{ id: account['id'] }] });
  expect((await bed.admin('DELETE', `accounts/${account['id']}`)).status).toBe(204);

  const agent = await bed.tunnel(await bed.enrolled());
  agent
    .hello()
    .up()
    .users([pbxUser(1)]);
  await bed.settle();
  expect(agent.of('welcome')).toHaveLength(1);
  expect(await bed.told('GET', 'agents')).toMatchObject({ items: [{ state: 'leading' }] });
  await bed.later(2 * SECOND);
  expect(await bed.told('GET', 'users')).toMatchObject({ items: [{ state: 'paired' }] });
  const override = `users/${teamsId(1)}/override`;
  expect((await bed.admin('PUT', override, { pbx: 'person1' })).status).toBe(204);
  expect((await bed.admin('GET', `users/${teamsId(1)}/timeline`)).status).toBe(200);
  expect((await lampsOf(bed)).filter(({ state }) => state === 'error')).toEqual([]);
  expect((await bed.admin('POST', 'checks/teamsUsers')).status).toBe(200);
  expect((await bed.admin('GET', 'audit')).status).toBe(200);

  // All of that within the minute.
  expect((await bed.ask('/subscriptions')).status).toBe(404);
  await bed.later(ARRIVED_MS);
  expect((await bed.ask('/subscriptions')).status).toBe(200);
});

test('who has no credential learns nothing from a connector that KV does not show', async () => {
  const bed = new CloudBed(microsoft);
  await bed.told('PUT', 'settings', POLLING);
  bed.touched.length = 0;
  const statuses = await Promise.all([
    bed.ask('/api/settings'),
    bed.ask('/api/status', { headers: { authorization: 'Bearer guessed' } }),
    bed.ask('/enrol', { method: 'POST', body: '{"code":"guessed"}' }),
    bed.ask('/tunnel', { headers: { upgrade: 'websocket', authorization: 'Bearer guessed' } }),
    bed.ask('/subscriptions', { method: 'POST', body: '{"value":[]}' }),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([401, 401, 404, 404, 404]);
  expect(bed.touched).toEqual([]);
});

test('a handshake that comes before KV shows the connector fails, is tried again, and never red', async () => {
  const bed = new CloudBed(microsoft);
  bed.microsoft.people = [person(1)];
  await bed.told('PUT', 'settings', bed.subscribing);
  await bed.addTeamsAccount();
  const seen: (string | undefined)[] = [];
  for (let second = 0; second < 70; second += 1) {
    await bed.later(SECOND);
    seen.push((await lampOf(bed, 'notificationUrl'))?.state);
  }
  const [first, second, third, ...others] = bed.handshakes;
  expect([first, second, third]).toEqual([404, 404, 404]);
  expect([404, 200]).toEqual(expect.arrayContaining([...new Set(others)]));
  expect(seen).not.toContain('error');
  await bed.later(ARRIVED_MS);
  expect(bed.handshakes.at(-1)).toBe(200);
  expect(await lampOf(bed, 'notificationUrl')).toMatchObject({ state: 'ok' });
  expect(await lampOf(bed, 'subscriptions')).toMatchObject({ state: 'ok' });
});

test('a handshake that goes on failing when KV must have arrived is red', async () => {
  const bed = new CloudBed(microsoft);
  bed.microsoft.people = [person(1)];
  const elsewhere = 'https://edge.example.net/other.example.com/other/subscriptions';
  await bed.told('PUT', 'settings', { ...bed.subscribing, notificationUrl: elsewhere });
  await bed.addTeamsAccount();
  await bed.later(2 * ARRIVED_MS);
  expect(new Set(bed.handshakes)).toEqual(new Set([404]));
  expect(await lampOf(bed, 'notificationUrl')).toMatchObject({
    state: 'error',
    message: expect.stringMatching(/reach/),
  });
});

test('the first notifications count though KV does not show their key: the object is asked once', async () => {
  const bed = new CloudBed(microsoft);
  bed.microsoft.people = [person(1)];
  await bed.told('PUT', 'settings', bed.subscribing);
  // Just now the first record has arrived, which was written before there was a key.
  await bed.later(MINUTE);
  expect((await bed.ask('/subscriptions')).status).toBe(200);
  await bed.addTeamsAccount();
  const agent = await bed.tunnel(await bed.enrolled());
  agent
    .hello()
    .up()
    .users([pbxUser(1)]);
  await bed.later(30 * SECOND);
  agent.presence(1, [], { afterGap: true });
  await bed.settle();
  expect(bed.handshakes.at(-1)).toBe(200);
  bed.touched.length = 0;
  const busy = { availability: 'Busy', activity: 'Busy', sequenceNumber: '0002' };
  expect((await bed.notify(1, busy)).status).toBe(202);
  await bed.settle();
  const away = { availability: 'Away', activity: 'Away', sequenceNumber: '0003' };
  expect((await bed.notify(1, away)).status).toBe(202);
  await bed.settle();
  expect(bed.touched).toEqual(['decryptionKey', 'observe', 'observe']);
  expect(agent.shown(1)).toEqual(['busy', 'away']);
});
