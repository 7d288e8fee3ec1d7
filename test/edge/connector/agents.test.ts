import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { CLOSE } from '../../../shared/protocol/close-codes.ts';
import {
  helloFrame,
  pbxStateFrame,
  presencesFrame,
  usersFrame,
} from '../../../shared/protocol/up.ts';
import {
  type Agent,
  Bed,
  guid,
  MINUTE,
  pbxUser,
  refusal,
  SECOND,
  SLOW,
  talking,
  value,
} from './bed.ts';

async function made(): Promise<Bed> {
  const bed = new Bed();
  value(await bed.put(SLOW));
  await bed.settle();
  return bed;
}

const AWAY = { code: 'closed', detail: 'the PBX closed the connection' } as const;

const agentsOf = async (bed: Bed) => value(await bed.stub.listAgents());
const stateOf = async (bed: Bed, { id }: Agent) =>
  (await agentsOf(bed)).find((one) => one.id === id)?.state;

test('a code takes one agent in, once, and not after half an hour', async () => {
  const bed = await made();
  const { id } = value(await bed.stub.openEnrolment('operator', 'rack 3'));
  const { agentId } = value(await bed.stub.enrol(id, 'thumb'));
  expect(refusal(await bed.stub.enrol(id, 'thumb'))).toBe('code-used');
  expect(await agentsOf(bed)).toMatchObject([{ id: agentId, name: 'rack 3', state: 'offline' }]);
  const late = value(await bed.stub.openEnrolment('operator', null));
  await bed.later(31 * MINUTE);
  expect(refusal(await bed.stub.enrol(late.id, 'thumb'))).toBe('code-used');
  expect(value(await bed.stub.audit()).map(({ action }) => action)).toEqual([
    'enrolment opened',
    'agent enrolled',
    'enrolment opened',
    'connector created',
  ]);
});

test('hello is answered by a welcome and the list of users to watch', async () => {
  const bed = new Bed();
  const first = await bed.pairs(3, SLOW);
  const agent = await bed.connect(first.id);
  agent.hello();
  await bed.settle();
  expect(agent.frames).toMatchObject([
    { t: 'welcome', role: 'leading', epoch: 2 },
    { t: 'watch', epoch: 2, last: true, guids: [guid(1), guid(2), guid(3)] },
  ]);
  expect(first.closed).toBe(CLOSE.replaced);
});

test('a dial that its agent gave up, and that gets through late, turns nobody out', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  const late = await bed.connect(agent.id);
  await bed.settle();
  expect(agent.closed).toBeNull();
  expect(await stateOf(bed, agent)).toBe('leading');
  const later = await bed.connect(agent.id);
  await bed.settle();
  expect(late.closed).toBe(CLOSE.silent);
  agent.presence(1, talking);
  await bed.settle();
  expect(bed.microsoft.actions()).toEqual(['setPresence']);
  agent.presence(1, []);
  await bed.settle();
  await bed.later(7 * SECOND);
  agent.presence(1, []);
  await bed.later(6 * SECOND);
  value(await bed.stub.status());
  await bed.settle();
  expect(later.closed).toBe(CLOSE.silent);
  expect(agent.closed).toBeNull();
  expect(bed.microsoft.actions()).toEqual(['setPresence', 'clearPresence']);
});

test('the newest hello leads; when it goes, the other one takes over', async () => {
  const bed = new Bed();
  const one = await bed.pairs(1, SLOW);
  const two = (await bed.connect(await bed.enrol('two'))).hello();
  await bed.settle();
  expect(one.frames.at(-1)).toMatchObject({ t: 'role', role: 'standby', epoch: 2 });
  expect([await stateOf(bed, one), await stateOf(bed, two)]).toEqual(['standby', 'leading']);
  await evictDurableObject(bed.stub);
  two.close();
  await bed.settle();
  expect(one.frames.slice(-2)).toMatchObject([
    { t: 'role', role: 'leading', epoch: 3 },
    { t: 'watch', epoch: 3 },
  ]);
  expect([await stateOf(bed, one), await stateOf(bed, two)]).toEqual(['leading', 'offline']);
});

