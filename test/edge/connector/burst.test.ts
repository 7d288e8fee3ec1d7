// Ten thousand changes at once against Microsoft's documented quota, counted by the simulator's own
// counter: nothing is lost, calls come first, and no 429 is of our making. On a moved clock.
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, test, vi } from 'vitest';
import { PACE } from '../../../edge/connector/bucket.ts';
import { Throttle } from '../../sim/microsoft/throttle.ts';
import type { Asked } from '../graph/fake-microsoft.ts';
import { Bed, breath, GRAPH, graphRefusal, json, SECOND, SLOW, taken, talking } from './bed.ts';

/** Presence requests that Microsoft allows for one app in one tenant (facts: graph §4). */
const QUOTA = { limit: 1_500, windowMs: 30_000 };
const AVAILABLE = { availability: 'Available', activity: 'Available' };
const WAITING = 10_000;
const FIRST = 1_000;
const CALLS = 300;

/** Counts each presence request, those inside batches too; answers how many were refused. */
function countQuota(bed: Bed): { at: number[]; refused: number } {
  const quota = new Throttle();
  const counted = { at: [] as number[], refused: 0 };
  const counting = (answer: (asked: Asked) => Response) => (asked: Asked) => {
    counted.at.push(Date.now());
    const waitMs = quota.spend('app', 1, QUOTA, Date.now());
    if (waitMs === null) return answer(asked);
    counted.refused += 1;
    return graphRefusal(429, 'TooManyRequests');
  };
  const note = (asked: Asked) => {
    bed.microsoft.note(asked);
    return taken();
  };
  bed.microsoft.on(`POST ${GRAPH}/users/`, counting(note));
  bed.microsoft.on(
    `POST ${GRAPH}/communications/getPresencesByUserId`,
    counting(({ body }) =>
      json({ value: (JSON.parse(body).ids as string[]).map((id) => ({ id, ...AVAILABLE })) }),
    ),
  );
  return counted;
}

/** A manual state that Teams was not told yet. */
const CHOSE = '{"origin":"pbx","pbx":"away","teams":{"availability":"Away","activity":"Away"}}';

/** So many further pairs, all of which wait for what this part of their state asks for. */
async function addWaiting(
  bed: Bed,
  count = WAITING,
  { part, value, at } = { part: 'manual', value: CHOSE, at: Date.now() },
): Promise<void> {
  await bed.rows(
    `WITH RECURSIVE n(i) AS (SELECT ${FIRST} UNION ALL SELECT i + 1 FROM n WHERE i < ${FIRST + count - 1})
     INSERT INTO pair (teams_id, guid, state, soon, due_at)
     SELECT printf('00000000-0000-4000-8000-%012x', i), printf('%032x', i),
            (SELECT json_set(state, '$.${part}', json('${value}')) FROM pair LIMIT 1), NULL, ${at} FROM n`,
  );
}

/** How many of these times lie in the fullest 30 s. */
function fullestWindow(times: readonly number[]): number {
  let from = 0;
  let most = 0;
  times.forEach((at, n) => {
    while ((times[from] ?? at) <= at - QUOTA.windowMs) from += 1;
    most = Math.max(most, n - from + 1);
  });
  return most;
}

const powerCut = (bed: Bed) =>
  runInDurableObject(bed.stub, (_object, ctx) => ctx.abort('power cut')).catch(() => undefined);

test('10,000 changes drain without loss and without a 429, also when the object breaks in the middle', async () => {
  const before = new Bed();
  const { id } = await before.pairs(CALLS, SLOW);
  const counted = countQuota(before);
  await addWaiting(before);
  await powerCut(before);
  let bed = new Bed(before);
  const { writes } = bed.microsoft;
  // The rows came in behind its back: anything that wakes it shows them.
  await bed.stub.status();
  await bed.later(60 * SECOND);

  // 300 calls begin while thousands wait.
  const agent = (await bed.connect(id)).hello().up();
  await bed.settle();
  const callsBegan = Date.now();
  const numbers = Array.from({ length: CALLS }, (_, n) => n + 1);
  agent.presences(numbers, talking);
  await bed.later(5 * SECOND);
  const calls = writes.filter(({ action }) => action === 'setPresence');
  expect(calls).toHaveLength(CALLS);
  expect(Math.max(...calls.map(({ at }) => at)) - callsBegan).toBeLessThanOrEqual(5 * SECOND);

  await powerCut(bed);
  bed = new Bed(bed);
  for (let n = 0; n < 4; n += 1) await bed.later(60 * SECOND);

  const away = new Set(writes.filter(({ action }) => action !== 'setPresence').map(({ n }) => n));
  expect(away.size).toBe(WAITING);
  expect(counted.refused).toBe(0);
  expect(fullestWindow(counted.at)).toBeLessThanOrEqual(PACE.burst + PACE.perMs * QUOTA.windowMs);
  expect(bed.microsoft.asked.length).toBeLessThan(writes.length / 5);
  expect(
    await bed.rows("SELECT 1 FROM pair WHERE soon IS NOT NULL AND NOT state ->> '$.pbx.call'"),
  ).toEqual([]);
}, 120_000);

