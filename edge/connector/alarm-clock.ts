// The object's one alarm. It is set only when it has to be earlier than it is: each setting is a
// write of storage.

export class AlarmClock {
  readonly #storage: Pick<DurableObjectStorage, 'setAlarm'>;
  /** When it is set to go off; `undefined`: not known since the object woke. */
  #at: number | null | undefined;

  constructor(storage: Pick<DurableObjectStorage, 'setAlarm'>) {
    this.#storage = storage;
  }

  /** Goes off at `at` (epoch ms) or earlier. */
  wakeBy(at: number): void {
    if (typeof this.#at === 'number' && this.#at <= at) return;
    this.#at = at;
    void this.#storage.setAlarm(at);
  }

  /** It went off: nothing is set any more. */
  wentOff(): void {
    this.#at = null;
  }
}
