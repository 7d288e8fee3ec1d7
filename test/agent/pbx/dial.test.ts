// Dialling a PBX over a line that loses things.
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../agent/clock.ts';
import { dialPbx } from '../../../agent/pbx/dial.ts';
import { startWire, type Wire } from '../../sim/network/tcp-proxy.ts';
import { type Pbx, startPbx } from '../../sim/pbx/server.ts';

let pbx: Pbx;
let wire: Wire;
beforeEach(async () => {
  pbx = await startPbx();
  wire = await startWire(Number(new URL(pbx.url).port));
});
afterEach(async () => {
  await wire.down();
  await pbx.close();
});

/** A second passes in 50 ms; what a dial itself may take goes by the machine's. */
const hasty: Clock = { now: Date.now, after: (ms, then) => systemClock.after(ms / 20, then) };
/** What another dial may take that went into the hole just before its end, and more; the first one has 10 s. In ms. */
const BACK_WITHIN_MS = 2_500;
/** Long enough for another dial to have been made, in ms. */
const PATIENCE_MS = 2_000 / 20;

function dial(clock: Clock = hasty) {
  const url = new URL(pbx.url);
  url.port = String(wire.port);
  const stop = new AbortController();
  return { stop, dialled: dialPbx({ url: url.href, insecureTls: false }, clock, stop.signal) };
}

test.each(['black-hole', 'one-way'] as const)(
  'a dial whose bytes went into a %s is not waited for once the line is back',
  async (mode) => {
    wire.mode = mode;
    const { dialled } = dial();
    await expect.poll(() => wire.sockets.size).toBe(1);
    await delay(PATIENCE_MS / 2);
    wire.mode = 'pass';
    const since = Date.now();
    const { ok } = await dialled;
    expect(ok).toBe(true);
    expect(Date.now() - since).toBeLessThan(BACK_WITHIN_MS);
  },
);

test('a dial that is slow has its time, though another one is made beside it', async () => {
  wire.delayMs = 1.5 * PATIENCE_MS;
  const { ok } = await dial().dialled;
  expect(ok).toBe(true);
  expect(wire.cameAt).toHaveLength(2);
  // Of two lines one is of no use.
  await expect.poll(() => wire.sockets.size).toBe(1);
});

test('one that is quick is the only one', async () => {
  const { ok } = await dial().dialled;
  expect(ok).toBe(true);
  await delay(2 * PATIENCE_MS);
  expect(wire.cameAt).toHaveLength(1);
});

test('both end when told to', async () => {
  wire.mode = 'black-hole';
  const { stop, dialled } = dial();
  await expect.poll(() => wire.cameAt.length).toBe(2);
  stop.abort();
  expect((await dialled).ok).toBe(false);
  await delay(PATIENCE_MS);
  expect(wire.cameAt).toHaveLength(2);
});
