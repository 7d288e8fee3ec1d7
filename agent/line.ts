// A WebSocket as both conversations use it: text in and out, signs of life, one end. Knows `ws` and
// TLS; knows nothing of what is said.
import { WebSocket } from 'ws';
import { failureOf, type LineFailure, refusalOf } from './line-failure.ts';
import type { Route } from './outward/route.ts';

export interface Ears {
  text(text: string): void;
  /** Any frame came in, also ping, pong and binary. */
  alive?(): void;
  /** Once, and nothing after it. */
  closed(code: number, reason: string): void;
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
  /** For connecting, TLS and upgrade together. */
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
    const line = new SocketLine(socket);
    const settle = (dialled: Dialled) => {
      signal.removeEventListener('abort', abort);
      resolve(dialled);
    };
    const abort = () => {
      settle({ ok: false, failure: { kind: 'aborted' } });
      socket.terminate();
    };
    signal.addEventListener('abort', abort);
    socket.once('open', () => settle({ ok: true, line }));
    socket.on('error', (error) => {
      settle({ ok: false, failure: (options.route?.failureOf ?? failureOf)(error) });
    });
    socket.once('unexpected-response', (request, response) => {
      const byProxy = options.route?.refusedByProxy();
      void (byProxy ? Promise.resolve(byProxy) : refusalOf(response)).then((failure) => {
        settle({ ok: false, failure });
        request.destroy();
      });
    });
  });
}

/** A line over a WebSocket that somebody else opened. */
export const lineOver = (socket: WebSocket): Line => new SocketLine(socket);

const newSocket = (url: string, options: DialOptions): WebSocket =>
  new WebSocket(url, options.protocol ? [options.protocol] : [], {
    headers: { ...options.headers },
    handshakeTimeout: options.timeoutMs,
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: false,
    ...options.route?.options,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.insecureTls ? { rejectUnauthorized: false } : {}),
  });

const GOODBYE_MS = 1_000;

class SocketLine implements Line {
  readonly #socket: WebSocket;
  /** What came in while nobody listened. */
  readonly #missed: ((ears: Ears) => void)[] = [];
  #ears: Ears | undefined;
  /** What the other end sent that no WebSocket takes, or not one with our limits. */
  #broken = '';

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('error', ({ message, code = '' }: Error & { code?: string }) => {
      if (!code.startsWith('WS_ERR_')) return;
      this.#broken = `what it sent is not taken: ${message}`;
      // `ws` has said so and reads no more; it would wait half a minute for the other end's goodbye.
      this.close(1002, '');
    });
    socket.on('message', (data, isBinary) => {
      this.#tell((ears) => {
        ears.alive?.();
        if (!isBinary) ears.text(data.toString());
      });
    });
    socket.on('ping', () => this.#ears?.alive?.());
    socket.on('pong', () => this.#ears?.alive?.());
    socket.on('close', (code, reason) =>
      this.#tell((ears) => ears.closed(code, this.#broken || reason.toString())),
    );
  }

  get waitingBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
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
    while (this.#ears && this.#missed.length > 0) this.#missed.shift()?.(this.#ears);
  }

  #tell(event: (ears: Ears) => void): void {
    if (this.#ears) event(this.#ears);
    else this.#missed.push(event);
  }
}
