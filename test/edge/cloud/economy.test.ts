// What a day costs at Cloudflare, counted by the runtime itself: rows of storage that are written and
// read, alarms, requests. `npm run bench -- economy` prints the figures and makes money of them.
import { runInDurableObject } from 'cloudflare:test';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { AccountReport } from '../../../edge/graph/account-rpc.ts';
import type { TeamsUserId } from '../../../shared/ids.ts';
import { PING, PONG } from '../../../shared/protocol/frame.ts';
import {
  type Agent,
  Bed,
  chose,
  GRAPH,
  json,
  MINUTE,
  POLLING,
  pbxUser,
  person,
  SECOND,
  SUBSCRIBING,
  talking,
  teamsId,
  until,
  value,
} from '../connector/bed.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** For the bench: figures by their name. */
    figures?: Record<string, number>;
  }
}

const USERS = 40;
const DND = { availability: 'DoNotDisturb', activity: 'DoNotDisturb' };

interface Meter {
  /** Rows and alarms since the last call. */
  read(): {
    written: number;
    /** Of these, those of the users themselves. */
    users: number;
    read: number;
    alarms: number;
  };
}

/** Counts what the object does to its storage, in the runtime's own figures. */
function meter(stub: DurableObjectStub): Promise<Meter> {
  return runInDurableObject(stub, (object, { storage }) => {
    const cursors: { query: string; cursor: SqlStorageCursor<never> }[] = [];
    let alarms = 0;
    // Setting one is billed as a row.
    let alarmsSet = 0;
    const all = Object.getPrototypeOf(storage);
    const { setAlarm } = all;
    all.setAlarm = function (this: DurableObjectStorage, ...words: unknown[]) {
      if (this === storage) alarmsSet += 1;
      return Reflect.apply(setAlarm, this, words);
    };
    const sql = Object.getPrototypeOf(storage.sql);
    const { exec } = sql;
    // Other connectors of this workerd may wake: only this one is counted.
    sql.exec = function (this: SqlStorage, ...words: unknown[]) {
      const cursor = Reflect.apply(exec, this, words) as SqlStorageCursor<never>;
      if (this === storage.sql) {
        cursors.push({ query: String(words[0]), cursor });
      }
      return cursor;
    };
    const made = object as unknown as { alarm(): Promise<void> };
    const { alarm } = made;
    made.alarm = () => {
      alarms += 1;
      return alarm.call(made);
    };
    return {
      read() {
        const sum = { written: alarmsSet, users: 0, read: 0, alarms };
        for (const { query, cursor } of cursors.splice(0)) {
          const { rowsRead, rowsWritten } = cursor;
          sum.read += rowsRead;
          sum.written += rowsWritten;
          if (/INSERT INTO pair\b|UPDATE pair\b/.test(query)) sum.users += rowsWritten;
        }
        alarms = 0;
        alarmsSet = 0;
        return sum;
      },
    };
  });
}

/** So many changes of a few that the timeline's rows are among what is counted. */
const FEW = [1, 2, 3, 4];
const ROUNDS = Array.from({ length: 10 });
const numbers = Array.from({ length: USERS }, (_, n) => n + 1);

async function subscribed() {
  const bed = new Bed();
  bed.microsoft.people = numbers.map((n) => person(n));
  value(await bed.put(SUBSCRIBING));
  await bed.settle();
  const accountId = await bed.addAccount();
  await bed.settle();
  const agent = await bed.agent(numbers.map((n) => pbxUser(n)));
  await bed.later(10 * SECOND);
  for (const n of numbers) agent.presence(n, [], { afterGap: true });
  // Reads that look after what happened at the beginning are not the daily business.
  await bed.later(20 * MINUTE);
  const [row] = await bed.rows('SELECT report FROM account');
  const { presence: subscription } = JSON.parse(String(row?.['report'])) as AccountReport;
  if (subscription.state !== 'active') throw new Error(`It is ${subscription.state}.`);
  const { id: subscriptionId, generation } = subscription;
  let stamp = 1_000_000;
  /** Microsoft tells of it, and knows it when asked. */
  const notify = async (n: number, activity: string): Promise<void> => {
    const availability = activity === 'InACall' ? 'Busy' : activity;
    const presence = { availability, activity };
    bed.microsoft.presences.set(teamsId(n), presence);
    const userId = teamsId(n) as TeamsUserId;
    // With it Microsoft tells which of two is newer, so that nothing has to be read.
    stamp += 1;
    const sequence = String(stamp);
    await bed.stub.observe([{ accountId, generation, subscriptionId, userId, presence, sequence }]);
  };
  return { bed, agent, notify };
}

