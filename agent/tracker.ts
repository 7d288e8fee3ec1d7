// What is up and what is not, for everybody who asks about the agent's health.
import type { Ended } from './supervise.ts';

export interface Condition {
  readonly name: string;
  readonly up: boolean;
  /** Epoch ms of the last change. */
  readonly since: number;
  /** Why it is not up. */
  readonly fault?: { readonly code: string; readonly detail: string };
}

export interface TrackedPart {
  up(): void;
  down(ended: Ended): void;
}

const STARTING = { code: 'starting', detail: 'the first try is under way' };

export class Tracker {
  readonly #conditions = new Map<string, Condition>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A part whose state is followed from now on; down until it says otherwise. */
  part(name: string): TrackedPart {
    const set = (up: boolean, fault?: Condition['fault']) => {
      const before = this.#conditions.get(name);
      const since = before?.up === up ? before.since : this.#now();
      this.#conditions.set(name, { name, up, since, ...(fault ? { fault } : {}) });
    };
    set(false, STARTING);
    return {
      up: () => set(true),
      down: ({ code, detail }) => set(false, { code, detail }),
    };
  }

  all(): Condition[] {
    return [...this.#conditions.values()];
  }
}
