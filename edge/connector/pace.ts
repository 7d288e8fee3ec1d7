// The one bucket that every request to Graph of a connector comes out of; reads and writes share it.
import { type Bucket, close, fullBucket, RESERVE, take, type Urgency } from './bucket.ts';
import type { Context } from './context.ts';

/** The object is not woken for each single request, in ms. */
const AT_LEAST_MS = 250;
/**
 * Requests between two writes of the bucket. Whoever restarts takes it that as many more have left:
 * Microsoft counts on, and a bucket that is full again would be too full.
 */
const KEPT_EACH = 50;

const KEPT = 'pace';

export class Pace {
  readonly #context: Context;
  #bucket: Bucket | undefined;
  /** Requests since the bucket was written. */
  #taken = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Takes a request out, or sees to it that the object wakes when there is one. */
  mayAsk(urgency: Urgency): boolean {
    const now = this.#context.now();
    const { bucket, waitUntil } = take(this.#current, now, RESERVE[urgency]);
    this.#bucket = bucket;
    if (waitUntil !== null) {
      this.#context.wakeBy(Math.max(waitUntil, now + AT_LEAST_MS));
      return false;
    }
    this.#taken += 1;
    if (this.#taken >= KEPT_EACH) this.#keep(bucket);
    return true;
  }

  /** Until when Microsoft asked us to wait, epoch ms. */
  get closedUntil(): number {
    return this.#current.closedUntil;
  }

  /** Microsoft throttles us: nothing leaves before `until` (epoch ms), also after a restart. */
  close(until: number): void {
    if (until <= this.#current.closedUntil) return;
    this.#bucket = close(this.#current, this.#context.now(), until);
    this.#keep(this.#bucket);
  }

  #keep(bucket: Bucket): void {
    this.#taken = 0;
    this.#context.database.write(KEPT, bucket);
  }

  get #current(): Bucket {
    if (this.#bucket) return this.#bucket;
    const kept = this.#context.database.read<Bucket>(KEPT);
    if (!kept) return fullBucket(this.#context.now());
    return { ...kept, tokens: kept.tokens - KEPT_EACH };
  }
}
