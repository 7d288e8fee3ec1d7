// The line towards Microsoft: calls first, the latest state of a user only, at the pace that Microsoft
// allows. Who is due at once shares a request. What to write is `teams-letters.ts`'s word.
import { AppError } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type { TeamsWrite } from '../../shared/presence/model.ts';
import { REQUESTS_PER_BATCH } from '../graph/batch.ts';
import type { GraphCall } from '../graph/client.ts';
import { writePresences } from '../graph/presence.ts';
import type { Urgency } from './bucket.ts';
import type { Context, Waiting } from './context.ts';
import { isSameWrite, layerOf } from './errand.ts';
import { retryDelayMs } from './faults.ts';
import { GraphLine, late } from './graph-line.ts';
import type { Pace } from './pace.ts';
import { isOutage, PROBE } from './reach.ts';
import type { Farewells } from './store/farewells.ts';
import type { Pair } from './store/pair-rows.ts';
import type { Letter, TeamsLetters } from './teams-letters.ts';

/**
 * Requests under way at a time. Cloudflare allows six: two are left for reads, `teams-reads.ts`. So no
 * request waits in fetch's own queue, where a call would stand behind whatever came before it. What is late
 * counts no longer: while Graph is silent one or the other may have to wait there until others are given up.
 */
const LANES = 4;
/** What is no call leaves one lane free: a call finds it, however long Microsoft takes for the rest. */
const OTHER_LANES = LANES - 1;

export interface OutboxParts {
  context: Context;
  farewells: Farewells;
  letters: TeamsLetters;
  pace: Pace;
  /** The app that writes. */
  writing: () => Promise<GraphCall>;
  clientId: () => string;
  /** Writes get answers, after none had got any. */
  back: () => void;
}

