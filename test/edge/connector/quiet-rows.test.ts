// When rows catch up, by a clock that is a number.
import { expect, test } from 'vitest';
import { CatchingUp, QUIET_MS } from '../../../edge/connector/catching-up.ts';

const START = 1_000_000;

function rows(catchUp: () => void = () => {}) {
  const clock = { now: START, alarms: [] as number[], caughtUp: 0 };
  const context = { now: () => clock.now, wakeBy: (at: number) => void clock.alarms.push(at) };
  const one = new CatchingUp(context, () => {
    catchUp();
    clock.caughtUp += 1;
  });
  return { clock, one };
}

test('one note, one alarm: when that goes off they catch up, once', () => {
  const { clock, one } = rows();
  one.note();
  one.note();
  expect(clock.alarms).toEqual([START + QUIET_MS]);
  clock.now += QUIET_MS - 1;
  one.look();
  expect(clock.caughtUp).toBe(0);
  clock.now += 1;
  one.look();
  one.look();
  expect(clock.caughtUp).toBe(1);
  expect(one.waitsUntil).toBeNull();
});

test('while new ones come it looks every five seconds, and no more often', () => {
  const { clock, one } = rows();
  for (; clock.now < START + 10 * QUIET_MS; clock.now += 100) {
    one.note();
    one.look();
  }
  expect(clock.caughtUp).toBe(0);
  expect(clock.alarms.length).toBeLessThanOrEqual(11);
  clock.now += QUIET_MS;
  one.look();
  expect(clock.caughtUp).toBe(1);
});

test('what storage does not take is tried again, not at once', () => {
  let isFull = true;
  const { clock, one } = rows(() => {
    if (isFull) throw new Error('database or disk is full');
  });
  one.note();
  clock.now += QUIET_MS;
  expect(() => one.look()).toThrow('full');
  one.look();
  expect(one.waitsUntil).toBe(clock.now + QUIET_MS);
  isFull = false;
  clock.now += QUIET_MS;
  one.look();
  expect(clock.caughtUp).toBe(1);
});

test('a clock that is put back by an hour keeps nobody waiting for it', () => {
  const { clock, one } = rows();
  one.note();
  clock.now -= 3_600_000;
  one.note();
  expect(clock.alarms).toEqual([START + QUIET_MS, clock.now + QUIET_MS]);
  clock.now += QUIET_MS;
  one.look();
  expect(clock.caughtUp).toBe(1);
});
