// What is up and what is not, for everybody who asks about the agent's health. Everything shown – health
// addresses, metrics, `status`, the service manager – reads this and nothing else.
import type { Ended } from './supervise.ts';

export interface Condition {
  readonly name: string;
  readonly up: boolean;
  /** Epoch ms of the last change. */
  readonly since: number;
  /** Why it is not up. */
  readonly fault?: { readonly code: string; readonly detail: string };
  /** How often it came up. */
  readonly ups: number;
  /** How often it was lost, by the code of the reason. */
  readonly losses: Readonly<Record<string, number>>;
}

export interface TrackedPart {
  up(): void;
  down(ended: Ended): void;
}

const STARTING = { code: 'starting', detail: 'the first try is under way' };

export class Tracker {
  readonly startedAt: number;
  /** Of this agent among those of the connector; `undefined` without a tunnel. */
  role: 'leading' | 'standby' | undefined;
  /** Frames by direction and type, e.g. `up presences`. */
  readonly frames = new Map<string, number>();
  /** Users in the directory of each PBX, by its name in the configuration. */
  readonly users = new Map<string, number>();
  readonly #conditions = new Map<string, Condition>();
  readonly #now: () => number;
  #changed: () => void = () => {};

  constructor(now: () => number) {
    this.#now = now;
    this.startedAt = now();
  }

  /** Calls back after each change of a part or of the role. */
  onChange(changed: () => void): void {
    this.#changed = changed;
  }

  /** A part whose state is followed from now on; down until it says otherwise. */
  part(name: string): TrackedPart {
    const set = (up: boolean, fault?: Condition['fault']) => {
      const before = this.#conditions.get(name) ?? { ups: 0, losses: {} as Record<string, number> };
      const wasUp = 'up' in before && before.up;
      const since = 'up' in before && wasUp === up ? before.since : this.#now();
      const { losses } = before;
      const lost = wasUp && !up && fault ? { [fault.code]: (losses[fault.code] ?? 0) + 1 } : {};
      this.#conditions.set(name, {
        ...{ name, up, since },
        ups: before.ups + (up && !wasUp ? 1 : 0),
        losses: { ...losses, ...lost },
        ...(fault ? { fault } : {}),
      });
      this.#changed();
    };
    set(false, STARTING);
    return {
      up: () => set(true),
      down: ({ code, detail }) => set(false, { code, detail }),
    };
  }

  takes(role: Tracker['role']): void {
    this.role = role;
    this.#changed();
  }

  counted(direction: 'up' | 'down', type: string): void {
    const key = `${direction} ${type}`;
    this.frames.set(key, (this.frames.get(key) ?? 0) + 1);
  }

  all(): Condition[] {
    return [...this.#conditions.values()];
  }

  /** Whether everything is up that should be. */
  get isReady(): boolean {
    return this.all().every(({ up }) => up);
  }
}
