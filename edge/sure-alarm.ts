// Sets an object's one alarm so that it goes off. workerd drops one that its handler sets for the time of the one that
// has just gone off: it stands in storage, and nothing comes (seen with 1.20261023; of Cloudflare
// https://github.com/cloudflare/workerd/issues/6866 tells the same). What lies in the past counts as now, and parts of
// a millisecond are cut off: so that also happens to one set for now, or for a part of a millisecond later, and where
// the runtime's timer is a moment ahead of its clock, so that nothing is due yet when it goes off.

/** What was set further ahead than this, in ms, was set by a clock that was put back since: as connector/steady-clock.ts. */
const PUT_BACK_MS = 10_000;

export class SureAlarm {
  readonly #storage: Pick<DurableObjectStorage, 'setAlarm'>;
  readonly #now: () => number;
  /** For when it is set; `null`: it is not, as far as this object knows. */
  #at: number | null;
  /** The last one that went off was set for this time, or for an earlier one. */
  #wentOff = 0;

  /**
   * @param at for when it is set, epoch ms, as storage says; `null`: it is not
   * @param now epoch ms
   */
  constructor(
    storage: Pick<DurableObjectStorage, 'setAlarm'>,
    at: number | null,
    now: () => number = () => Date.now(),
  ) {
    this.#storage = storage;
    this.#at = at;
    this.#now = now;
  }

  /**
   * Goes off at `at` (epoch ms), in the moment after where that is now or was before; where the clock was put back by
   * seconds since the last one went off, so much later. Settles when that is stored.
   */
  set(at: number): Promise<void> {
    const soonest = Math.floor(this.#now()) + 1;
    const isPutBack = this.#wentOff > soonest + PUT_BACK_MS;
    this.#at = Math.max(Math.ceil(at), soonest, isPutBack ? 0 : this.#wentOff + 1);
    return this.#storage.setAlarm(this.#at);
  }

  wentOff(): void {
    if (this.#at !== null) this.#wentOff = this.#at;
    this.#at = null;
  }
}
