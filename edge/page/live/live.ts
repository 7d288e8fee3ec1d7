// What happens, told by the connector as it happens. One loop keeps the stream open: it ends after five
// minutes and is opened again; where it does not come, those who listen ask by themselves meanwhile.
//
//   down ──first event──▶ up ──end──▶ up, opening again ──first event──▶ up
//    ▲                    │ silence             │ refused, or too late
//    └────────────────────┴─────────────────────┘
import { type Backoff, backoffMs } from '../../../shared/backoff.ts';
import type { LampView } from '../../../shared/lamps.ts';
import type { UserView } from '../../connector/rpc.ts';
import { refusalOf } from '../ask.ts';
import { sentEvents } from './sent-events.ts';

/** The first event comes at once, unless a proxy on the way gathers them. In ms. */
const FIRST_MS = 5_000;
/** The server says something every 20 s: after this long nobody is there any more, in ms. */
const SILENCE_MS = 50_000;
/** From the end of a stream to the next, in ms. */
const PAUSE_MS = 1_000;
/** Between tries that failed. */
const BACKOFF: Backoff = { firstMs: 4_000, maxMs: 60_000 };

/** What is told, by the name of its event. */
export interface Told {
  /** All lamps. */
  status: LampView[];
  /** One user as they are now. */
  user: UserView;
  /** So many users changed, or may have, that lists are better read again. */
  users: { changed: number | null };
}
export type Topic = keyof Told;
type Listener = (told: never) => void;

export interface LiveDeps {
  /** Throws `Refusal`. */
  open(lastEventId: string | undefined, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  /** A number in [0, 1). */
  random(): number;
}

export class Live {
  readonly #deps: LiveDeps;
  readonly #listeners = new Map<Topic | 'up', Set<Listener>>();
  #isUp = false;
  #lastEventId: string | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(deps: LiveDeps) {
    this.#deps = deps;
  }

  /** Whether changes are told; where they are not, they are to be asked for. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** @returns ends the listening */
  on<T extends Topic>(topic: T, listener: (told: Told[T]) => void): () => void {
    return this.#add(topic, listener);
  }

  onUp(listener: (isUp: boolean) => void): () => void {
    return this.#add('up', listener);
  }

  /** Keeps the stream open until `signal` says to end; one that runs already ends first. */
  run(signal: AbortSignal): Promise<void> {
    this.#running = this.#running.then(() => this.#loop(signal));
    return this.#running;
  }

  async #loop(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const ending = await this.#listenOnce(signal);
      if (signal.aborted) break;
      failures = ending.good ? 0 : failures + 1;
      if (failures > 0) this.#setUp(false);
      const waitMs =
        failures === 0
          ? PAUSE_MS
          : Math.max(PAUSE_MS, ending.waitMs, backoffMs(BACKOFF, failures, this.#deps.random()));
      await pause(waitMs, signal);
    }
    this.#setUp(false);
  }

  /** One stream from its opening to its end. `good`: it was one, and it ended as it should. */
  async #listenOnce(signal: AbortSignal): Promise<{ good: boolean; waitMs: number }> {
    const silent = new AbortController();
    let watchdog = setTimeout(() => silent.abort(), FIRST_MS);
    const either = AbortSignal.any([signal, silent.signal]);
    let heard = false;
    try {
      const stream = await this.#deps.open(this.#lastEventId, either);
      const take = sentEvents();
      for await (const piece of texts(stream, either)) {
        const events = take(piece);
        heard ||= events.length > 0;
        if (heard) {
          clearTimeout(watchdog);
          watchdog = setTimeout(() => silent.abort(), SILENCE_MS);
        }
        for (const { id, event, data } of events) {
          this.#lastEventId = id ?? this.#lastEventId;
          this.#say(event as Topic, JSON.parse(data));
        }
        if (heard) this.#setUp(true);
      }
      return { good: heard && !either.aborted, waitMs: 0 };
    } catch (error) {
      return { good: false, waitMs: (refusalOf(error).retryAfter ?? 0) * 1_000 };
    } finally {
      clearTimeout(watchdog);
    }
  }

  #add(topic: Topic | 'up', listener: Listener): () => void {
    const all = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, all.add(listener));
    return () => all.delete(listener);
  }

  #setUp(isUp: boolean): void {
    if (this.#isUp === isUp) return;
    this.#isUp = isUp;
    this.#say('up', isUp);
  }

  #say(topic: Topic | 'up', told: unknown): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener(told as never);
  }
}

/** The texts of a stream until it ends; throws where `signal` says to end before. */
async function* texts(stream: ReadableStream<Uint8Array>, signal: AbortSignal) {
  const reader = stream.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', stop);
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      signal.throwIfAborted();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
