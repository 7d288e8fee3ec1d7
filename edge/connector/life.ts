// One life of a connector: from the settings that create it, through any number of sleeps, to its
// deletion. Another one may begin under the same name; nothing of this one reaches it.
import type { EdgeEnv } from '../env.ts';
import { createKeyring } from '../keyring.ts';
import { consoleLog } from '../log.ts';
import { type ObjectBindings, objects } from '../objects.ts';
import type { AlarmClock } from './alarm-clock.ts';
import { planAnew, wasSetBack } from './clock-set-back.ts';
import type { Context } from './context.ts';
import { beginEnding, end, isEnding } from './ending.ts';
import { Parts } from './parts.ts';
import { actOnSettings } from './settings-changes.ts';
import { steadyClock } from './steady-clock.ts';
import { Database } from './store/database.ts';

/** Pairs that one alarm run looks at; the next run follows at once. */
const PAIRS_PER_RUN = 500;
/**
 * What is due and under way is looked at again after this long, in ms: should the object not live to
 * the end of it, nobody else would.
 */
const SAFETY_MS = 60_000;
/** What failed is tried again after this long, in ms: storage may refuse everything for hours. */
const AFTER_FAULT_MS = 1_000;

export interface LifeBindings extends ObjectBindings {
  SETTINGS: KVNamespace;
}

export class Life {
  readonly parts: Parts;
  readonly #context: Context;
  readonly #clock: AlarmClock;
  #awake = false;
  #finishing: Promise<boolean> | undefined;

  constructor(
    ctx: DurableObjectState,
    bindings: LifeBindings,
    { env, clock }: { env: EdgeEnv; clock: AlarmClock },
  ) {
    const database = new Database(ctx.storage);
    this.#clock = clock;
    this.#context = {
      database,
      env,
      keyring: createKeyring(env),
      objects: objects(bindings, env),
      fetch: (url, init) => fetch(url, init),
      now: steadyClock(() => Date.now()),
      random: () => Math.random(),
      wakeBy: (at) => {
        if (!database.over) clock.wakeBy(at);
      },
      background: (work) => ctx.waitUntil(this.#quietly(work)),
      log: consoleLog,
    };
    this.parts = new Parts(this.#context, ctx, bindings.SETTINGS);
  }

  /** Whether there is a connector here, of which anybody may know. */
  get isKnown(): boolean {
    return this.#context.database.exists && !isEnding(this.#context);
  }

  /** Whether it was deleted, and something of it is still to be taken back. */
  get isEnding(): boolean {
    return this.#context.database.exists && isEnding(this.#context);
  }

  /** First event since the object was last asleep: takes up what was under way. Answers `isKnown`. */
  wakeUp(): boolean {
    if (!this.isKnown) return false;
    if (this.#awake) this.#clock.hasten();
    else this.#doDue();
    return true;
  }

  /** Whether the life is over with this. */
  async alarm(): Promise<boolean> {
    this.#clock.wentOff();
    if (this.isEnding) return this.end();
    if (!this.isKnown) return false;
    this.#doDue();
    return false;
  }

  /** Takes everything back and erases it; says whether that has been done. */
  async end(): Promise<boolean> {
    if (this.isKnown) beginEnding(this.parts);
    this.#finishing ??= end(this.parts).finally(() => {
      this.#finishing = undefined;
    });
    return this.#finishing;
  }

  #doDue(): void {
    const { context, pairs, catchingUp } = this.parts;
    const wentWell = this.#tried(() => this.#takeTurns());
    if (!wentWell) pairs.lookAgain();
    // What a save of settings leads to, where that broke off.
    const acted = this.#tried(() => actOnSettings(this.parts));
    // By itself: one row that is never stored keeps no other from catching up.
    const caughtUp = this.#tried(() => catchingUp.look());
    if (wentWell && acted && caughtUp) this.#setAlarm();
    else context.wakeBy(context.now() + AFTER_FAULT_MS);
  }

  #takeTurns(): void {
    const { context, outbox, reads, pairs, presence, listening, sweeping } = this.parts;
    const { tasks, tunnel, listeners } = this.parts;
    if (!this.#awake) for (const pair of outbox.recover()) presence.tick(pair);
    if (!this.#awake) {
      pairs.afterLoss(() => {
        // What the sweep finds was told: no subscription was silent.
        listening.readsAgain();
        sweeping.now();
      });
    }
    if (!this.#awake && wasSetBack(this.#context)) planAnew(this.parts);
    this.#awake = true;
    tunnel.missSilent();
    tunnel.askAgain();
    tasks.beginDue();
    const due = pairs.becameDue(context.now(), PAIRS_PER_RUN);
    for (const pair of due) presence.tick(pair);
    outbox.sayFarewells();
    reads.resume();
    listeners.look();
    if (due.length >= PAIRS_PER_RUN) context.wakeBy(context.now());
  }

  #tried(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#context.log('error', 'alarm-failed', { detail: String(error) });
      return false;
    }
  }

  #setAlarm(): void {
    const { context, agenda, agents, catchingUp, farewells, pairs } = this.parts;
    const { listeners, outbox, reads, tunnel } = this.parts;
    const now = context.now();
    // A machine without power closes nothing: while somebody stands by, its pings are looked at.
    const times = [agents.lookAt(now)];
    for (const table of [agenda, pairs, farewells]) {
      const { overdue, nextAt } = table.upcoming(now);
      times.push(overdue ? now + SAFETY_MS : null, nextAt);
    }
    for (const { waitsUntil } of [reads, outbox, tunnel, listeners, catchingUp])
      times.push(waitsUntil);
    const known = times.filter((at) => at !== null);
    // At once, for the earliest: each setting is a row.
    if (known.length > 0) context.wakeBy(Math.min(...known));
  }

  /** What fails in the background is a fault of ours; that the connector is gone is none. */
  async #quietly(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (this.#context.database.over) return;
      this.#context.log('error', 'background-failed', { detail: String(error) });
      this.#context.wakeBy(this.#context.now() + SAFETY_MS);
    }
  }
}
