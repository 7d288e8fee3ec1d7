// The object's one alarm. It is only ever brought forward: what is due later is found when it goes
// off. Each setting is a write of storage.
import { SureAlarm } from '../sure-alarm.ts';

/**
 * So long after its time, in ms, it should have gone off. The runtime waits by another clock than that of
 * the day: where that is set ahead, or the machine has slept, the alarm comes by as much too late.
 */
const OVERDUE_MS = 2_000;

export class AlarmClock {
  readonly #alarm: SureAlarm;
  readonly #now: () => number;
  /** When it is set to go off. */
  #at: number | null;

  /**
   * @param at when it is set to go off, as storage says
   * @param now epoch ms
   */
  constructor(
    storage: Pick<DurableObjectStorage, 'setAlarm'>,
    at: number | null,
    now: () => number = Date.now,
  ) {
    this.#alarm = new SureAlarm(storage, at, now);
    this.#at = at;
    this.#now = now;
  }

  /** Goes off at `at` (epoch ms) or earlier. */
  wakeBy(at: number): void {
    this.hasten();
    if (this.#at !== null && this.#at <= at) return;
    this.#set(at);
  }

  /** Has it go off now where it should have before; to be called with whatever happens. */
  hasten(): void {
    const now = this.#now();
    if (this.#at !== null && now - this.#at > OVERDUE_MS) this.#set(now);
  }

  #set(at: number): void {
    this.#at = at;
    void this.#alarm.set(at);
  }

  /** It went off: nothing is set any more. */
  wentOff(): void {
    this.#alarm.wentOff();
    this.#at = null;
  }
}
