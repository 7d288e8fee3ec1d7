// When something with a time in it is asked once more by Microsoft's clock.
import { expect, test } from 'vitest';
import { byTheirClock, theirClock } from '../../../edge/graph/their-clock.ts';
import { AppError } from '../../../shared/errors.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const HOUR = 3_600_000;
const dateOf = (at: number) => new Date(at).toUTCString();

const refused = (code: string, retryAfterMs?: number) =>
  new AppError({
    code,
    retry: 'never',
    detail: 'd',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

/** Asks a Microsoft that is so much ahead and refuses once; what it was asked with. */
async function asked(error: AppError, aheadMs: number): Promise<number[]> {
  const clock = theirClock(() => NOW);
  const withMs: number[] = [];
  await byTheirClock(clock, async (ahead) => {
    withMs.push(ahead);
    clock.hear(dateOf(NOW + aheadMs));
    if (withMs.length === 1) throw error;
  }).catch(() => undefined);
  return withMs;
}

test.each<[string, AppError, number, number[]]>([
  ['refused as wrong, and theirs is another time', refused('graph-bad-request'), HOUR, [0, HOUR]],
  ['refused as wrong, and the clocks agree', refused('graph-bad-request'), 1_000, [0]],
  ['refused as wrong, to be asked later', refused('graph-bad-request', 5_000), HOUR, [0]],
  ['throttled', refused('graph-throttled', 30_000), HOUR, [0]],
  ['there is one already', refused('graph-conflict'), HOUR, [0]],
  ['an answer that cannot be read: it was done perhaps', refused('graph-bad-answer'), HOUR, [0]],
])('%s', async (_, error, aheadMs, expected) => {
  expect(await asked(error, aheadMs)).toEqual(expected);
});

test('what is no date, or the network’s own delay, says nothing', () => {
  const clock = theirClock(() => NOW);
  clock.hear(dateOf(NOW - HOUR));
  clock.hear(null);
  clock.hear('soon');
  expect(clock.aheadMs).toBe(-HOUR);
  clock.hear(dateOf(NOW + 59_000));
  expect(clock.aheadMs).toBe(0);
});
