// A name that nobody bears is found out, however much of the source it occurs in.
import { expect, test } from 'vitest';
import { isTold, titlesIn } from './named-tests.ts';

const SOURCE = `
import { describe, it, test } from 'vitest';
const ROWS = [['row of a constant', 1]];
// it('only in a comment', () => {})
describe('the edge', () => {
  it.skipIf(!HERE)("a customer's line breaks, and comes back", () => expect('said inside').toBe(1));
  test.each([['first row', 2]])('%s is %i', () => {});
  it.each(ROWS)('%s again', () => {});
  it(\`\${kills} kills drawn\`, () => {});
  it.each(ROWS)('%s', () => {});
  it.skip('left out', () => {});
});`;
const titles = titlesIn(SOURCE);

test.each([
  'the edge',
  'a customer’s line breaks, and comes back',
  'a customer’s line …',
  '… and comes back',
  'first row',
  'row of a constant',
  '%s is %i',
  'first row is 2',
  'row of a constant again',
  ['$', '{kills} kills drawn'].join(''),
])('%s is a name', (sentence) => {
  expect(isTold(titles, sentence)).toBe(true);
});

test.each([
  'only in a comment',
  'said inside',
  'left out',
  'customer’s line',
  'a customer’s line',
  'line breaks, and comes back',
  'first',
  'a …',
  'vitest',
  'the edge is gone',
  'second row is 2',
  'first row is 3',
  '%s',
  '%s …',
  '… %i',
])('%s is none', (sentence) => {
  expect(isTold(titles, sentence)).toBe(false);
});
