// Waits for something that real processes bring about; the limit is generous, only a fault meets it.
import { setTimeout as delay } from 'node:timers/promises';

const LIMIT_MS = 8_000;

/** Resolves when `look` gives what is wanted; fails with what it gave last. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  wanted: (value: T) => boolean,
  limitMs = LIMIT_MS,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    if (Date.now() > end) throw new Error(`Still ${JSON.stringify(value)} after ${limitMs} ms.`);
    await delay(20);
  }
}

/** The same for one exact value. */
export const becomes = <T>(look: () => T | Promise<T>, wanted: T): Promise<T> =>
  eventually(look, (value) => JSON.stringify(value) === JSON.stringify(wanted));
