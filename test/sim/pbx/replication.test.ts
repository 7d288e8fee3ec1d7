import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Client, logIn } from './client.ts';
import type { Message } from './messages.ts';
import { type Pbx, startPbx } from './server.ts';

let pbx: Pbx;
let client: Client;
beforeEach(async () => {
  pbx = await startPbx();
  client = await logIn(pbx);
});
afterEach(() => pbx.close());

const api = 'PbxTableUsers';
const violations = () => pbx.violations.map(({ code }) => code);
const columns = { guid: {}, h323: {}, cn: {}, 'h323-email': {}, emails: {}, grps: {} };

function start(fields: Record<string, unknown> = {}): Promise<Message> {
  const base = { api, mt: 'ReplicateStart', src: 'r1', add: true, del: true, columns };
  return client.ask({ ...base, ...fields });
}

async function pull(): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (;;) {
    const answer = await client.ask({ api, mt: 'ReplicateNext', src: 'r1' });
    expect(answer).toMatchObject({ api, mt: 'ReplicateNextResult', src: 'r1' });
    if (!answer['columns']) return rows;
    rows.push(answer['columns'] as Record<string, unknown>);
  }
}

test('rows come one by one, with the asked columns that have a value, and end without columns', async () => {
  expect(await start({ pseudo: ['', 'executive'] })).toMatchObject({
    mt: 'ReplicateStartResult',
    src: 'r1',
    guid: expect.stringMatching(/^[0-9a-f]{32}$/),
    columns,
  });
  const rows = await pull();
  expect(rows.map(({ h323 }) => h323)).toEqual(['alice', 'bob', 'carol', 'dora', 'erik', 'lobby']);
  expect(rows[0]).toEqual({
    guid: pbx.user('alice').guid,
    h323: 'alice',
    cn: 'Alice Adams',
    'h323-email': true,
  });
  expect(rows[2]).toMatchObject({
    emails: [{ email: 'c.clark@example.com' }, { email: 'carol@example.com' }],
    grps: [{ name: 'sales', mode: 'active', dyn: 'in' }],
  });
  expect(rows[3]).toMatchObject({ cn: 'Dora Döring' });
  expect(violations()).toEqual([]);
});

test('without pseudo only plain users come', async () => {
  await start();
  expect((await pull()).map(({ h323 }) => h323)).not.toContain('erik');
});

test('changes are pushed as whole rows with the src of the last request', async () => {
  await start();
  await pull();
  pbx.addUser({ h323: 'fritz', cn: 'Fritz Fuß' });
  pbx.updateUser('fritz', { emails: [{ email: 'fritz@example.com' }] });
  pbx.updateUser('bob', { emails: null });
  pbx.removeUser('fritz');
  const guid = expect.stringMatching(/^[0-9a-f]{32}$/);
  const fritz = { guid, h323: 'fritz', cn: 'Fritz Fuß' };
  const emails = [{ email: 'fritz@example.com' }];
  expect(await client.rest()).toEqual([
    { api, mt: 'ReplicateAdd', src: 'r1', columns: fritz },
    { api, mt: 'ReplicateUpdate', src: 'r1', columns: { ...fritz, emails } },
    { api, mt: 'ReplicateUpdate', src: 'r1', columns: { guid, h323: 'bob', cn: 'Bob Brown' } },
    { api, mt: 'ReplicateDel', src: 'r1', columns: { guid } },
  ]);
});

test('a change before a row was delivered needs no push', async () => {
  await start();
  await client.ask({ api, mt: 'ReplicateNext', src: 'r1' });
  pbx.updateUser('carol', { cn: 'Carol Cole' });
  pbx.removeUser('dora');
  pbx.updateUser('alice', { cn: 'Alice Ames' });
  expect((await client.rest()).map(({ mt }) => mt)).toEqual(['ReplicateUpdate']);
  expect((await pull()).map(({ cn }) => cn)).toEqual(['Bob Brown', 'Carol Cole', 'Lobby Phone']);
});

test('lists without entries can come as empty lists', async () => {
  pbx.knobs.emptyArrays = 'present';
  await start();
  expect((await pull())[0]).toMatchObject({ emails: [], grps: [] });
});

test('the password column is recorded and never served', async () => {
  const answer = await start({ columns: { guid: {}, pwd: {}, nonsense: {} } });
  expect(answer['columns']).toEqual({ guid: {} });
  expect(violations()).toEqual(['pwd-column', 'unknown-column']);
});

test('more than 20 pseudo types send the PBX into a watchdog reboot', async () => {
  const pseudo = Array.from({ length: 21 }, (_, index) => `type${index}`);
  client.send({ api, mt: 'ReplicateStart', src: 'r1', columns, pseudo });
  await client.closed;
  expect(violations()).toEqual(['too-many-pseudo']);
});

test('out of order and writing are refused', async () => {
  expect(await client.ask({ api, mt: 'ReplicateNext' })).toMatchObject({ error: 3 });
  expect(await client.ask({ api, mt: 'ReplicateStart' })).toMatchObject({ error: 2 });
  expect(await client.ask({ api, mt: 'ReplicateDel', columns: {} })).toMatchObject({ mt: 'Error' });
  expect(violations()).toEqual(['next-without-start', 'wrong-type', 'replication-write']);
});

test('a slave returns the users it holds; a full replica all of them', async () => {
  const slave = await startPbx({ name: 'slave', master: pbx, users: [{ h323: 'zoe' }] });
  const full = await startPbx({ name: 'full', master: pbx, fullReplication: true });
  try {
    for (const [place, expected] of [
      [slave, ['zoe']],
      [full, ['alice', 'bob', 'carol', 'dora', 'lobby', 'zoe']],
      [pbx, ['alice', 'bob', 'carol', 'dora', 'lobby', 'zoe']],
    ] as const) {
      client = await logIn(place);
      await start();
      expect((await pull()).map(({ h323 }) => h323)).toEqual(expected);
    }
  } finally {
    await slave.close();
    await full.close();
  }
});

test('20,000 users start and replicate', async () => {
  await pbx.close();
  pbx = await startPbx({ users: 20_000 });
  expect(pbx.users()).toHaveLength(20_000);
  client = await logIn(pbx);
  await start({ columns: { guid: {}, emails: {} } });
  // All asked at once: the answers keep the order.
  for (let sent = 0; sent < 20_000; sent++) client.send({ api, mt: 'ReplicateNext', src: 'r1' });
  const last = await client.ask({ api, mt: 'ReplicateNext', src: 'last' });
  expect(last).not.toHaveProperty('columns');
  expect(client.inbox).toHaveLength(20_000);
  expect(client.inbox.at(-1)).toMatchObject({
    columns: { emails: [{ email: 'user20000@example.com' }] },
  });
});
