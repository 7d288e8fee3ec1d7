// Notices that a dial hangs on a line that is gone: the edge answers others who came later. Packets that
// a dead line swallowed do not come back with it, and a dial may wait long for a slow network.
import { type Clock, sleep } from '../clock.ts';
import type { Asked } from '../outward/ask.ts';

/** A dial that takes longer than this is looked at, in ms. */
const PATIENCE_MS = 2_000;
/** Longest wait for the answer to one question, in ms. */
export const QUESTION_MS = 1_500;
const PAUSE_MS = 500;
/** What a dial may still take after the edge has answered a question that was put later, in ms. */
const GRACE_MS = 300;

/** Settles when the dial has been overtaken, or the signal says stop. */
export async function overtaken(
  question: (signal: AbortSignal) => Promise<Asked>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  await sleep(clock, PATIENCE_MS, signal);
  while (!signal.aborted) {
    const asked = await question(signal);
    if (asked.ok) return sleep(clock, GRACE_MS, signal);
    await sleep(clock, PAUSE_MS, signal);
  }
}
