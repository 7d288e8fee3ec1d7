// Reads `Retry-After`. Pure.

/** Longer than this, in ms, nobody is believed: the hour is longer than any window of Microsoft's. */
const LONGEST_MS = 3_600_000;

/**
 * How long to wait, in ms: whole seconds, a fraction as Graph's own sample has it (2.128), or an HTTP
 * date (facts: graph §4). `undefined` where nothing usable is said.
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
