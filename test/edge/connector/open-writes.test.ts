import { expect, test } from 'vitest';
import { OpenWrites } from '../../../edge/connector/store/open-writes.ts';

const ALICE = { name: 'alice' };
const BOB = { name: 'bob' };

test('all has been answered until the oldest that has not', () => {
  const open = new OpenWrites<object>();
  expect(open.answeredUntil(5)).toBe(5);
  open.note(ALICE, true, 10);
  open.note(BOB, true, 20);
  expect(open.answeredUntil(30)).toBe(10);
  // That it still is, is no news.
  open.note(ALICE, true, 25);
  expect(open.answeredUntil(30)).toBe(10);
  open.note(ALICE, false, 30);
  expect(open.answeredUntil(40)).toBe(20);
  open.note(ALICE, true, 50);
  open.note(BOB, false, 60);
  expect(open.answeredUntil(60)).toBe(50);
  open.note(ALICE, false, 70);
  expect(open.answeredUntil(70)).toBe(70);
});

test('what a row tells is as old as the row', () => {
  const open = new OpenWrites<object>();
  open.read(ALICE, 10);
  open.note(ALICE, true, 100);
  expect(open.answeredUntil(100)).toBe(10);
});

test('a clock that is set back promises no more than it says', () => {
  const open = new OpenWrites<object>();
  open.note(ALICE, true, 1_000);
  expect(open.answeredUntil(500)).toBe(500);
  open.note(ALICE, true, 500);
  expect(open.answeredUntil(600)).toBe(500);
});
