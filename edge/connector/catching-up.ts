// When rows that lag behind learn what they lack: as soon as nothing new has come for some seconds. So a busy
// connector does not pay for each answer and echo, and none falls asleep with something to forget.
import type { Context } from './context.ts';

/** In ms; the object sleeps after ten seconds in which nothing happened. */
export const QUIET_MS = 5_000;

export class CatchingUp {
  readonly #context: Pick<Context, 'afterwards' | 'database'>;
  readonly #catchUp: () => void;
  #notes = 0;
  #isPlanned = false;

  constructor(context: Pick<Context, 'afterwards' | 'database'>, catchUp: () => void) {
    this.#context = context;
    this.#catchUp = catchUp;
  }

  /** Some row lags behind. */
  note(): void {
    this.#notes += 1;
    if (!this.#isPlanned) this.#plan();
  }

  #tryNow(): void {
    try {
      this.#catchUp();
    } catch (fault) {
      this.#plan();
      throw fault;
    }
  }

  #plan(): void {
    const { afterwards, database } = this.#context;
    const before = this.#notes;
    this.#isPlanned = true;
    afterwards(QUIET_MS, () => {
      this.#isPlanned = false;
      if (database.over) return;
      if (this.#notes === before) this.#tryNow();
      else this.#plan();
    });
  }
}
