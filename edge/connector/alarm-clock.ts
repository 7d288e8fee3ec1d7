// The object's one alarm. It is only ever brought forward: what is due later is found when it goes
// off. Each setting is a write of storage.

export class AlarmClock {
  readonly #storage: Pick<DurableObjectStorage, 'setAlarm'>;
  /** When it is set to go off. */
  #at: number | null;

  /** @param at when it is set to go off, as storage says */
  constructor(storage: Pick<DurableObjectStorage, 'setAlarm'>, at: number | null) {
    this.#storage = storage;
    this.#at = at;
  }

  /** Goes off at `at` (epoch ms) or earlier. */
  wakeBy(at: number): void {
    if (this.#at !== null && this.#at <= at) return;
    this.#at = at;
    void this.#storage.setAlarm(at);
  }

  /** It went off, or was deleted: nothing is set any more. */
  wentOff(): void {
    this.#at = null;
  }
}
