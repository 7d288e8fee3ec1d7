// Sets an object's one alarm so that it goes off. workerd loses one that a handler sets for the time of the one that
// has just gone off, or for an earlier one: it stands in storage, and nothing comes (seen with 1.20261023; of
// Cloudflare https://github.com/cloudflare/cloudflare-docs/issues/18324 tells the same). A handler does so where all of
// it is the same millisecond, and where the runtime's timer is a moment ahead of its clock, so that nothing is due yet.
// Parts of a millisecond are cut off, which makes that likely.

/** What was set further ahead than this, in ms, was set by a clock that was put back since. */
const PUT_BACK_MS = 10_000;

export class SureAlarm {
  readonly #storage: Pick<DurableObjectStorage, 'setAlarm'>;
  readonly #now: () => number;
  /** For when it is set; `null`: it is not, as far as this object knows. */
  #at: number | null;
  /** The last one that went off was set for this time, or for an earlier one. */
  #wentOff = 0;

  /**
   * @param at for when it is set, epoch ms, as storage says
   * @param now epoch ms
   */
  constructor(
    storage: Pick<DurableObjectStorage, 'setAlarm'>,
    at: number | null = null,
    now: () => number = () => Date.now(),
  ) {
    this.#storage = storage;
    this.#at = at;
    this.#now = now;
  }

  /** Goes off at `at` (epoch ms), or in the moment after; settles when that is stored. */
  set(at: number): Promise<void> {
    const soonest = Math.floor(this.#now());
    const isPutBack = this.#wentOff > soonest + PUT_BACK_MS;
    this.#at = Math.max(Math.ceil(at), soonest, isPutBack ? 0 : this.#wentOff + 1);
    return this.#storage.setAlarm(this.#at);
  }

  wentOff(): void {
    if (this.#at !== null) this.#wentOff = this.#at;
    this.#at = null;
  }
}
