// When everybody is read from Teams: all the time where that is polled, now and then where notifications may get lost,
// and at once where somebody waits to know. How, `sweep.ts` says.
import type { Agents } from './agents.ts';
import type { Context } from './context.ts';
import type { Listening } from './listening.ts';
import type { Publisher } from './publisher.ts';
import type { SettingsDesk } from './settings-desk.ts';
import type { Sweep } from './sweep.ts';
import type { Tasks } from './tasks.ts';

/** A slow sweep repairs lost notifications, in ms. */
const REPAIR_MS = 5 * 60_000;
/** And this often, in ms, while a subscription tells nothing. */
const SILENT_MS = 60_000;
/** While no agent is connected nobody is waiting for what a sweep would find. */
const IDLE_MS = 60_000;

export interface SweepingParts {
  context: Context;
  desk: SettingsDesk;
  agents: Agents;
  listening: Listening;
  publisher: Publisher;
  sweep: Sweep;
  tasks: () => Tasks;
}

export class Sweeping {
  readonly #parts: SweepingParts;

  constructor(parts: SweepingParts) {
    this.#parts = parts;
  }

  /** Everybody may have changed, and somebody waits to know. */
  now(): void {
    this.#parts.sweep.startOver();
    this.#parts.tasks().soon('sweep');
  }

  /** Takes the next step, and plans the one after it. */
  async step(): Promise<void> {
    const { publisher, sweep, context, desk, tasks } = this.#parts;
    // A Worker that reads an older copy cannot tell a notification from a forgery, and drops it: what it
    // dropped is looked for when none reads one any more.
    const { arrivesAt } = publisher;
    const mayBeDropped = desk.settings.source === 'subscribe';
    if (mayBeDropped && publisher.hasJustArrived()) sweep.startOver();
    const next = await sweep.step(this.#everyMs);
    const isOnItsWay = mayBeDropped && arrivesAt > context.now();
    tasks().at('sweep', isOnItsWay ? Math.min(next, arrivesAt) : next);
  }

  /** How often each of so many users is really read, in seconds. */
  everySeconds(users: number): number {
    return Math.ceil(this.#parts.sweep.intervalMs(users, this.#everyMs) / 1000);
  }

  get #everyMs(): number {
    const { desk, agents, listening } = this.#parts;
    const { source, pollSeconds } = desk.settings;
    const repair = listening.silent.length > 0 ? SILENT_MS : REPAIR_MS;
    const every = source === 'poll' ? pollSeconds * 1000 : repair;
    return agents.leader ? every : Math.max(every, IDLE_MS);
  }
}
