// Each threat of docs/security.md names the tests that show what stands against it.
import { expect, test } from 'vitest';
import { missing, rowsOf } from './named-tests.ts';

const THREATS = rowsOf('security.md', /T\d+/);

test('threats are numbered without a gap', () => {
  expect(THREATS.length).toBeGreaterThan(15);
  expect(THREATS.map(([row]) => row)).toEqual(THREATS.map((_, at) => `T${at + 1}`));
});

test.each(THREATS)('%s is shown by %s', (_, shownBy) => {
  expect(missing(shownBy, 'test')).toEqual([]);
});
