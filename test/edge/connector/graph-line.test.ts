import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Context } from '../../../edge/connector/context.ts';
import { GraphLine } from '../../../edge/connector/graph-line.ts';
import { AppError } from '../../../shared/errors.ts';

const NOW = 1_000_000;
const CUT = new AppError({ code: 'graph-unreachable', retry: 'backoff', detail: '' });

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

function setUp() {
  const kept = new Map<string, unknown>();
  const world = { backs: 0, writes: 0, isDiskFull: false };
  const store = (change: () => void) => {
    if (world.isDiskFull) throw new Error('The disk is full.');
    world.writes += 1;
    change();
  };
  const context = {
    now: () => Date.now(),
    random: () => 0.5,
    database: {
      read: (key: string) => kept.get(key),
      write: (key: string, value: unknown) => store(() => void kept.set(key, value)),
      forget: (key: string) => store(() => void kept.delete(key)),
    },
  } as unknown as Context;
  const back = () => {
    world.backs += 1;
  };
  const line = () => new GraphLine(context, { name: 'writes', back, isBehind: () => false });
  return { world, line };
}

const cutOff = (line: GraphLine) => line.failed(CUT, { who: 'alice', leftAt: Date.now() });
const ends = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));
const breaks = (ms: number) => ends(ms).then(() => Promise.reject(CUT));

describe('an answer', () => {
  const isLate = async (line: GraphLine, ms: number, size?: number) => {
    const leftAt = Date.now();
    const asked = ends(ms);
    const said = line.isLate(asked, size);
    await vi.advanceTimersByTimeAsync(Math.max(ms, 20_000));
    vi.setSystemTime(leftAt + ms);
    line.answered(leftAt);
    return await said;
  };

  test.each([
    [1, 2_999, false],
    [1, 3_001, true],
    [20, 5_800, false],
    [20, 5_900, true],
  ])('to %i requests that takes %i ms is late: %s', async (size, ms, late) => {
    expect(await isLate(setUp().line(), ms, size)).toBe(late);
  });

  test('that is slow gives the next ones their time, for a minute', async () => {
    const line = setUp().line();
    expect(await isLate(line, 4_000)).toBe(true);
    expect(await isLate(line, 7_500)).toBe(false);
    expect(await isLate(line, 100)).toBe(false);
    expect(await isLate(line, 7_500)).toBe(false);
    vi.setSystemTime(Date.now() + 61_000);
    expect(await isLate(line, 4_000)).toBe(true);
  });

  test.each([-3_600_000, 3_600_000])(
    'is late as ever when the clock is set by %i ms',
    async (ms) => {
      const line = setUp().line();
      const leftAt = Date.now();
      vi.setSystemTime(leftAt + ms);
      line.answered(leftAt);
      vi.setSystemTime(Date.now() + 61_000);
      expect(await isLate(line, 4_000)).toBe(true);
    },
  );

  test('that fails in time is not late', async () => {
    const said = setUp().line().isLate(breaks(100));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await said).toBe(false);
  });

  test('that comes while nobody was answered says that Graph is back', () => {
    const { world, line: made } = setUp();
    const line = made();
    cutOff(line);
    expect([line.isDown, world.backs]).toEqual([true, 0]);
    line.answered(NOW);
    expect([line.isDown, world.backs]).toEqual([false, 1]);
  });
});

test('a restart asks no more often, and an answer costs no write of storage', () => {
  const { world, line } = setUp();
  const first = line();
  first.answered(NOW);
  expect(world.writes).toBe(0);
  vi.setSystemTime(NOW + 1);
  const retryAt = cutOff(first);
  expect(line().waitsUntil).toBe(retryAt);
  expect(line().isDown).toBe(true);
  first.answered(NOW);
  expect(line().isDown).toBe(false);
  expect(world.writes).toBe(2);
});

test('a disk that is full loses no answer', () => {
  const { world, line: made } = setUp();
  const line = made();
  world.isDiskFull = true;
  expect(cutOff(line)).toBeGreaterThan(NOW);
  line.answered(NOW);
  expect([line.isDown, world.backs]).toEqual([false, 1]);
});

test('a fault of ours says nothing of Graph', () => {
  const line = setUp().line();
  expect(line.failed(new Error('oops'), { who: null, leftAt: NOW })).toBeNull();
  expect(line.isDown).toBe(false);
});
