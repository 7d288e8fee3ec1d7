// How long reads hold back: after failures of their own, and as long as Microsoft said. Forgotten with the object.

export class Restraint {
  readonly #now: () => number;
  /** In a row; what was under way together fails once. */
  #failures = 0;
  /** When the last of them was noticed, epoch ms; 0: none since an answer. */
  #failedAt = 0;
  #until = 0;
  #toldUntil = 0;

  /** @param now epoch ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Until when nothing is asked, epoch ms. */
  get until(): number {
    return Math.max(this.#until, this.#toldUntil);
  }

  /** Until when Microsoft said to wait, epoch ms: whoever lets us go does not know better. */
  get toldUntil(): number {
    return this.#toldUntil;
  }

  /** What left then (epoch ms) failed. @param toldMs how long Microsoft said to wait, in ms; 0: nothing */
  failed(leftAt: number, toldMs: number): void {
    const now = this.#now();
    // What had left before one failed says nothing new; a clock that was set back does not hide what does.
    if (leftAt > this.#failedAt || now < this.#failedAt) {
      this.#failures += 1;
      this.#failedAt = now;
    }
    if (toldMs > 0) this.#toldUntil = Math.max(this.#toldUntil, now + toldMs);
  }

  answered(): void {
    this.#failures = 0;
    this.#failedAt = 0;
  }

  holdUntil(at: number): void {
    this.#until = at;
  }

  /** Somebody wants to know; but not before Microsoft said. */
  release(): void {
    this.#until = 0;
  }
}
