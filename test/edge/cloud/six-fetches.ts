// Cloudflare's limit in front of a fake Microsoft: six requests may wait for their response headers, the
// seventh waits for one of them. Cloudflare counts for each invocation; here all objects share the six,
// which is worse. A test may keep Microsoft from answering.
import type { Fetch } from '../../../edge/graph/exchange.ts';
import { breath } from '../connector/bed.ts';

const LIMIT = 6;

export class SixFetches {
  /** Microsoft answers only whom `answer` lets go. */
  slow = false;
  /** On the wire, oldest first. */
  readonly open: number[] = [];
  /** Not on the wire yet. */
  waiting = 0;
  /** How many were on the wire at most, and how many had to wait at most. */
  readonly most = { open: 0, waiting: 0 };
  readonly #inner: Fetch;
  #tickets = 0;
  #served = 0;
  #answered = 0;

  constructor(inner: Fetch) {
    this.#inner = inner;
  }

  /** Lets Microsoft answer the oldest so many on the wire. */
  answer(count: number): void {
    this.#answered += count;
  }

  readonly fetch: Fetch = async (url, init) => {
    const ticket = this.#tickets;
    this.#tickets += 1;
    this.waiting += 1;
    this.most.waiting = Math.max(this.most.waiting, this.#tickets - this.#served - LIMIT);
    // Whoever waits looks for itself: in workerd nobody may be woken by the event of another.
    while (ticket !== this.#served || this.open.length >= LIMIT) await breath();
    this.#served += 1;
    this.waiting -= 1;
    this.open.push(ticket);
    this.most.open = Math.max(this.most.open, this.open.length);
    try {
      while (this.slow && !this.#mayAnswer(ticket)) await breath();
      return await this.#inner(url, init);
    } finally {
      this.open.splice(this.open.indexOf(ticket), 1);
    }
  };

  #mayAnswer(ticket: number): boolean {
    if (this.#answered === 0 || this.open[0] !== ticket) return false;
    this.#answered -= 1;
    return true;
  }
}
