// Reads everybody, again and again: one slice of users a run, spread evenly over the time that a sweep
// may take. How far it came is kept now and then, so that an object that ends in the middle goes on there.
import type { TeamsUserId } from '../../shared/ids.ts';
import { PRESENCES_PER_READ } from '../graph/presence.ts';
import type { Context } from './context.ts';
import type { Pace } from './pace.ts';
import type { Pairs } from './store/pairs.ts';
import { gapMs, LEAST_GAP_MS, sweepMs } from './sweep-plan.ts';
import type { TeamsReads } from './teams-reads.ts';

/** A restart reads again at most what was read in this time, in ms; so a slice costs no write of it. */
const KEPT_EVERY_MS = 5_000;
/** A slice that fails so often in a row is left to the next sweep, so that the others have their turn. */
const TRIES = 3;
/** When the pace has no request to spare, in ms. */
const PAUSE_MS = 250;

const KEPT = 'sweep';

/** A sweep under way, as it is kept. */
interface Progress {
  /** Epoch ms */
  startedAt: number;
  /** The last user done; empty: none. */
  after: string;
  /** Somebody waits for it: as fast as a sweep may be. */
  hurried: boolean;
}

/** When what a sweep had to leave out is tried again, in ms: Microsoft may be back by then. */
const INCOMPLETE_AGAIN_MS = 30_000;

/** The same in this life of the object. */
interface Round extends Progress {
  /** Everybody, in the order of their ids. */
  readonly ids: readonly TeamsUserId[];
  /** How many of them are done. */
  done: number;
  /** How often the slice at hand has failed. */
  failures: number;
  /** A slice was left out, because it failed again and again. */
  isIncomplete: boolean;
}

export interface SweepParts {
  context: Context;
  pairs: Pairs;
  reads: TeamsReads;
  pace: Pace;
}

export class Sweep {
  readonly #parts: SweepParts;
  #round: Round | undefined;
  /** When this life first took a step; before, an older one may have been in the middle. */
  #since: number | undefined;
  #keptAt = 0;
  /** Whether storage knows of a sweep under way. */
  #isKept = false;
  /** How long the last sweep took, in ms. */
  #tookMs = 0;

  constructor(parts: SweepParts) {
    this.#parts = parts;
  }

  /** How often each of so many users is really read, in ms, where `everyMs` is wished. */
  intervalMs(users: number, everyMs: number): number {
    return Math.max(this.#tookMs, sweepMs(users, everyMs));
  }

  /** Begins a new sweep with the next step, and lets nothing but the quota slow it down. */
  startOver(): void {
    const { context } = this.#parts;
    const progress = { startedAt: context.now(), after: '', hurried: true };
    context.database.write(KEPT, progress);
    this.#isKept = true;
    this.#since ??= context.now();
    this.#round = this.#roundFrom(progress);
  }

  /**
   * Reads one slice. Answers when to take the next step, epoch ms; the next sweep begins `everyMs` after
   * this one did, or when this one has ended.
   */
  async step(everyMs: number): Promise<number> {
    const { context, pairs, reads, pace } = this.#parts;
    if (reads.notBefore !== null) return reads.notBefore;
    const soonest = Math.ceil(context.now() + LEAST_GAP_MS);
    const round = this.#currentRound();
    const ids = round.ids.slice(round.done, round.done + PRESENCES_PER_READ);
    const slice = ids.flatMap((id) => pairs.ofTeams(id) ?? []);
    if (slice.length > 0 && !pace.mayAsk('read')) {
      return Math.max(context.now() + PAUSE_MS, pace.closedUntil);
    }
    const isRead = await reads.sweep(slice);
    // Somebody wants it from the beginning.
    if (round !== this.#round) return soonest;
    round.failures = isRead ? 0 : round.failures + 1;
    if (round.failures > 0 && round.failures < TRIES) return reads.notBefore ?? soonest;
    if (!isRead) round.isIncomplete = true;
    round.failures = 0;
    round.done += ids.length;
    round.after = ids.at(-1) ?? '';
    const isOver = round.done >= round.ids.length;
    const nextAt = isOver ? this.#end(round, everyMs) : this.#goOn(round, everyMs);
    return Math.max(nextAt, soonest);
  }

  /** When the next slice is due. */
  #goOn(round: Round, everyMs: number): number {
    this.#keep(round);
    const { ids, done, startedAt, hurried } = round;
    const gap = gapMs(ids.length, hurried ? 0 : everyMs);
    return Math.ceil(startedAt + (done / PRESENCES_PER_READ) * gap);
  }

  /** When the next sweep is due. */
  #end({ startedAt, isIncomplete }: Round, everyMs: number): number {
    this.#round = undefined;
    const { context } = this.#parts;
    const now = context.now();
    if (this.#isKept) context.database.forget(KEPT);
    this.#isKept = false;
    if (this.#since !== undefined && startedAt >= this.#since) this.#tookMs = now - startedAt;
    const nextAt = startedAt + everyMs;
    return isIncomplete ? Math.min(nextAt, now + INCOMPLETE_AGAIN_MS) : nextAt;
  }

  #currentRound(): Round {
    if (this.#round) return this.#round;
    const { context } = this.#parts;
    const kept = this.#since === undefined ? context.database.read<Progress>(KEPT) : undefined;
    if (kept) this.#isKept = true;
    const now = context.now();
    this.#since ??= now;
    this.#keptAt ||= now;
    this.#round = this.#roundFrom(kept ?? { startedAt: now, after: '', hurried: false });
    return this.#round;
  }

  #roundFrom(progress: Progress): Round {
    const all = this.#parts.pairs.all().map(({ teamsId }) => teamsId);
    const ids = all.sort();
    const done = ids.findIndex((id) => id > progress.after);
    return {
      ...progress,
      ids,
      done: done < 0 ? ids.length : done,
      failures: 0,
      isIncomplete: false,
    };
  }

  #keep({ startedAt, after, hurried }: Round): void {
    const { context } = this.#parts;
    if (context.now() - this.#keptAt < KEPT_EVERY_MS) return;
    this.#keptAt = context.now();
    this.#isKept = true;
    context.database.write(KEPT, { startedAt, after, hurried } satisfies Progress);
  }
}
