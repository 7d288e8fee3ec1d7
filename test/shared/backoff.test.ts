import { expect, test } from 'vitest';
import { backoffMs, GRAPH_BACKOFF } from '../../shared/backoff.ts';

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
