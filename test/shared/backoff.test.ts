import { expect, test } from 'vitest';
import { backoffMs, GRAPH_BACKOFF, stillUntil, TUNNEL_BACKOFF } from '../../shared/backoff.ts';
import { busiestShare } from '../bench/arrivals.ts';
import { dice } from '../soak/dice.ts';

test.each([
  [1, 0, 0],
  [1, 0.999, 999],
  [1, 0.5, 500],
  [2, 0.5, 1_000],
  [4, 0.5, 4_000],
  [7, 0.5, 32_000],
  // 128 s would be more than the highest ceiling
  [8, 0.5, 60_000],
  [1_000_000, 0.5, 60_000],
])(
  'after failure %i, dice %f: %i ms, anything up to a ceiling that doubles',
  (failures, random, ms) => {
    expect(backoffMs(GRAPH_BACKOFF, failures, random)).toBe(ms);
  },
);

test.each([
  [0, 1_000_000],
  [30 * 60_000, 1_000_000 + 30 * 60_000],
  // The clock was an hour ahead when it was planned.
  [60 * 60_000, 1_000_000],
])('what is planned in %i ms is waited for until %i', (aheadMs, until) => {
  expect(stillUntil(1_000_000 + aheadMs, 1_000_000)).toBe(until);
});

const HERD = 2_000;

/** When each of a herd that loses its line at 0 tries again, ms, until the edge answers at `awayMs`. */
function triesOfHerd(awayMs: number): number[][] {
  const roll = dice(7);
  return Array.from({ length: HERD }, () => {
    const tries: number[] = [];
    for (let at = 0; tries.length === 0 || at < awayMs; tries.push(at)) {
      at += backoffMs(TUNNEL_BACKOFF, tries.length + 1, roll(1_000_000) / 1_000_000);
    }
    return tries;
  });
}

// Where the edge lives, half of them come in each half of the first 200 ms. Those are the figures of the rule alone:
// what `npm run bench -- herd` allows is these and chance.
test.each([
  [0, 53, 53, 1],
  [300, 73, 33, 8],
  [1_000, 73, 15, 10],
  [10_000, 73, 3, 14],
])(
  'agents that lose an edge for %i ms in the same instant: at most %i %% try in the same 100 ms, %i %% once it answers, nobody more than %i times',
  (awayMs, trying, coming, most) => {
    const tries = triesOfHerd(awayMs);
    expect(busiestShare(tries.flat(), HERD)).toBeLessThanOrEqual(trying);
    const came = tries.map((own) => own.at(-1) ?? 0);
    expect(busiestShare(came, HERD)).toBeLessThanOrEqual(coming);
    expect(Math.max(...tries.map(({ length }) => length))).toBeLessThanOrEqual(most);
  },
);
