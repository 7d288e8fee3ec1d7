// How many notifications are decrypted a second. Each takes a good part of a millisecond (RSA), and an isolate
// does one thing at a time; what exceeds the budget is read from Microsoft instead, hundreds in one request.

/** Decrypted at most in one second, and at once: a seventh of a processor, and more than Microsoft sends in an ordinary minute. */
const A_SECOND = 200;

export class DecryptionBudget {
  readonly #now: () => number;
  #left = A_SECOND;
  #at = 0;

  /** @param now epoch ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether so many may be decrypted now. */
  take(count: number): boolean {
    const now = this.#now();
    // A clock that was set, either way, fills it.
    const elapsedMs = Math.abs(now - this.#at);
    this.#left = Math.min(A_SECOND, this.#left + (elapsedMs * A_SECOND) / 1_000);
    this.#at = now;
    // A notification as large as the budget is decrypted where nothing else is to do.
    if (count > this.#left && this.#left < A_SECOND) return false;
    this.#left -= count;
    return true;
  }
}
