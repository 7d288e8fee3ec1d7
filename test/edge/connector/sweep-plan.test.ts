import { expect, test } from 'vitest';
import { gapMs, sweepMs } from '../../../edge/connector/sweep-plan.ts';

test.each([
  // users, wished ms, gap, sweep
  [0, 5_000, 5_000, 5_000],
  [1, 5_000, 5_000, 5_000],
  [650, 5_000, 5_000, 5_000],
  [651, 5_000, 2_500, 5_000],
  [6_500, 5_000, 500, 5_000],
  [10_000, 5_000, 312.5, 5_000],
  [10_000, 300_000, 18_750, 300_000],
  // more than a quarter of the quota would be needed
  [20_000, 2_000, 80, 2_480],
  [65_000, 5_000, 80, 8_000],
  [6_500, 0, 80, 800],
])('%i users every %i ms: a request each %f ms, a sweep in %i ms', (users, every, gap, sweep) => {
  expect(gapMs(users, every)).toBe(gap);
  expect(sweepMs(users, every)).toBe(sweep);
});
