// Sweeps over many users: evenly, within a quarter of the quota, never two at a time, and never in the
// way of anything that somebody waits for. On a moved clock.
import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import {
  Bed,
  breath,
  GRAPH,
  graphRefusal,
  json,
  MINUTE,
  POLLING,
  SECOND,
  SLOW,
  talking,
  teamsId,
} from './bed.ts';

const READ = `POST ${GRAPH}/communications/getPresencesByUserId`;

/** A connector with a few real pairs and so many more that Teams knows nothing about. */
async function crowd(count: number, settings: Record<string, unknown> = POLLING) {
  const bed = new Bed();
  const agent = await bed.pairs(3, settings);
  await bed.rows(
    `WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < ${999 + count - 3})
     INSERT INTO pair (teams_id, guid, state, soon, due_at)
     SELECT printf('00000000-0000-4000-8000-%012x', i), printf('%032x', i),
            (SELECT state FROM pair LIMIT 1), NULL, NULL FROM n`,
  );
  await powerCut(bed);
  const again = new Bed(bed);
  const back = (await again.connect(agent.id)).hello().up();
  for (const n of [1, 2, 3]) back.presence(n, [], { afterGap: true });
  await again.settle();
  return { bed: again, agent: back };
}

const powerCut = (bed: Bed) =>
  runInDurableObject(bed.stub, (_object, ctx) => ctx.abort('power cut')).catch(() => undefined);

interface Read {
  at: number;
  ids: string[];
}

/** Notes each read from here on. @param answer what Microsoft says instead of an empty list */
function reads(bed: Bed, answer: (read: Read) => Response | Promise<Response> = none): Read[] {
  const seen: Read[] = [];
  bed.microsoft.on(READ, ({ body }) => {
    const read = { at: Date.now(), ids: JSON.parse(body).ids as string[] };
    seen.push(read);
    return answer(read);
  });
  return seen;
}
const none = (): Response => json({ value: [] });

/** Requests that began within the fullest 30 s. */
const fullest = (seen: readonly Read[]): number =>
  Math.max(...seen.map(({ at }) => seen.filter((o) => o.at >= at && o.at < at + 30_000).length));