export class TeamsOutbox implements Waiting {
  readonly #parts: OutboxParts;
  readonly #calls = new Set<TeamsUserId>();
  readonly #others = new Set<TeamsUserId>();
  readonly #farewells = new Set<TeamsUserId>();
  /** What has left and not ended, and whether it is late: then it has failed, as far as is known. */
  readonly #underWay = new Map<Letter, { isLate: boolean }>();
  readonly #line: GraphLine;
  #lanesBusy = 0;
  /** Lanes are being filled; replaced by whoever lets everybody try again. */
  #filling: object | undefined;
  /** Nobody may write before (epoch ms): the sign-in failed. */
  #heldUntil = 0;
  #holds = 0;
  #atRest: (() => void)[] = [];

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#line = new GraphLine(parts.context, {
      name: 'writes',
      back: () => {
        this.resume();
        parts.back();
      },
      isBehind: () => false,
    });
  }

  /** This is to be sent for a user, or whatever is due by then. */
  send({ teamsId }: Pair, write: TeamsWrite): void {
    const queue = layerOf(write) === 'session' ? this.#calls : this.#others;
    queue.add(teamsId);
    this.resume();
  }

  /** What is to be taken back and may be tried now. */
  sayFarewells(): void {
    for (const { teamsId } of this.#parts.farewells.teams()) this.#queueFarewell(teamsId);
    this.resume();
  }

  /** Time has passed: what had to wait may go on. */
  resume(): void {
    if (this.#filling) return;
    const filling = {};
    this.#filling = filling;
    this.#parts.context.background(this.#fillLanes(filling));
  }

  /** Resolves when nothing is under way and nothing can be sent now. */
  rest(): Promise<void> {
    if (!this.#filling && this.#lanesBusy === 0) return Promise.resolve();
    return new Promise((resolve) => this.#atRest.push(resolve));
  }

  /** An admin changed something, or wants to know: everybody may try again. */
  release(): void {
    this.#heldUntil = 0;
    this.#line.release();
    // A sign-in under way is an older one's.
    this.#filling = undefined;
    this.#parts.letters.forgive();
    this.sayFarewells();
  }

  /** After a restart; answers whom to look at. */
  recover(): Pair[] {
    const pairs = this.#parts.letters.recover();
    this.sayFarewells();
    return pairs;
  }

  get waitsUntil(): number | null {
    if (this.#waiting === 0) return null;
    return this.#isHeld ? this.#heldUntil : this.#line.waitsUntil;
  }

  /** Nobody gets an answer, and somebody waits to find out when it is over. */
  get isProbing(): boolean {
    return this.#line.isDown && this.#waiting > 0;
  }

  async #fillLanes(filling: object): Promise<void> {
    // Whoever becomes due in the same breath is known then, and shares the requests.
    await Promise.resolve();
    const call = this.#isAnybodyWaiting ? await this.#signIn(filling) : undefined;
    if (filling !== this.#filling) return;
    this.#filling = undefined;
    // From here to the end nothing waits: what the pace gives leaves at once.
    if (call) this.#sendAll(call);
    if (this.#lanesBusy === 0) for (const tell of this.#atRest.splice(0)) tell();
  }

  get #isHeld(): boolean {
    return this.#parts.context.now() < this.#heldUntil;
  }

  get #isAnybodyWaiting(): boolean {
    return this.#waiting > 0 && this.#lanesBusy < LANES;
  }

  get #waiting(): number {
    return this.#calls.size + this.#others.size + this.#farewells.size;
  }

  #sendAll(call: GraphCall): void {
    const { context } = this.#parts;
    while (this.#line.isOpen) {
      const letters = this.#nextLane();
      if (letters.length === 0) return;
      this.#line.leaves();
      context.background(this.#send(call, letters));
    }
    const { waitsUntil } = this;
    if (waitsUntil !== null) context.wakeBy(waitsUntil);
  }

  /** What goes next in one request. */
  #nextLane(): Letter[] {
    const lines = [
      { queue: this.#calls, lanes: LANES, urgency: 'call' },
      { queue: this.#others, lanes: OTHER_LANES, urgency: 'other' },
      { queue: this.#farewells, lanes: OTHER_LANES, urgency: 'other' },
    ] as const;
    for (const { queue, lanes, urgency } of lines) {
      const free = lanes - this.#lanesBusy;
      if (free <= 0) continue;
      // Where there are lanes enough for everybody, each goes alone: nobody waits for another's answer.
      const size = Math.min(REQUESTS_PER_BATCH, Math.ceil(queue.size / free));
      const letters = this.#take(queue, this.#line.isDown ? 1 : size, urgency);
      if (letters.length > 0) return letters;
    }
    return [];
  }

  #take(queue: Set<TeamsUserId>, size: number, urgency: Urgency): Letter[] {
    const letters: Letter[] = [];
    for (const id of queue) {
      if (letters.length >= size) break;
      const letter = this.#parts.letters.of(id);
      if (!letter) queue.delete(id);
      if (!letter || this.#mustWait(letter)) continue;
      if (letter.alone && letters.length > 0) break;
      if (!this.#parts.pace.mayAsk(urgency)) break;
      queue.delete(id);
      letters.push(letter);
      if (letter.alone) break;
    }
    return letters;
  }

  /**
   * One write a user and layer at a time: the answers say what stands. What is late may arrive yet: the same may
   * be said again, but nothing else, which it could undo.
   */
  #mustWait({ userId, layers, write }: Letter): boolean {
    for (const [other, { isLate }] of this.#underWay) {
      if (other.userId !== userId || !other.layers.some((layer) => layers.includes(layer)))
        continue;
      if (!isLate || !isSameWrite(other.write, write)) return true;
    }
    return false;
  }

  async #send(call: GraphCall, letters: readonly Letter[]): Promise<void> {
    const leftAt = this.#parts.context.now();
    this.#lanesBusy += 1;
    for (const letter of letters) this.#underWay.set(letter, { isLate: false });
    const asked = this.#ask(call, letters);
    const isLate = await this.#line.isLate(asked, letters.length);
    this.#lanesBusy -= 1;
    const faults = isLate ? this.#late(letters, leftAt) : [];
    const errors = await asked;
    for (const letter of letters) this.#underWay.delete(letter);
    const outcome = this.#outcome(letters, errors, leftAt);
    const { retryAt } = outcome;
    faults.push(...outcome.faults);
    for (const [at, letter] of letters.entries()) {
      const error = errors[at];
      if (!isLate) faults.push(...this.#answered(letter, error, retryAt));
      else if (error === null) faults.push(...this.#arrived(letter));
    }
    this.resume();
    if (faults.length > 0) throw faults[0];
  }

  /** What went wrong with each; `null`: done. */
  async #ask(call: GraphCall, letters: readonly Letter[]): Promise<unknown[]> {
    const { context, clientId } = this.#parts;
    try {
      for (const letter of letters) letter.leaves();
      return await writePresences(call, letters, { clientId: clientId(), now: context.now });
    } catch (error) {
      // Storage that fails: nothing left.
      return letters.map(() => error);
    }
  }

  /** Others may go, and these once more, as if they had failed. */
  #late(letters: readonly Letter[], leftAt: number): unknown[] {
    const error = late();
    for (const letter of letters) this.#underWay.set(letter, { isLate: true });
    const errors = letters.map(() => error);
    const { retryAt, faults } = this.#outcome(letters, errors, leftAt);
    faults.push(...letters.flatMap((letter) => this.#answered(letter, error, retryAt)));
    this.resume();
    return faults;
  }

  /**
   * What a request says of Graph: when those may try again who got no answer, if not by themselves; and what went
   * wrong in keeping it, which is no reason to lose what the letters were answered.
   */
  #outcome(
    letters: readonly Letter[],
    errors: unknown[],
    leftAt: number,
  ): { retryAt: number | null; faults: unknown[] } {
    const isAnswer = (error: unknown) =>
      error === null || (error instanceof AppError && !isOutage(error));
    const faults = kept(() => {
      if (errors.some(isAnswer)) this.#line.answered(leftAt);
    });
    const [first, ...others] = letters;
    const who = first && others.length === 0 ? first.userId : null;
    const unanswered = errors.find(isOutage);
    const retryAt = unanswered ? this.#line.failed(unanswered, { who, leftAt }) : null;
    return { retryAt, faults };
  }

  #answered(letter: Letter, error: unknown, retryAt: number | null): unknown[] {
    return kept(() => {
      letter.answered(error, isOutage(error) ? retryAt : null);
      this.#queueFarewell(letter.userId);
    });
  }

  #arrived(letter: Letter): unknown[] {
    return kept(() => {
      letter.arrived();
      this.#queueFarewell(letter.userId);
    });
  }

  #queueFarewell(id: TeamsUserId): void {
    const { context, farewells } = this.#parts;
    const farewell = farewells.ofTeams(id);
    if (farewell && farewell.dueAt <= context.now()) this.#farewells.add(id);
  }

  /** A sign-in that fails is nobody's fault among the users: all of them wait. */
  async #signIn(filling: object): Promise<GraphCall | undefined> {
    const { context } = this.#parts;
    if (this.#isHeld) return undefined;
    try {
      const call = await this.#parts.writing();
      this.#holds = 0;
      return call;
    } catch (error) {
      if (filling !== this.#filling) return undefined;
      this.#holds += 1;
      this.#heldUntil = context.now() + retryDelayMs(error, this.#holds, context.random(), PROBE);
      context.wakeBy(this.#heldUntil);
      return undefined;
    }
  }
}

/** Storage that fails keeps nobody else's answer back; what is not saved the next alarm saves. */
function kept(keep: () => void): unknown[] {
  try {
    keep();
    return [];
  } catch (fault) {
    return [fault];
  }
}
