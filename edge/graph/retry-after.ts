// Reads `Retry-After`. Pure.

/**
 * Longer than this, in ms, nobody is believed. Microsoft counts presence over 30 s; to send one request
 * too early costs one more refusal, to believe a slip of some proxy would keep calls back for hours.
 */
const LONGEST_MS = 600_000;

/**
 * How long to wait, in ms: whole seconds, a fraction as Graph's own sample has it (2.128), or an HTTP
 * date (facts: graph §4). 0 for a date that has passed. `undefined` where nothing usable is said, a
 * negative number included.
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? '';
  const seconds = /^\d+(?:\.\d+)?$/.test(text);
  // A date names its day; Date.parse would take much else for one.
  if (!seconds && !/^[a-z]{3}/i.test(text)) return undefined;
  const ms = seconds ? Number(text) * 1000 : Date.parse(text) - now;
  if (Number.isNaN(ms)) return undefined;
  return Math.min(Math.max(Math.ceil(ms), 0), LONGEST_MS);
}

/**
 * The same from an answer's headers: a date is by the clock of whoever wrote it, which `Date` tells, and by ours
 * where that is missing.
 */
export function retryAfterIn(headers: Headers, now: number): number | undefined {
  const writtenAt = Date.parse(headers.get('date') ?? '');
  return retryAfterMs(headers.get('retry-after'), Number.isNaN(writtenAt) ? now : writtenAt);
}
