// Who has something to be written to Teams, or under way there, and since when: what was stored before all that
// has been answered, as storage would know otherwise. Each row that is written says so, for whoever starts anew.

export class OpenWrites<Of extends object> {
  /** Oldest first. */
  readonly #since = new Map<Of, number>();

  /** Its row was read, and is from that time, epoch ms; the oldest row has to come first. */
  read(of: Of, storedAt: number): void {
    this.#since.set(of, storedAt);
  }

  /** Whether there is something open for it at `now`, epoch ms. */
  note(of: Of, isOpen: boolean, now: number): void {
    // A clock that was set back has not seen what it noted yet.
    if (!isOpen || (this.#since.get(of) ?? now) > now) this.#since.delete(of);
    if (isOpen && !this.#since.has(of)) this.#since.set(of, now);
  }

  /** Until when, epoch ms, all that was to be written has been answered. */
  answeredUntil(now: number): number {
    for (const since of this.#since.values()) return Math.min(since, now);
    return now;
  }
}
