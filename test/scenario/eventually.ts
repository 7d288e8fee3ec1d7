// Waits for something that real processes bring about; the limit is generous, only a fault meets it.
import { setTimeout as delay } from 'node:timers/promises';

const LIMIT_MS = 8_000;
/** Between two looks, in ms: at first as little as one notices, then less often, for each may be a request. */
const PAUSE_MS = { first: 10, last: 80 };

/** Resolves when `look` gives what is wanted; fails with what it gave last. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  wanted: (value: T) => boolean,
  limitMs = LIMIT_MS,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (let pauseMs = PAUSE_MS.first; ; pauseMs = Math.min(pauseMs * 1.3, PAUSE_MS.last)) {
    const value = await look();
    if (wanted(value)) return value;
    if (Date.now() > end) throw new Error(`Still ${JSON.stringify(value)} after ${limitMs} ms.`);
    await delay(pauseMs);
  }
}

/** The same for one exact value. */
export const becomes = <T>(look: () => T | Promise<T>, wanted: T, limitMs = LIMIT_MS): Promise<T> =>
  eventually(look, (value) => JSON.stringify(value) === JSON.stringify(wanted), limitMs);
