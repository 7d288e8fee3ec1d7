// The pairs that were read, each once: what is in memory is newer than what is stored.
import type { PbxGuid, TeamsUserId } from '../../../shared/ids.ts';
import type { Database } from './database.ts';
import { type Pair, type PairRow, pairOf } from './pair-rows.ts';

export class PairMemory {
  readonly #database: Database;
  readonly #met: (pair: Pair, row: PairRow) => void;
  readonly #byTeams = new Map<TeamsUserId, Pair>();
  readonly #byGuid = new Map<PbxGuid, Pair>();
  #allRead = false;

  /** @param met is told of each pair that is read, before anybody else has it */
  constructor(database: Database, met: (pair: Pair, row: PairRow) => void) {
    this.#database = database;
    this.#met = met;
  }

  ofTeams(id: TeamsUserId): Pair | undefined {
    return this.#byTeams.get(id) ?? (this.#allRead ? undefined : this.#load('teams_id', id));
  }

  ofPbx(guid: PbxGuid): Pair | undefined {
    return this.#byGuid.get(guid) ?? (this.#allRead ? undefined : this.#load('guid', guid));
  }

  all(): Pair[] {
    if (!this.#allRead) {
      for (const row of this.#database.all<PairRow>('SELECT * FROM pair')) this.take(row);
      this.#allRead = true;
    }
    return [...this.#byTeams.values()];
  }

  /** Those whose rows are so. */
  some(condition: string, ...values: string[]): Pair[] {
    return this.#database
      .all<PairRow>(`SELECT * FROM pair WHERE ${condition}`, ...values)
      .map((row) => this.take(row));
  }

  /** Those that were read, or added. */
  known(): Iterable<Pair> {
    return this.#byTeams.values();
  }

  /** Whether it was read: its row then says less than it does. */
  knows(id: string): boolean {
    return this.#byTeams.has(id as TeamsUserId);
  }

  get knowsAll(): boolean {
    return this.#allRead;
  }

  /** Whether this pair still is one. */
  holds(pair: Pair): boolean {
    return this.#byTeams.get(pair.teamsId) === pair;
  }

  take(row: PairRow): Pair {
    const known = this.#byTeams.get(row.teams_id as TeamsUserId);
    if (known) return known;
    const pair = pairOf(row);
    this.#met(pair, row);
    this.add(pair);
    return pair;
  }

  add(pair: Pair): void {
    this.#byTeams.set(pair.teamsId, pair);
    this.#byGuid.set(pair.guid, pair);
  }

  remove(pair: Pair): void {
    this.#byTeams.delete(pair.teamsId);
    this.#byGuid.delete(pair.guid);
  }

  #load(column: 'teams_id' | 'guid', value: string): Pair | undefined {
    const row = this.#database.first<PairRow>(`SELECT * FROM pair WHERE ${column} = ?`, value);
    return row && this.take(row);
  }
}
