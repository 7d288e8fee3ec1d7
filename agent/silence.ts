// Notices that the other end says nothing any more. One timer, set back by every sign of life.
import type { Clock } from './clock.ts';

export interface SilenceStep {
  /** Ms of silence after which `act` is due; rising from step to step. */
  readonly afterMs: number;
  act(): void;
}

export interface SilenceWatch {
  /** Any frame at all came in: begin again at the first step. */
  heard(): void;
  stop(): void;
}

/**
 * Runs the steps one after the other while nothing is heard: probes first, giving up last. Timers
 * and not clock readings decide, so that a clock set back cannot hide a dead line.
 */
export function watchSilence(clock: Clock, steps: readonly SilenceStep[]): SilenceWatch {
  let stopped = false;
  let cancel = () => {};
  const arm = (at: number) => {
    const step = steps[at];
    if (!step || stopped) return;
    const sinceMs = steps[at - 1]?.afterMs ?? 0;
    cancel = clock.after(step.afterMs - sinceMs, () => {
      arm(at + 1);
      step.act();
    });
  };
  arm(0);
  return {
    heard() {
      cancel();
      arm(0);
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