async function polling(): Promise<{ bed: Bed; agent: Agent }> {
  const bed = new Bed();
  const agent = await bed.pairs(USERS, POLLING);
  bed.microsoft.on(`POST ${GRAPH}/communications/getPresencesByUserId`, ({ body }) =>
    json({
      value: (JSON.parse(body).ids as string[]).map((id) => ({
        id,
        ...(bed.microsoft.presences.get(id as TeamsUserId) ?? {
          availability: 'Available',
          activity: 'Available',
        }),
      })),
    }),
  );
  await bed.later(20 * MINUTE);
  return { bed, agent };
}

test('a change on the PBX', async ({ task }) => {
  const { bed, agent, notify } = await subscribed();
  const counted = await meter(bed.stub);
  const choices = { dnd: 'DoNotDisturb', away: 'Away', '': 'Available' };
  for (const n of FEW) {
    for (const [choice, shown] of ROUNDS.flatMap(() => Object.entries(choices))) {
      agent.presence(n, choice === '' ? [] : chose(choice));
      await bed.settle();
      await notify(n, shown);
      await bed.settle();
    }
  }
  const { written, users, read } = counted.read();
  const changes = FEW.length * ROUNDS.length * 3;
  const sent = bed.microsoft.writes.filter(({ action }) => /Preferred/.test(action));
  expect(sent.length).toBeGreaterThanOrEqual(changes);
  task.meta.figures = { written: written / changes, users: users / changes, read: read / changes };
  expect(users / changes).toBe(1);
  // The timeline's takes ten decisions together.
  expect(written / changes).toBeLessThanOrEqual(1.2);
});

test('a call, from its beginning to its end', async ({ task }) => {
  const { bed, agent, notify } = await subscribed();
  const counted = await meter(bed.stub);
  for (const n of FEW) {
    for (const [items, shown] of ROUNDS.flatMap(() => [
      [talking, 'InACall'] as const,
      [[], 'Available'] as const,
    ])) {
      agent.presence(n, [...items]);
      await bed.settle();
      await notify(n, shown);
      await bed.settle();
    }
  }
  const { written, users, read } = counted.read();
  const calls = FEW.length * ROUNDS.length;
  task.meta.figures = { written: written / calls, users: users / calls, read: read / calls };
  expect(users / calls).toBe(2);
  expect(written / calls).toBeLessThanOrEqual(2.3);
});

test('a change in Teams', async ({ task }) => {
  const { bed, agent, notify } = await subscribed();
  const counted = await meter(bed.stub);
  const choices = ['Busy', 'DoNotDisturb', 'Available'];
  for (const n of FEW) {
    for (const shown of ROUNDS.flatMap(() => choices)) {
      await notify(n, shown);
      await bed.settle();
    }
  }
  const { written, users, read } = counted.read();
  const changes = FEW.length * ROUNDS.length * choices.length;
  const shown = ROUNDS.flatMap(() => ['busy', 'dnd', '']);
  expect(FEW.map((n) => agent.shown(n))).toEqual(FEW.map(() => shown));
  task.meta.figures = { written: written / changes, users: users / changes, read: read / changes };
  expect(users / changes).toBe(1);
  expect(written / changes).toBeLessThanOrEqual(1.2);
});

