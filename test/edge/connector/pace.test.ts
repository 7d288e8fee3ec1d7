import { expect, test } from 'vitest';
import { PACE } from '../../../edge/connector/bucket.ts';
import type { Context } from '../../../edge/connector/context.ts';
import { Pace } from '../../../edge/connector/pace.ts';

const NOW = 1_000_000;

/** What is there of the world around, with a clock of its own. */
function setUp() {
  const kept = new Map<string, unknown>();
  const world = { now: NOW, wakes: [] as number[], keeps: 0 };
  const context = {
    now: () => world.now,
    wakeBy: (at: number) => world.wakes.push(at),
    database: {
      read: (key: string) => kept.get(key),
      write: (key: string, value: unknown) => {
        world.keeps += 1;
        kept.set(key, structuredClone(value));
      },
    },
  } as unknown as Context;
  return { world, restarted: () => new Pace(context) };
}

function takeAll(pace: Pace, most = Number.POSITIVE_INFINITY): number {
  let taken = 0;
  while (taken < most && pace.mayAsk('call')) taken += 1;
  return taken;
}

test.each([300, 270, 149, 51])('after %i requests a restart gives no second burst', (before) => {
  const { restarted } = setUp();
  takeAll(restarted(), before);
  const after = takeAll(restarted());
  expect(before + after).toBeLessThanOrEqual(PACE.burst);
  expect(before + after).toBeGreaterThanOrEqual(PACE.burst - 50);
});

test('a restart long after finds it full', () => {
  const { world, restarted } = setUp();
  takeAll(restarted());
  world.now += 60_000;
  expect(takeAll(restarted())).toBe(PACE.burst);
});

test('that Microsoft throttles us outlives a restart, and is written once for many who hear of it', () => {
  const { world, restarted } = setUp();
  const pace = restarted();
  for (const until of [NOW + 20_000, NOW + 20_000, NOW + 5_000]) pace.close(until);
  expect(world.keeps).toBe(1);
  world.now += 19_999;
  expect(restarted().mayAsk('call')).toBe(false);
  world.now += 1;
  expect(restarted().mayAsk('call')).toBe(true);
});

test('throttled, then started anew with a clock that was set back: it waits as long as it was told', () => {
  const { world, restarted } = setUp();
  restarted().close(NOW + 20_000);
  world.now -= 3_600_000;
  const pace = restarted();
  expect(pace.mayAsk('call')).toBe(false);
  expect(pace.closedUntil).toBe(world.now + 20_000);
  world.now += 20_000;
  expect(pace.mayAsk('call')).toBe(true);
});

test('a request costs no write of storage, and who must wait is woken', () => {
  const { world, restarted } = setUp();
  const pace = restarted();
  expect(takeAll(pace)).toBe(PACE.burst);
  expect(world.keeps).toBe(PACE.burst / 50);
  expect(world.wakes).toEqual([NOW + 250]);
});
