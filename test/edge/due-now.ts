// The tests' clock stands still, and an alarm goes off a millisecond after the last one at the earliest: whoever runs
// what is due now lets that millisecond pass.
import { vi } from 'vitest';

/** Lets the millisecond pass where an alarm for `at` (epoch ms; `null`: none) goes off at once; says whether it does. */
export function waitIfDue(at: number | null): at is number {
  if (at === null || at > Date.now() + 1) return false;
  vi.setSystemTime(Math.max(at, Date.now()));
  return true;
}
