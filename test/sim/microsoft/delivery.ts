// Brings notifications to their URLs (facts/graph.md §2.3): latency, batches, retries with backoff,
// loss and disorder by knob, a hold for tests.
//
//   send ─▶ waiting ──due──▶ POST ──2xx──▶ done
//              ▲               │ else
//              └──backoff──────┘  … given up after 4 h
//   parked: the subscription's token has expired; a renewal lets it go on
//
// Not modelled: the slow and drop states of an endpoint's health.
import { type Outgoing, postBody } from './notification-post.ts';
import type { NotificationRecord } from './records.ts';
import type { Subscription } from './subscription-store.ts';
import type { World } from './world.ts';

const firstRetryMs = 10_000;
const giveUpMs = 4 * 3_600_000;

interface Post {
  readonly url: string;
  readonly items: readonly Outgoing[];
  readonly attempt: number;
  /** Waiting so far, on the scale of the knob. */
  readonly waitedMs: number;
}

interface Waiting {
  readonly item: Outgoing;
  readonly dueAt: number;
}

export class Delivery {
  readonly #world: () => World;
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #retries = new Map<NodeJS.Timeout, Post>();
  readonly #listeners = new Set<(record: NotificationRecord) => void>();
  #held = false;
  #closed = false;
  #inFlight = 0;
  #idle: (() => void)[] = [];

  constructor(world: () => World) {
    this.#world = world;
  }

