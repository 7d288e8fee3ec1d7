// When a clock counts as set back, with a clock that a test sets.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ClockWatch, watchClock } from '../../edge/self-hosted/clock-watch.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 26, 12);

let stateDir: string;
let now: number;
let watch: ClockWatch;
let said: string[];
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  stateDir = await mkdtemp(join(tmpdir(), 'clock-watch-'));
  [now, said] = [NOON, []];
  watch = await watchClock(stateDir, () => now);
  void watch.setBack.then((sentence) => said.push(sentence));
});
afterEach(async () => {
  await watch.stop();
  vi.useRealTimers();
  await rm(stateDir, { recursive: true, force: true });
});

/** Time goes by, and the clock is set by so much besides. */
async function pass(ms: number, setMs = 0): Promise<void> {
  now += ms + setMs;
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

test('the latest time outlives a restart, also where the clock is set back in between', async () => {
  await pass(1_000, HOUR);
  await watch.stop();
  now = NOON;
  const next = await watchClock(stateDir, () => now);
  expect(next.latest).toBe(NOON + HOUR + 1_000);
  // It was noticed at the start: that is not said again.
  await pass(5_000);
  expect(said).toEqual([]);
  await next.stop();
});
