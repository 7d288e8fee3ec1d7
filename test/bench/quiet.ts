// Waits until nothing is written any more.
import { setTimeout as delay } from 'node:timers/promises';
import type { Laboratory } from '../sim/laboratory.ts';

/** Nothing was written on either side for `ms`; answers when that began, epoch ms. */
export async function untilQuiet({ pbx, microsoft }: Laboratory, ms = 8_000): Promise<number> {
  let last = Date.now();
  const note = () => {
    last = Date.now();
  };
  const stops = [pbx.on('presence', note), microsoft.on('presence', note)];
  while (Date.now() - last < ms) await delay(50);
  for (const stop of stops) stop();
  return last;
}
