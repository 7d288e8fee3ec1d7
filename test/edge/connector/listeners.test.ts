import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { LISTENER_HEADER, type News, type UserView } from '../../../edge/connector/rpc.ts';
import type { Lamp } from '../../../shared/lamps.ts';
import { unseenFrame } from '../../../shared/protocol/up.ts';
import {
  Bed,
  chose,
  guid,
  MINUTE,
  pbxUser,
  person,
  SECOND,
  SLOW,
  teamsId,
  until,
  value,
} from './bed.ts';

/** A page that listens, with what it heard. */
class Listener {
  readonly news: News[] = [];
  closed = false;
  readonly socket: WebSocket;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.accept();
    socket.addEventListener('message', ({ data }) => {
      this.news.push(JSON.parse(String(data)) as News);
    });
    socket.addEventListener('close', () => {
      this.closed = true;
    });
  }

  get statuses(): Lamp[][] {
    return this.news.flatMap((one) => ('status' in one ? [one.status] : []));
  }

  get users(): UserView[] {
    return this.news.flatMap((one) => ('users' in one ? one.users : []));
  }

  get others(): number[] {
    return this.news.flatMap((one) => ('others' in one ? [one.others] : []));
  }

  lamp(id: string): string | undefined {
    return this.statuses.at(-1)?.find((lamp) => lamp.id === id)?.code;
  }

  /** Activities told of a person, oldest first. */
  shown(n: number): (string | null | undefined)[] {
    return this.users
      .filter(({ teams }) => teams?.id === teamsId(n))
      .map((user) => user.pbx?.activity);
  }
}

const ask = (bed: Bed, who = 'operator') => {
  const headers = { upgrade: 'websocket', [LISTENER_HEADER]: who };
  return bed.stub.fetch(new Request('https://edge/events', { headers }));
};

async function listen(bed: Bed, who?: string): Promise<Listener> {
  const { webSocket } = await ask(bed, who);
  if (!webSocket) throw new Error('Not taken.');
  const listener = new Listener(webSocket);
  await until(() => listener.statuses.length > 0);
  return listener;
}

test('whoever begins to listen is told all lamps, and then what changes', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  const page = await listen(bed);
  expect(page.statuses[0]).toEqual(value(await bed.stub.status()));
  agent.presence(1, chose('away'));
  await bed.later(SECOND);
  expect(page.users.at(-1)).toMatchObject({
    teams: { id: teamsId(1) },
    pbx: { activity: 'away' },
    lastChange: { direction: 'pbx-to-teams' },
  });
  agent.close();
  await bed.later(SECOND);
  expect(page.lamp('agent')).toBe('agent-offline');
});

test('nothing is said where nothing changed, and nothing is woken for it', async () => {
  const bed = new Bed();
  await bed.pairs(2, SLOW);
  const page = await listen(bed);
  await bed.later(4 * MINUTE);
  const heard = page.news.length;
  const alarm = await bed.alarmAt();
  await bed.settle();
  expect(page.news).toHaveLength(heard);
  expect(heard).toBeLessThan(4);
  expect(alarm).toBe(await bed.alarmAt());
});

test('a storm is one piece of news a user, twice a second at most', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(3, SLOW);
  const page = await listen(bed);
  await bed.later(2 * SECOND);
  const before = page.news.length;
  for (let n = 0; n < 40; n += 1) {
    for (const who of [1, 2, 3]) agent.presence(who, chose(n % 2 === 0 ? 'busy' : 'away'));
  }
  await bed.settle();
  await bed.later(SECOND);
  const users = page.news.slice(before).filter((one) => 'users' in one);
  expect(users.length).toBeLessThanOrEqual(3);
  expect(page.shown(2).at(-1)).toBe('away');
});

test('where more change than a page shows, it is told to read its list again', async () => {
  const bed = new Bed();
  await bed.pairs(1, SLOW);
  const page = await listen(bed);
  const numbers = Array.from({ length: 150 }, (_, n) => n + 1);
  bed.microsoft.people = numbers.map((n) => person(n));
  await bed.later(70 * SECOND);
  expect(Math.max(...page.others)).toBeGreaterThan(100);
  expect(page.users.length).toBeLessThanOrEqual(100);
});

