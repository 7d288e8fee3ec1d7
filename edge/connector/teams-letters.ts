// What is to be written to Microsoft for a user, and what its answer means: for a pair what is due,
// before that what is left to take back of an older one. Knows nothing of lines and pace.
import { AppError } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import { decide } from '../../shared/presence/decide.ts';
import type { MemoryLost } from '../../shared/presence/events.ts';
import type { TeamsWrite } from '../../shared/presence/model.ts';
import type { Rules } from '../../shared/presence/rules.ts';
import type { PresenceWrite } from '../graph/presence.ts';
import type { Context } from './context.ts';
import { type Errand, isSameWrite, type Layer, layerOf, type WriteFault } from './errand.ts';
import { retryDelayMs } from './faults.ts';
import { PROBE, toldMs } from './reach.ts';
import type { Farewells, TeamsFarewell } from './store/farewells.ts';
import type { Pair } from './store/pair-rows.ts';
import type { Pairs } from './store/pairs.ts';

/** What could not be taken back for so long, in ms, has long expired, or never will be. */
const FAREWELL_PATIENCE_MS = 86_400_000;
/** Refusals after which nothing of ours can stand any more: there is no such user. */
const NOBODY_THERE = new Set(['graph-not-found', 'graph-bad-request']);

/** One write, on its way or about to be. */
export interface Letter extends PresenceWrite {
  /** Layers of the user that nothing else may touch while it is under way. */
  readonly layers: readonly Layer[];
  /**
   * It failed before, and goes in a request of its own: should it spoil a batch, then only once, and
   * a token that Graph refuses inside a batch is noticed here.
   */
  readonly alone: boolean;
  /** It leaves now. That it is wanted was stored before: a restart asks whether it arrived. */
  leaves(): void;
  /**
   * @param error what went wrong; `null`: Microsoft took it
   * @param retryAt when it may be tried again, epoch ms; `null`: later after each failure of this user
   */
  answered(error: unknown, retryAt: number | null): void;
  /** Microsoft took it after it was answered for as late. */
  arrived(): void;
}

export interface LetterParts {
  context: Context;
  pairs: Pairs;
  farewells: Farewells;
  rules: () => Rules;
  errandOf: (pair: Pair) => Errand;
  /** Looks after a pair whose state was changed here; `besides`: something else of it was. */
  keep: (pair: Pair, state: Pair['state'], besides?: 'stored' | 'later') => void;
  /** A write failed, for whoever asks why a user is as they are; the pair is kept after that. */
  failed: (pair: Pair, fault: WriteFault) => void;
  /** Microsoft took what had left then (epoch ms); the pair is kept after that. */
  taken: (pair: Pair, sentAt: number) => void;
  /** Microsoft throttles us: nobody writes before then (epoch ms). */
  throttled: (until: number) => void;
}

export class TeamsLetters {
  readonly #parts: LetterParts;
  /** Known to have been under way when the object woke, and seen to since. */
  readonly #recovered = new WeakSet<Pair>();
  /** Microsoft said to wait with a user until then, epoch ms; a restart asks once too early at worst. */
  readonly #toldUntil = new Map<TeamsUserId, number>();

  constructor(parts: LetterParts) {
    this.#parts = parts;
  }

  /**
   * What may be written for a user now; `null`: nothing. Nobody's new state is written before what is
   * left of an old one is taken back, nor before it is stored.
   */
  of(id: TeamsUserId): Letter | null {
    const { context, pairs, farewells, errandOf } = this.#parts;
    const farewell = farewells.ofTeams(id);
    if (farewell) return farewell.dueAt > context.now() ? null : this.#takingBack(farewell);
    const pair = pairs.ofTeams(id);
    if (pair && pairs.isUnsaved(pair)) return null;
    const { write = null } = pair ? errandOf(pair) : {};
    return pair && write ? this.#writing(pair, write) : null;
  }

  /** After a restart: of what was under way then nobody will hear. Answers whom to look at besides. */
  recover(): Pair[] {
    const { pairs, ...lost } = this.#parts.pairs.restart();
    for (const pair of pairs) if (!this.#recovered.has(pair)) this.#recover(pair, lost);
    return pairs;
  }

  #recover(pair: Pair, lost: Pick<MemoryLost, 'lostAt' | 'answeredUntil'>): void {
    const { state, savedAt: storedAt } = pair;
    // It is tried again in its time, and not asked about.
    const refused = Object.values(pair.faults).map(({ write }) => write);
    const known = this.#after(pair, { kind: 'memory-lost', storedAt, refused, ...lost });
    try {
      this.#parts.keep(pair, known);
      this.#recovered.add(pair);
    } catch (error) {
      // It is to be recovered by the next try.
      pair.state = state;
      throw error;
    }
  }

