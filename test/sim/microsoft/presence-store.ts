// Everybody's presence state, and the feed of changes of what everybody sees.
import {
  aggregate,
  nextChangeAt,
  noPresence,
  type Pair,
  prune,
  type UserPresence,
} from './presence-model.ts';

export interface PresenceChange extends Pair {
  /** Counts the feed from 1, for polling. */
  readonly n: number;
  readonly at: number;
  readonly tenantId: string;
  readonly userId: string;
  /** Zero-padded, so that it sorts as text; higher is newer. */
  readonly sequenceNumber: string;
  /** What moved it: `teams`, an action's name, or `time`. */
  readonly cause: string;
}

interface Entry {
  readonly tenantId: string;
  readonly state: UserPresence;
  shown: Pair;
  sequenceNumber: string;
}

const feedLimit = 20_000;

export class PresenceStore {
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  /** When something next changes by itself, by user. */
  readonly #due = new Map<string, number>();
  readonly #feed: PresenceChange[] = [];
  readonly #listeners = new Set<(change: PresenceChange) => void>();
  #sequence = 1000;
  #n = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Gives a user a presence; `signedIn` with a Teams client running. */
  add(tenantId: string, userId: string, signedIn: boolean): void {
    const state = noPresence();
    if (signedIn) state.clients.set('desktop', { idle: false });
    const shown = aggregate(state, this.#now());
    this.#entries.set(userId, { tenantId, state, shown, sequenceNumber: this.#nextSequence() });
  }

  remove(userId: string): void {
    this.#entries.delete(userId);
    this.#due.delete(userId);
  }

  /** State of a user for reading, brought up to now; undefined for nobody or somebody without Teams. */
  read(userId: string): { state: UserPresence; shown: Pair; sequenceNumber: string } | undefined {
    const entry = this.#entries.get(userId);
    if (entry) this.#settle(userId, entry);
    return entry;
  }

  /** Changes a user's state and announces what others see of it. */
  change(userId: string, cause: string, act: (state: UserPresence) => void): void {
    const entry = this.#entries.get(userId);
    if (!entry) throw new Error(`User ${userId} has no presence.`);
    this.#settle(userId, entry);
    act(entry.state);
    this.#publish(userId, entry, this.#now(), cause);
  }

  /** Lets everything expire that is due. */
  tick(): void {
    const now = this.#now();
    for (const [userId, due] of this.#due) {
      const entry = this.#entries.get(userId);
      if (due <= now && entry) this.#settle(userId, entry);
    }
  }

  on(listener: (change: PresenceChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The latest changes after number `n`. */
  feed(after: number): readonly PresenceChange[] {
    return this.#feed.filter((change) => change.n > after);
  }

  // One step per moment, so that a jump of the clock shows Available, Inactive, Away, Offline in turn.
  #settle(userId: string, entry: Entry): void {
    const now = this.#now();
    for (;;) {
      const due = this.#due.get(userId);
      if (due === undefined || due > now) return;
      this.#publish(userId, entry, due, 'time');
    }
  }

  #publish(userId: string, entry: Entry, at: number, cause: string): void {
    prune(entry.state, at);
    const due = nextChangeAt(entry.state, at);
    if (Number.isFinite(due)) this.#due.set(userId, due);
    else this.#due.delete(userId);
    const seen = aggregate(entry.state, at);
    if (seen.availability === entry.shown.availability && seen.activity === entry.shown.activity)
      return;
    entry.shown = seen;
    entry.sequenceNumber = this.#nextSequence();
    this.#n += 1;
    const { tenantId, sequenceNumber } = entry;
    const change = { n: this.#n, at, tenantId, userId, ...seen, sequenceNumber, cause };
    this.#feed.push(change);
    if (this.#feed.length > feedLimit * 1.25) this.#feed.splice(0, this.#feed.length - feedLimit);
    for (const listener of this.#listeners) listener(change);
  }

  #nextSequence(): string {
    this.#sequence += 1;
    return String(this.#sequence).padStart(20, '0');
  }
}
