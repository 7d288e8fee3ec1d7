// Of whom a PBX has told since it, or the agent, was away. Before its first list it is not known what a human has
// done meanwhile: whoever is written to before that is overruled, and what arrives after the list passes for theirs.
// Kept in memory: an object that has slept has been quiet for longer than lists take, if the PBX refuses none.
import type { Pair } from './store/pair-rows.ts';

export class Heard {
  #gaps = 0;
  /** The last gap of all PBXs together, and of each. */
  #ofAll = 0;
  readonly #of = new Map<string | null, number>();
  readonly #heard = new WeakMap<Pair, number>();

  /** Nothing was heard for a while, of one PBX, by its name at the agent, or of all. */
  gap(pbx?: string): void {
    this.#gaps += 1;
    if (pbx === undefined) this.#ofAll = this.#gaps;
    else this.#of.set(pbx, this.#gaps);
  }

  /** Its list came. */
  note(pair: Pair): void {
    this.#heard.set(pair, this.#gaps);
  }

  has(pair: Pair): boolean {
    const last = Math.max(this.#ofAll, this.#of.get(pair.home) ?? 0);
    return last === 0 || (this.#heard.get(pair) ?? 0) >= last;
  }
}
