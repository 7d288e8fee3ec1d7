// By when each pair is to be looked at, and what of it stands in its row. What is due within minutes changes
// with every write: it is kept in memory, and the row only says that a restart has to look. What is due later
// stands in the row, perhaps too early: it is looked at then, and stored anew; until the row is written again it is
// kept in memory as well.
import type { Upcoming } from './upcoming.ts';

/** A call is refreshed within this time, and a PBX that does not answer is told again: in ms. */
const SOON_MS = 600_000;

export interface StoredDue {
  /** Epoch ms; `null`: nothing by the clock, or soon. */
  at: number | null;
  /** Whether a restart looks at it at once. */
  soon: boolean;
}

const NOTHING: StoredDue = { at: null, soon: false };

export class DueTimes<Of extends object> {
  readonly #stored = new WeakMap<Of, StoredDue>();
  /** What is due within minutes, and later where the row does not say so; `given`: it was handed out. */
  readonly #soon = new Map<Of, { at: number; given: boolean }>();

  /** Its row was read. */
  read(of: Of, stored: StoredDue): void {
    this.#stored.set(of, stored);
  }

  /** What its row is to say, where it is due at `dueAt` (epoch ms). */
  toStore(of: Of, dueAt: number | null, now: number): StoredDue {
    const soon = dueAt !== null && dueAt <= now + SOON_MS;
    const later = soon ? null : dueAt;
    const { at } = this.#stored.get(of) ?? NOTHING;
    const isEarly = at !== null && at > now + SOON_MS && (later === null || at <= later);
    return { at: isEarly ? at : later, soon };
  }

  /** Whether its row has to say something else for it: whoever starts anew looks at what is due soon, and sees. */
  isNews(of: Of, dueAt: number | null, now: number): boolean {
    const { at, soon } = this.toStore(of, dueAt, now);
    const stored = this.#stored.get(of) ?? NOTHING;
    return !stored.soon && (soon || at !== stored.at);
  }

  /** Whether the time in its row has to be written. */
  isTimeNews(of: Of, { at }: StoredDue): boolean {
    return at !== this.#stored.get(of)?.at;
  }

  stored(of: Of, stored: StoredDue): void {
    this.#stored.set(of, stored);
    if (!stored.soon) this.#soon.delete(of);
  }

  /** It is due at `dueAt` (epoch ms), stored or not. */
  plan(of: Of, dueAt: number | null, now: number): void {
    const { at } = this.#stored.get(of) ?? NOTHING;
    const isFar = dueAt !== null && dueAt > now + SOON_MS;
    // A time that has passed there brings nobody up again.
    const isInRow = isFar && at !== null && now < at && at <= dueAt;
    if (dueAt === null || isInRow) this.#soon.delete(of);
    else if (this.#soon.get(of)?.at !== dueAt) this.#soon.set(of, { at: dueAt, given: false });
  }

  /** Those of the next minutes that are due by now, each once. */
  became(now: number): Of[] {
    const due: Of[] = [];
    for (const [of, planned] of this.#soon) {
      if (planned.given || planned.at > now) continue;
      planned.given = true;
      due.push(of);
    }
    return due;
  }

  /** Its row said that it is due, and it was handed out for that. */
  gave(of: Of, at: number): void {
    this.#soon.set(of, { at, given: true });
  }

  /** Whoever took what became due did not come to its end. */
  lookAgain(): void {
    for (const planned of this.#soon.values()) planned.given = false;
  }

  forget(of: Of): void {
    this.#soon.delete(of);
  }

  /** Of the next minutes. */
  upcoming(now: number): Upcoming {
    let overdue = false;
    let nextAt: number | null = null;
    for (const { at } of this.#soon.values()) {
      if (at <= now) overdue = true;
      else nextAt = Math.min(nextAt ?? at, at);
    }
    return { overdue, nextAt };
  }
}
