// How long to wait before the next try. Pure: the dice are passed in.

export interface Backoff {
  /** First ceiling, in ms. */
  readonly firstMs: number;
  /** Highest ceiling, in ms. */
  readonly maxMs: number;
}

/** Tunnel: many agents come back at once after a deployment of the edge, hence the jitter. */
export const TUNNEL_BACKOFF: Backoff = { firstMs: 200, maxMs: 20_000 };
/** PBX session: the pace of the vendor's own library (facts: 1 s doubling to 32 s). */
export const PBX_BACKOFF: Backoff = { firstMs: 1_000, maxMs: 32_000 };
/** Microsoft, where it does not say how long to wait. */
export const GRAPH_BACKOFF: Backoff = { firstMs: 1_000, maxMs: 120_000 };

/** A connection that lived this long, in ms, was a good one: the next failure starts from zero. */
export const STABLE_AFTER_MS = 10_000;

/**
 * Full jitter: anything between 0 and the ceiling, which doubles with each failure.
 * @param failures failures in a row so far, at least 1
 * @param random a number in [0, 1)
 * @returns ms to wait
 */
export function backoffMs(backoff: Backoff, failures: number, random: number): number {
  const ceiling = Math.min(backoff.maxMs, backoff.firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(ceiling * random);
}

/** Nothing is waited for longer than this, in ms: for an account that is locked, half an hour. */
const LONGEST_WAIT_MS = 35 * 60_000;

/**
 * Until when to wait, epoch ms: as planned, unless that is so far away that the clock must have been set
 * back since.
 */
export const stillUntil = (planned: number, now: number): number =>
  planned - now > LONGEST_WAIT_MS ? now : planned;
