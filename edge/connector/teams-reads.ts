// Reads presences from Microsoft in bulk: those that somebody asks for, and the slices of a sweep. Each has a
// connection of its own, which that of a sweep gives to others by turns; all wait when Microsoft says so.
import { AppError } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type { TeamsSeen } from '../../shared/presence/events.ts';
import { SETTLE_AFTER_MS } from '../../shared/presence/model.ts';
import type { Fault } from '../graph/account-rpc.ts';
import type { GraphCall } from '../graph/client.ts';
import { PRESENCES_PER_READ, readPresences } from '../graph/presence.ts';
import type { Context, Waiting } from './context.ts';
import { faultOf, retryDelayMs } from './faults.ts';
import { GraphLine, late } from './graph-line.ts';
import type { Pace } from './pace.ts';
import { toldMs } from './reach.ts';
import { Restraint } from './restraint.ts';
import type { Farewells } from './store/farewells.ts';
import type { Pair } from './store/pair-rows.ts';
import type { Pairs } from './store/pairs.ts';
import type { Turns } from './turns.ts';

/** Microsoft knows nothing of a user: ask again after this long, in ms. */
const UNKNOWN_USER_MS = 60_000;

/** Looks that are due within so long, in ms, share an alarm and a request. */
const LOOK_TOGETHER_MS = 1_000;

const FAULT = 'fault:reading';

export interface ReadsParts {
  context: Context;
  pairs: Pairs;
  farewells: Farewells;
  pace: Pace;
  /** The account or app that reads. */
  reading: () => Promise<GraphCall>;
  seen: (pair: Pair, event: TeamsSeen) => void;
  /** Looks after a pair whose state was changed here. */
  keep: (pair: Pair, state: Pair['state']) => void;
  /** A read got its answer, after one that failed. */
  recovered: () => void;
  /** Whether no write gets an answer either, and some wait for one. */
  doWritesProbe: () => boolean;
  /** Where work waits its turn that nobody waits for. */
  turns: Turns;
}

export class TeamsReads implements Waiting {
  readonly #parts: ReadsParts;
  readonly #wanted = new Set<TeamsUserId>();
  /** Who is to be read when, epoch ms; forgotten with the object. */
  readonly #looking = new Map<TeamsUserId, number>();
  readonly #line: GraphLine;
  #busy = false;
  /** Whether one more is under way, or waits for its turn. */
  #busyBeside = false;
  readonly #restraint: Restraint;

