// Sends to Microsoft what is due, at the pace that Microsoft allows: calls first, the latest state
// of a user only, and reads in bulk. What to send is `due`'s word; this file knows only the line.
import { AppError } from '../../shared/errors.ts';
import { decide } from '../../shared/presence/decide.ts';
import { due } from '../../shared/presence/due.ts';
import type { TeamsSeen } from '../../shared/presence/events.ts';
import type { TeamsWrite } from '../../shared/presence/model.ts';
import type { Rules } from '../../shared/presence/rules.ts';
import type { GraphCall } from '../graph/client.ts';
import { PRESENCES_PER_READ, readPresences, writePresence } from '../graph/presence.ts';
import { type Bucket, close, fullBucket, take } from './bucket.ts';
import type { Context } from './context.ts';
import { isFinal, retryDelayMs } from './faults.ts';
import type { Pair, Pairs } from './store/pairs.ts';

/** Writes under way at a time: Cloudflare lets six requests wait for their answers; one is for reads. */
const LANES = 5;
/** Microsoft knows nothing of a user: ask again after this long, in ms. */
const UNKNOWN_USER_MS = 60_000;

export interface OutboxParts {
  context: Context;
  pairs: Pairs;
  rules: () => Rules;
  /** The app that writes. */
  writing: () => Promise<GraphCall>;
  /** The account or app that reads. */
  reading: () => Promise<GraphCall>;
  clientId: () => string;
  /** Somebody on site would tell us when a call ends; without them a session is not refreshed. */
  pbxIsLive: () => boolean;
  seen: (pair: Pair, event: TeamsSeen) => void;
}