test('a standby is heard for its PBX sessions only', async () => {
  const bed = new Bed();
  const one = await bed.pairs(1, SLOW);
  const two = (await bed.connect(await bed.enrol('two'))).hello().up();
  await bed.settle();
  one.down();
  one.presence(1, talking);
  await bed.settle();
  expect(bed.microsoft.writes).toEqual([]);
  expect((await agentsOf(bed)).find(({ id }) => id === one.id)?.pbx).toMatchObject([
    { name: 'pbx', state: 'down' },
  ]);
  two.presence(1, talking);
  await bed.settle();
  expect(bed.microsoft.actions()).toEqual(['setPresence']);
});

test('a removed agent is put out at once, may not come back, and is not heard while it hangs on', async () => {
  const bed = new Bed();
  const one = await bed.pairs(1, SLOW);
  const two = (await bed.connect(await bed.enrol('two'))).hello().up();
  await bed.settle();
  value(await bed.stub.removeAgent('operator', two.id));
  expect(refusal(await bed.stub.removeAgent('operator', two.id))).toBe('not-found');
  await bed.settle();
  expect(two.closed).toBe(CLOSE.revoked);
  expect(await stateOf(bed, one)).toBe('leading');
  await expect(bed.connect(two.id)).rejects.toThrow('403');
  expect(await stateOf(bed, two)).toBe('revoked');
});

test('what a closed socket still says is nothing', async () => {
  const bed = new Bed();
  const one = await bed.pairs(1, SLOW);
  const two = (await bed.connect(await bed.enrol('two'))).hello().up();
  await bed.settle();
  // It does not answer the close, and goes on talking.
  await runInDurableObject(bed.stub, async (object, ctx) => {
    const [socket] = ctx.getWebSockets(two.id);
    if (!socket) throw new Error('no socket');
    socket.close(CLOSE.revoked, 'revoked');
    const frame = helloFrame({ agent: { version: '', platform: '', startedAt: 1 }, pbxs: [] });
    const receive = object as unknown as {
      webSocketMessage(socket: WebSocket, text: string): void;
    };
    receive.webSocketMessage(socket, JSON.stringify(frame));
    receive.webSocketMessage(
      socket,
      JSON.stringify(
        presencesFrame({
          pbx: 'pbx',
          presences: [{ guid: guid(1), items: talking, afterGap: false }],
        }),
      ),
    );
  });
  await bed.settle();
  expect(bed.microsoft.writes).toEqual([]);
  expect(await stateOf(bed, one)).toBe('leading');
});

test.each([
  ['before hello', (agent: Agent) => agent.up()],
  ['a second hello', (agent: Agent) => agent.hello().hello()],
  ['not JSON', (agent: Agent) => agent.socket.send('what?')],
  ['not text', (agent: Agent) => agent.socket.send(new Uint8Array([1, 2]))],
  ['no frame that is known', (agent: Agent) => agent.socket.send('{"v":1,"t":"reboot"}')],
] as const)('hangs up on %s, and the one that led goes on', async (_, speak) => {
  const bed = new Bed();
  const one = await bed.pairs(1, SLOW);
  const two = await bed.connect(await bed.enrol('two'));
  speak(two);
  await bed.settle();
  expect(two.closed).toBe(CLOSE.badFrame);
  expect(await stateOf(bed, one)).toBe('leading');
});

test('another version of the protocol is told so', async () => {
  const bed = await made();
  const agent = await bed.connect(await bed.enrol());
  agent.socket.send('{"v":99,"t":"hello"}');
  await bed.settle();
  expect(agent.closed).toBe(CLOSE.unsupportedVersion);
});

test('long names and many PBXs do not end the tunnel', async () => {
  const bed = await made();
  const agent = (await bed.connect(await bed.enrol())).hello();
  for (let n = 0; n < 80; n += 1) {
    const fault = { code: 'unreachable', detail: 'ü'.repeat(1000) };
    agent.send(pbxStateFrame({ pbx: `${n}${'x'.repeat(900)}`, state: { state: 'down', fault } }));
  }
  await bed.settle();
  expect(agent.closed).toBeNull();
  const [view] = await agentsOf(bed);
  expect(view?.pbx).toHaveLength(64);
});

test('what an agent said of its PBXs survives a sleep', async () => {
  const bed = await made();
  await bed.agent([pbxUser(1)]);
  await evictDurableObject(bed.stub);
  expect(await bed.lamp('pbx')).toMatchObject({ state: 'ok', params: { name: 'pbx' } });
});

