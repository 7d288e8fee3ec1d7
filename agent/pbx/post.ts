// Where the lines of one awaited PBX arrive that logged in, until somebody takes them. The newest
// counts: a PBX that dials again has given its older line up.
import { type Clock, sleep } from '../clock.ts';
import type { Line } from '../line.ts';
import type { Ended } from '../supervise.ts';

export type Taken = { ok: true; line: Line } | { ok: false; ended: Ended };

export class Post {
  #line: Line | undefined;
  #refused: Ended | undefined;
  /** Told of each arrival. */
  readonly #watchers = new Set<() => void>();

  get isWaiting(): boolean {
    return this.#line !== undefined;
  }

  /** The PBX logged in. */
  deliver(line: Line): void {
    this.#line?.close(1000, 'replaced');
    this.#line = line;
    this.#refused = undefined;
    this.#tell();
  }

  /** Somebody meant to be this PBX and was not let in. */
  refuse(ended: Ended): void {
    this.#refused = ended;
    this.#tell();
  }

  /** The line that waits, or the next one; else after `waitMs` why there is none. */
  async take(waitMs: number, nobody: Ended, clock: Clock, signal: AbortSignal): Promise<Taken> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const waited = sleep(clock, waitMs, either);
    while (!this.#line && !this.#refused && !over.signal.aborted && !signal.aborted) {
      await Promise.race([waited.then(() => over.abort()), this.#next(either)]);
    }
    over.abort();
    const [line, ended] = [this.#line, this.#refused ?? nobody];
    this.#line = undefined;
    this.#refused = undefined;
    return line ? { ok: true, line } : { ok: false, ended };
  }

  /** Settles when a line is there to be taken, or the signal says stop. */
  async arrived(signal: AbortSignal): Promise<void> {
    while (!this.#line && !signal.aborted) await this.#next(signal);
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#watchers.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#watchers.add(done);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }

  #tell(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
