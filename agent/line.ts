// A WebSocket as both conversations use it: text in and out, signs of life, one end. Knows `ws` and
// TLS; knows nothing of what is said.
import type { Writable } from 'node:stream';
import { WebSocket } from 'ws';
import { failureOf, type LineFailure, refusalOf, tooSlow } from './line-failure.ts';
import type { Route } from './outward/route.ts';

export interface Ears {
  text(text: string): void;
  /** Any frame came in, also ping, pong and binary. */
  alive?(): void;
  /** Once, and nothing after it. `isOurs`: what came in made these ears throw, and this end hangs up. */
  closed(code: number, reason: string, isOurs: boolean): void;
}

export interface Line {
  /** Bytes that were sent and still wait in this process. */
  readonly waitingBytes: number;
  send(text: string): void;
  /** A WebSocket ping; its answer counts as `alive`. */
  ping(): void;
  /** Says goodbye, and cuts the line where the other end does not answer within a second. */
  close(code: number, reason: string): void;
  /** Ends it at once; `closed` follows with 1006. */
  cut(): void;
  /** Hands the line over. Without ears, what comes in waits for the next ones. */
  listen(ears: Ears | undefined): void;
}

export interface DialOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocol?: string;
  /** PEM of the authorities to trust in place of the system's. */
  readonly ca?: string;
  readonly insecureTls?: boolean;
  /** Longest message taken from the other end, in bytes. */
  readonly maxMessageBytes: number;
  /** For connecting, a proxy on the way, TLS and upgrade together. */
  readonly timeoutMs: number;
  /** How to get out, where it is not straight. */
  readonly route?: Route;
}

export type Dialled = { ok: true; line: Line } | { ok: false; failure: LineFailure };

/** Opens a line. What goes wrong comes back as a value; never rejects. */
export function openLine(url: string, options: DialOptions, signal: AbortSignal): Promise<Dialled> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ ok: false, failure: { kind: 'aborted' } });
    let socket: WebSocket;
    try {
      socket = newSocket(url, options);
    } catch (error) {
      // Thrown at once for a `ca` that is no certificate or a URL that WebSocket does not allow.
      return resolve({ ok: false, failure: failureOf(error as Error) });
    }
    const { route, timeoutMs } = options;
    const line = new SocketLine(socket);
    let isSettled = false;
    const settle = (dialled: Dialled) => {
      isSettled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      resolve(dialled);
    };
    const fail = (failure: LineFailure) => {
      if (isSettled) return;
      settle({ ok: false, failure });
      socket.terminate();
      route?.giveUp();
    };
    const abort = () => fail({ kind: 'aborted' });
    const failBy = (error: Error) => fail((route?.failureOf ?? failureOf)(error));
    // Not the `handshakeTimeout` of `ws`: that begins only when there is a socket, behind a proxy when it has answered.
    const timer = setTimeout(() => failBy(tooSlow(timeoutMs)), timeoutMs);
    signal.addEventListener('abort', abort);
    socket.once('open', () => settle({ ok: true, line }));
    socket.on('error', failBy);
    socket.once('unexpected-response', (_, response) => {
      clearTimeout(timer);
      const byProxy = route?.refusedByProxy();
      void (byProxy ? Promise.resolve(byProxy) : refusalOf(response)).then(fail);
    });
  });
}

/** A line over a WebSocket that somebody else opened, on this connection. */
export const lineOver = (socket: WebSocket, wire: Writable): Line => new SocketLine(socket, wire);

const newSocket = (url: string, options: DialOptions): WebSocket =>
  new WebSocket(url, options.protocol ? [options.protocol] : [], {
    headers: { ...options.headers },
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: false,
    ...options.route?.options,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.insecureTls ? { rejectUnauthorized: false } : {}),
  });

const GOODBYE_MS = 1_000;
/** Close code of RFC 6455. */
const INTERNAL_ERROR = 1011;

class SocketLine implements Line {
  readonly #socket: WebSocket;
  /** What came in while nobody listened. */
  readonly #missed: ((ears: Ears) => void)[] = [];
  #ears: Ears | undefined;
  /** What the other end sent that no WebSocket takes, or not one with our limits. */
  #broken = '';
  /** Ears threw; what still comes in is nobody's. */
  #isDeaf = false;
  /** What the WebSocket runs over, once that is known. */
  #wire: Writable | undefined;
  #isHeldBack = false;

  constructor(socket: WebSocket, wire?: Writable) {
    this.#socket = socket;
    this.#wire = wire;
    socket.once('upgrade', (answer) => {
      this.#wire = answer.socket;
    });
    socket.on('error', ({ message, code = '' }: Error & { code?: string }) => {
      if (!code.startsWith('WS_ERR_')) return;
      this.#broken = notTaken(message);
      // `ws` has said so and reads no more; it would wait half a minute for the other end's goodbye.
      this.close(1002, '');
    });
    socket.on('message', (data, isBinary) => {
      this.#tell((ears) => {
        ears.alive?.();
        if (!isBinary) ears.text(data.toString());
      });
    });
    socket.on('ping', () => this.#tellSign());
    socket.on('pong', () => this.#tellSign());
    socket.on('close', (code, reason) =>
      this.#tell((ears) => ears.closed(code, this.#broken || reason.toString(), false)),
    );
  }

  get waitingBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#holdBack();
    this.#socket.send(text);
  }

  ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  close(code: number, reason: string): void {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    this.#socket.close(code, reason);
    const timer = setTimeout(() => this.#socket.terminate(), GOODBYE_MS);
    this.#socket.once('close', () => clearTimeout(timer));
  }

  cut(): void {
    this.#socket.terminate();
  }

  listen(ears: Ears | undefined): void {
    this.#ears = ears;
    while (this.#ears && this.#missed.length > 0) {
      const event = this.#missed.shift();
      if (event) this.#tellNow(this.#ears, event);
    }
  }

  /** What is said in one breath leaves together: to give it to the system takes longer than all else. */
  #holdBack(): void {
    if (this.#isHeldBack || !this.#wire) return;
    const wire = this.#wire;
    this.#isHeldBack = true;
    wire.cork();
    process.nextTick(() => {
      this.#isHeldBack = false;
      wire.uncork();
    });
  }

  #tell(event: (ears: Ears) => void): void {
    if (this.#isDeaf) return;
    if (this.#ears) this.#tellNow(this.#ears, event);
    else this.#missed.push(event);
  }

  #tellSign(): void {
    if (this.#ears) this.#tell((ears) => ears.alive?.());
  }

  /** Whatever comes in enters here: what makes us throw ends this line, and neither others nor the process. */
  #tellNow(ears: Ears, event: (ears: Ears) => void): void {
    try {
      event(ears);
    } catch (error) {
      if (this.#isDeaf) return;
      this.#isDeaf = true;
      this.#missed.length = 0;
      this.close(INTERNAL_ERROR, '');
      const ended = (now: Ears) => now.closed(INTERNAL_ERROR, notTaken(String(error)), true);
      // What threw may have handed the line over before.
      if (this.#ears) this.#tellNow(this.#ears, ended);
      else this.#missed.push(ended);
    }
  }
}

const notTaken = (why: string): string => `what it sent is not taken: ${why}`;
