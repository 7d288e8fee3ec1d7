import { expect, test } from 'vitest';
import { SureAlarm } from '../../edge/sure-alarm.ts';

const NOW = 1_000_000_000;

function alarm(at: number | null = null, now = () => NOW) {
  const set: number[] = [];
  const storage = { setAlarm: async (time: number | Date) => void set.push(Number(time)) };
  return { set, alarm: new SureAlarm(storage, at, now) };
}

test.each([
  ['later', NOW + 500, NOW + 500],
  ['now', NOW, NOW + 1],
  ['before', NOW - 500, NOW + 1],
  ['in the same millisecond', NOW + 0.9, NOW + 1],
  ['at a part of a millisecond', NOW + 2.1, NOW + 3],
])('who wants it to go off %s has it set for whole ms, and not for the past', (_, at, expected) => {
  const { set, alarm: one } = alarm();
  void one.set(at);
  expect(set).toEqual([expected]);
});

test.each([
  ['the same', NOW + 5, NOW + 6],
  ['an earlier', NOW + 3, NOW + 6],
  ['a later', NOW + 9, NOW + 9],
])(
  'it went off before its time, and nothing was due: %s one is set after that',
  (_, at, expected) => {
    const { set, alarm: one } = alarm(NOW + 5);
    one.wentOff();
    void one.set(at);
    expect(set).toEqual([expected]);
  },
);

test('as long as it has not gone off it is brought forward', () => {
  const { set, alarm: one } = alarm(NOW + 50);
  void one.set(NOW + 20);
  expect(set).toEqual([NOW + 20]);
});

test('one that never was set cannot have gone off', () => {
  const { set, alarm: one } = alarm();
  one.wentOff();
  void one.set(NOW + 2);
  expect(set).toEqual([NOW + 2]);
});

test.each([
  ['an hour', 3_600_000, (set: number) => set],
  ['seconds, which are waited for', 9_000, (_: number, went: number) => went + 1],
])('the clock was put back by %s since', (_, ms, expected) => {
  let now = NOW;
  const { set, alarm: one } = alarm(NOW + 5, () => now);
  one.wentOff();
  now = NOW - ms;
  void one.set(now + 20);
  expect(set).toEqual([expected(now + 20, NOW + 5)]);
});
