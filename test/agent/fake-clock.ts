// Time that stands still until a test moves it. Models timers and the wall clock; nothing drifts.
import type { Clock } from '../../agent/clock.ts';

export interface FakeClock extends Clock {
  /** Moves on by `ms`, running what falls due in order. */
  advance(ms: number): void;
  /** The same, letting promises settle after each timer. */
  pass(ms: number): Promise<void>;
  /** How many timers are set. */
  timers(): number;
}

export function fakeClock(startAt = Date.UTC(2026, 10, 23, 12)): FakeClock {
  let now = startAt;
  let timers: { at: number; then: () => void }[] = [];
  const next = (until: number) => {
    const [first] = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
    timers = timers.filter((timer) => timer !== first);
    now = first?.at ?? until;
    return first;
  };
  return {
    now: () => now,
    after(ms, then) {
      const timer = { at: now + ms, then };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const until = now + ms;
      for (let due = next(until); due; due = next(until)) due.then();
    },
    async pass(ms) {
      const until = now + ms;
      await settled();
      for (let due = next(until); due; due = next(until)) {
        due.then();
        await settled();
      }
    },
    timers: () => timers.length,
  };
}

/** Lets everything that is already resolved run. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
