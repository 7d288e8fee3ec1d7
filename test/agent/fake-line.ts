// The end of a line that a test holds in its hand. Does not model half-sent data or TLS.
import type { Ears, Line } from '../../agent/line.ts';

export class FakeLine implements Line {
  waitingBytes = 0;
  readonly sent: string[] = [];
  pings = 0;
  ended: 'close' | 'cut' | undefined;
  #ears: Ears | undefined;

  send(text: string): void {
    this.sent.push(text);
  }
  ping(): void {
    this.pings += 1;
  }
  close(): void {
    this.ended ??= 'close';
  }
  cut(): void {
    this.ended = 'cut';
  }
  listen(ears: Ears | undefined): void {
    this.#ears = ears;
  }

  /** The other end says something. */
  say(message: object): void {
    this.hear(JSON.stringify(message));
  }
  /** The same, letter by letter. */
  hear(text: string): void {
    this.#ears?.alive?.();
    this.#ears?.text(text);
  }
  pong(): void {
    this.#ears?.alive?.();
  }
  hangUp(code = 1006, reason = ''): void {
    this.#ears?.closed(code, reason, false);
  }
  /** What was sent, read, and forgotten. */
  take(): Record<string, unknown>[] {
    return this.sent.splice(0).map((text) => JSON.parse(text));
  }
}