test('when it goes quiet each row learns once what became of it', async () => {
  const { bed, agent, notify } = await subscribed();
  const everybody = async (choice: string, shown: string) => {
    for (const n of numbers) {
      agent.presence(n, chose(choice));
      await bed.settle();
      await notify(n, shown);
    }
    await bed.settle();
  };
  // From then on the index by when each is to be renewed is early enough.
  await everybody('dnd', 'DoNotDisturb');
  await bed.quiet();
  await everybody('away', 'Away');
  const counted = await meter(bed.stub);
  await bed.quiet();
  const { written } = counted.read();
  expect(written).toBeGreaterThanOrEqual(USERS);
  expect(written).toBeLessThanOrEqual(USERS + 4);
  expect(await bed.rows('SELECT 1 FROM pair WHERE soon IS NOT NULL')).toEqual([]);
});

test('a change that comes alone: its row, what became of it, and the alarm, brought forward and put back', async () => {
  const { bed, agent, notify } = await subscribed();
  const alone = async (choice: string, shown: string) => {
    agent.presence(1, chose(choice));
    await bed.settle();
    await notify(1, shown);
    await bed.later(20 * SECOND);
  };
  await alone('dnd', 'DoNotDisturb');
  const counted = await meter(bed.stub);
  await alone('away', 'Away');
  const { written, users } = counted.read();
  expect(users).toBe(2);
  expect(written).toBeLessThanOrEqual(4);
});

test('what was seen before costs nothing', async () => {
  const { bed, agent, notify } = await subscribed();
  await notify(1, 'Busy');
  agent.presence(2, chose('dnd'));
  bed.microsoft.presences.set(teamsId(2), DND);
  await bed.later(6 * MINUTE);
  const counted = await meter(bed.stub);
  await notify(1, 'Busy');
  agent.presence(2, chose('dnd'));
  await bed.settle();
  expect(counted.read().written).toBe(0);
});

test('heartbeats wake nothing', async () => {
  const { bed, agent } = await subscribed();
  const counted = await meter(bed.stub);
  for (let n = 0; n < 20; n += 1) agent.socket.send(PING);
  await bed.settle();
  expect(counted.read()).toEqual({ written: 0, users: 0, read: 0, alarms: 0 });
});

test('a heartbeat is answered while the object sleeps, and it sleeps on', async () => {
  const { bed, agent } = await subscribed();
  await bed.quiet();
  await bed.evict();
  let woken = 0;
  const Pair = WebSocketRequestResponsePair;
  onTestFinished(() => void vi.stubGlobal('WebSocketRequestResponsePair', Pair));
  vi.stubGlobal(
    'WebSocketRequestResponsePair',
    class extends Pair {
      constructor(request: string, response: string) {
        super(request, response);
        woken += 1;
      }
    },
  );
  let pongs = 0;
  agent.socket.addEventListener('message', ({ data }) => {
    pongs += data === PONG ? 1 : 0;
  });
  for (let n = 0; n < 20; n += 1) agent.socket.send(PING);
  await until(() => pongs === 20);
  expect(woken).toBe(0);
  value(await bed.stub.status());
  expect(woken).toBe(1);
});

test('an hour in which nothing happens', { timeout: 60_000 }, async ({ task }) => {
  const hours: Record<string, number> = {};
  for (const [source, { bed }, minutes] of [
    ['subscribe', await subscribed(), 60],
    ['poll', await polling(), 10],
  ] as const) {
    const counted = await meter(bed.stub);
    const asked = bed.microsoft.asked.length;
    await bed.later(minutes * MINUTE);
    const { written, read, alarms } = counted.read();
    const anHour = { written, read, alarms, 'Graph requests': bed.microsoft.asked.length - asked };
    for (const [what, count] of Object.entries(anHour)) {
      hours[`${source}: ${what}`] = Math.round((count * 60) / minutes);
    }
  }
  task.meta.figures = hours;
  expect(hours['subscribe: alarms']).toBeLessThanOrEqual(120);
  // Every alarm that is set is a row; of a sweep: the next one, and an alarm before it and after it.
  expect(hours['subscribe: written']).toBeLessThanOrEqual(300);
  const sweeps = 3_600 / 5;
  expect(hours['poll: written']).toBeLessThanOrEqual(3.3 * sweeps);
});
