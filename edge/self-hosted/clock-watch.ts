// Notices that the clock of this machine was set back. Within one workerd time never goes back: it stands
// still until it is again as late as it was, and what is done by the clock waits for as long.

/** Corrections smaller than this are waited for, in ms. */
const NOTABLE_MS = 60_000;
const LOOK_EVERY_MS = 1_000;

export interface ClockWatch {
  /** Settles with a sentence when the clock was set back. */
  setBack: Promise<string>;
  stop(): void;
}

/**
 * @param wall epoch ms
 * @param steady ms that only ever go on
 */
export function watchClock(wall: () => number, steady: () => number): ClockWatch {
  let latest = wall() - steady();
  let timer: NodeJS.Timeout | undefined;
  const setBack = new Promise<string>((settle) => {
    timer = setInterval(() => {
      const now = wall() - steady();
      if (now > latest - NOTABLE_MS) {
        latest = Math.max(latest, now);
        return;
      }
      clearInterval(timer);
      const seconds = Math.round((latest - now) / 1000);
      settle(`The clock of this machine was set back by ${seconds} s: workerd starts anew.`);
    }, LOOK_EVERY_MS).unref();
  });
  return { setBack, stop: () => clearInterval(timer) };
}