test('somebody who left is told as a reason to read the list again', async () => {
  const bed = new Bed();
  await bed.pairs(2, SLOW);
  const page = await listen(bed);
  bed.microsoft.people = [person(1), person(2, { accountEnabled: false })];
  await bed.later(70 * SECOND);
  expect(page.others).toContain(1);
});

test('a user who is renamed on the PBX is told', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  const page = await listen(bed);
  agent.users([pbxUser(1, { cn: 'Renamed' })], 2);
  await bed.later(5 * SECOND);
  expect(page.users.at(-1)?.pbx?.cn).toBe('Renamed');
});

test('whose presence may not be seen any more, or again, is told', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  const page = await listen(bed);
  const states = () => page.users.map(({ teams, state }) => `${teams?.id} ${state}`);
  await bed.later(SECOND);
  agent.send(unseenFrame({ pbx: 'pbx', guids: [guid(1)], noCalls: [guid(2)] }));
  await bed.later(SECOND);
  expect(states()).toEqual([`${teamsId(1)} noRights`, `${teamsId(2)} noRights`]);
  agent.send(unseenFrame({ pbx: 'pbx', guids: [guid(1)] }));
  await bed.later(SECOND);
  expect(states().slice(2)).toEqual([`${teamsId(2)} paired`]);
});

test('a listener outlasts the sleep of the object', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  const page = await listen(bed);
  await evictDurableObject(bed.stub);
  agent.presence(1, chose('dnd'));
  await bed.later(SECOND);
  expect(page.shown(1).at(-1)).toBe('dnd');
});

test('agents are not taken for listeners, nor the other way round', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  const page = await listen(bed);
  page.socket.send('{"t":"hello"}');
  await bed.later(5 * MINUTE);
  expect(agent.frames.every((frame) => 't' in frame)).toBe(true);
  expect(page.news.every((one) => !('t' in one))).toBe(true);
  expect(value(await bed.stub.listAgents())).toHaveLength(1);
  expect(page.closed).toBe(false);
});

test('nobody hears of another connector', async () => {
  const one = new Bed();
  const agent = await one.pairs(1, SLOW);
  const other = new Bed();
  value(await other.put(SLOW));
  const page = await listen(other);
  agent.presence(1, chose('dnd'));
  await one.later(SECOND);
  await other.later(SECOND);
  expect(page.users).toEqual([]);
});

test('there is room for 32, and for the next when one leaves', async () => {
  const bed = new Bed();
  value(await bed.put(SLOW));
  const pages = await Promise.all(Array.from({ length: 32 }, () => listen(bed)));
  expect((await ask(bed)).status).toBe(503);
  pages[0]?.socket.close(1000);
  await bed.settle();
  expect((await ask(bed)).status).toBe(101);
});

test('one that was forgotten makes room', async () => {
  const bed = new Bed();
  value(await bed.put(SLOW));
  const page = await listen(bed);
  await bed.later(7 * MINUTE);
  await listen(bed);
  await until(() => page.closed);
});

test('a token that is revoked hears nothing more', async () => {
  const bed = new Bed();
  value(await bed.put(SLOW));
  const { id } = value(await bed.stub.addToken('operator', { name: null, hash: 'h' }));
  const page = await listen(bed, `token:${id}`);
  const operator = await listen(bed);
  value(await bed.stub.removeToken('operator', id));
  await until(() => page.closed);
  expect(operator.closed).toBe(false);
});

test('with the connector all end', async () => {
  const bed = new Bed();
  value(await bed.put(SLOW));
  const page = await listen(bed);
  value(await bed.stub.deleteSettings('operator'));
  await until(() => page.closed);
  expect((await ask(bed)).status).toBe(404);
});

test('a connector that was never created leaves no trace of having been listened to', async () => {
  const bed = new Bed();
  expect((await ask(bed)).status).toBe(404);
  const tables = await runInDurableObject(bed.stub, (_object, ctx) =>
    ctx.storage.sql.exec('SELECT name FROM sqlite_master').toArray(),
  );
  expect(tables).toEqual([]);
});