export class TeamsOutbox {
  readonly #parts: OutboxParts;
  readonly #calls = new Set<Pair>();
  readonly #others = new Set<Pair>();
  readonly #reads = new Set<Pair>();
  readonly #serving = new Set<Pair>();
  #bucket: Bucket;
  /** Nobody may write before: the sign-in failed. `Infinity`: not before an admin changes something. */
  #heldUntil = 0;
  #holds = 0;
  #reading = false;
  #readFailures = 0;
  #readNotBefore = 0;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#bucket = fullBucket(parts.context.now());
  }

  /** Something is due for this pair. */
  wake(pair: Pair): void {
    const { context, rules } = this.#parts;
    const { teams, read } = due(rules(), pair.state, context.now());
    if (teams[0]) this.#queueOf(teams[0]).add(pair);
    if (read) this.#reads.add(pair);
    this.#fillLanes();
    this.#startReading();
  }

  /** Whether reads get answers at present. */
  get canAsk(): boolean {
    return this.#parts.context.now() >= this.#readNotBefore;
  }

  /** Reads these users once more, whatever is known of them. */
  sweep(pairs: Iterable<Pair>): void {
    for (const pair of pairs) this.#reads.add(pair);
    this.#startReading();
  }

  #queueOf(write: TeamsWrite): Set<Pair> {
    return write.kind.endsWith('session') ? this.#calls : this.#others;
  }

  #fillLanes(): void {
    if (this.#parts.context.now() < this.#heldUntil) return;
    while (this.#serving.size < LANES) {
      const pair = this.#next();
      if (!pair || !this.#mayAsk()) return;
      this.#calls.delete(pair);
      this.#others.delete(pair);
      this.#serving.add(pair);
      const served = this.#serve(pair).finally(() => {
        this.#serving.delete(pair);
        this.#fillLanes();
      });
      this.#parts.context.background(served);
    }
  }

  #next(): Pair | undefined {
    for (const queue of [this.#calls, this.#others]) {
      for (const pair of queue) if (!this.#serving.has(pair)) return pair;
    }
    return undefined;
  }

  /** Takes a request from the pace, or sees to it that the object wakes when there is one. */
  #mayAsk(): boolean {
    const { bucket, waitUntil } = take(this.#bucket, this.#parts.context.now());
    this.#bucket = bucket;
    if (waitUntil === null) return true;
    this.#parts.context.wakeBy(waitUntil);
    return false;
  }

  /** Writes one user's most urgent difference; another one brings the pair back into the queue. */
  async #serve(pair: Pair): Promise<void> {
    const { context, pairs, rules, clientId } = this.#parts;
    const [write] = due(rules(), pair.state, context.now()).teams;
    if (!write || (write.kind === 'set-session' && !this.#parts.pbxIsLive()))
      return this.#rest(pair);
    const call = await this.#signIn(pair, write);
    if (!call) return;
    const sent = { kind: 'teams-sent', write } as const;
    pair.state = decide(rules(), pair.state, sent, context.now()).state;
    pair.inFlight = write;
    pairs.save(pair);
    try {
      await writePresence(call, pair.teamsId, write, { clientId: clientId() });
      pair.failures = 0;
      pair.fault = null;
    } catch (error) {
      this.#failed(pair, write, error);
      return;
    } finally {
      pair.inFlight = null;
    }
    this.#rest(pair);
  }

  /** A sign-in that fails is nobody's fault among the users: all of them wait. */
  async #signIn(pair: Pair, write: TeamsWrite): Promise<GraphCall | undefined> {
    const { context } = this.#parts;
    try {
      const call = await this.#parts.writing();
      this.#holds = 0;
      return call;
    } catch (error) {
      this.#holds += 1;
      this.#queueOf(write).add(pair);
      this.#heldUntil = isFinal(error)
        ? Number.POSITIVE_INFINITY
        : context.now() + retryDelayMs(error, this.#holds, context.random());
      if (Number.isFinite(this.#heldUntil)) context.wakeBy(this.#heldUntil);
      return undefined;
    }
  }

  /** An admin changed something, or wants to know: everybody may try again. */
  release(): void {
    this.#heldUntil = 0;
    this.#readNotBefore = 0;
    this.resume();
  }

  /** Nothing more to do for this pair now: what comes next, and when? */
  #rest(pair: Pair): void {
    const { context, pairs, rules } = this.#parts;
    const now = context.now();
    const { teams, read, nextAt } = due(rules(), pair.state, now);
    const idle = teams[0]?.kind === 'set-session' && !this.#parts.pbxIsLive();
    const more = (teams.length > 0 && !idle) || read;
    pair.dueAt = more ? now : nextAt;
    pairs.save(pair);
    if (more) this.wake(pair);
    else if (nextAt !== null) context.wakeBy(nextAt);
  }

  #failed(pair: Pair, write: TeamsWrite, error: unknown): void {
    const { context, pairs, rules } = this.#parts;
    const now = context.now();
    const failed = { kind: 'teams-failed', write } as const;
    pair.state = decide(rules(), pair.state, failed, now).state;
    pair.inFlight = null;
    pair.failures += 1;
    const code = error instanceof AppError ? error.code : 'internal';
    pair.fault = { code, detail: error instanceof Error ? error.message : String(error) };
    pair.dueAt = now + retryDelayMs(error, pair.failures, context.random());
    if (code === 'graph-throttled') this.#bucket = close(this.#bucket, pair.dueAt);
    pairs.save(pair);
    context.wakeBy(pair.dueAt);
    context.log('warn', 'teams-write-failed', { code, failures: pair.failures });
  }

  #startReading(): void {
    if (this.#reading || this.#reads.size === 0) return;
    this.#reading = true;
    const done = this.#readAll().finally(() => {
      this.#reading = false;
    });
    this.#parts.context.background(done);
  }

  async #readAll(): Promise<void> {
    const { context } = this.#parts;
    // Whoever is woken in the same breath shares the request.
    await Promise.resolve();
    while (this.#reads.size > 0) {
      const now = context.now();
      if (now < this.#readNotBefore) return;
      if (!this.#mayAsk()) return;
      const slice = [...this.#reads].slice(0, PRESENCES_PER_READ);
      for (const pair of slice) this.#reads.delete(pair);
      try {
        await this.#readSlice(slice, now);
        this.#readFailures = 0;
      } catch (error) {
        for (const pair of slice) this.#reads.add(pair);
        this.#readFailures += 1;
        const delay = retryDelayMs(error, this.#readFailures, context.random());
        this.#readNotBefore = isFinal(error) ? Number.POSITIVE_INFINITY : context.now() + delay;
        const code = error instanceof AppError ? error.code : 'internal';
        context.log('warn', 'teams-read-failed', { code, failures: this.#readFailures });
        if (!isFinal(error)) context.wakeBy(this.#readNotBefore);
        return;
      }
    }
  }

  async #readSlice(slice: readonly Pair[], askedAt: number): Promise<void> {
    const { context, pairs, seen } = this.#parts;
    const call = await this.#parts.reading();
    const answers = await readPresences(
      call,
      slice.map((pair) => pair.teamsId),
    );
    const byId = new Map(answers.map((answer) => [answer.userId, answer]));
    for (const pair of slice) {
      const answer = byId.get(pair.teamsId);
      const at = context.now();
      if (answer) {
        const { presence, sequence } = answer;
        seen(pair, { kind: 'teams-seen', source: 'read', presence, sequence, askedAt, at });
      } else if (pair.state.settleAt !== null) {
        pair.state = { ...pair.state, settleAt: at + UNKNOWN_USER_MS };
        pair.dueAt = pair.state.settleAt;
        pairs.save(pair);
        context.wakeBy(at + UNKNOWN_USER_MS);
      }
    }
  }

  /** Time has passed: what had to wait may go on. */
  resume(): void {
    this.#fillLanes();
    this.#startReading();
  }

  /** After a restart: what was under way then may not have arrived; saying it again does no harm. */
  recover(pairs: readonly Pair[]): void {
    const { context, rules } = this.#parts;
    for (const pair of pairs) {
      if (!pair.inFlight || this.#serving.has(pair)) continue;
      const failed = { kind: 'teams-failed', write: pair.inFlight } as const;
      pair.state = decide(rules(), pair.state, failed, context.now()).state;
      pair.inFlight = null;
      this.wake(pair);
    }
  }
}