  /** Whatever failed may be tried again at once, or as soon as Microsoft said. */
  forgive(): void {
    const { context, pairs, farewells, keep } = this.#parts;
    const now = context.now();
    for (const [id, until] of this.#toldUntil) if (until <= now) this.#toldUntil.delete(id);
    const mayAskAt = (id: TeamsUserId) => this.#toldUntil.get(id) ?? now;
    for (const farewell of farewells.teams()) {
      const dueAt = mayAskAt(farewell.teamsId);
      farewells.keepTeams({ ...farewell, dueAt });
      if (dueAt > now) context.wakeBy(dueAt);
    }
    for (const pair of pairs.failing()) {
      for (const fault of Object.values(pair.faults)) fault.retryAt = mayAskAt(pair.teamsId);
      keep(pair, pair.state, 'stored');
    }
  }

  #writing(pair: Pair, write: TeamsWrite): Letter {
    const { context, pairs, keep, taken } = this.#parts;
    const layer = layerOf(write);
    let sentAt = 0;
    return {
      userId: pair.teamsId,
      write,
      layers: [layer],
      alone: pair.faults[layer] !== undefined,
      leaves: () => {
        sentAt = context.now();
        pair.state = this.#after(pair, { kind: 'teams-sent', write });
        pair.inFlight = [...pair.inFlight, write];
      },
      answered: (error, retryAt) => {
        pair.inFlight = pair.inFlight.filter((one) => one !== write);
        if (!pairs.holds(pair)) return;
        if (error !== null) return this.#failed(pair, write, { error, retryAt });
        const { [layer]: over, ...others } = pair.faults;
        pair.faults = others;
        taken(pair, sentAt);
        const isNews = over !== undefined;
        keep(pair, this.#after(pair, { kind: 'teams-took', write }), isNews ? 'stored' : 'later');
      },
      arrived: () => {
        const stands = this.#after(pair, { kind: 'teams-arrived', write });
        if (!pairs.holds(pair) || stands === pair.state) return;
        const { [layer]: fault, ...others } = pair.faults;
        if (fault && isSameWrite(fault.write, write)) pair.faults = others;
        taken(pair, sentAt);
        keep(pair, stands, 'stored');
      },
    };
  }

  #failed(
    pair: Pair,
    write: TeamsWrite,
    { error, retryAt: told }: { error: unknown; retryAt: number | null },
  ): void {
    const { context, keep } = this.#parts;
    const layer = layerOf(write);
    const failures = (pair.faults[layer]?.failures ?? 0) + 1;
    const retryAt = told ?? context.now() + retryDelayMs(error, failures, context.random());
    const fault = writeFault(error, { write, failures, retryAt });
    this.#heed(pair.teamsId, error, retryAt);
    pair.faults = { ...pair.faults, [layer]: fault };
    context.log('warn', 'teams-write-failed', { code: fault.code, failures });
    if (failures === 1) this.#parts.failed(pair, fault);
    keep(pair, this.#after(pair, { kind: 'teams-failed', write }), 'stored');
  }

  #takingBack(farewell: TeamsFarewell): Letter | null {
    const { teamsId: userId } = farewell;
    const [write] = farewell.writes;
    if (!write) return null;
    return {
      userId,
      write,
      layers: ['session', 'preferred'],
      alone: farewell.failures > 0,
      leaves: () => {
        const successor = this.#parts.pairs.ofTeams(userId);
        if (successor) successor.state = this.#after(successor, { kind: 'teams-sent', write });
      },
      answered: (error, retryAt) => this.#tookBack(farewell, write, { error, retryAt }),
      arrived: () => {
        const left = this.#parts.farewells.ofTeams(userId);
        const same = left?.writes.find((one) => isSameWrite(one, write));
        if (left && same) this.#tookBack(left, same, { error: null, retryAt: null });
      },
    };
  }

  #tookBack(
    farewell: TeamsFarewell,
    write: TeamsWrite,
    { error, retryAt }: { error: unknown; retryAt: number | null },
  ): void {
    const { context, farewells, pairs, keep } = this.#parts;
    const { teamsId, since } = farewell;
    let writes = farewell.writes.filter((one) => one !== write);
    let failures = 0;
    let dueAt = context.now();
    if (error !== null) {
      const code = error instanceof AppError ? error.code : 'internal';
      failures = farewell.failures + 1;
      context.log('warn', 'take-back-failed', { code, failures });
      const isOver = NOBODY_THERE.has(code) || context.now() - since > FAREWELL_PATIENCE_MS;
      writes = isOver ? [] : farewell.writes;
      dueAt = retryAt ?? context.now() + retryDelayMs(error, failures, context.random());
      this.#heed(teamsId, error, dueAt);
    }
    // Somebody may have left anew meanwhile: what is added then is not to be lost.
    const added = (farewells.ofTeams(teamsId)?.writes ?? []).filter(
      (one) => !farewell.writes.includes(one),
    );
    farewells.keepTeams({ teamsId, writes: [...writes, ...added], since, dueAt, failures });
    if (dueAt > context.now()) context.wakeBy(dueAt);
    const next = pairs.ofTeams(teamsId);
    if (!next) return;
    next.state = this.#after(next, { kind: 'teams-took', write });
    if (!farewells.ofTeams(teamsId)) keep(next, next.state, 'stored');
  }

  /** Throttled without a time, it may be about this user alone: they back off, all others wait for seconds at most. */
  #heed(id: TeamsUserId, error: unknown, retryAt: number): void {
    const now = this.#parts.context.now();
    const told = toldMs(error);
    if (told > 0) this.#toldUntil.set(id, now + told);
    if (!(error instanceof AppError) || error.code !== 'graph-throttled') return;
    this.#parts.throttled(told > 0 ? now + told : Math.min(retryAt, now + PROBE.maxMs));
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
