// Keeps one connection up for ever. The only code that knows about waiting; what a connection is
// and why it ends is the business of the `connectOnce` it is given.
import { type Backoff, backoffMs, STABLE_AFTER_MS } from '../shared/backoff.ts';
import { type Clock, sleep } from './clock.ts';
import type { Log } from './log.ts';
import { Outage } from './outage.ts';

/** Why a connection ended or never came up, and what that means for the next try. */
export interface Ended {
  /** Stable; lamps and tests go by it. */
  readonly code: string;
  /** A sentence for the admin: what happened and what to do. */
  readonly detail: string;
  /** `slow`: only the admin can help, and asking often would do harm. `never`: stop dialling. */
  readonly retry: 'backoff' | 'slow' | 'never';
}

export interface Supervised {
  /** Dials, works, and answers why it ended. Calls `up` once, when the connection is of use. */
  connectOnce(up: () => void, signal: AbortSignal): Promise<Ended>;
  /** Told of each change, so that health and the other side know. */
  onUp?(): void;
  onDown?(ended: Ended): void;
  readonly backoff: Backoff;
  /** A connection that was of use for so long, in ms, was a good one: the next failure starts from zero. */
  readonly stableMs?: number;
  /** Ms between tries after a `slow` end. */
  readonly slowMs: number;
  /** Settles when waiting has become pointless: a new enrolment, an address that answers again. */
  wake?(ended: Ended, signal: AbortSignal): Promise<void> | undefined;
}

export interface SuperviseDeps {
  readonly clock: Clock;
  /** In [0, 1). */
  random(): number;
  readonly log: Log;
}

/** Dials again and again until the signal says stop, or an end says never. */
export async function supervise(
  task: Supervised,
  { clock, random, log }: SuperviseDeps,
  signal: AbortSignal,
): Promise<Ended | undefined> {
  let failures = 0;
  const outage = new Outage(log, clock.now);
  while (!signal.aborted) {
    let upAt: number | undefined;
    const up = () => {
      upAt = clock.now();
      outage.over();
      task.onUp?.();
    };
    let isOurs = false;
    const ended = await task.connectOnce(up, signal).catch((fault: unknown) => {
      isOurs = true;
      return failedItself(fault);
    });
    if (signal.aborted) return undefined;
    task.onDown?.(ended);
    outage.goesOn(ended);
    if (ended.retry === 'never') return ended;
    const stableMs = task.stableMs ?? STABLE_AFTER_MS;
    // A fault of ours may come again at each login: only a session that lasted was a good one then.
    const goodMs = isOurs ? Math.max(stableMs, STABLE_AFTER_MS) : stableMs;
    if (upAt !== undefined && clock.now() - upAt >= goodMs) failures = 0;
    failures += 1;
    const ms = ended.retry === 'slow' ? task.slowMs : backoffMs(task.backoff, failures, random());
    await waitOrWake(task, ended, ms, clock, signal);
  }
  return undefined;
}

/** A fault of ours is the end of one try; the process has other connections. */
const failedItself = (error: unknown): Ended => ({
  code: 'closed',
  detail: `the agent ran into a fault of its own (${error}); trying again`,
  retry: 'backoff',
});

async function waitOrWake(
  task: Supervised,
  ended: Ended,
  ms: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const woken = task.wake?.(ended, either);
  const waited = sleep(clock, ms, either);
  await (woken ? Promise.race([waited, woken]) : waited);
  over.abort();
}
