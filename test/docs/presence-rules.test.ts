// Each rule of docs/presence-rules.md, and each case that it settles, names the tests that show it.
import { expect, test } from 'vitest';
import { missing, rowsOf } from './named-tests.ts';

const RULES = rowsOf('presence-rules.md', /R\d+/);
const CASES = rowsOf('presence-rules.md', /C\d+/);

test.each([
  ['R', RULES, 25],
  ['C', CASES, 10],
] as const)('%s: numbered without a gap', (letter, rows, atLeast) => {
  expect(rows.length).toBeGreaterThan(atLeast);
  expect(rows.map(([row]) => row)).toEqual(rows.map((_, at) => `${letter}${at + 1}`));
});

test.each(RULES)('%s is shown by %s', (_, shownBy) => {
  expect(missing(shownBy, 'test/shared/presence', 'test')).toEqual([]);
});

test.each(CASES)('%s is shown by %s', (_, shownBy) => {
  expect(missing(shownBy, 'test')).toEqual([]);
});
