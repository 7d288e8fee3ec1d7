// The pace towards Microsoft: a token bucket that stays below the published limit. Pure.

/**
 * API.md, "Pace": at most 1,200 requests per 30 s, burst 300; Microsoft refuses the 1,501st. Burst and
 * refill together would be exactly that: the 30 fewer allow that requests arrive up to 0.75 s closer
 * together than they left.
 */
export const PACE = { perMs: 1_170 / 30_000, burst: 300 } as const;

/** How much it hurts to wait. */
export type Urgency = 'call' | 'read' | 'other';

/**
 * Requests that have to be left for what is more urgent. With what flows in meanwhile (195), 300 call
 * changes leave within 5 s also in the middle of something large; and reads, which are few, get through
 * beside thousands of manual states.
 */
export const RESERVE: Readonly<Record<Urgency, number>> = { call: 0, read: 140, other: 160 };

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
  const filled = filledBy(bucket, now);
  if (now < filled.closedUntil) return { bucket: filled, waitUntil: filled.closedUntil };
  const { tokens } = filled;
  const missing = 1 + reserve - tokens;
  if (missing > 0) return { bucket: filled, waitUntil: now + Math.ceil(missing / PACE.perMs) };
  return { bucket: { ...filled, tokens: tokens - 1 }, waitUntil: null };
}

/** Microsoft throttles us: nothing leaves before `until`. */
export function close(bucket: Bucket, now: number, until: number): Bucket {
  const filled = filledBy(bucket, now);
  return { ...filled, closedUntil: Math.max(filled.closedUntil, until) };
}

/** What has flowed in since; a clock that was set back meanwhile makes nobody wait for longer. */
function filledBy(bucket: Bucket, now: number): Bucket {
  const elapsed = Math.max(0, now - bucket.at);
  const setBack = Math.max(0, bucket.at - now);
  return {
    tokens: Math.min(PACE.burst, bucket.tokens + elapsed * PACE.perMs),
    at: now,
    closedUntil: bucket.closedUntil - setBack,
  };
}
