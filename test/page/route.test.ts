import { expect, test } from 'vitest';
import { addressOf, PARTS, routeOf } from '../../edge/page/route.ts';

test.each(PARTS)('the address of %s leads there', (part) => {
  expect(routeOf(addressOf(part))).toEqual({ part, of: undefined });
  expect(routeOf(addressOf(part, 'a b/c#ä%'))).toEqual({ part, of: 'a b/c#ä%' });
});

test('an address that names nothing of ours leads to the overview', () => {
  for (const hash of ['', '#', '#nothing', '#constructor', 'users', '#users2/x']) {
    expect(routeOf(hash), hash).toEqual({ part: 'overview', of: undefined });
  }
});

test('an address that was typed is taken as well as it can be', () => {
  expect(routeOf('#users/')).toEqual({ part: 'users', of: undefined });
  expect(routeOf('#users/100%')).toEqual({ part: 'users', of: '100%' });
});
