// Sends to Microsoft what is due, at the pace that Microsoft allows: calls first, the latest state
// of a user only. What to send is `errand`'s word; this file knows only the line.
import { AppError } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import { decide } from '../../shared/presence/decide.ts';
import type { TeamsWrite } from '../../shared/presence/model.ts';
import type { Rules } from '../../shared/presence/rules.ts';
import type { GraphCall } from '../graph/client.ts';
import { writePresence } from '../graph/presence.ts';
import type { Context } from './context.ts';
import { type Errand, layerOf, type WriteFault } from './errand.ts';
import { retryDelayMs } from './faults.ts';
import type { Pace } from './pace.ts';
import type { Farewells, TeamsFarewell } from './store/farewells.ts';
import type { Pair, Pairs } from './store/pairs.ts';

/** Writes under way at a time: Cloudflare lets six requests wait for their answers; one is for reads. */
const LANES = 5;
/**
 * Calls may have more: where nothing limits it (self-hosted), 300 leave within 5 s also when
 * Microsoft takes 400 ms for each; Cloudflare lets the seventh wait.
 */
const CALL_LANES = 25;
/** What could not be taken back for so long, in ms, has long expired, or never will be. */
const FAREWELL_PATIENCE_MS = 86_400_000;
/** Refusals after which nothing of ours can stand any more: there is no such user. */
const NOBODY_THERE = new Set(['graph-not-found', 'graph-bad-request']);

export interface OutboxParts {
  context: Context;
  pairs: Pairs;
  farewells: Farewells;
  pace: Pace;
  rules: () => Rules;
  /** The app that writes. */
  writing: () => Promise<GraphCall>;
  clientId: () => string;
  errandOf: (pair: Pair) => Errand;
  /** Looks after a pair whose state was changed here; `changed`: store it in any case. */
  keep: (pair: Pair, state: Pair['state'], changed?: boolean) => void;
  /** A write failed, for whoever asks why a user is as they are. */
  failed: (pair: Pair, fault: WriteFault) => void;
}

export class TeamsOutbox {
  readonly #parts: OutboxParts;
  readonly #calls = new Set<TeamsUserId>();
  readonly #others = new Set<TeamsUserId>();
  readonly #farewells = new Set<TeamsUserId>();
  readonly #serving = new Set<TeamsUserId>();
  /** Nobody may write before (epoch ms): the sign-in failed. */
  #heldUntil = 0;
  #holds = 0;
  #atRest: (() => void)[] = [];

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** This is to be sent for a user, or whatever is due by then. */
  send({ teamsId }: Pair, write: TeamsWrite): void {
    const queue = layerOf(write) === 'session' ? this.#calls : this.#others;
    queue.add(teamsId);
    this.resume();
  }

  /** What is to be taken back and may be tried now. */
  sayFarewells(): void {
    const now = this.#parts.context.now();
    for (const { teamsId, dueAt } of this.#parts.farewells.teams()) {
      if (dueAt <= now) this.#farewells.add(teamsId);
    }
    this.resume();
  }

