// Microsoft's clock beside ours. A subscription ends by theirs: asked for by a clock that is an hour
// wrong, it would be refused as ended already, or as too long.
import { AppError } from '../../shared/errors.ts';

/** Smaller differences are the network's and the header's own second, in ms. */
const NOTABLE_MS = 60_000;

export interface TheirClock {
  /** Takes the `Date` of an answer. */
  hear(date: string | null): void;
  /** By how much theirs is ahead of ours, in ms; 0 where they agree, or nothing was heard. */
  readonly aheadMs: number;
}

/** @param now our time, epoch ms */
export function theirClock(now: () => number): TheirClock {
  let aheadMs = 0;
  return {
    hear(date) {
      const theirs = Date.parse(date ?? '');
      if (Number.isNaN(theirs)) return;
      const difference = theirs - now();
      aheadMs = Math.abs(difference) > NOTABLE_MS ? difference : 0;
    },
    get aheadMs() {
      return aheadMs;
    },
  };
}

/**
 * Asks Microsoft something with a time in it, and once more at once where it was refused as wrong and
 * the refusal told that our clock is not what it was taken for.
 * @param ask gets by how much theirs is ahead, in ms
 */
export async function byTheirClock<T>(
  clock: TheirClock,
  ask: (aheadMs: number) => Promise<T>,
): Promise<T> {
  const { aheadMs } = clock;
  try {
    return await ask(aheadMs);
  } catch (error) {
    if (!isRefusedAsWrong(error) || Math.abs(clock.aheadMs - aheadMs) <= NOTABLE_MS) throw error;
    return ask(clock.aheadMs);
  }
}

/** All else has nothing to do with the time: it was done perhaps, or is not to be hurried. */
const isRefusedAsWrong = (error: unknown): boolean =>
  error instanceof AppError &&
  error.code === 'graph-bad-request' &&
  error.retryAfterMs === undefined;
