import { expect, test } from 'vitest';
import { retryAfterMs } from '../../../edge/graph/retry-after.ts';

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);
const LONGEST = 600_000;

test.each<[string | null, number | undefined]>([
  // whole seconds
  ['7', 7_000],
  [' 7 ', 7_000],
  ['0', 0],
  ['00030', 30_000],
  // fractions, as Graph's own sample has them
  ['2.128', 2_128],
  ['0.0001', 1],
  ['0.5', 500],
  // dates
  ['Mon, 23 Nov 2026 12:00:30 GMT', 30_000],
  ['Monday, 23-Nov-26 12:00:30 GMT', 30_000],
  ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  // absurd ones
  ['9999999', LONGEST],
  ['99999999999999999999999999', LONGEST],
  [`${'9'.repeat(400)}`, LONGEST],
  ['Fri, 31 Dec 9999 23:59:59 GMT', LONGEST],
  ['-3', undefined],
  ['-0.5', undefined],
  ['1e3', undefined],
  ['0x10', undefined],
  ['.5', undefined],
  ['5,5', undefined],
  ['5, 10', undefined],
  ['2026-11-23T12:00:30Z', undefined],
  ['NaN', undefined],
  ['Infinity', undefined],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
])('%j means %j ms', (header, ms) => {
  expect(retryAfterMs(header, NOW)).toBe(ms);
});
