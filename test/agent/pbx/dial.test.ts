// Dialling a PBX over a line that loses things.
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dialPbx } from '../../../agent/pbx/dial.ts';
import { startWire, type Wire } from '../../sim/network/tcp-proxy.ts';
import { type Pbx, startPbx } from '../../sim/pbx/server.ts';
import { fakeClock } from '../fake-clock.ts';

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

/** After this another dial is made, in ms. */
const PATIENCE_MS = 2_000;
/** What is said on loopback has arrived by then, in ms of the machine. */
const SAID_MS = 50;

function dial() {
  const url = new URL(pbx.url);
  url.port = String(wire.port);
  const [clock, stop] = [fakeClock(), new AbortController()];
  const dialled = dialPbx({ url: url.href, insecureTls: false }, clock, stop.signal);
  return { clock, stop, dialled };
}

const came = (times: number) => expect.poll(() => wire.cameAt.length).toBe(times);

test.each(['black-hole', 'one-way'] as const)(
  'a dial whose bytes went into a %s is not waited for once the line is back',
  async (mode) => {
    wire.mode = mode;
    const { clock, dialled } = dial();
    await came(1);
    await delay(SAID_MS);
    wire.mode = 'pass';
    await clock.pass(PATIENCE_MS);
    const since = Date.now();
    expect((await dialled).ok).toBe(true);
    expect(Date.now() - since).toBeLessThan(1_000);
    expect(wire.cameAt).toHaveLength(2);
  },
);

test('nor is one after the other that went there, while that lasts', async () => {
  wire.mode = 'black-hole';
  const { clock, dialled } = dial();
  await came(1);
  await clock.pass(PATIENCE_MS);
  await came(2);
  await delay(SAID_MS);
  wire.mode = 'pass';
  // By the machine's time this one is given up; then there is a pause.
  await expect.poll(() => clock.timers(), { timeout: 3_000 }).toBe(1);
  await clock.pass(500);
  expect((await dialled).ok).toBe(true);
  expect(wire.cameAt).toHaveLength(3);
});

test('a dial that is slow has its time, though another one is made beside it', async () => {
  wire.delayMs = 150;
  const { clock, dialled } = dial();
  await came(1);
  await clock.pass(PATIENCE_MS);
  expect((await dialled).ok).toBe(true);
  expect(wire.cameAt).toHaveLength(2);
  // Of two lines one is of no use.
  await expect.poll(() => wire.sockets.size).toBe(1);
});

test('one that is quick is the only one', async () => {
  const { clock, dialled } = dial();
  expect((await dialled).ok).toBe(true);
  await clock.pass(10 * PATIENCE_MS);
  expect(clock.timers()).toBe(0);
  expect(wire.cameAt).toHaveLength(1);
});

test('both end when told to', async () => {
  wire.mode = 'black-hole';
  const { clock, stop, dialled } = dial();
  await came(1);
  await clock.pass(PATIENCE_MS);
  await came(2);
  stop.abort();
  expect((await dialled).ok).toBe(false);
  await clock.pass(10 * PATIENCE_MS);
  expect(wire.cameAt).toHaveLength(2);
});
