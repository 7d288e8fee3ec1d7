import { beforeEach, expect, test } from 'vitest';
import { AlarmClock } from '../../../edge/connector/alarm-clock.ts';

let now = 0;
beforeEach(() => {
  now = 0;
});

function clock(at: number | null) {
  const set: number[] = [];
  const storage = { setAlarm: async (time: number | Date) => void set.push(Number(time)) };
  return { set, clock: new AlarmClock(storage, at, () => now) };
}

test('it is brought forward, never put off', () => {
  const { set, clock: alarm } = clock(null);
  for (const at of [500, 900, 500, 400]) alarm.wakeBy(at);
  expect(set).toEqual([500, 400]);
});

test('what was set before the object slept counts', () => {
  const { set, clock: alarm } = clock(300);
  alarm.wakeBy(400);
  expect(set).toEqual([]);
});

test('after it went off the next one counts', () => {
  const { set, clock: alarm } = clock(300);
  alarm.wentOff();
  alarm.wakeBy(400);
  expect(set).toEqual([400]);
});

test.each([
  ['whatever happens', (alarm: AlarmClock) => alarm.hasten()],
  ['whoever wants to be woken', (alarm: AlarmClock) => alarm.wakeBy(3_600_500)],
])('the clock was set ahead, so that it is overdue: %s has it go off now, once', (_, happens) => {
  const { set, clock: alarm } = clock(300);
  now = 3_600_000;
  happens(alarm);
  happens(alarm);
  expect(set).toEqual([3_600_001]);
});

test('a moment late is not overdue', () => {
  const { set, clock: alarm } = clock(300);
  now = 1_300;
  alarm.hasten();
  alarm.wakeBy(2_000);
  expect(set).toEqual([]);
});
