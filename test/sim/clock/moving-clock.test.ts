// The clock of a real program goes as the dial says: what it reads, and how long it waits.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type MovingClock, movingClock } from './moving-clock.ts';

const MINUTE = 60_000;

let directory: string;
let clock: MovingClock;
let running: ChildProcess | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'moving-clock-'));
  clock = await movingClock(directory);
});
afterEach(async () => {
  running?.kill('SIGKILL');
  await clock.close();
  await rm(directory, { recursive: true, force: true });
});

/** A program that says what it reads: at first, and after having waited so long. */
function program(waitMs: number) {
  const script = `
    setTimeout(() => console.log(Date.now()), ${waitMs});
    console.log(Date.now());`;
  const child = spawn(process.execPath, ['-e', script], {
    env: { ...process.env, ...clock.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running = child;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    says: async () => Number((await lines.next()).value),
    ended: once(child, 'close'),
  };
}

it('a program reads the time of day as it is before the dial is turned', async () => {
  const { says, ended } = program(0);
  expect(Math.abs((await says()) - Date.now())).toBeLessThan(5_000);
  await ended;
});

it('an hour goes by in moments, for what a program reads and for what it waits for', async () => {
  const { says, ended } = program(60 * MINUTE);
  const begun = await says();
  const real = Date.now();
  await clock.pass(61 * MINUTE, 3_600);
  const woken = await says();
  expect(woken - begun).toBeGreaterThanOrEqual(60 * MINUTE);
  expect(woken).toBeLessThan(clock.now() + 5_000);
  expect(Date.now() - real).toBeLessThan(10 * MINUTE);
  await ended;
});

it('a jump moves what is read at once, and ends a wait', async () => {
  const { says, ended } = program(10 * MINUTE);
  const begun = await says();
  await clock.jump(11 * MINUTE);
  expect((await says()) - begun).toBeGreaterThanOrEqual(11 * MINUTE);
  await ended;
});

it('the time of day is set, and who waits does not notice', async () => {
  const { says, ended } = program(1_500);
  const begun = await says();
  const real = Date.now();
  clock.set(-60 * MINUTE);
  const woken = await says();
  expect(Date.now() - real).toBeLessThan(10_000);
  expect(woken - begun).toBeLessThan(-59 * MINUTE);
  expect(Math.abs(woken - clock.now())).toBeLessThan(5_000);
  await ended;
});

it('fast until something is seen, and no longer', async () => {
  const end = clock.now() + 2 * MINUTE;
  await clock.passUntil(() => clock.now() >= end, 10 * MINUTE, 600);
  expect(clock.now()).toBeGreaterThanOrEqual(end);
  await expect(clock.passUntil(() => false, MINUTE, 600)).rejects.toThrow('Not within 1 min');
});

it('no program is ever set back, however often the dial is turned', async () => {
  const script = `
    let last = process.hrtime.bigint(), most = 0n;
    const end = Date.now() + 600_000;
    while (Date.now() < end) {
      const now = process.hrtime.bigint();
      if (last - now > most) most = last - now;
      last = now;
    }
    console.log(String(most));`;
  const child = spawn(process.execPath, ['-e', script], {
    env: { ...process.env, ...clock.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running = child;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const said = lines.next();
  let isOver = false;
  void said.then(() => {
    isOver = true;
  });
  // As slices do; each turn back to 1 would set back whoever had not heard of it yet.
  while (!isOver) await clock.pass(100, 600);
  expect(Number((await said).value)).toBe(0);
});
