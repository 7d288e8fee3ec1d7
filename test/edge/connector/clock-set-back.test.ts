import { expect, test } from 'vitest';
import { wasSetBack } from '../../../edge/connector/clock-set-back.ts';
import type { Context } from '../../../edge/connector/context.ts';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

const asked = (latestTime: number, planned?: { latestTime: number; at: number }): boolean =>
  wasSetBack({
    env: { latestTime },
    now: () => NOW,
    database: { read: () => planned },
  } as unknown as Context);

test.each<[string, boolean, number, { latestTime: number; at: number } | undefined]>([
  ['a clock that goes right', false, NOW - 5_000, undefined],
  ['one that was corrected by a little', false, NOW + 50_000, undefined],
  ['one that was set back', true, NOW + HOUR, undefined],
  [
    'the same, when all has been planned anew for it',
    false,
    NOW + HOUR,
    { latestTime: NOW + HOUR, at: NOW - HOUR },
  ],
  [
    'one that was years ahead once',
    false,
    NOW + 99_999 * HOUR,
    { latestTime: NOW + 99_999 * HOUR, at: NOW - 500 * HOUR },
  ],
  [
    'one that was set ahead further, and back',
    true,
    NOW + 2 * HOUR,
    { latestTime: NOW + HOUR, at: NOW - HOUR },
  ],
  [
    'one that was set back again since',
    true,
    NOW + 9 * HOUR,
    { latestTime: NOW + 9 * HOUR, at: NOW + 2 * HOUR },
  ],
])('%s: %s', (_, expected, latestTime, planned) => {
  expect(asked(latestTime, planned)).toBe(expected);
});
