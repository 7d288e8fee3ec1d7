import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Client, logIn } from './client.ts';
import { type Pbx, startPbx } from './server.ts';

const api = 'PbxApi';
let pbx: Pbx;
let client: Client;
beforeEach(async () => {
  pbx = await startPbx();
  client = await logIn(pbx);
});
afterEach(() => pbx.close());

const violations = () => pbx.violations.map(({ code }) => code);

function subscribe(sip: string, src = pbx.user(sip).guid) {
  return client.ask({ api, mt: 'SubscribePresence', sip, src });
}

function set(fields: Record<string, unknown>) {
  return client.ask({ api, mt: 'SetPresence', contact: 'tel:', note: '', ...fields });
}

/** The lists that arrived, as contact and activity. */
async function lists(): Promise<string[][]> {
  return (await client.rest())
    .filter(({ mt }) => mt === 'PresenceUpdate')
    .map(({ presence }) =>
      (presence as { contact: string; activity?: string }[]).map(
        ({ contact, activity }) => contact + (activity ?? ''),
      ),
    );
}

test('a subscription speaks as documented', async () => {
  pbx.user('alice').setPresence('busy', 'till 5');
  const src = 'c9ebcc59';
  expect(await subscribe('alice', src)).toEqual({ api, mt: 'SubscribePresenceResult', src });
  const state = { up: true, sip: 'alice', num: '201', dn: 'Alice', email: 'alice@example.com' };
  const presence = [
    { contact: 'tel:', status: 'open', activity: 'busy', note: 'till 5' },
    { contact: 'im:', status: 'open' },
  ];
  expect(await client.rest()).toEqual([
    { api, mt: 'PresenceState', src, ...state },
    { api, mt: 'PresenceUpdate', src, presence },
  ]);
  expect(violations()).toEqual([]);
});

test('a number addresses a user too; unknown users and double addresses are errors', async () => {
  const ask = (fields: object) => client.ask({ api, mt: 'SubscribePresence', ...fields });
  expect(await ask({ num: '202' })).not.toHaveProperty('error');
  expect(await ask({ sip: 'nobody' })).toMatchObject({ error: 1, errorText: 'No such user' });
  expect(await ask({ sip: 'alice', num: '201' })).toMatchObject({ error: 2 });
  expect(await ask({})).toMatchObject({ error: 2 });
  expect(await ask({ sip: 7 })).toMatchObject({ error: 2 });
  expect(violations()).toEqual(['wrong-address', 'wrong-address', 'wrong-type']);
});

test('SetPresence by guid or sip answers, then the update follows', async () => {
  await subscribe('alice');
  await client.rest();
  const { guid } = pbx.user('alice');
  const request = { api, mt: 'SetPresence', guid, contact: 'tel:', activity: 'away', note: '' };
  client.send({ ...request, src: 's7' });
  expect(await client.rest()).toEqual([
    { api, mt: 'SetPresenceResult', src: 's7' },
    {
      ...{ api, mt: 'PresenceUpdate', src: guid },
      presence: [
        { contact: 'tel:', status: 'open', activity: 'away' },
        { contact: 'im:', status: 'open' },
      ],
    },
  ]);
  pbx.knobs.updateBeforeResult = true;
  client.send({
    api,
    mt: 'SetPresence',
    sip: 'ALICE',
    contact: 'tel:',
    activity: 'dnd',
    src: 's8',
  });
  expect((await client.rest()).map(({ mt }) => mt)).toEqual([
    'PresenceUpdate',
    'SetPresenceResult',
  ]);
  expect(pbx.user('alice').history()).toMatchObject([
    { h323: 'alice', contact: 'tel:', activity: 'away', note: '', ok: true },
    { activity: 'dnd', ok: true },
  ]);
  expect(violations()).toEqual([]);
});

