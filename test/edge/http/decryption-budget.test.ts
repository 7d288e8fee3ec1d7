import { expect, test } from 'vitest';
import { DecryptionBudget } from '../../../edge/http/decryption-budget.ts';

const SECOND = 1_000;

function budget() {
  const clock = { now: 1_000_000 };
  const made = new DecryptionBudget(() => clock.now);
  /** How many single items of so many it takes. */
  const taken = (asked: number) =>
    Array.from({ length: asked }, () => made.take(1)).filter(Boolean).length;
  return { clock, made, taken };
}

test('takes 200 at once, and as many a second from then on', () => {
  const { clock, taken } = budget();
  expect(taken(400)).toBe(200);
  for (const ms of [100, 400, 500]) {
    clock.now += ms;
    expect(taken(400)).toBe(ms / 5);
  }
  clock.now += 60 * SECOND;
  expect(taken(400)).toBe(200);
});

test('is not used up by what it refuses', () => {
  const { made } = budget();
  expect(made.take(150)).toBe(true);
  expect(made.take(100)).toBe(false);
  expect(made.take(50)).toBe(true);
  expect(made.take(1)).toBe(false);
});

test('takes a notification larger than itself where nothing else is to do', () => {
  const { clock, made } = budget();
  expect(made.take(1_000)).toBe(true);
  clock.now += SECOND;
  expect(made.take(1)).toBe(false);
  clock.now += 4 * SECOND;
  expect(made.take(1_000)).toBe(true);
});

test.each([-3_600_000, 3_600_000])('a clock that is set by %i ms takes nothing away', (ms) => {
  const { clock, taken } = budget();
  taken(200);
  clock.now += ms;
  expect(taken(400)).toBe(200);
});
