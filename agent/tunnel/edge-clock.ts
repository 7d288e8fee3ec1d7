// What time it is at the edge. A machine whose clock is wrong still proves itself: the edge said in its
// refusal what time it has.
import type { Clock } from '../clock.ts';

export interface EdgeClock {
  /** Epoch ms, for proofs. */
  now(): number;
  /** Epoch ms, as the edge said it just now. */
  learn(edgeNow: number): void;
}

export function edgeClock({ now }: Pick<Clock, 'now'>): EdgeClock {
  let aheadMs = 0;
  return {
    now: () => now() - aheadMs,
    learn(edgeNow) {
      aheadMs = now() - edgeNow;
    },
  };
}
