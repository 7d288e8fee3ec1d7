import { expect, test } from 'vitest';
import { spread, USERS_PER_ACCOUNT } from '../../../edge/connector/spread.ts';
import type { TeamsUserId } from '../../../shared/ids.ts';

const users = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => `u${from + n}` as TeamsUserId);
const now = (...lists: [string, TeamsUserId[]][]) => new Map(lists);
const sizes = (lists: Map<string, TeamsUserId[]>) =>
  Object.fromEntries([...lists].map(([account, list]) => [account, list.length]));

test('fills one account after the other, and names who is left out', () => {
  const { lists, leftOut } = spread(users(0, 1400), now(['a', []], ['b', []]));
  expect(sizes(lists)).toEqual({ a: USERS_PER_ACCOUNT, b: USERS_PER_ACCOUNT });
  expect(leftOut).toEqual(users(1300, 100));
});

test('nobody moves who can stay: a changed list costs a subscription', () => {
  const { lists } = spread(users(0, 4), now(['a', users(2, 2)], ['b', users(0, 1)]));
  expect(lists.get('a')).toEqual(['u2', 'u3']);
  expect(lists.get('b')).toEqual(['u0', 'u1']);
});

test('newcomers go to the emptiest account, all to one as long as there is room', () => {
  const { lists } = spread(users(0, 607), now(['a', users(0, 600)], ['b', users(600, 2)]));
  expect(sizes(lists)).toEqual({ a: 600, b: 7 });
});

test('whoever is not wanted any more leaves, the others stay in their order', () => {
  const { lists } = spread(users(1, 2), now(['a', users(0, 4)]));
  expect(lists.get('a')).toEqual(['u1', 'u2']);
});

test('nobody is in two lists, also where they were', () => {
  const { lists } = spread(users(0, 2), now(['a', users(0, 2)], ['b', users(0, 2)]));
  expect(sizes(lists)).toEqual({ a: 2, b: 0 });
});

test('a list that was too long is cut', () => {
  const { lists, leftOut } = spread(users(0, 700), now(['a', users(0, 700)]));
  expect(sizes(lists)).toEqual({ a: USERS_PER_ACCOUNT });
  expect(leftOut).toHaveLength(50);
});

test('an account that was removed leaves its users to the others', () => {
  const { lists, leftOut } = spread(users(0, 10), now(['b', users(5, 5)]));
  expect(sizes(lists)).toEqual({ b: 10 });
  expect(leftOut).toEqual([]);
});

test('without accounts everybody is left out', () => {
  expect(spread(users(0, 3), new Map())).toEqual({ lists: new Map(), leftOut: users(0, 3) });
});