  on(listener: (record: NotificationRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends one change item of a subscription, as the knobs let it. */
  send(
    subscription: Subscription,
    item: Record<string, unknown>,
    userId: string,
    what: string,
  ): void {
    const { knobs, random, now } = this.#world();
    const url = subscription.notificationUrl;
    const rich = 'encryptedContent' in item;
    const outgoing: Outgoing = {
      subscription,
      url,
      item,
      userId,
      what,
      rich,
      lifecycle: false,
      bornAt: now(),
    };
    if (knobs.silent || subscription.silent) this.#record(single(outgoing), 'silent', 0, '', 0);
    else if (random.chance(knobs.lose)) this.#record(single(outgoing), 'lost', 0, '', 0);
    else {
      this.enqueue(outgoing);
      if (random.chance(knobs.duplicate)) this.enqueue(outgoing);
    }
  }

  /** Puts an item into the queue of its URL. */
  enqueue(outgoing: Outgoing): void {
    if (this.#closed) return;
    const { knobs, random } = this.#world();
    const queue = this.#waiting.get(outgoing.url) ?? [];
    this.#waiting.set(outgoing.url, queue);
    const spread = knobs.reorder ? 4 * (knobs.latencyMs + knobs.jitterMs) : knobs.jitterMs;
    const wanted = performance.now() + knobs.latencyMs + random.next() * spread;
    // In order unless told otherwise: jitter delays, it does not overtake.
    const dueAt = knobs.reorder ? wanted : Math.max(wanted, queue.at(-1)?.dueAt ?? 0);
    queue.push({ item: outgoing, dueAt });
    this.#schedule(outgoing.url);
  }

  /** Keeps everything back until release. */
  hold(): void {
    this.#held = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Lets go what was kept back, all of it together. */
  release(): void {
    this.#held = false;
    for (const url of this.#waiting.keys()) this.#dispatch(url, Number.POSITIVE_INFINITY);
  }

  /** Sends what waits at once, retries included, and resolves when nothing is left to do. */
  async flush(): Promise<void> {
    for (const [timer, post] of [...this.#retries]) {
      clearTimeout(timer);
      this.#retries.delete(timer);
      void this.#post({ ...post, attempt: post.attempt + 1 });
    }
    for (const url of [...this.#waiting.keys()]) this.#dispatch(url, Number.POSITIVE_INFINITY);
    await this.idle();
  }

  /** Resolves when nothing waits to be sent for the first time and nothing is on its way. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Lets parked items of a renewed subscription go, unless older than 4 hours. */
  unpark(subscription: Subscription): void {
    const { now } = this.#world();
    for (const item of subscription.parked.splice(0)) {
      if (now() - item.bornAt < giveUpMs) this.enqueue(item);
    }
  }

  /** Number of items not delivered yet. */
  get pending(): number {
    const waiting = [...this.#waiting.values()].reduce((sum, queue) => sum + queue.length, 0);
    return (
      waiting +
      [...this.#retries.values()].reduce((sum, post) => sum + post.items.length, 0) +
      this.#inFlight
    );
  }

  close(): void {
    this.#closed = true;
    this.hold();
    for (const timer of this.#retries.keys()) clearTimeout(timer);
    this.#retries.clear();
    this.#waiting.clear();
    this.#settle();
  }

  #schedule(url: string): void {
    if (this.#held || this.#closed || this.#timers.has(url)) return;
    const queue = this.#waiting.get(url) ?? [];
    if (queue.length === 0) return;
    const dueAt = Math.min(...queue.map((one) => one.dueAt));
    const timer = setTimeout(
      () => {
        this.#timers.delete(url);
        this.#dispatch(url, performance.now());
      },
      Math.max(0, dueAt - performance.now()),
    );
    this.#timers.set(url, timer);
  }

  #dispatch(url: string, until: number): void {
    const { knobs } = this.#world();
    const queue = this.#waiting.get(url) ?? [];
    const due = queue.filter((one) => one.dueAt <= until).sort((a, b) => a.dueAt - b.dueAt);
    this.#waiting.set(
      url,
      queue.filter((one) => one.dueAt > until),
    );
    for (let i = 0; i < due.length; i += knobs.itemsPerPost) {
      const items = due.slice(i, i + knobs.itemsPerPost).map((one) => one.item);
      void this.#post({ url, items, attempt: 1, waitedMs: 0 });
    }
    this.#schedule(url);
  }

  async #post(planned: Post): Promise<void> {
    const world = this.#world();
    const items = planned.items.filter((item) => this.#mayGo(item));
    if (items.length === 0 || this.#closed) return this.#settle();
    const post = { ...planned, items };
    this.#inFlight += items.length;
    const body = JSON.stringify(await postBody(world, items));
    const result = await world.hosts.post(
      post.url,
      'application/json; charset=utf-8',
      body,
      world.knobs.deliveryTimeoutMs,
    );
    this.#inFlight -= items.length;
    if (this.#closed) return;
    const status = result.ok ? result.status : 0;
    const reason = result.ok ? '' : result.reason;
    const delivered = status >= 200 && status < 300;
    const delayMs = firstRetryMs * 2 ** (post.attempt - 1);
    const again = !delivered && post.waitedMs + delayMs <= giveUpMs;
    this.#record(
      post,
      delivered ? 'delivered' : again ? 'failed' : 'givenUp',
      status,
      reason,
      result.ms,
    );
    if (again) this.#retry(post, delayMs, world.knobs.retryScale);
    this.#settle();
  }

  #retry(post: Post, delayMs: number, scale: number): void {
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      void this.#post({ ...post, attempt: post.attempt + 1, waitedMs: post.waitedMs + delayMs });
    }, delayMs * scale);
    // A retry in hours must not keep a program alive.
    timer.unref();
    this.#retries.set(timer, post);
  }

  /** Checked at the moment of sending: the subscription may be gone, its token expired. */
  #mayGo(item: Outgoing): boolean {
    const { subscriptions, now } = this.#world();
    const { subscription } = item;
    if (item.lifecycle) return true;
    if (subscriptions.find(subscription.id) !== subscription) {
      this.#record(single(item), 'gone', 0, '', 0);
      return false;
    }
    if (subscription.tokenExpiresAt > now()) return true;
    subscription.parked.push(item);
    this.#record(single(item), 'parked', 0, 'The token of the subscription has expired.', 0);
    return false;
  }

  #record(
    post: Post,
    outcome: NotificationRecord['outcome'],
    status: number,
    reason: string,
    ms: number,
  ): void {
    const record: NotificationRecord = {
      at: this.#world().now(),
      url: post.url,
      outcome,
      status,
      reason,
      attempt: post.attempt,
      ms,
      rich: post.items.some((item) => item.rich),
      items: post.items.map(({ subscription, userId, what }) => ({
        subscriptionId: subscription.id,
        userId,
        what,
      })),
    };
    this.#world().records.notificationLog.add(record);
    for (const listener of this.#listeners) listener(record);
  }

  #isIdle(): boolean {
    return this.#inFlight === 0 && [...this.#waiting.values()].every((queue) => queue.length === 0);
  }

  #settle(): void {
    if (!this.#isIdle() && !this.#closed) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

const single = (item: Outgoing): Post => ({
  url: item.url,
  items: [item],
  attempt: 1,
  waitedMs: 0,
});
