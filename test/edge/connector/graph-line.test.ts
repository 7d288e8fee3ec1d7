import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Context } from '../../../edge/connector/context.ts';
import { GraphLine } from '../../../edge/connector/graph-line.ts';
import type { GraphCall } from '../../../edge/graph/client.ts';
import { AppError } from '../../../shared/errors.ts';

const NOW = 1_000_000;
const CUT = new AppError({ code: 'graph-unreachable', retry: 'backoff', detail: '' });
const NOT_THERE = new AppError({ code: 'graph-not-found', retry: 'never', detail: '' });
const ASK = { method: 'GET', path: '/' } as const;

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

function setUp() {
  const kept = new Map<string, unknown>();
  const world = { backs: 0, writes: 0, isDiskFull: false };
  const store = (change: () => void) => {
    if (world.isDiskFull) throw new Error('The disk is full.');
    world.writes += 1;
    change();
  };
  const context = {
    now: () => Date.now(),
    random: () => 0.5,
    database: {
      read: (key: string) => kept.get(key),
      write: (key: string, value: unknown) => store(() => void kept.set(key, value)),
      forget: (key: string) => store(() => void kept.delete(key)),
    },
  } as unknown as Context;
  const back = () => {
    world.backs += 1;
  };
  const line = () => new GraphLine(context, { name: 'writes', back, isBehind: () => false });
  return { world, line };
}

const cutOff = (line: GraphLine) => line.failed(CUT, { who: 'alice', leftAt: Date.now() });
/** A Graph that answers after so many ms, with an error if there is one. */
const slow = (ms: number, error?: AppError): GraphCall =>
  (() =>
    new Promise<unknown>((resolve, reject) => {
      setTimeout(() => (error ? reject(error) : resolve('answer')), ms);
    })) as GraphCall;
const outcome = (asked: Promise<unknown>) => asked.catch((error: AppError) => error.code);

test.each([
  ['while nobody is answered', true],
  ['also while somebody is, as far as is known', false],
])('one waits for three seconds only: %s', async (_, isDown) => {
  const line = setUp().line();
  if (isDown) cutOff(line);
  const asked = outcome(line.impatient(slow(60_000))(ASK));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await asked).toBe('graph-timeout');
  expect(line.isDown).toBe(isDown);
});

test.each([
  ['an answer', undefined],
  ['a refusal', NOT_THERE],
])('%s that comes later says all the same that Graph is back', async (_, error) => {
  const { world, line: made } = setUp();
  const line = made();
  cutOff(line);
  const asked = outcome(line.impatient(slow(9_000, error))(ASK));
  await vi.advanceTimersByTimeAsync(8_999);
  expect(await asked).toBe('graph-timeout');
  expect([line.isDown, world.backs]).toEqual([true, 0]);
  await vi.advanceTimersByTimeAsync(1);
  expect([line.isDown, world.backs]).toEqual([false, 1]);
});

test('who is known to be slow is given time, and less again when it is quick', async () => {
  const line = setUp().line();
  const ask = async (ms: number) => {
    const asked = outcome(line.impatient(slow(ms))(ASK));
    await vi.advanceTimersByTimeAsync(Math.max(ms, 3_000));
    return await asked;
  };
  expect(await ask(4_000)).toBe('graph-timeout');
  for (let i = 0; i < 3; i += 1) expect(await ask(5_000)).toBe('answer');
  for (let i = 0; i < 20; i += 1) expect(await ask(100)).toBe('answer');
  expect(await ask(4_000)).toBe('graph-timeout');
});

test('a restart asks no more often, and an answer costs no write of storage', () => {
  const { world, line } = setUp();
  const first = line();
  first.answered();
  expect(world.writes).toBe(0);
  vi.setSystemTime(NOW + 1);
  const retryAt = cutOff(first);
  expect(line().waitsUntil).toBe(retryAt);
  expect(line().isDown).toBe(true);
  first.answered();
  expect(line().isDown).toBe(false);
  expect(world.writes).toBe(2);
});

test('a disk that is full loses no answer', () => {
  const { world, line: made } = setUp();
  const line = made();
  world.isDiskFull = true;
  expect(cutOff(line)).toBeGreaterThan(NOW);
  line.answered();
  expect([line.isDown, world.backs]).toEqual([false, 1]);
});

test('a fault of ours says nothing of Graph', () => {
  const line = setUp().line();
  expect(line.failed(new Error('oops'), { who: null, leftAt: NOW })).toBeNull();
  expect(line.isDown).toBe(false);
});
