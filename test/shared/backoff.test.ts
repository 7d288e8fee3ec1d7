import { expect, test } from 'vitest';
import { backoffMs, GRAPH_BACKOFF, stillUntil } from '../../shared/backoff.ts';

test.each([
  [1, 0, 0],
  [1, 0.999, 999],
  [1, 0.5, 500],
  [2, 0.5, 1_000],
  [4, 0.5, 4_000],
  [7, 0.5, 32_000],
  // 128 s would be more than the highest ceiling
  [8, 0.5, 60_000],
  [1_000_000, 0.5, 60_000],
])(
  'after failure %i, dice %f: %i ms, anything up to a ceiling that doubles',
  (failures, random, ms) => {
    expect(backoffMs(GRAPH_BACKOFF, failures, random)).toBe(ms);
  },
);

test.each([
  [0, 1_000_000],
  [30 * 60_000, 1_000_000 + 30 * 60_000],
  // The clock was an hour ahead when it was planned.
  [60 * 60_000, 1_000_000],
])('what is planned in %i ms is waited for until %i', (aheadMs, until) => {
  expect(stillUntil(1_000_000 + aheadMs, 1_000_000)).toBe(until);
});