  constructor(parts: ReadsParts) {
    this.#parts = parts;
    this.#restraint = new Restraint(() => parts.context.now());
    const back = () => this.resume();
    this.#line = new GraphLine(parts.context, {
      name: 'reads',
      back,
      isBehind: parts.doWritesProbe,
    });
  }

  /** Whether Graph answers no read. */
  get isDown(): boolean {
    return this.#line.isDown;
  }

  /** Whether reads get answers at present. */
  get canAsk(): boolean {
    return !this.isDown && this.notBefore === null;
  }

  get waitsUntil(): number | null {
    const held = this.#wanted.size > 0 ? this.notBefore : null;
    const times = held === null ? [...this.#looking.values()] : [held, ...this.#looking.values()];
    return times.length > 0 ? Math.min(...new Set(times)) : null;
  }

  /** Whether more wait to be read than one request takes. */
  get areMany(): boolean {
    return this.#wanted.size > PRESENCES_PER_READ;
  }

  /** When a read may be tried, epoch ms; `null`: now. */
  get notBefore(): number | null {
    const { until } = this.#restraint;
    return this.#parts.context.now() < until ? until : this.#line.waitsUntil;
  }

  /** Why the last read failed; `null`: it did not. */
  get fault(): Fault | null {
    return this.#parts.context.database.read<Fault>(FAULT) ?? null;
  }

  /** Reads these users, together with whoever else is woken in the same breath. */
  read(ids: Iterable<TeamsUserId>): void {
    for (const id of ids) this.#wanted.add(id);
    this.resume();
  }

  /** Reads this user in three seconds, together with whoever is to be looked at within the same one. */
  look(id: TeamsUserId): void {
    const soonest = this.#parts.context.now() + SETTLE_AFTER_MS;
    const at = Math.ceil(soonest / LOOK_TOGETHER_MS) * LOOK_TOGETHER_MS;
    this.#looking.set(id, at);
    this.#parts.context.wakeBy(at);
  }

  /**
   * Reads a slice of a sweep; says whether it could be. Of whom something is still to be taken back,
   * nothing is believed yet. The caller has asked the pace.
   */
  async sweep(pairs: readonly Pair[]): Promise<boolean> {
    const slice = pairs.filter(({ teamsId }) => !this.#parts.farewells.ofTeams(teamsId));
    // Whoever had the turn before may have been told to wait.
    const read = async () => this.notBefore === null && this.#tryToRead(slice);
    return slice.length === 0 || this.#parts.turns.take(read);
  }

  /** Time has passed: what had to wait may go on. */
  resume(): void {
    this.#takeLooks();
    if (this.#busy) this.#perhapsBeside();
    if (this.#busy || this.#wanted.size === 0) return;
    const { notBefore } = this;
    if (notBefore !== null) {
      this.#parts.context.wakeBy(notBefore);
      return;
    }
    this.#busy = true;
    const done = this.#readAll().finally(() => {
      this.#busy = false;
    });
    this.#parts.context.background(done);
  }

  /** Where nobody can be asked, a sweep comes by later. */
  #takeLooks(): void {
    const now = this.#parts.context.now();
    for (const [id, at] of this.#looking) {
      if (at > now) continue;
      this.#looking.delete(id);
      if (this.canAsk) this.#wanted.add(id);
    }
  }

  /** An admin changed something, or wants to know: reads may be tried again, but not before Microsoft said. */
  release(): void {
    this.#restraint.release();
    this.#line.release();
    this.resume();
  }

  /** Writes are answered again: perhaps reads are too. */
  hasten(): void {
    this.#line.hasten();
    this.resume();
  }

  async #readAll(): Promise<void> {
    const { pace } = this.#parts;
    // Whoever is woken in the same breath shares the request.
    await Promise.resolve();
    while (this.#wanted.size > 0 && this.notBefore === null) {
      const slice = this.#slice();
      if (slice.length === 0 || !pace.mayAsk('read')) return;
      const asked = this.#readWanted(slice);
      this.#perhapsBeside();
      if (!(await asked)) return;
    }
  }

  /** Where more wait than the next request takes, it need not wait for this one. */
  #perhapsBeside(): void {
    if (this.#busyBeside || !this.#areManyNow) return;
    this.#busyBeside = true;
    const done = this.#readBeside().finally(() => {
      this.#busyBeside = false;
    });
    this.#parts.context.background(done);
  }

  /** Each takes its turn with what nobody waits for, so that no connection more is used: a call needs the last one. */
  async #readBeside(): Promise<void> {
    const { turns, pace } = this.#parts;
    const readOne = async () => {
      const slice = this.#areManyNow ? this.#slice() : [];
      return slice.length > 0 && pace.mayAsk('read') && this.#readWanted(slice);
    };
    while (this.#areManyNow) if (!(await turns.take(readOne))) return;
  }

  get #areManyNow(): boolean {
    return this.areMany && this.notBefore === null;
  }

  /** Who could not be read still wants to be. */
  async #readWanted(slice: readonly Pair[]): Promise<boolean> {
    for (const { teamsId } of slice) this.#wanted.delete(teamsId);
    let isRead = false;
    try {
      isRead = await this.#tryToRead(slice);
    } finally {
      if (!isRead) for (const { teamsId } of slice) this.#wanted.add(teamsId);
    }
    return isRead;
  }

  /** Whoever left is dropped; of whom something is still to be taken back, nothing is believed yet. */
  #slice(): Pair[] {
    const { pairs, farewells } = this.#parts;
    const slice: Pair[] = [];
    for (const id of this.#wanted) {
      if (slice.length === PRESENCES_PER_READ) break;
      const pair = pairs.ofTeams(id);
      if (!pair) this.#wanted.delete(id);
      else if (!farewells.ofTeams(id)) slice.push(pair);
    }
    return slice;
  }

  async #tryToRead(slice: readonly Pair[]): Promise<boolean> {
    const { context, reading } = this.#parts;
    const leftAt = context.now();
    this.#line.leaves();
    try {
      const asked = this.#read(await reading(), slice, context.now());
      if (!(await this.#line.isLate(asked))) {
        await asked;
        return true;
      }
      // What comes late is as good as ever, and what fails late has failed already.
      context.background(asked.catch(() => undefined));
      this.#failed(late(), leftAt);
      // Perhaps it was only this one.
      if (this.#restraint.failures > 1) this.#believe(slice);
    } catch (error) {
      this.#failed(error, leftAt);
      this.#believe(slice);
    }
    return false;
  }

  #failed(error: unknown, leftAt: number): void {
    const { context } = this.#parts;
    const restraint = this.#restraint;
    restraint.failed(leftAt, toldMs(error));
    const { failures } = restraint;
    const mayAskAt =
      this.#line.failed(error, { who: null, leftAt }) ??
      context.now() + retryDelayMs(error, failures, context.random());
    const retryAt = Math.max(mayAskAt, restraint.toldUntil);
    // While nobody is answered, the line says when: it may be sooner.
    if (!this.isDown) restraint.holdUntil(retryAt);
    const code = error instanceof AppError ? error.code : 'internal';
    context.database.write(FAULT, faultOf(error, retryAt));
    context.log('warn', 'teams-read-failed', { code, failures });
    context.wakeBy(retryAt);
  }

  /**
   * Nobody can be asked: what was said of them, and doubted, is the best there is. What waits for the read may have
   * waited long enough.
   */
  #believe(slice: readonly Pair[]): void {
    const { pairs, seen, keep } = this.#parts;
    for (const pair of slice) {
      const { doubted } = pair.state;
      if (!pairs.holds(pair)) continue;
      if (doubted === undefined || doubted === 'something') keep(pair, pair.state);
      else seen(pair, { kind: 'teams-seen', source: 'notification', canAsk: false, ...doubted });
    }
  }

  async #read(call: GraphCall, slice: readonly Pair[], askedAt: number): Promise<void> {
    const { context, seen, keep, pairs } = this.#parts;
    const ids = slice.map((pair) => pair.teamsId);
    const answers = await readPresences(call, ids);
    if (this.fault) this.#parts.recovered();
    this.#line.answered(askedAt);
    this.#restraint.answered();
    if (this.fault) context.database.forget(FAULT);
    const byId = new Map(answers.map((answer) => [answer.userId, answer]));
    const at = context.now();
    for (const pair of slice) {
      if (!pairs.holds(pair)) continue;
      const answer = byId.get(pair.teamsId);
      if (answer) {
        const { presence, sequence } = answer;
        seen(pair, { kind: 'teams-seen', source: 'read', presence, sequence, askedAt, at });
      } else if (pair.state.settleAt !== null && pair.state.settleAt <= at) {
        keep(pair, { ...pair.state, settleAt: at + UNKNOWN_USER_MS });
      }
    }
  }
}
