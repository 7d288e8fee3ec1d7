// A line of requests towards Graph, of writes or of reads: knows whether they get answers, and lets only one
// through now and then while nobody does. When that is so, `reach.ts` says.
import { AppError } from '../../shared/errors.ts';
import type { Context } from './context.ts';
import {
  answered,
  asking,
  BEHIND_OTHERS,
  hastened,
  isDown,
  isOpen,
  isOutage,
  PROBE,
  pauseMs,
  type Reach,
  released,
  UP,
  unanswered,
} from './reach.ts';

/**
 * An answer that takes longer than this, in ms, is late: others may ask. Should Graph be back in the next moment,
 * what hangs from before must not keep them waiting.
 */
const PATIENCE_MS = 3_000;
/** A batch takes so much longer, in ms, for each that is in it besides the first. */
const PATIENCE_EACH_MS = 150;
/** Who was slow lately is given this many times what it took. */
const AS_SLOW_AGAIN = 2;
/** So long, in ms, after a slow answer slow ones are expected. */
const LATELY_MS = 60_000;

const isTroubled = (reach: Reach): boolean => isDown(reach) || reach.suspect !== null;

export interface LineParts {
  /** Under which name its trouble is kept: a restart asks no more often. */
  name: string;
  /** Graph answers again. */
  back: () => void;
  /** Whether another line finds out just as well. */
  isBehind: () => boolean;
}

export class GraphLine {
  readonly #context: Context;
  readonly #parts: LineParts;
  #known: Reach | undefined;
  /** The slowest answer of late: how long it took, in ms, and when it came. A restart learns it again. */
  #slowest = { ms: 0, at: 0 };

  constructor(context: Context, parts: LineParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Nobody gets an answer. */
  get isDown(): boolean {
    return isDown(this.#reach);
  }

  get isOpen(): boolean {
    return isOpen(this.#reach, this.#context.now());
  }

  /** Until when somebody who is there has to wait, epoch ms; `null`: not at all. */
  get waitsUntil(): number | null {
    return this.isOpen ? null : this.#reach.probeAt;
  }

  /** A request leaves. */
  leaves(): void {
    this.#take(asking(this.#reach, this.#context.now(), this.#pauseMs));
  }

  /** Another line is answered again. */
  hasten(): void {
    this.#take(hastened(this.#reach, this.#context.now()));
  }

  /** What left then (epoch ms) was answered, whatever the answer says. */
  answered(leftAt: number): void {
    const { isDown: wasDown } = this;
    const now = this.#context.now();
    if (now - leftAt > this.#slowestMs) this.#slowest = { ms: now - leftAt, at: now };
    this.#take(answered(this.#reach, now));
    if (wasDown) this.#parts.back();
  }

  /**
   * A request failed. Says when whoever asked may ask again, epoch ms; `null`: it was about them, and their
   * own failures say when.
   * @param who of whom it was; `null`: of several
   */
  failed(error: unknown, { who, leftAt }: { who: string | null; leftAt: number }): number | null {
    // A fault of ours, or of the sign-in, says nothing of Graph.
    if (!isOutage(error)) return null;
    const failure = { error, who, leftAt, pauseMs: this.#pauseMs };
    const verdict = unanswered(this.#reach, failure, this.#context.now());
    this.#take(verdict.reach);
    return verdict.retryAt;
  }

  /** Everybody may try again, but not before Microsoft said. */
  release(): void {
    this.#take(released(this.#reach, this.#context.now()));
  }

  /**
   * Whether a request is not answered in time; resolves when that is known. It goes on all the same: a Graph
   * that is only slow is one that answers, and is given its time from then on.
   * @param asked settles when it ends
   * @param size how many requests are in it
   */
  async isLate(asked: Promise<unknown>, size = 1): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const inTimeMs = PATIENCE_MS + PATIENCE_EACH_MS * (size - 1);
    const patienceMs = Math.max(inTimeMs, this.#slowestMs * AS_SLOW_AGAIN);
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(true), patienceMs);
    });
    const ended = asked.then(
      () => false,
      () => false,
    );
    try {
      return await Promise.race([ended, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  get #slowestMs(): number {
    const { ms, at } = this.#slowest;
    return Math.abs(this.#context.now() - at) < LATELY_MS ? ms : 0;
  }

  get #reach(): Reach {
    this.#known ??= this.#context.database.read<Reach>(this.#key) ?? UP;
    return this.#known;
  }

  #take(next: Reach): void {
    const { database } = this.#context;
    const before = this.#reach;
    this.#known = next;
    try {
      if (isTroubled(next)) database.write(this.#key, next);
      else if (isTroubled(before)) database.forget(this.#key);
    } catch {
      // A restart then asks once too often: no reason to lose an answer.
    }
  }

  get #key(): string {
    return `reach:${this.#parts.name}`;
  }

  get #pauseMs(): number {
    const backoff = this.#parts.isBehind() ? BEHIND_OTHERS : PROBE;
    const { now, random } = this.#context;
    return pauseMs(backoff, this.#reach, now(), random());
  }
}

/** What a request that is late fails with. */
export const late = (): AppError =>
  new AppError({ code: 'graph-timeout', retry: 'backoff', detail: 'Graph: no answer in time.' });
