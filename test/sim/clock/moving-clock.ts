// Hours in seconds for real processes: edge, agent and simulators share a clock whose rate a scenario
// sets. Nothing in the product knows of it; moving-clock.c stands between a program and its libc.
import { writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { preloaded } from '../preloaded.ts';

const SOURCE = join(import.meta.dirname, 'moving-clock.c');
/** Bytes of the dial: how many turns there have been, and the last two, of four numbers each. */
const TURN_BYTES = 32;
const DIAL_BYTES = 8 + 2 * TURN_BYTES;
/** After a jump everything that was due is done at once: for that there has to be time, at a rate of 20. */
const BRISK = 20;
/** Requests that are on their way when the clock jumps time out: so long, in ms, they may come to rest. */
const REST_MS = 3_000;
/** Fast enough for hours, slow enough that an answer on this machine is no time-out, at a rate of 60. */
const FAST = 60;

/** So long, in real ms, it goes fast before it looks whether everybody has kept up. */
const SLICE_MS = 20;

/** A turn is written so long before it holds, in ns: twice what writing takes, and not long to wait. */
const LEAD_NS = 300_000n;

interface Turn {
  /** ns of the machine's monotonic clock. */
  at: bigint;
  /** How far the moved clock was ahead then, ns. */
  ahead: bigint;
  /** How far the time of day is off besides, ns. */
  set: bigint;
  rate: number;
}

export interface MovingClock {
  /** Epoch ms on the moved clock. */
  now(): number;
  /** What the environment of a process needs to live by it. */
  env: Record<string, string>;
  /** Lets so much of its time go by, in ms, at `rate` (default 60); then it goes as any other again. */
  pass(ms: number, rate?: number): Promise<void>;
  /** Lets it go fast until `look` gives true; fails after `limitMs` of its own time. */
  passUntil(look: () => boolean | Promise<boolean>, limitMs: number, rate?: number): Promise<void>;
  /** Moves it by so many ms at once, with everything that waits. */
  jump(ms: number): Promise<void>;
  /** Moves the time of day by so many ms, as when somebody sets it: what waits goes on waiting. */
  set(ms: number): void;
  /**
   * Moves it by so many ms at once, then lets it go until `look` gives true and what is on its way has
   * arrived; fails after `limitMs` of its own time.
   */
  stride(ms: number, look: () => boolean | Promise<boolean>, limitMs: number): Promise<void>;
  /** From now on it goes fast only as far as `caughtUp`, which answers when a program has done what was due. */
  follow(caughtUp: () => Promise<unknown>): void;
  close(): Promise<void>;
}

/** A clock that is right and goes as any other, until it is told; its dial is a file in `directory`. */
export async function movingClock(directory: string): Promise<MovingClock> {
  const [library, dial] = [await preloaded(SOURCE), join(directory, 'clock-dial')];
  const file = await open(dial, 'w+');
  let turn: Turn = { at: process.hrtime.bigint(), ahead: 0n, set: 0n, rate: 1 };
  let count = 0;

  const ahead = (at: bigint): bigint =>
    turn.ahead + BigInt(Math.round(Number(at - turn.at) * (turn.rate - 1)));

  // Named before it holds: a program that went on at the old rate, because this process was not on a processor
  // between its reading the time and its writing, would be set back.
  function set(rate: number, { jumpMs = 0, setMs = 0 } = {}): void {
    const bytes = Buffer.alloc(TURN_BYTES);
    const which = Buffer.alloc(8);
    count += 1;
    which.writeBigInt64LE(BigInt(count));
    let at: bigint;
    do {
      at = process.hrtime.bigint() + LEAD_NS;
      bytes.writeBigInt64LE(at, 0);
      bytes.writeBigInt64LE(ahead(at) + BigInt(jumpMs) * 1_000_000n, 8);
      bytes.writeBigInt64LE(turn.set + BigInt(setMs) * 1_000_000n, 16);
      bytes.writeDoubleLE(rate, 24);
      writeSync(file.fd, bytes, 0, TURN_BYTES, 8 + (count % 2) * TURN_BYTES);
    } while (process.hrtime.bigint() > at - LEAD_NS / 2n);
    writeSync(file.fd, which, 0, 8, 0);
    while (process.hrtime.bigint() < at);
    turn = { at, rate, ahead: bytes.readBigInt64LE(8), set: bytes.readBigInt64LE(16) };
  }

  await file.write(Buffer.alloc(DIAL_BYTES), 0, DIAL_BYTES, 0);
  set(1);

  // Of one reading: between two of them another program may be on the processor, for seconds of this clock.
  const origin = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  const now = () => {
    const at = process.hrtime.bigint();
    return Number(origin + at + turn.set + ahead(at)) / 1e6;
  };

  let caughtUp: () => Promise<unknown> = async () => undefined;

  /** Fast for a moment; on a machine that is overrun, time waits for whoever lives by it. */
  async function slice(rate: number, leftMs: number): Promise<void> {
    if (rate <= 1) return void (await delay(Math.min(SLICE_MS, leftMs / rate)));
    set(rate);
    await delay(Math.min(SLICE_MS, leftMs / rate));
    set(1);
    await caughtUp();
  }

  const clock: MovingClock = {
    now: () => Math.floor(now()),
    env: { LD_PRELOAD: library, CLOCK_DIAL: dial },
    async pass(ms, rate = FAST) {
      const end = now() + ms;
      for (let left = ms; left > 0; left = end - now()) await slice(rate, left);
    },
    async passUntil(look, limitMs, rate = FAST) {
      const end = now() + limitMs;
      while (!(await look())) {
        const left = end - now();
        if (left <= 0) throw new Error(`Not within ${limitMs / 60_000} min of the moved clock.`);
        await slice(rate, left);
      }
    },
    jump: async (jumpMs) => set(turn.rate, { jumpMs }),
    set: (setMs) => set(turn.rate, { setMs }),
    async stride(ms, look, limitMs) {
      await clock.jump(ms);
      await clock.passUntil(look, limitMs, BRISK);
      await clock.pass(REST_MS, BRISK);
    },
    follow: (program) => {
      caughtUp = program;
    },
    close: () => file.close(),
  };
  return clock;
}
