import { expect, test } from 'vitest';
import { backoffMs, GRAPH_BACKOFF, PBX_BACKOFF, TUNNEL_BACKOFF } from '../../shared/backoff.ts';

test.each([
  ['tunnel', TUNNEL_BACKOFF, [200, 400, 800, 1600, 3200, 6400, 12_800, 20_000, 20_000]],
  ['PBX', PBX_BACKOFF, [1000, 2000, 4000, 8000, 16_000, 32_000, 32_000]],
  ['Microsoft', GRAPH_BACKOFF, [1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 120_000]],
])('%s: the ceiling doubles with each failure up to its limit', (_, backoff, ceilings) => {
  const almostOne = 1 - Number.EPSILON;
  expect(ceilings.map((_ms, n) => backoffMs(backoff, n + 1, almostOne))).toEqual(ceilings);
});

test('the wait is anything between nothing and the ceiling', () => {
  expect(backoffMs(TUNNEL_BACKOFF, 4, 0)).toBe(0);
  expect(backoffMs(TUNNEL_BACKOFF, 4, 0.5)).toBe(800);
});

test('years of failures do not overflow', () => {
  expect(backoffMs(TUNNEL_BACKOFF, 1e9, 0.5)).toBe(10_000);
});