describe('reads that somebody waits for, 650 in each request', () => {
  /** So many users to be read at once, of a Microsoft that does not answer before it is let go. */
  async function toRead(count: number) {
    const before = new Bed();
    await before.pairs(3, SLOW);
    // Between two slices of the sweep, which has requests of its own.
    const at = Date.now() + 10 * SECOND;
    await addWaiting(before, count, { part: 'settleAt', value: String(at), at });
    await powerCut(before);
    const bed = new Bed(before);
    await bed.stub.status();
    await bed.later(9 * SECOND);
    const asked: string[][] = [];
    const graph = { answers: false, refusal: null as (() => Response) | null };
    bed.microsoft.on('getPresencesByUserId', async ({ body }) => {
      const { ids } = JSON.parse(body) as { ids: string[] };
      asked.push(ids);
      while (!graph.answers) await breath();
      return graph.refusal?.() ?? json({ value: [] });
    });
    for (let n = 0; n < 5; n += 1) await bed.later(SECOND / 4);
    return { bed, graph, asked };
  }

  test('where more wait than one takes, the next is under way while one is acted on, and no third', async () => {
    const { bed, graph, asked } = await toRead(2_000);
    expect(asked).toHaveLength(2);
    graph.answers = true;
    await bed.settle();
    expect(asked.flat()).toHaveLength(2_000);
    expect(new Set(asked.flat()).size).toBe(2_000);
  });

  test('where the next takes all that wait, they wait for the answer, and whoever comes meanwhile goes with them', async () => {
    const { bed, graph, asked } = await toRead(1_100);
    expect(asked).toHaveLength(1);
    graph.answers = true;
    await bed.settle();
    expect(asked).toHaveLength(2);
    expect(new Set(asked.flat()).size).toBe(1_100);
  });

  test('a sweep waits for its turn meanwhile: no connection more is used', async () => {
    const { bed, graph, asked } = await toRead(2_000);
    const checked = bed.stub.check('sync');
    await bed.later(SECOND);
    expect(asked).toHaveLength(2);
    graph.answers = true;
    await checked;
    await bed.settle();
    expect(asked.length).toBeGreaterThan(4);
  });

  test('a sweep that had to wait for its turn waits for Microsoft as well', async () => {
    const { bed, graph, asked } = await toRead(2_000);
    const checked = bed.stub.check('sync');
    await bed.later(SECOND);
    const retryAfter = { 'retry-after': '40' };
    graph.refusal = () => graphRefusal(429, 'TooManyRequests', 'Slow.', retryAfter);
    graph.answers = true;
    await checked;
    await bed.later(35 * SECOND);
    expect(asked).toHaveLength(2);
    graph.refusal = null;
    await bed.later(60 * SECOND);
    expect(new Set(asked.flat()).size).toBeGreaterThanOrEqual(2_000);
  });

  test('what was under way together fails once: the next pause is no longer for it', async () => {
    const { bed, graph, asked } = await toRead(2_000);
    const logged = vi.spyOn(console, 'warn');
    graph.refusal = () => graphRefusal(403, 'Forbidden');
    graph.answers = true;
    await bed.settle();
    const lines = logged.mock.calls.map(([line]) => JSON.parse(String(line)));
    logged.mockRestore();
    const failed = lines.filter(({ event }) => event === 'teams-read-failed');
    expect(failed.map(({ failures }) => failures).slice(0, 2)).toEqual([1, 1]);
    graph.refusal = null;
    await bed.stub.check('sync');
    await bed.later(SECOND);
    expect(new Set(asked.flat()).size).toBeGreaterThanOrEqual(2_000);
  });
});
