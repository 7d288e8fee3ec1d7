// Notices that the clock of this machine was set back, also while nothing ran. Within one workerd time never
// goes back: it stands still until it is again as late as it was, and what is done by the clock waits for that.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Corrections smaller than this are waited for, in ms. */
const NOTABLE_MS = 60_000;
const LOOK_EVERY_MS = 1_000;
/** How often the latest time is written down, in ms. */
const KEEP_EVERY_MS = 60_000;

export interface ClockWatch {
  /** The latest time that there has been here, epoch ms. */
  readonly latest: number;
  /** Settles with a sentence when the clock is set back from now on. */
  readonly setBack: Promise<string>;
  stop(): Promise<void>;
}

/** @param now epoch ms */
export async function watchClock(stateDir: string, now: () => number): Promise<ClockWatch> {
  const file = join(stateDir, 'latest-time');
  const known = Number(await readFile(file, 'utf8').catch(() => '')) || 0;
  let latest = Math.max(known, now());
  let seen = now();
  let kept = 0;
  // On a full disk it is written later: nobody has to know it at once.
  const keep = () => {
    kept = latest;
    return writeFile(file, String(latest)).catch(() => undefined);
  };
  let timer: NodeJS.Timeout | undefined;
  const setBack = new Promise<string>((settle) => {
    timer = setInterval(() => {
      latest = Math.max(latest, now());
      seen = Math.max(seen, now());
      if (latest - kept >= KEEP_EVERY_MS) void keep();
      if (now() > seen - NOTABLE_MS) return;
      clearInterval(timer);
      const seconds = Math.round((seen - now()) / 1000);
      settle(`The clock of this machine was set back by ${seconds} s: workerd starts anew.`);
    }, LOOK_EVERY_MS).unref();
  });
  return {
    latest,
    setBack,
    async stop() {
      clearInterval(timer);
      await keep();
    },
  };
}
