// The pace towards Microsoft: a token bucket that stays below the published limit. Pure.

/** API.md, "Pace": 1,200 requests per 30 s, burst 300; Microsoft allows 1,500 per 30 s. */
export const PACE = { perMs: 1_200 / 30_000, burst: 300 } as const;

/**
 * Requests that nothing but calls may use: with what flows in meanwhile (200), 300 call changes leave
 * within 5 s also in the middle of something large.
 */
export const CALL_RESERVE = 120;

export interface Bucket {
  readonly tokens: number;
  readonly at: number;
  /** Microsoft said to wait until then. */
  readonly closedUntil: number;
}

export const fullBucket = (now: number): Bucket => ({
  tokens: PACE.burst,
  at: now,
  closedUntil: 0,
});

/**
 * Takes one request out, or says at what time (epoch ms) one may be had.
 * @param reserve how many must be left for what is more urgent
 */
export function take(
  bucket: Bucket,
  now: number,
  reserve = 0,
): { bucket: Bucket; waitUntil: number | null } {
  if (now < bucket.closedUntil) return { bucket, waitUntil: bucket.closedUntil };
  const elapsed = Math.max(0, now - bucket.at);
  const tokens = Math.min(PACE.burst, bucket.tokens + elapsed * PACE.perMs);
  const filled: Bucket = { ...bucket, tokens, at: now };
  const missing = 1 + reserve - tokens;
  if (missing > 0) return { bucket: filled, waitUntil: now + Math.ceil(missing / PACE.perMs) };
  return { bucket: { ...filled, tokens: tokens - 1 }, waitUntil: null };
}

/** Microsoft throttles us: nothing leaves before `until`. */
export const close = (bucket: Bucket, until: number): Bucket => ({
  ...bucket,
  closedUntil: Math.max(bucket.closedUntil, until),
});
