// What users did and when, as far as their rows hold it: the last decisions, and how long changes took.
import type { Took } from '../figures.ts';
import type { Database } from './database.ts';
import type { PairMemory } from './pair-memory.ts';
import type { Pair } from './pair-rows.ts';

export class PairTimes {
  readonly #database: Database;
  readonly #memory: PairMemory;

  constructor(database: Database, memory: PairMemory) {
    this.#database = database;
    this.#memory = memory;
  }

  /** What changes took since then, epoch ms. What is in memory is newer than what was stored. */
  took(since: number): Took[] {
    const known = [...this.#memory.known()].flatMap((pair) => pair.took);
    const rows = this.#memory.knowsAll
      ? []
      : this.#database.all<{ teams_id: string; took: string }>(
          "SELECT teams_id, took FROM pair WHERE took ->> '$[#-1].at' > ?",
          since,
        );
    const stored = rows
      .filter(({ teams_id }) => !this.#memory.knows(teams_id))
      .flatMap((row) => JSON.parse(row.took) as Took[]);
    return [...known, ...stored].filter(({ at }) => at > since);
  }

  /** Pairs with a decision from before that time, ISO 8601. */
  withDecisionsBefore(at: string): Pair[] {
    return this.#memory.some("recent ->> '$[0].at' <= ?", at);
  }

  /** When the oldest decision in a row was made, ISO 8601; `null`: there is none. */
  oldestDecision(): string | null {
    const row = this.#database.first<{ at: string | null }>(
      "SELECT min(recent ->> '$[0].at') AS at FROM pair",
    );
    return row?.at ?? null;
  }

  /** How long it took is known to memory only from now on. */
  forget(): void {
    for (const pair of this.#memory.known()) pair.recent = [];
    this.#database.run('UPDATE pair SET took = NULL, recent = NULL');
  }
}
