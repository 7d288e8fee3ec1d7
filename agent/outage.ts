// What the log says of a connection that comes and goes: one line when it is lost, one when it is back,
// one more – louder – when it has been away for long. The tries between are silent.
import type { Log } from './log.ts';
import type { Ended } from './supervise.ts';

/** An outage this long, in ms, is no passing one any more. */
const LONG_MS = 5 * 60_000;

/** Faces of one and the same trouble: nobody is there. A line that is gone shows several in a row. */
const GONE = new Set(['closed', 'silent', 'unreachable', 'hung', 'no-welcome', 'overflow']);

export class Outage {
  readonly #log: Log;
  readonly #now: () => number;
  /** Epoch ms; `undefined` while the connection is up, and before the first failure. */
  #since: number | undefined;
  readonly #said = new Set<string>();
  #isLong = false;

  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** The connection ended or could not be had, once more. A reason is said once in an outage. */
  goesOn({ code, detail, retry }: Ended): void {
    const now = this.#now();
    this.#since ??= now;
    const trouble = GONE.has(code) ? 'gone' : code;
    const isNew = !this.#said.has(trouble);
    this.#said.add(trouble);
    const became = !this.#isLong && now - this.#since >= LONG_MS;
    if (retry === 'never') this.#log.error(detail);
    else if (became) {
      this.#isLong = true;
      this.#log.error(`not connected for ${spanText(now - this.#since)}: ${detail}`);
    } else if (isNew) this.#log.warn(detail);
    else this.#log.debug(`still not connected: ${detail}`);
  }

  /** The connection is up. */
  over(): void {
    const since = this.#since;
    this.#log.info(
      since === undefined ? 'connected' : `connected again after ${spanText(this.#now() - since)}`,
    );
    this.#since = undefined;
    this.#isLong = false;
    this.#said.clear();
  }
}

/** A span as people say it: `0.4 s`, `12 s`, `7 min`, `3 h`. */
export function spanText(ms: number): string {
  if (ms < 0) return '0 s';
  if (ms < 10_000) return `${Math.round(ms / 100) / 10} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}
