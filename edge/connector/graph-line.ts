// A line of requests towards Graph, of writes or of reads: knows whether they get answers, and lets only one
// through now and then while nobody does. When that is so, `reach.ts` says.
import { AppError } from '../../shared/errors.ts';
import type { GraphCall } from '../graph/client.ts';
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
 * Whoever asks waits so long at least, in ms, before another may ask: should Graph be back in the next moment,
 * one that hangs from before must not be late for it.
 */
const PATIENCE_MS = 3_000;
/** Who is known to be slow is given this many times what it took last. */
const AS_SLOW_AGAIN = 2;
/** What a slow answer allowed is forgotten by so much with every answer since. */
const FORGETS = 0.8;

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
  /** How long answers took of late, ms: a restart learns it again. */
  #slowestMs = 0;

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

  answered(): void {
    const { isDown: wasDown } = this;
    this.#take(answered(this.#reach, this.#context.now()));
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
   * A call that gives up early, unless Graph is known to be slow. The request goes on for as long as any: a
   * Graph that is only slow is one that answers, and is given its time from then on.
   */
  impatient(call: GraphCall): GraphCall {
    return (request) => this.#inTime(call(request));
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

  async #inTime<T>(asked: Promise<T>): Promise<T> {
    const leftAt = this.#context.now();
    let isLate = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patienceMs = Math.max(PATIENCE_MS, this.#slowestMs * AS_SLOW_AGAIN);
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        isLate = true;
        const detail = `Graph: no answer within ${Math.round(patienceMs)} ms.`;
        reject(new AppError({ code: 'graph-timeout', retry: 'backoff', detail }));
      }, patienceMs);
    });
    const heard = () => {
      this.#slowestMs = Math.max(this.#slowestMs * FORGETS, this.#context.now() - leftAt);
      if (isLate) this.answered();
    };
    const answer = asked.then(
      (given) => {
        heard();
        return given;
      },
      (error: unknown) => {
        if (error instanceof AppError && !isOutage(error)) heard();
        throw error;
      },
    );
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
