import { expect, test } from 'vitest';
import { DecryptionBudget } from '../../../edge/http/decryption-budget.ts';
import type { ConnectorName } from '../../../shared/ids.ts';

const SECOND = 1_000;
const named = (name: string) => `example.com/${name}` as ConnectorName;
const FLOODED = named('flooded');

function budget() {
  const clock = { now: 1_000_000 };
  const made = new DecryptionBudget(() => clock.now);
  const taken = (asked: number, connector = FLOODED) => made.take(connector, asked);
  return { clock, taken };
}

test('one connector has 100 at once and 20 of its own, and as many a second from then on', () => {
  const { clock, taken } = budget();
  expect(taken(400)).toBe(120);
  for (const ms of [100, 400, 500]) {
    clock.now += ms;
    expect(taken(400)).toBe((ms * 120) / SECOND);
  }
  clock.now += 60 * SECOND;
  expect(taken(400)).toBe(120);
});

test('one by one it takes as many as at once', () => {
  const { taken } = budget();
  expect(Array.from({ length: 400 }, () => taken(1)).filter((one) => one === 1)).toHaveLength(120);
});

test('a flood of one leaves each other its own', () => {
  const { clock, taken } = budget();
  const others = ['b', 'c', 'd'].map(named);
  taken(10_000);
  expect(others.map((one) => taken(30, one))).toEqual([20, 20, 20]);
  clock.now += SECOND;
  taken(10_000);
  expect(others.map((one) => taken(30, one))).toEqual([20, 20, 20]);
});

test('a flood of all ends at 200', () => {
  const { taken } = budget();
  const all = Array.from({ length: 500 }, (_, index) => named(`c${index}`));
  const sum = all.map((one) => taken(100, one)).reduce((one, other) => one + other);
  expect(sum).toBe(200);
});

test.each([-3_600_000, 3_600_000])('a clock that is set by %i ms takes nothing away', (ms) => {
  const { clock, taken } = budget();
  taken(400);
  clock.now += ms;
  expect(taken(400)).toBe(120);
});
