import { afterEach, beforeEach, expect, test } from 'vitest';
import { logIn } from './client.ts';
import { type Pbx, type PresenceEvent, startPbx } from './server.ts';

let pbx: Pbx;
beforeEach(async () => {
  pbx = await startPbx({ now: () => 1000 });
});
afterEach(() => pbx.close());

async function http(method: string, path: string, body?: unknown) {
  const response = await fetch(`${pbx.origin}/control${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('presence events say who, why, when and what is displayed', () => {
  const events: PresenceEvent[] = [];
  const stop = pbx.on('presence', (event) => events.push(event));
  const bob = pbx.user('bob');
  bob.setPresence('busy', 'till 5');
  const call = bob.call();
  call.hangUp();
  stop();
  bob.setPresence('');
  expect(events.map(({ items: _, ...event }) => event)).toEqual([
    { at: 1000, cause: 'human', guid: bob.guid, h323: 'bob', activity: 'busy', manual: 'busy' },
    {
      at: 1000,
      cause: 'call',
      guid: bob.guid,
      h323: 'bob',
      activity: 'on-the-phone',
      manual: 'busy',
    },
    { at: 1000, cause: 'call', guid: bob.guid, h323: 'bob', activity: 'busy', manual: 'busy' },
  ]);
  expect([bob.activity(), bob.manual(), bob.note()]).toEqual(['', '', '']);
});

test('a user is found by name, number, guid and address', () => {
  const { guid } = pbx.user('bob');
  for (const who of ['BOB', '202', 'Bob Brown', 'bob@example.com', guid])
    expect(pbx.user(who).guid).toBe(guid);
  expect(() => pbx.user('nobody')).toThrow('no user nobody');
});

test('until waits for what is displayed', async () => {
  const alice = pbx.user('alice');
  const waiting = alice.until('dnd');
  alice.setPresence('dnd');
  await waiting;
  await expect(alice.until('away', 10)).rejects.toThrow('still');
  await alice.until((user) => user.manual() === 'dnd');
});

test('names and guids cannot be taken twice', () => {
  expect(() => pbx.addUser({ h323: 'Alice' })).toThrow('taken');
  expect(() => pbx.addUser({ h323: 'x', guid: pbx.user('bob').guid })).toThrow('taken');
});

test('users, presence and calls are driven over HTTP', async () => {
  const users = (await http('GET', '/users')).body['items'] as { cn: string }[];
  expect(users.map(({ cn }) => cn)).toContain('Dora Döring');
  await http('POST', '/users/dora/presence', { activity: 'busy', note: 'für mich' });
  expect((await http('POST', '/users/dora/call', { contact: 'tel:' })).body).toHaveProperty('id');
  expect((await http('GET', '/users/dora')).body).toMatchObject({
    h323: 'dora',
    activity: 'on-the-phone',
    manual: 'busy',
    calls: 1,
    items: [{ contact: 'tel:' }, { contact: 'tel:', note: 'für mich' }, { contact: 'im:' }],
  });
  await http('DELETE', '/users/dora/call');
  expect(pbx.user('dora').calls()).toBe(0);
  await http('POST', '/users', { h323: 'fritz', cn: 'Fritz' });
  await http('PATCH', '/users/fritz', { cn: 'Fritz Fuß', e164: '300' });
  expect(pbx.user('300').row()).toMatchObject({ cn: 'Fritz Fuß' });
  await http('PUT', '/users/fritz/rights', { otf: false });
  expect(pbx.user('fritz').row().allows[0]).not.toHaveProperty('otf');
  await http('PUT', '/users/fritz/rights', { none: true });
  expect(pbx.user('fritz').row().allows).toEqual([]);
  await http('DELETE', '/users/fritz');
  expect(await http('GET', '/users/fritz')).toMatchObject({ status: 404 });
});

test('knobs, faults and records are reached over HTTP', async () => {
  const client = await logIn(pbx);
  expect((await http('PATCH', '/knobs', { latencyMs: 1 })).body).toMatchObject({ latencyMs: 1 });
  for (const wrong of [{ latency: 1 }, { latencyMs: 'x' }, { callPosition: 'top' }])
    expect((await http('PATCH', '/knobs', wrong)).status).toBe(400);
  for (const fault of ['hold', 'release', 'half-open', 'cut'])
    expect(await http('POST', `/${fault}`)).toMatchObject({ status: 200 });
  expect(await client.closed).toBe(1006);
  expect(await http('POST', '/reboot', { downMs: 1 })).toMatchObject({ status: 200 });
  const messages = await http('GET', '/messages');
  expect(messages.body['items']).toHaveLength(4);
  expect(JSON.stringify(messages)).not.toContain(pbx.password);
  expect(JSON.stringify(await http('GET', ''))).not.toContain(pbx.password);
  expect((await http('GET', '/violations')).body).toEqual({ items: [] });
  await http('DELETE', '/records');
  expect(pbx.messages).toEqual([]);
  expect((await http('GET', '/nonsense')).status).toBe(404);
});

test('presence events are polled or streamed', async () => {
  pbx.user('alice').setPresence('busy');
  pbx.user('alice').setPresence('dnd');
  const polled = await http('GET', '/events?since=1');
  expect(polled.body).toMatchObject({
    seq: 2,
    items: [{ seq: 2, h323: 'alice', activity: 'dnd' }],
  });
  const response = await fetch(`${pbx.origin}/control/events?since=2`, {
    headers: { accept: 'text/event-stream' },
  });
  const reader = response.body?.getReader();
  pbx.user('bob').setPresence('away');
  let text = '';
  while (!text.includes('\n\ndata') && !text.includes('"away"'))
    text += new TextDecoder().decode((await reader?.read())?.value as Uint8Array);
  expect(text).toContain('id: 3\nevent: presence\ndata: {"seq":3');
  await reader?.cancel();
});
