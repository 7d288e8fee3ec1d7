// A PBX connection after login: requests find their answers, pushes their listeners, and a peer that
// went away is noticed. Knows no API of the PBX beyond that.
import type { Clock } from '../clock.ts';
import type { Line } from '../line.ts';
import type { Log } from '../log.ts';
import { type SilenceWatch, watchSilence } from '../silence.ts';
import type { Ended } from '../supervise.ts';
import { closed, silent } from './faults.ts';
import {
  type AskedRequest,
  getNodeInfo,
  keepAlive,
  type PbxMessage,
  type PbxRequest,
  readMessage,
} from './messages.ts';

export type Answer =
  | { ok: true; message: PbxMessage }
  /** `gone`: the session ended first. */
  | { ok: false; why: 'timeout' | 'gone' };

type OnAnswer = (answer: Answer) => void;
type OnPush = (message: PbxMessage) => void;

/** Whether a real PBX answers pings or KeepAlive is not documented; the last probe it must answer. */
const PING_AFTER_MS = 5_000;
const PROBE_AFTER_MS = 10_000;
/** A dead peer is to be noticed within 15 s. */
const DEAD_AFTER_MS = 14_000;
/** Two ends that answer each KeepAlive with one would never stop: at most one in this time. */
const KEEP_ALIVE_PAUSE_MS = 5_000;
const PROBE_SRC = 'alive';

export class Session {
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #log: Log;
  /** By `src` and type of the result; several at once are answered in order. */
  readonly #asked = new Map<string, OnAnswer[]>();
  readonly #routes = new Map<string, OnPush>();
  readonly #timers = new Set<() => void>();
  readonly #waiting = new Set<() => void>();
  #silence: SilenceWatch | undefined;
  #keptAliveJustNow = false;
  #ended: Ended | undefined;
  #resolve: (ended: Ended) => void = () => {};

  constructor(line: Line, clock: Clock, log: Log) {
    this.#line = line;
    this.#clock = clock;
    this.#log = log;
  }

