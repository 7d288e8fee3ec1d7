// Whether Graph answers at all. Pure. While it answers nobody, one request asks now and then and all
// others wait for its answer: so Graph is left in peace, and all go on as soon as it is back.
//
//          nobody got an answer              somebody gets one
//   up ──────────────────────────▶ down ──────────────────────────▶ up
//                                  │  ▲
//                                  └──┘ one asks, up to PROBE.maxMs after the last who asked
import { type Backoff, backoffMs } from '../../shared/backoff.ts';
import { AppError } from '../../shared/errors.ts';

/** Both sides are to be equal 5 s after Graph is back: one asks every 3.5 s at least, and what waited needs its time. */
export const PROBE: Backoff = { firstMs: 1_000, maxMs: 3_000 };
/** Who can wait for others to find out asks for itself all the same: it may be those others that get none. */
export const BEHIND_OTHERS: Backoff = { firstMs: 20_000, maxMs: 20_000 };
/**
 * What has been away for long is asked ever more seldom: its return is noticed within this share of the time
 * that it was away, or within `LONGEST_MS`. That is more than `PROBE` allows after a quarter of an hour.
 */
const SHARE = 1 / 250;
const LONGEST_MS = 120_000;
/** Nobody asks twice within this time, in ms. */
const AT_LEAST_MS = 500;

export interface Reach {
  /** Requests in a row that got no answer; 0: Graph answers, as far as is known. */
  readonly failures: number;
  /** Since when nobody is answered, epoch ms; 0: somebody is. */
  readonly downSince: number;
  /** While nobody is answered: when one may ask, epoch ms. */
  readonly probeAt: number;
  /** Microsoft said to wait until then, epoch ms; 0: it did not. */
  readonly toldUntil: number;
  /** When it said so, epoch ms. */
  readonly toldAt: number;
  /** The only user of whom a write failed since the last answer: perhaps it is about them. */
  readonly suspect: string | null;
  /** When the last answer came, epoch ms; 0: never. */
  readonly answeredAt: number;
  /** When Graph answered again, after it had answered nobody, epoch ms; 0: never. */
  readonly backAt: number;
}

export const UP: Reach = {
  failures: 0,
  downSince: 0,
  probeAt: 0,
  toldUntil: 0,
  toldAt: 0,
  suspect: null,
  answeredAt: 0,
  backAt: 0,
};

/** Says nothing of what was asked: Graph, or the way there, is in trouble. */
const OUTAGES: ReadonlySet<string> = new Set([
  'graph-unreachable',
  'graph-timeout',
  'graph-unavailable',
  'graph-throttled',
]);

/** Throttled without a time is none: Graph counts, and whoever asks too soon is counted again. */
export function isOutage(error: unknown): error is AppError {
  if (!(error instanceof AppError) || !OUTAGES.has(error.code)) return false;
  return error.code !== 'graph-throttled' || toldMs(error) > 0;
}

/** How long Graph said to wait, in ms; 0: it did not. Less than we wait anyway is nothing. */
export function toldMs(error: unknown): number {
  if (!(error instanceof AppError) || !OUTAGES.has(error.code)) return 0;
  const { retryAfterMs = 0 } = error;
  return retryAfterMs < AT_LEAST_MS ? 0 : retryAfterMs;
}

export const isDown = ({ failures }: Reach): boolean => failures > 0;

/** Whether somebody may ask now. */
export const isOpen = (reach: Reach, now: number): boolean =>
  !isDown(reach) || now >= reach.probeAt;

/** Somebody asks: while nobody is answered, the next one does so a while later, answered or not. */
export const asking = (reach: Reach, now: number, pauseMs: number): Reach =>
  isDown(reach) ? { ...reach, probeAt: now + pauseMs } : reach;

/** Others were answered: whoever waits may find out at once, unless Microsoft said when. */
export const hastened = (reach: Reach, now: number): Reach =>
  isDown(reach) ? { ...reach, probeAt: Math.max(now, reach.toldUntil) } : reach;

/** Everybody may try again, but not before Microsoft said: a clock that was set back since says nothing of that. */
export function released(reach: Reach, now: number): Reach {
  const { toldAt, toldUntil } = reach;
  return toldAt <= now && now < toldUntil ? { ...reach, probeAt: toldUntil } : UP;
}

/** Graph answered, whatever it said. */
export const answered = (reach: Reach, now: number): Reach => ({
  ...UP,
  answeredAt: now,
  backAt: isDown(reach) ? now : reach.backAt,
});

export interface Unanswered {
  error: AppError;
  /** Of whom it was; `null`: of several. */
  who: string | null;
  /** Epoch ms */
  leftAt: number;
  /** How long to wait until one asks, ms: `pauseMs`. */
  pauseMs: number;
}

/** Who got no answer may ask again: `null`: when their own failures say so. */
export type Verdict = { reach: Reach; retryAt: number | null };

/** A request got no answer that says anything about it (`isOutage`). */
export function unanswered(
  reach: Reach,
  { error, who, leftAt, pauseMs }: Unanswered,
  now: number,
): Verdict {
  // It hung from before Graph was back, and is said again like all that waited.
  if (leftAt <= reach.backAt) return { reach, retryAt: now + AT_LEAST_MS };
  // Others were answered meanwhile: it is about this one.
  if (leftAt <= reach.answeredAt) return { reach, retryAt: null };
  if (mayBeAboutOne(error) && who !== null && (reach.suspect ?? who) === who && !isDown(reach)) {
    return { reach: { ...reach, suspect: who }, retryAt: null };
  }
  const told = toldMs(error);
  const toldUntil = told === 0 ? reach.toldUntil : Math.max(reach.toldUntil, now + told);
  const toldAt = told === 0 ? reach.toldAt : now;
  const pausedUntil = isDown(reach) ? reach.probeAt : now + pauseMs;
  const probeAt = Math.max(toldUntil, pausedUntil);
  const failures = reach.failures + 1;
  const downSince = isDown(reach) ? reach.downSince : now;
  return { reach: { ...reach, failures, downSince, toldUntil, toldAt, probeAt }, retryAt: probeAt };
}

/** What answers 5xx may be where the user's data lie; time-outs and throttling meet everybody. */
const mayBeAboutOne = ({ code }: AppError): boolean => code === 'graph-unavailable';

/** How long after one has asked the next one does, in ms, where nobody is answered. */
export function pauseMs(backoff: Backoff, reach: Reach, now: number, random: number): number {
  const awayMs = isDown(reach) ? now - reach.downSince : 0;
  const maxMs = Math.max(backoff.maxMs, Math.min(LONGEST_MS, awayMs * SHARE));
  return AT_LEAST_MS + backoffMs({ ...backoff, maxMs }, Math.max(1, reach.failures), random);
}
