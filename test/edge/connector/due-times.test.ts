import { beforeEach, expect, test } from 'vitest';
import { DueTimes } from '../../../edge/connector/store/due-times.ts';

const NOW = 1_000_000;
const MINUTE = 60_000;
const SOON = NOW + 5 * MINUTE;
const TOMORROW = NOW + 20 * 60 * MINUTE;
const NEXT_WEEK = 7 * TOMORROW;
const ALICE = { name: 'alice' };

let times: DueTimes<object>;
beforeEach(() => {
  times = new DueTimes();
});

test.each<[string, number | null, number | null, { at: number | null; soon: boolean }]>([
  ['nothing is due', null, null, { at: null, soon: false }],
  ['due tomorrow', null, TOMORROW, { at: TOMORROW, soon: false }],
  ['within minutes: a restart looks', null, SOON, { at: null, soon: true }],
  ['it is due already: so does it', null, NOW - 1, { at: null, soon: true }],
  [
    'later than stored: it is looked at too early',
    TOMORROW,
    NEXT_WEEK,
    { at: TOMORROW, soon: false },
  ],
  ['not any more: so it is', TOMORROW, null, { at: TOMORROW, soon: false }],
  ['within minutes, and tomorrow stays', TOMORROW, SOON, { at: TOMORROW, soon: true }],
  ['sooner than stored', NEXT_WEEK, TOMORROW, { at: TOMORROW, soon: false }],
  ['what is stored has passed', NOW - 1, TOMORROW, { at: TOMORROW, soon: false }],
  ['what is stored has passed, and nothing is due', NOW - 1, null, { at: null, soon: false }],
  ['what is stored comes within minutes', SOON, null, { at: null, soon: false }],
])('%s', (_, stored, dueAt, expected) => {
  times.read(ALICE, { at: stored, soon: false });
  expect(times.toStore(ALICE, dueAt, NOW)).toEqual(expected);
  const isSame = expected.at === stored && !expected.soon;
  expect(times.isNews(ALICE, dueAt, NOW)).toBe(!isSame);
  expect(times.isTimeNews(ALICE, expected)).toBe(expected.at !== stored);
});

test('what is due within minutes is given once, and again when somebody did not come to its end', () => {
  times.plan(ALICE, SOON, NOW);
  expect(times.upcoming(NOW)).toEqual({ overdue: false, nextAt: SOON });
  expect(times.became(SOON - 1)).toEqual([]);
  expect(times.became(SOON)).toEqual([ALICE]);
  times.plan(ALICE, SOON, SOON);
  expect(times.became(SOON)).toEqual([]);
  expect(times.upcoming(SOON)).toEqual({ overdue: true, nextAt: null });
  times.lookAgain();
  expect(times.became(SOON)).toEqual([ALICE]);
});

test('who was handed out because of their row is not given a second time for the same', () => {
  times.read(ALICE, { at: TOMORROW, soon: false });
  times.gave(ALICE, TOMORROW);
  times.plan(ALICE, TOMORROW, TOMORROW);
  expect(times.became(TOMORROW)).toEqual([]);
  expect(times.upcoming(TOMORROW)).toEqual({ overdue: true, nextAt: null });
  times.lookAgain();
  expect(times.became(TOMORROW)).toEqual([ALICE]);
  times.plan(ALICE, TOMORROW + 1, TOMORROW);
  expect(times.became(TOMORROW + 1)).toEqual([ALICE]);
});

test('what is due in the past of an event is given all the same', () => {
  expect(times.became(NOW)).toEqual([]);
  times.plan(ALICE, NOW - 5, NOW - 10);
  expect(times.became(NOW)).toEqual([ALICE]);
});

test('who is due later, or gone, is not given', () => {
  times.plan(ALICE, SOON, NOW);
  times.plan(ALICE, TOMORROW, NOW);
  times.stored(ALICE, { at: TOMORROW, soon: false });
  expect(times.became(NEXT_WEEK)).toEqual([]);
  times.plan(ALICE, SOON, NOW);
  times.forget(ALICE);
  expect(times.became(NEXT_WEEK)).toEqual([]);
});

test('who is due later is kept in memory as long as their row says only that a restart has to look', () => {
  times.stored(ALICE, { at: null, soon: true });
  expect(times.isNews(ALICE, TOMORROW, NOW)).toBe(false);
  times.plan(ALICE, TOMORROW, NOW);
  expect(times.upcoming(NOW)).toEqual({ overdue: false, nextAt: TOMORROW });
  expect(times.became(TOMORROW)).toEqual([ALICE]);
  times.plan(ALICE, NEXT_WEEK, NOW);
  times.stored(ALICE, { at: NEXT_WEEK, soon: false });
  expect(times.upcoming(NOW)).toEqual({ overdue: false, nextAt: null });
});

test('whose row has an earlier time is found by it', () => {
  times.stored(ALICE, { at: TOMORROW, soon: true });
  times.plan(ALICE, NEXT_WEEK, NOW);
  expect(times.upcoming(NOW)).toEqual({ overdue: false, nextAt: null });
});

test('whose time in the row has passed meanwhile is kept in memory', () => {
  times.stored(ALICE, { at: TOMORROW, soon: true });
  const later = TOMORROW + 1;
  expect(times.isNews(ALICE, NEXT_WEEK, later)).toBe(false);
  times.plan(ALICE, NEXT_WEEK, later);
  expect(times.upcoming(later)).toEqual({ overdue: false, nextAt: NEXT_WEEK });
  expect(times.became(NEXT_WEEK)).toEqual([ALICE]);
});