  /** Time has passed: what had to wait may go on. */
  resume(): void {
    const { context, pace } = this.#parts;
    while (context.now() >= this.#heldUntil) {
      const next = this.#next();
      if (!next || !pace.mayAsk(next.urgency)) break;
      const { id, queue } = next;
      queue.delete(id);
      this.#serving.add(id);
      const served = this.#serve(id).finally(() => {
        this.#serving.delete(id);
        this.resume();
      });
      context.background(served);
    }
    if (this.#serving.size > 0) return;
    for (const tell of this.#atRest.splice(0)) tell();
  }

  /** Resolves when nothing is under way and nothing can be sent now. */
  rest(): Promise<void> {
    if (this.#serving.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#atRest.push(resolve));
  }

  /** An admin changed something, or wants to know: everybody may try again. */
  release(): void {
    this.#heldUntil = 0;
    for (const farewell of this.#parts.farewells.teams()) {
      this.#parts.farewells.keepTeams({ ...farewell, dueAt: this.#parts.context.now() });
    }
    for (const pair of this.#parts.pairs.failing()) {
      for (const fault of Object.values(pair.faults)) fault.retryAt = this.#parts.context.now();
      this.#parts.keep(pair, pair.state, true);
    }
    this.sayFarewells();
  }

  /** After a restart: what was under way then may not have arrived; saying it again does no harm. */
  recover(): void {
    const { pairs, keep } = this.#parts;
    for (const pair of pairs.inFlight()) {
      if (!pair.inFlight || this.#serving.has(pair.teamsId)) continue;
      const { inFlight: write } = pair;
      try {
        pair.inFlight = null;
        keep(pair, this.#after(pair, { kind: 'teams-failed', write }), true);
      } catch (error) {
        pair.inFlight = write;
        throw error;
      }
    }
    this.sayFarewells();
  }

  #next(): { id: TeamsUserId; queue: Set<TeamsUserId>; urgency: 'call' | 'other' } | undefined {
    const lines = [
      { queue: this.#calls, lanes: CALL_LANES, urgency: 'call' },
      { queue: this.#others, lanes: LANES, urgency: 'other' },
      { queue: this.#farewells, lanes: LANES, urgency: 'other' },
    ] as const;
    for (const { queue, lanes, urgency } of lines) {
      if (this.#serving.size >= lanes) continue;
      for (const id of queue) if (!this.#serving.has(id)) return { id, queue, urgency };
    }
    return undefined;
  }

  /** Nobody's new state is written before what is left of an old one is taken back. */
  async #serve(id: TeamsUserId): Promise<void> {
    const { context, pairs, farewells, errandOf } = this.#parts;
    const farewell = farewells.ofTeams(id);
    if (farewell && farewell.dueAt > context.now()) return;
    const pair = pairs.ofTeams(id);
    if (!(farewell || (pair && errandOf(pair).write))) return;
    const call = await this.#signIn(id);
    if (!call) return;
    const [first] = farewell?.writes ?? [];
    if (farewell && first) return this.#takeBack(call, farewell, first);
    // The sign-in took its time: what is wanted now counts.
    const write = pair && pairs.holds(pair) ? errandOf(pair).write : null;
    if (pair && write) await this.#write(call, pair, write);
  }

  async #write(call: GraphCall, pair: Pair, write: TeamsWrite): Promise<void> {
    const { pairs, keep, clientId } = this.#parts;
    pair.state = this.#after(pair, { kind: 'teams-sent', write });
    pair.inFlight = write;
    try {
      pairs.save(pair);
      await writePresence(call, pair.teamsId, write, { clientId: clientId() });
      pair.inFlight = null;
      const { [layerOf(write)]: _over, ...others } = pair.faults;
      pair.faults = others;
      if (pairs.holds(pair)) keep(pair, pair.state, true);
    } catch (error) {
      pair.inFlight = null;
      this.#failed(pair, write, error);
    }
  }

  #failed(pair: Pair, write: TeamsWrite, error: unknown): void {
    const { context, pairs, keep } = this.#parts;
    if (!pairs.holds(pair)) return;
    const layer = layerOf(write);
    const failures = (pair.faults[layer]?.failures ?? 0) + 1;
    const retryAt = context.now() + retryDelayMs(error, failures, context.random());
    const fault = writeFault(error, { write, failures, retryAt });
    this.#heedThrottling(error, retryAt);
    pair.faults = { ...pair.faults, [layer]: fault };
    context.log('warn', 'teams-write-failed', { code: fault.code, failures });
    if (failures === 1) this.#parts.failed(pair, fault);
    keep(pair, this.#after(pair, { kind: 'teams-failed', write }), true);
  }

  async #takeBack(call: GraphCall, farewell: TeamsFarewell, write: TeamsWrite): Promise<void> {
    const { context, farewells, clientId } = this.#parts;
    const { teamsId, since } = farewell;
    const successor = this.#parts.pairs.ofTeams(teamsId);
    if (successor) successor.state = this.#after(successor, { kind: 'teams-sent', write });
    let writes = farewell.writes.filter((one) => one !== write);
    let failures = 0;
    let dueAt = context.now();
    try {
      await writePresence(call, teamsId, write, { clientId: clientId() });
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'internal';
      context.log('warn', 'take-back-failed', { code, failures: farewell.failures + 1 });
      const isOver = NOBODY_THERE.has(code) || context.now() - since > FAREWELL_PATIENCE_MS;
      failures = farewell.failures + 1;
      writes = isOver ? [] : farewell.writes;
      dueAt = context.now() + retryDelayMs(error, failures, context.random());
      this.#heedThrottling(error, dueAt);
    }
    // Somebody may have left anew meanwhile: what is added then is not to be lost.
    const added = (farewells.ofTeams(teamsId)?.writes ?? []).filter(
      (one) => !farewell.writes.includes(one),
    );
    farewells.keepTeams({ teamsId, writes: [...writes, ...added], since, dueAt, failures });
    if (farewells.ofTeams(teamsId)) {
      if (dueAt > context.now()) context.wakeBy(dueAt);
      else this.#farewells.add(teamsId);
      return;
    }
    const next = this.#parts.pairs.ofTeams(teamsId);
    if (next) this.#parts.keep(next, next.state, true);
  }

  /** A sign-in that fails is nobody's fault among the users: all of them wait. */
  async #signIn(id: TeamsUserId): Promise<GraphCall | undefined> {
    const { context, farewells, pairs, errandOf } = this.#parts;
    try {
      const call = await this.#parts.writing();
      this.#holds = 0;
      return call;
    } catch (error) {
      this.#holds += 1;
      this.#heldUntil = context.now() + retryDelayMs(error, this.#holds, context.random());
      context.wakeBy(this.#heldUntil);
      const pair = pairs.ofTeams(id);
      const write = pair && errandOf(pair).write;
      if (farewells.ofTeams(id)) this.#farewells.add(id);
      else if (write) (layerOf(write) === 'session' ? this.#calls : this.#others).add(id);
      return undefined;
    }
  }

  #heedThrottling(error: unknown, until: number): void {
    if (error instanceof AppError && error.code === 'graph-throttled')
      this.#parts.pace.close(until);
  }

  #after(pair: Pair, event: Parameters<typeof decide>[2]): Pair['state'] {
    const { context, rules } = this.#parts;
    return decide(rules(), pair.state, event, context.now()).state;
  }
}

function writeFault(
  error: unknown,
  rest: Pick<WriteFault, 'write' | 'failures' | 'retryAt'>,
): WriteFault {
  if (!(error instanceof AppError)) {
    return { code: 'internal', detail: 'The edge met a fault of its own.', ...rest };
  }
  const { code, message: detail, requestId } = error;
  return { code, detail, ...(requestId === undefined ? {} : { requestId }), ...rest };
}
