// When rows that lag behind learn what they lack: as soon as nothing new has come for some seconds. So a busy
// connector does not pay for each answer and echo, and none falls asleep with something to forget, unless its alarm
// comes late: then it starts anew as after a crash. It is the object's alarm that tells: a timer would keep the object awake, which costs more than the alarm's row.
import type { Context } from './context.ts';

/** In ms; the object sleeps after ten seconds in which nothing happened. */
export const QUIET_MS = 5_000;

export class CatchingUp {
  readonly #context: Pick<Context, 'now' | 'wakeBy'>;
  readonly #catchUp: () => void;
  #latestAt = 0;
  #looksAt: number | null = null;

  /** @param catchUp throws where storage does not take it: then it is called again */
  constructor(context: Pick<Context, 'now' | 'wakeBy'>, catchUp: () => void) {
    this.#context = context;
    this.#catchUp = catchUp;
  }

  /** Some row lags behind. */
  note(): void {
    this.#latestAt = this.#context.now();
    if (!this.#isAhead(this.#looksAt)) this.#lookAt(this.#latestAt + QUIET_MS);
  }

  /** When `look` is to be called, epoch ms; `null`: no row lags behind. */
  get waitsUntil(): number | null {
    return this.#looksAt;
  }

  /** Lets the rows catch up if it has gone quiet. */
  look(): void {
    if (this.#looksAt === null || this.#isAhead(this.#looksAt)) return;
    const quietAt = this.#latestAt + QUIET_MS;
    if (this.#isAhead(quietAt)) {
      this.#lookAt(quietAt);
      return;
    }
    this.#looksAt = this.#context.now() + QUIET_MS;
    this.#catchUp();
    this.#looksAt = null;
  }

  /** What lies further ahead was said by a clock that was put back since. */
  #isAhead(at: number | null): boolean {
    const now = this.#context.now();
    return at !== null && now < at && at <= now + QUIET_MS;
  }

  #lookAt(at: number): void {
    this.#looksAt = at;
    this.#context.wakeBy(at);
  }
}