test('what this PBX refuses is refused and recorded with the user', async () => {
  pbx.knobs.refusedActivities = ['on-the-phone', 'meeting'];
  expect(await set({ sip: 'bob', activity: 'meeting' })).toMatchObject({ error: 5 });
  expect(await set({ sip: 'nobody', activity: 'busy' })).toMatchObject({ error: 1 });
  expect(await set({ sip: 'bob', contact: 'im:', activity: 'busy' })).toMatchObject({ error: 5 });
  expect(await set({ sip: 'bob', contact: 'tel', activity: 'busy' })).toMatchObject({ error: 5 });
  expect(await set({ sip: 'bob', activity: 'busy', color: 'red' })).not.toHaveProperty('error');
  expect(pbx.user('bob').history()).toMatchObject([
    { activity: 'meeting', ok: false },
    { contact: 'im:', ok: false },
    { contact: 'tel', ok: false },
    { activity: 'busy', ok: true },
  ]);
  expect(violations()).toEqual(['im-contact', 'bad-contact', 'unknown-field']);
});

test('several contacts live side by side, the newest first', async () => {
  await subscribe('alice');
  await set({ sip: 'alice', contact: 'tel:', activity: 'busy' });
  await set({ sip: 'alice', contact: 'teams:', activity: 'dnd' });
  await set({ sip: 'alice', contact: 'teams:', activity: '' });
  pbx.knobs.emptyActivity = 'remove';
  await set({ sip: 'alice', contact: 'teams:', activity: '' });
  expect((await lists()).slice(1)).toEqual([
    ['tel:busy', 'im:'],
    ['teams:dnd', 'tel:busy', 'im:'],
    ['teams:', 'tel:busy', 'im:'],
    ['tel:busy', 'im:'],
  ]);
});

test('setting the same again is told or not', async () => {
  await subscribe('alice');
  await set({ sip: 'alice', activity: 'busy' });
  await client.rest();
  await set({ sip: 'alice', activity: 'busy' });
  expect(await lists()).toEqual([]);
  pbx.knobs.updateWhenEqual = true;
  await set({ sip: 'alice', activity: 'busy' });
  expect(await lists()).toEqual([['tel:busy', 'im:']]);
});

test('a call shows as its own item and goes', async () => {
  await subscribe('alice');
  await client.rest();
  const call = pbx.user('alice').call();
  expect(pbx.user('alice').onThePhone()).toBe(true);
  call.hangUp();
  expect(await lists()).toEqual([
    ['phone:on-the-phone', 'tel:', 'im:'],
    ['tel:', 'im:'],
  ]);
});

test('a call with contact tel: covers the own state and gives it back', async () => {
  const alice = pbx.user('alice');
  alice.setPresence('busy');
  await subscribe('alice');
  await client.rest();
  const call = alice.call({ contact: 'tel:', covering: 'over' });
  expect([alice.activity(), alice.manual()]).toEqual(['on-the-phone', 'busy']);
  call.hangUp();
  expect(await lists()).toEqual([
    ['tel:on-the-phone', 'im:'],
    ['tel:busy', 'im:'],
  ]);
});

test('rights decide what arrives, and changes of rights arrive at once', async () => {
  const alice = pbx.user('alice');
  alice.setPresence('busy', 'secret');
  await subscribe('alice');
  await client.rest();
  const last = async () => (await client.rest()).at(-1)?.['presence'];
  pbx.setRights('alice', { otf: false, note: false });
  expect(await last()).toEqual([
    { contact: 'tel:', status: 'open', activity: 'busy' },
    { contact: 'im:', status: 'open' },
  ]);
  alice.call();
  expect(await client.rest()).toEqual([]);
  pbx.setRights('alice', { presence: false, note: false });
  expect(await last()).toEqual([
    { contact: 'phone:', status: 'open', activity: 'on-the-phone' },
    { contact: 'tel:', status: 'open' },
    { contact: 'im:', status: 'open' },
  ]);
  pbx.setRights('alice', null);
  expect(await client.rest()).toMatchObject([{ mt: 'PresenceState', up: false }]);
  alice.setPresence('dnd');
  expect(await client.rest()).toEqual([]);
  pbx.setRights('alice', {});
  expect((await client.rest()).map(({ mt, up }) => up ?? mt)).toEqual([true, 'PresenceUpdate']);
});

test('a user nobody may see answers in one of three ways', async () => {
  for (const sip of ['alice', 'bob', 'carol']) pbx.setRights(sip, null);
  await subscribe('alice');
  expect(await client.rest()).toMatchObject([{ mt: 'PresenceState', up: false }]);
  pbx.knobs.invisible = 'silent';
  await subscribe('bob');
  expect(await client.rest()).toEqual([]);
  pbx.knobs.invisible = 'error';
  expect(await subscribe('carol')).toMatchObject({ error: 4 });
});

