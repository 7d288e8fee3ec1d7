import { beforeEach, expect, test } from 'vitest';
import { Restraint } from '../../../edge/connector/restraint.ts';

let now: number;
let restraint: Restraint;
beforeEach(() => {
  now = 1_000_000;
  restraint = new Restraint(() => now);
});

const failed = (leftAt: number, at: number, toldMs = 0) => {
  now = at;
  restraint.failed(leftAt, toldMs);
};

test('what was under way together fails once', () => {
  failed(1_000_000, 1_003_000);
  failed(1_000_000, 1_003_000);
  failed(1_002_999, 1_005_000);
  expect(restraint.failures).toBe(1);
});

test('failures that overlap for ever go on counting', () => {
  for (let n = 0; n < 12; n += 1) failed(1_000_000 + n * 2_500, 1_005_000 + n * 2_500);
  expect(restraint.failures).toBe(4);
});

test('after an answer the next failure is the first, however long it was under way', () => {
  failed(1_000_000, 1_003_000);
  failed(1_004_000, 1_007_000);
  restraint.answered();
  expect(restraint.failures).toBe(0);
  failed(1_001_000, 1_008_000);
  expect(restraint.failures).toBe(1);
});

test('a clock that was set back does not hide failures', () => {
  failed(1_000_000, 1_003_000);
  failed(400_000, 403_000);
  expect(restraint.failures).toBe(2);
});

test('who wants to know is let go, but not before Microsoft said', () => {
  failed(1_000_000, 1_001_000, 40_000);
  restraint.holdUntil(1_100_000);
  expect(restraint.until).toBe(1_100_000);
  restraint.release();
  expect(restraint.until).toBe(1_041_000);
  failed(1_002_000, 1_003_000, 5_000);
  expect(restraint.toldUntil).toBe(1_041_000);
});