  /** Takes the line over and answers why the session ended, by whomever. */
  run(signal: AbortSignal): Promise<Ended> {
    const stop = () => this.end(closed(1000, 'the agent is being stopped'));
    return new Promise<Ended>((resolve) => {
      this.#resolve = resolve;
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop);
      this.#silence = watchSilence(this.#clock, [
        { afterMs: PING_AFTER_MS, act: () => this.#line.ping() },
        { afterMs: PROBE_AFTER_MS, act: () => this.#probe() },
        { afterMs: DEAD_AFTER_MS, act: () => this.#die() },
      ]);
      this.#line.listen({
        alive: () => this.#silence?.heard(),
        text: (text) => this.#hear(text),
        closed: (code, reason) => this.end(closed(code, reason)),
      });
    }).finally(() => signal.removeEventListener('abort', stop));
  }

  /** Ends the session for a reason of ours. What is still open is answered with `gone`. */
  end(ended: Ended): void {
    if (this.#ended) return;
    this.#ended = ended;
    this.#silence?.stop();
    for (const cancel of this.#timers) cancel();
    const open = [...this.#asked.values()].flat();
    const waiting = [...this.#waiting];
    this.#asked.clear();
    this.#waiting.clear();
    this.#line.close(1000, '');
    this.#resolve(ended);
    const faults: unknown[] = [];
    const told = [...open.map((answer) => () => answer({ ok: false, why: 'gone' })), ...waiting];
    for (const tell of told) {
      try {
        tell();
      } catch (fault) {
        // Nobody else is to wait for ever.
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw faults[0];
  }

  /**
   * Sends a request. `onAnswer` is called exactly once, and in the very turn in which the answer
   * comes in: what the PBX says in order is passed on in order.
   */
  ask(request: AskedRequest, timeoutMs: number, onAnswer: OnAnswer): void {
    if (this.#ended) {
      onAnswer({ ok: false, why: 'gone' });
      return;
    }
    const key = keyOf(request.src, `${request.mt}Result`);
    const cancel = this.after(timeoutMs, () => {
      this.#forget(key, answered);
      onAnswer({ ok: false, why: 'timeout' });
    });
    const answered = (answer: Answer) => {
      cancel();
      onAnswer(answer);
    };
    this.#asked.set(key, [...(this.#asked.get(key) ?? []), answered]);
    this.#say(request);
  }

  get isOver(): boolean {
    return this.#ended !== undefined;
  }

  /** Says what asks for no answer. */
  tell(message: PbxRequest): void {
    if (!this.#ended) this.#say(message);
  }

  /**
   * Where pushes go. `name` is the `src` of the request behind them, an API's name or a type of message:
   * the first of them that somebody routes counts, in this order.
   */
  route(name: string, onPush: OnPush): void {
    this.#routes.set(name, onPush);
  }

  unroute(name: string): void {
    this.#routes.delete(name);
  }

  /** Calls `then` once: after `ms`, or when the session ends before. For whatever somebody waits for. */
  within(ms: number, then: (why: 'timeout' | 'gone') => void): () => void {
    if (this.#ended) {
      then('gone');
      return () => {};
    }
    const gone = () => then('gone');
    this.#waiting.add(gone);
    const cancel = this.after(ms, () => {
      this.#waiting.delete(gone);
      then('timeout');
    });
    return () => {
      this.#waiting.delete(gone);
      cancel();
    };
  }

  /** Like the clock's, but never outlives the session: what waits for it takes `within`. */
  after(ms: number, then: () => void): () => void {
    if (this.#ended) return () => {};
    const cancel = this.#clock.after(ms, () => {
      this.#timers.delete(cancel);
      then();
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  }

  #say(message: object): void {
    const text = JSON.stringify(message);
    this.#log.debug(`> ${text}`);
    this.#line.send(text);
  }

  #hear(text: string): void {
    this.#log.debug(`< ${text}`);
    const message = readMessage(text);
    if (!message || this.#ended) return;
    if (message.mt === 'KeepAlive') this.#keepAlive();
    else this.#route(message);
  }

  #route(message: PbxMessage): void {
    const answered = this.#takeAsked(message);
    if (answered) {
      answered({ ok: true, message });
      return;
    }
    const { src = '', api = '', mt } = message;
    const name = [src, api, mt].find((one) => this.#routes.has(one));
    if (name !== undefined) this.#routes.get(name)?.(message);
  }

  #takeAsked({ mt, src }: PbxMessage): OnAnswer | undefined {
    // Some answer without `src` (go-inno-appws expects it): then the oldest such request is meant.
    const key =
      src === undefined
        ? [...this.#asked.keys()].find((k) => k.endsWith(keyOf('', mt)))
        : keyOf(src, mt);
    const first = key === undefined ? undefined : this.#asked.get(key)?.[0];
    if (key !== undefined && first) this.#forget(key, first);
    return first;
  }

  #forget(key: string, onAnswer: OnAnswer): void {
    const rest = (this.#asked.get(key) ?? []).filter((other) => other !== onAnswer);
    if (rest.length > 0) this.#asked.set(key, rest);
    else this.#asked.delete(key);
  }

  #keepAlive(): void {
    if (this.#keptAliveJustNow) return;
    this.#keptAliveJustNow = true;
    this.after(KEEP_ALIVE_PAUSE_MS, () => {
      this.#keptAliveJustNow = false;
    });
    this.#say(keepAlive());
  }

  #probe(): void {
    this.#line.ping();
    this.#keepAlive();
    this.#say(getNodeInfo(PROBE_SRC));
  }

  #die(): void {
    this.end(silent(`the PBX has said nothing for ${DEAD_AFTER_MS / 1000} s`));
    this.#line.cut();
  }
}

const keyOf = (src: string, mt: string) => `${src}\n${mt}`;
