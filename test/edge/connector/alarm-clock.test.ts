import { expect, test } from 'vitest';
import { AlarmClock } from '../../../edge/connector/alarm-clock.ts';

function clock(at: number | null) {
  const set: number[] = [];
  const storage = { setAlarm: async (time: number | Date) => void set.push(Number(time)) };
  return { set, clock: new AlarmClock(storage, at) };
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