test('an agent whose pings stopped is hung up on within 15 s, and the standby leads', async () => {
  const bed = new Bed();
  const one = await bed.pairs(1, SLOW);
  const two = (await bed.connect(await bed.enrol('two'))).hello();
  // The runtime notes the ping at the real time, far before that of the test; the hello counts.
  two.socket.send('ping');
  await bed.later(10 * SECOND);
  expect(two.closed).toBeNull();
  await bed.later(3 * SECOND);
  expect(two.closed).toBe(CLOSE.silent);
  expect(await stateOf(bed, one)).toBe('leading');
});

test('whoever sends a long list is alive, though the pings wait behind it', async () => {
  const bed = new Bed();
  await bed.pairs(1, SLOW);
  const two = (await bed.connect(await bed.enrol('two'))).hello();
  two.socket.send('ping');
  for (const list of [1, 2, 3]) {
    await bed.later(8 * SECOND);
    two.send(usersFrame({ pbx: 'pbx', list, last: false, users: [pbxUser(list)] }));
    await bed.settle();
  }
  expect(two.closed).toBeNull();
});

test('with somebody to take over, the leader is looked at when it has been silent for 12 s', async () => {
  const bed = new Bed();
  await bed.pairs(1, SLOW);
  // Nothing else is planned soon.
  await bed.rows('UPDATE agenda SET due_at = due_at + 3600000');
  await runDurableObjectAlarm(bed.stub);
  const nextIn = async () => Number(await bed.alarmAt()) - Date.now();
  expect(await nextIn()).toBeGreaterThan(MINUTE);
  const two = (await bed.connect(await bed.enrol('two'))).hello();
  await bed.settle();
  expect(await nextIn()).toBe(12 * SECOND);
  two.socket.send('ping');
  await bed.later(5 * SECOND);
  two.send(pbxStateFrame({ pbx: 'pbx', state: { state: 'down', fault: AWAY } }));
  await bed.settle();
  await bed.later(8 * SECOND);
  expect(await nextIn()).toBe(4 * SECOND);
  two.close();
  await bed.later(20 * SECOND);
  expect(await nextIn()).toBeGreaterThan(15 * SECOND);
});

test('an agent that vanished is missed by whoever looks, also where nobody stands by', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  await bed.rows('UPDATE agenda SET due_at = due_at + 3600000');
  agent.socket.send('ping');
  agent.send(pbxStateFrame({ pbx: 'pbx', state: { state: 'down', fault: AWAY } }));
  await bed.settle();
  expect(await bed.lamp('agent')).toMatchObject({ state: 'ok' });
  await bed.later(13 * SECOND);
  expect(await bed.lamp('agent')).toMatchObject({ state: 'error' });
  expect(agent.closed).toBe(CLOSE.silent);
});

test('a connection that never says hello does not stay', async () => {
  const bed = await made();
  const agent = await bed.connect(await bed.enrol());
  await bed.later(3 * MINUTE);
  expect(agent.closed).toBe(CLOSE.silent);
});

test('one user with nonsense in their list is nobody else’s trouble', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  await bed.rows(`UPDATE pair SET state = 'broken' WHERE guid = '${guid(1)}'`);
  await evictDurableObject(bed.stub);
  agent.send(
    presencesFrame({
      pbx: 'pbx',
      presences: [1, 2].map((n) => ({ guid: guid(n), items: talking, afterGap: false })),
    }),
  );
  await bed.settle();
  expect(agent.closed).toBeNull();
  expect(bed.microsoft.actions(2)).toEqual(['setPresence']);
});

test('the tunnel of a connector that is not there', async () => {
  const bed = new Bed();
  await expect(bed.connect('nobody')).rejects.toThrow('404');
  const left = await runInDurableObject(bed.stub, async (_object, ctx) => ({
    tables: ctx.storage.sql.exec('SELECT name FROM sqlite_master').toArray().length,
    alarm: await ctx.storage.getAlarm(),
  }));
  expect(left).toEqual({ tables: 0, alarm: null });
});

test('a poll begins when an agent comes, not a minute later', async () => {
  const bed = await made();
  await bed.later(10 * SECOND);
  const agent = await bed.connect(await bed.enrol());
  const came = Date.now();
  agent.hello().up();
  await bed.settle();
  const [sweep] = await bed.rows("SELECT due_at FROM agenda WHERE task = 'sweep'");
  // Alarms go off a millisecond after one another; no other time passes.
  const began = Number(sweep?.['due_at']) - 300 * SECOND;
  expect(began).toBeGreaterThanOrEqual(came);
  expect(began).toBeLessThanOrEqual(came + 2);
});
