// Each fault of docs/faults.md names the tests that show what becomes of it.
import { expect, test } from 'vitest';
import { missing, rowsOf } from './named-tests.ts';

const FAULTS = rowsOf('faults.md', /F\d+/);

test('faults are numbered without a gap', () => {
  expect(FAULTS.length).toBeGreaterThan(25);
  expect(FAULTS.map(([row]) => row)).toEqual(FAULTS.map((_, at) => `F${at + 1}`));
});

test.each(FAULTS)('%s is shown by %s', (_, shownBy) => {
  expect(missing(shownBy, 'test')).toEqual([]);
});
