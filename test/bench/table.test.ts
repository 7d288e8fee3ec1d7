import { expect, test } from 'vitest';
import { tableOf } from './table.ts';

test('a line for each figure, percentiles on one, what belongs together below its name', () => {
  const result = {
    users: 600,
    'the edge': { perSecond: 755, ms: { n: 3000, p50: 19.3, p95: 31.8, p99: 46.9 } },
    held: { 'no 429': true, '250 ms': false },
  };
  expect(tableOf(result)).toEqual([
    'users     600',
    'the edge',
    '  perSecond  755',
    '  ms         n 3000, p50 19.3, p95 31.8, p99 46.9',
    'held',
    '  no 429  yes',
    '  250 ms  NO',
  ]);
});

test('a column for each size', () => {
  const poll = [
    { users: 100, 'memory, MB': { edge: 85 } },
    { users: 20_000, 'memory, MB': { edge: 240 }, more: 'seen' },
  ];
  expect(tableOf({ poll })).toEqual([
    'poll',
    '  users             100  20000',
    '  memory, MB: edge   85    240',
    '  more                    seen',
  ]);
});
