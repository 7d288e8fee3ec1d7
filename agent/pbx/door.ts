// How much strangers may cost who connect to the agent and have not logged in yet: how many at once,
// how much they may say, how long it may take, how often they may fail. Pure counting; closes nothing.

export const DOOR = {
  /** Connections without a login at the same time; the oldest has to go for one more. */
  open: 32,
  /** The same from one address. */
  openFromAddress: 8,
  /** For connecting, TLS and login together, in ms. */
  loginMs: 10_000,
  /** What may be said before the login, in bytes; a real login is below 2 KiB. */
  bytes: 65_536,
  /** So many logins may fail from one address within `failedMs`; then it waits outside. */
  failed: 20,
  failedMs: 60_000,
} as const;

/** Addresses whose failures are remembered; more than a site has, less than would matter. */
const ADDRESSES = 1_000;

export type Entry = { let: 'in'; drop: string | undefined } | { let: 'out' };

export class Door {
  /** Connections by their key, oldest first, with their address. */
  readonly #open = new Map<string, string>();
  /** Epoch ms of the failures of an address, oldest first. */
  readonly #failed = new Map<string, number[]>();

  /** A connection comes. `drop` is one that has to go for it: whoever dawdles loses. */
  enter(key: string, address: string, now: number): Entry {
    if (this.#failures(address, now).length >= DOOR.failed) return { let: 'out' };
    const fromThere = [...this.#open].flatMap(([other, from]) => (from === address ? [other] : []));
    const drop =
      fromThere.length >= DOOR.openFromAddress
        ? fromThere[0]
        : this.#open.size >= DOOR.open
          ? this.#open.keys().next().value
          : undefined;
    if (drop !== undefined) this.#open.delete(drop);
    this.#open.set(key, address);
    return { let: 'in', drop };
  }

  /** Logged in or gone. */
  leave(key: string): void {
    this.#open.delete(key);
  }

  failed(address: string, now: number): void {
    const times = [...this.#failures(address, now), now];
    this.#failed.delete(address);
    this.#failed.set(address, times);
    const [oldest] = this.#failed.keys();
    if (this.#failed.size > ADDRESSES && oldest !== undefined) this.#failed.delete(oldest);
  }

  get size(): number {
    return this.#open.size;
  }

  #failures(address: string, now: number): number[] {
    const times = this.#failed.get(address) ?? [];
    return times.filter((at) => at <= now && now - at < DOOR.failedMs);
  }
}
