import { runInDurableObject } from 'cloudflare:test';
import { expect, test, vi } from 'vitest';
import { figuresOf, Stopwatch, type Took } from '../../../edge/connector/figures.ts';
import {
  Bed,
  chose,
  GRAPH,
  json,
  MINUTE,
  POLLING,
  pbxUser,
  person,
  SECOND,
  SLOW,
  START,
  taken,
  talking,
  teamsId,
  until,
  value,
} from './bed.ts';

const BUSY = { availability: 'Busy', activity: 'Busy' };

const hours = async (bed: Bed) => {
  const { teamsToPbx, pbxToTeams } = value(await bed.stub.figures());
  return [teamsToPbx.hour.count, pbxToTeams.hour.count];
};

test('sixty minutes, the one that has begun last; what is older does not count', () => {
  const now = START + 30 * SECOND;
  const took = (minutesAgo: number, ms: number): Took => ({
    at: now - minutesAgo * MINUTE,
    direction: 'teams-to-pbx',
    ms,
  });
  const all = [took(60, 9_999), took(59, 40), took(1, 30), took(1, 10), took(1, 20), took(0, 5)];
  const { teamsToPbx, pbxToTeams } = figuresOf(all, now);
  expect(teamsToPbx.minutes).toHaveLength(60);
  expect(teamsToPbx.minutes[0]).toMatchObject({ count: 1, p50: 40, worst: 40 });
  expect(teamsToPbx.minutes.slice(-2)).toEqual([
    { at: new Date(START - MINUTE).toISOString(), count: 3, p50: 20, worst: 30 },
    { at: new Date(START).toISOString(), count: 1, p50: 5, worst: 5 },
  ]);
  expect(teamsToPbx.hour).toEqual({ count: 5, p50: 20, worst: 40 });
  expect(pbxToTeams.hour).toEqual({ count: 0, p50: null, worst: null });
});

test('a newer change overtakes the one on its way, and one that went away is not counted', () => {
  const watch = new Stopwatch<{ took: readonly Took[] }>();
  const one: { took: readonly Took[] } = { took: [] };
  watch.begin(one, 'pbx-to-teams', 1_000);
  watch.begin(one, 'pbx-to-teams', 3_000);
  watch.end(one, 'teams-to-pbx', 4_000);
  watch.end(one, 'pbx-to-teams', 5_000);
  watch.end(one, 'pbx-to-teams', 6_000);
  watch.begin(one, 'teams-to-pbx', 7_000);
  watch.drop(one, 'teams-to-pbx');
  watch.end(one, 'teams-to-pbx', 8_000);
  expect(one.took).toEqual([{ at: 5_000, direction: 'pbx-to-teams', ms: 2_000 }]);
});

test('each change counts once, in its direction', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2);
  const before = await hours(bed);
  bed.microsoft.presences.set(teamsId(1), BUSY);
  await bed.later(6 * SECOND);
  agent.presence(2, talking);
  await bed.settle();
  expect(await hours(bed)).toEqual([before[0]! + 1, before[1]! + 1]);
});

test('what was chosen before the other side was known counts where it went', async () => {
  const bed = new Bed();
  bed.microsoft.people = [person(1)];
  let seen: unknown[] = [];
  bed.microsoft.on(`POST ${GRAPH}/communications/getPresencesByUserId`, () =>
    json({ value: seen }),
  );
  await bed.put();
  await bed.settle();
  const agent = await bed.agent([pbxUser(1)]);
  agent.presence(1, chose('dnd'), { afterGap: true });
  await bed.settle();
  expect(bed.microsoft.actions(1)).toEqual([]);
  seen = [{ id: teamsId(1), availability: 'Available', activity: 'Available' }];
  await bed.later(6 * SECOND);
  expect(bed.microsoft.actions(1)).toEqual(['setUserPreferredPresence']);
  expect(await hours(bed)).toEqual([0, 1]);
});

test('a call that lasts is one change, however often its session is refreshed', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  const [, before = 0] = await hours(bed);
  agent.presence(1, talking);
  await bed.settle();
  await bed.later(16 * MINUTE);
  expect(bed.microsoft.actions(1).length).toBeGreaterThan(2);
  expect(await hours(bed)).toEqual([expect.anything(), before + 1]);
});

test('what Microsoft takes late took long', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  const held = bed.microsoft.hold(`POST ${GRAPH}/users/`, taken);
  agent.presence(1, chose('dnd'));
  await until(() => held.taken === 1);
  expect((await hours(bed))[1]).toBe(0);
  vi.setSystemTime(Date.now() + 2 * SECOND);
  held.go = true;
  await bed.settle();
  const { pbxToTeams } = value(await bed.stub.figures());
  expect(pbxToTeams.hour).toMatchObject({ count: 1, worst: 2 * SECOND });
});

test('the figures outlive the sleep of the object, and cost no write of their own', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1);
  agent.presence(1, talking);
  await bed.quiet();
  const before = await hours(bed);
  expect(before[1]).toBe(1);
  await bed.evict();
  expect(await hours(bed)).toEqual(before);
  const tables = await runInDurableObject(bed.stub, (_, { storage }) =>
    storage.sql.exec("SELECT name FROM sqlite_master WHERE name LIKE '%figure%'").toArray(),
  );
  expect(tables).toEqual([]);
});

test('without a timeline they are counted in memory alone', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, { ...POLLING, timeline: false });
  agent.presence(1, talking);
  await bed.settle();
  expect((await hours(bed))[1]).toBe(1);
  const kept = await runInDurableObject(bed.stub, (_, { storage }) =>
    storage.sql.exec('SELECT took FROM pair WHERE took IS NOT NULL').toArray(),
  );
  expect(kept).toEqual([]);
});

test('with the timeline the times that are stored go too', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1);
  agent.presence(1, talking);
  await bed.quiet();
  const kept = () =>
    runInDurableObject(
      bed.stub,
      (_, { storage }) =>
        storage.sql.exec('SELECT took FROM pair WHERE took IS NOT NULL').toArray().length,
    );
  expect(await kept()).toBe(1);
  await bed.put({ ...POLLING, timeline: false });
  expect(await kept()).toBe(0);
});
