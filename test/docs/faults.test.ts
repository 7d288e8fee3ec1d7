// Each fault of docs/faults.md names the tests that show what becomes of it.
import { expect, test } from 'vitest';
import { missing, rowsOf } from './named-tests.ts';

const FAULTS = rowsOf('faults.md', /F\d+[a-z]?/);

/** `F9` may be followed by `F9a`, that by `F9b` or `F10`. */
function isNext(row: string, before: string): boolean {
  const [, number = '', letter = ''] = /^F(\d+)(.?)$/.exec(before) ?? [];
  const after = letter === '' ? 'a' : String.fromCharCode(letter.charCodeAt(0) + 1);
  return [`F${Number(number) + 1}`, `F${number}${after}`].includes(row);
}

test('faults are numbered without a gap', () => {
  expect(FAULTS.length).toBeGreaterThan(30);
  const rows = FAULTS.map(([row]) => row);
  expect(rows[0]).toBe('F1');
  expect(rows.slice(1).filter((row, at) => !isNext(row, rows[at] ?? ''))).toEqual([]);
});

test.each(FAULTS)('%s is shown by %s', (_, shownBy) => {
  expect(missing(shownBy, 'test')).toEqual([]);
});
