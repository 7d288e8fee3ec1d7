// The one bucket that every request to Graph of a connector comes out of; reads and writes share it.
import { type Bucket, CALL_RESERVE, close, fullBucket, take } from './bucket.ts';
import type { Context } from './context.ts';

/** The object is not woken for each single request, in ms. */
const AT_LEAST_MS = 250;

const CLOSED = 'closed-until';

export class Pace {
  readonly #context: Context;
  #bucket: Bucket | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Takes a request out, or sees to it that the object wakes when there is one. */
  mayAsk(urgency: 'call' | 'other'): boolean {
    const now = this.#context.now();
    const { bucket, waitUntil } = take(this.#current, now, urgency === 'call' ? 0 : CALL_RESERVE);
    this.#bucket = bucket;
    if (waitUntil === null) return true;
    this.#context.wakeBy(Math.max(waitUntil, now + AT_LEAST_MS));
    return false;
  }

  /** Microsoft throttles us: nothing leaves before `until` (epoch ms), also after a restart. */
  close(until: number): void {
    this.#bucket = close(this.#current, until);
    this.#context.database.write(CLOSED, this.#bucket.closedUntil);
  }

  get #current(): Bucket {
    if (this.#bucket) return this.#bucket;
    const closedUntil = this.#context.database.read<number>(CLOSED) ?? 0;
    return { ...fullBucket(this.#context.now()), closedUntil };
  }
}
