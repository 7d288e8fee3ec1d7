// How the requests of one sweep are spread over time. Pure.
import { PRESENCES_PER_READ } from '../graph/presence.ts';

/**
 * Between two requests of a sweep, in ms: 375 in 30 s, a quarter of what Microsoft allows. The rest is
 * for writes and for whoever else uses the app.
 */
export const LEAST_GAP_MS = 30_000 / 375;

const slicesOf = (users: number): number => Math.max(1, Math.ceil(users / PRESENCES_PER_READ));

/** From one request to the next, in ms, where a sweep over `users` is to take `everyMs`. */
export const gapMs = (users: number, everyMs: number): number =>
  Math.max(LEAST_GAP_MS, everyMs / slicesOf(users));

/** How long a sweep takes at least, in ms: longer than wished where there are too many users. */
export const sweepMs = (users: number, everyMs: number): number =>
  Math.max(everyMs, slicesOf(users) * LEAST_GAP_MS);