test('the requests of a sweep name 650 users at most, and are spread evenly over pollSeconds', async () => {
  const { bed } = await crowd(2_600);
  await bed.later(6 * SECOND);
  const seen = reads(bed);
  await bed.later(20 * SECOND);
  expect(seen.length).toBeGreaterThanOrEqual(15);
  expect(seen.length).toBeLessThanOrEqual(17);
  expect(new Set(seen.slice(0, 4).flatMap(({ ids }) => ids)).size).toBe(2_600);
  expect(Math.max(...seen.map(({ ids }) => ids.length))).toBe(650);
  const gaps = seen.slice(1).map(({ at }, n) => at - (seen[n]?.at ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_249);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(1_251);
  expect(await bed.lamp('subscriptions')).toMatchObject({ params: { users: 2_600, seconds: 5 } });
});

test('a tenant too large for its pollSeconds takes a quarter of the quota, and the lamp says how long', async () => {
  const { bed } = await crowd(26_000, { ...POLLING, pollSeconds: 2 });
  await bed.later(5 * SECOND);
  const seen = reads(bed);
  await bed.later(31 * SECOND);
  expect(fullest(seen)).toBeLessThanOrEqual(375);
  expect(fullest(seen)).toBeGreaterThan(360);
  // 40 requests, 80 ms apart.
  const ofOne = seen.filter(({ ids }) => ids.includes(teamsId(1))).map(({ at }) => at);
  expect((ofOne[5] ?? 0) - (ofOne[4] ?? 0)).toBe(3_200);
  expect(await bed.lamp('subscriptions')).toMatchObject({ state: 'ok', params: { seconds: 4 } });
});

test('somebody who waits is not kept waiting for a slow sweep: after a gap it hurries', async () => {
  const { bed, agent } = await crowd(2_600, SLOW);
  await bed.later(10 * MINUTE);
  agent.close();
  await bed.settle();
  const seen = reads(bed);
  (await bed.connect(agent.id)).hello().up();
  await bed.later(SECOND);
  expect(new Set(seen.flatMap(({ ids }) => ids)).size).toBe(2_600);
});

test('a sweep goes on where it was when the object broke', async () => {
  const { bed } = await crowd(2_600, SLOW);
  await bed.later(10 * MINUTE);
  const before = reads(bed);
  // A request each 75 s; two of a new sweep.
  for (let n = 0; n < 50 && !before.at(-1)?.ids.includes(teamsId(1)); n += 1) {
    await bed.later(10 * SECOND);
  }
  before.splice(0, before.length - 1);
  await bed.later(80 * SECOND);
  expect(before).toHaveLength(2);
  await powerCut(bed);
  const again = new Bed(bed);
  await again.stub.status();
  const after = reads(again);
  await again.later(150 * SECOND);
  const ids = (of: readonly Read[]) => of.flatMap((read) => read.ids).sort();
  expect(ids(after.slice(0, 1))[0] ?? '').toBe(
    ids([...before, ...after]).find((id) => !ids(before).includes(id)),
  );
  const all = new Set([...before, ...after].flatMap(({ ids }) => ids));
  expect(all.size).toBe(2_600);
});

test('a slow answer delays the next sweep; none is begun beside it, and other reads go on', async () => {
  const { bed, agent } = await crowd(1_300);
  await bed.later(6 * SECOND);
  let go = false;
  const seen = reads(bed, async ({ ids }) => {
    if (ids.length < 100) return none();
    while (!go) await breath();
    return none();
  });
  await bed.later(5 * SECOND);
  agent.presence(1, talking);
  await bed.settle();
  agent.presence(1, []);
  await bed.later(15 * SECOND);
  expect(seen.filter(({ ids }) => ids.length > 100)).toHaveLength(1);
  // The read that settles what is true after a call.
  expect(seen.map(({ ids }) => ids)).toContainEqual([teamsId(1)]);
  expect(bed.microsoft.actions(1)).toEqual(['setPresence', 'clearPresence']);
  go = true;
  await bed.later(6 * SECOND);
  const more = seen.filter(({ ids }) => ids.length > 100).length;
  expect(more).toBeGreaterThan(2);
  expect(more).toBeLessThan(6);
});

test('a sweep that waits for Retry-After delays no call, and goes on when it may', async () => {
  const { bed, agent } = await crowd(1_300);
  await bed.later(6 * SECOND);
  const throttled = reads(bed, () =>
    graphRefusal(429, 'TooManyRequests', 'slow', { 'retry-after': '40' }),
  );
  await bed.later(5 * SECOND);
  agent.presence(2, talking);
  await bed.settle();
  expect(bed.microsoft.actions(2)).toEqual(['setPresence']);
  await bed.later(30 * SECOND);
  expect(throttled).toHaveLength(1);
  const seen = reads(bed);
  await bed.later(15 * SECOND);
  expect(new Set(seen.flatMap(({ ids }) => ids)).size).toBe(1_300);
  expect((await bed.lamp('subscriptions')).state).toBe('ok');
});

test('a slice that Microsoft cannot read does not keep the others from being read', async () => {
  const { bed } = await crowd(1_950);
  await bed.later(6 * SECOND);
  const bad = teamsId(1);
  const seen = reads(bed, ({ ids }) =>
    ids.includes(bad) ? graphRefusal(500, 'InternalServerError') : none(),
  );
  await bed.later(30 * SECOND);
  const read = new Set(seen.filter(({ ids }) => !ids.includes(bad)).flatMap(({ ids }) => ids));
  expect(read.size).toBe(1_300);
  expect(seen.length).toBeLessThan(30);
});

test('only who changed costs a write of storage and goes further', async () => {
  const { bed, agent } = await crowd(1_300);
  const everybody = { availability: 'Available', activity: 'Available' };
  let changed = everybody;
  const seen = reads(bed, ({ ids }) =>
    json({ value: ids.map((id) => ({ id, ...(id === teamsId(2) ? changed : everybody) })) }),
  );
  await bed.later(20 * SECOND);
  await bed.rows('CREATE TABLE saved (teams_id TEXT)');
  await bed.rows(
    'CREATE TRIGGER saves AFTER UPDATE ON pair BEGIN INSERT INTO saved VALUES (new.teams_id); END',
  );
  const before = seen.length;
  await bed.later(20 * SECOND);
  expect(seen.length - before).toBeGreaterThanOrEqual(7);
  expect(await bed.rows('SELECT * FROM saved')).toEqual([]);

  changed = { availability: 'Busy', activity: 'Busy' };
  await bed.later(20 * SECOND);
  expect(agent.shown(2)).toEqual(['busy']);
  expect(await bed.rows('SELECT DISTINCT teams_id FROM saved')).toEqual([{ teams_id: teamsId(2) }]);
});

test('while no agent is there, once a minute is enough', async () => {
  const { bed, agent } = await crowd(1_300);
  await bed.later(6 * SECOND);
  agent.close();
  await bed.later(MINUTE);
  const seen = reads(bed);
  await bed.later(4 * MINUTE);
  expect(seen.length).toBeGreaterThanOrEqual(7);
  expect(seen.length).toBeLessThanOrEqual(9);
  expect(await bed.lamp('subscriptions')).toMatchObject({ params: { seconds: 60 } });
});

test('thousands of manual states that wait leave the reads their share', async () => {
  const { bed, agent } = await crowd(5_200);
  await bed.later(6 * SECOND);
  await bed.rows(
    `UPDATE pair SET due_at = ${Date.now()}, state = json_set(state, '$.manual',
     json('{"origin":"pbx","pbx":"away","teams":{"availability":"Away","activity":"Away"}}'))
     WHERE teams_id > '00000000-0000-4000-8000-000000000100'`,
  );
  await powerCut(bed);
  const again = new Bed(bed);
  (await again.connect(agent.id)).hello().up();
  await again.later(10 * SECOND);
  const seen = reads(again);
  const before = again.microsoft.writes.length;
  await again.later(20 * SECOND);
  const written = again.microsoft.writes.length - before;
  expect(written).toBeGreaterThan(650);
  // Eight slices each five seconds.
  expect(seen.length).toBeGreaterThanOrEqual(31);
});