test('rights come from the object, its groups, the domain or everybody, in this order', async () => {
  await pbx.close();
  pbx = await startPbx({ apps: [{ h323: 'm', groups: ['sync', 'phones'] }] });
  client = await logIn(pbx);
  const everybody = { name: '@', presence: true };
  const byGroup = [
    everybody,
    { name: 'sync', grp: true, note: true },
    { name: 'phones', grp: true, otf: true },
    { name: 'others', grp: true, presence: true },
    { name: 'phones', presence: true },
  ];
  const own = { name: 'm', presence: true };
  pbx.user('alice').setPresence('busy', 'note');
  pbx.user('alice').call({ position: 'back' });
  const seen = async (allows: object[]) => {
    pbx.updateUser('alice', { allows: allows as never });
    await subscribe('alice');
    return (await client.rest()).at(-1)?.['presence'];
  };
  const phone = { contact: 'phone:', status: 'open', activity: 'on-the-phone' };
  const tel = { contact: 'tel:', status: 'open' };
  const im = { contact: 'im:', status: 'open' };
  expect(await seen([everybody])).toEqual([{ ...tel, activity: 'busy' }, im]);
  expect(await seen(byGroup)).toEqual([{ ...tel, note: 'note' }, im, phone]);
  expect(await seen([...byGroup, own])).toEqual([{ ...tel, activity: 'busy' }, im]);
  expect(await seen([everybody, { name: '@example.com', note: true }])).toEqual([
    { ...tel, note: 'note' },
    im,
  ]);
});

test('unsubscribing by src, by sip or by both ends the updates', async () => {
  for (const how of [{ src: 'x' }, { sip: 'alice' }, { sip: 'alice', src: 'x' }]) {
    await subscribe('alice', 'x');
    client.send({ api, mt: 'UnsubscribePresence', ...how });
    await client.next('UnsubscribePresenceResult');
    await client.rest();
    pbx.user('alice').setPresence(`busy-${JSON.stringify(how).length}`);
    expect(await client.rest()).toEqual([]);
  }
  client.send({ api, mt: 'UnsubscribePresence', sip: 'alice', src: 'x' });
  await client.next('UnsubscribePresenceResult');
  expect(violations()).toEqual(['not-subscribed']);
});

test('a removed user goes down, and up again when he is back', async () => {
  await subscribe('bob');
  await client.rest();
  const row = pbx.user('bob').row();
  pbx.removeUser('bob');
  expect(await client.rest()).toMatchObject([{ mt: 'PresenceState', up: false }]);
  pbx.addUser(row);
  expect((await client.rest()).map(({ mt }) => mt)).toEqual(['PresenceState', 'PresenceUpdate']);
});

test('one src for two users is a violation', async () => {
  await subscribe('alice', 'same');
  await subscribe('bob', 'same');
  expect(violations()).toEqual(['src-in-use']);
});

test('calls are seen where the user is registered, own states everywhere', async () => {
  const slave = await startPbx({ name: 'slave', master: pbx, users: [{ h323: 'zoe' }] });
  try {
    await subscribe('zoe');
    const there = await logIn(slave);
    await there.ask({ api, mt: 'SubscribePresence', sip: 'zoe' });
    expect(await there.ask({ api, mt: 'SubscribePresence', sip: 'bob' })).toHaveProperty('error');
    await Promise.all([client.rest(), there.rest()]);
    slave.user('zoe').call();
    expect(await client.rest()).toEqual([]);
    expect(await there.rest()).toHaveLength(1);
    await set({ sip: 'zoe', activity: 'dnd' });
    expect(await lists()).toEqual([['tel:dnd']]);
    expect(await there.rest()).toHaveLength(1);
  } finally {
    await slave.close();
  }
});

test('GetNodeInfo answers', async () => {
  expect(await client.ask({ api, mt: 'GetNodeInfo' })).toMatchObject({
    mt: 'GetNodeInfoResult',
    name: 'root',
    country_code: '49',
  });
});
