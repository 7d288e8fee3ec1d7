// When a clock counts as set back, with clocks that a test sets.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ClockWatch, watchClock } from '../../edge/self-hosted/clock-watch.ts';

const HOUR = 3_600_000;

let wallMs: number;
let steadyMs: number;
let watch: ClockWatch;
let said: string[];
beforeEach(() => {
  vi.useFakeTimers();
  [wallMs, steadyMs, said] = [Date.UTC(2026, 10, 26), 0, []];
  watch = watchClock(
    () => wallMs,
    () => steadyMs,
  );
  void watch.setBack.then((sentence) => said.push(sentence));
});
afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

/** Time goes by, and the clock is set by so much besides. */
async function pass(ms: number, setMs = 0): Promise<void> {
  wallMs += ms + setMs;
  steadyMs += ms;
  await vi.advanceTimersByTimeAsync(ms);
}

test('time that goes by, corrections and a clock set ahead are nothing to start anew for', async () => {
  await pass(HOUR);
  await pass(1_000, -2_000);
  await pass(1_000, HOUR);
  expect(said).toEqual([]);
});

test.each([
  ['at once', [-HOUR]],
  ['in many small steps', Array.from({ length: 360 }, () => -10_000)],
  ['after it had been set ahead', [HOUR, -HOUR]],
])('a clock set back is said once: %s', async (_, steps) => {
  for (const ms of steps) await pass(1_000, ms);
  await pass(10_000);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(
    /^The clock of this machine was set back by \d+ s: workerd starts anew\.$/,
  );
});
