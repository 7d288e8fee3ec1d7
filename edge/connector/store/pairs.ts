// The pairs of users: one row each, which holds what was seen, what is wanted and what is under way.
import type { PbxGuid, TeamsUserId } from '../../../shared/ids.ts';
import { newPair, type PairState, type TeamsWrite } from '../../../shared/presence/model.ts';
import type { Database } from './database.ts';

export interface Pair {
  readonly teamsId: TeamsUserId;
  readonly guid: PbxGuid;
  state: PairState;
  /** A write to Microsoft whose answer is not known; sent again after a restart. */
  inFlight: TeamsWrite | null;
  /** Epoch ms of the next thing to do; `null`: nothing. */
  dueAt: number | null;
  /** Failed writes to Microsoft in a row, and why the last one failed. */
  failures: number;
  fault: { code: string; detail: string } | null;
}

type PairRow = {
  teams_id: string;
  guid: string;
  state: string;
  in_flight: string | null;
  due_at: number | null;
  failures: number;
  fault: string | null;
};

/** Rows read once stay in memory: one human change costs one write and no read. */
export class Pairs {
  readonly #database: Database;
  readonly #byTeams = new Map<TeamsUserId, Pair>();
  readonly #byGuid = new Map<PbxGuid, Pair>();

  constructor(database: Database) {
    this.#database = database;
  }

  ofTeams(id: TeamsUserId): Pair | undefined {
    return this.#byTeams.get(id) ?? this.#load('teams_id', id);
  }

  ofPbx(guid: PbxGuid): Pair | undefined {
    return this.#byGuid.get(guid) ?? this.#load('guid', guid);
  }

  all(): Pair[] {
    return this.#database.all<PairRow>('SELECT * FROM pair').map((row) => this.#take(row));
  }

  ids(): { teamsId: TeamsUserId; guid: PbxGuid }[] {
    const rows = this.#database.all<{ teams_id: string; guid: string }>(
      'SELECT teams_id, guid FROM pair',
    );
    return rows.map((row) => ({ teamsId: row.teams_id as TeamsUserId, guid: row.guid as PbxGuid }));
  }

  /** Pairs with something to do at `now`, those that wait longest first. */
  due(now: number, limit: number): Pair[] {
    return this.#database
      .all<PairRow>('SELECT * FROM pair WHERE due_at <= ? ORDER BY due_at LIMIT ?', now, limit)
      .map((row) => this.#take(row));
  }

  /** Pairs with a write whose answer was still awaited when the object last fell asleep. */
  inFlight(): Pair[] {
    return this.#database
      .all<PairRow>('SELECT * FROM pair WHERE in_flight IS NOT NULL')
      .map((row) => this.#take(row));
  }

  /** When the next pair becomes due after `now`; `null`: none. */
  nextDueAt(now: number): number | null {
    const row = this.#database.first<{ at: number | null }>(
      'SELECT min(due_at) AS at FROM pair WHERE due_at > ?',
      now,
    );
    return row?.at ?? null;
  }

  count(): { pairs: number; waiting: number; failing: number } {
    const row = this.#database.first<{ pairs: number; waiting: number; failing: number }>(
      `SELECT count(*) AS pairs, count(in_flight) AS waiting,
              count(CASE WHEN failures > 0 THEN 1 END) AS failing FROM pair`,
    );
    return row ?? { pairs: 0, waiting: 0, failing: 0 };
  }

  /** The fault of some user who could not be written; `undefined`: all could. */
  someFault(): string | undefined {
    const row = this.#database.first<{ fault: string }>(
      'SELECT fault FROM pair WHERE failures > 0 AND fault IS NOT NULL LIMIT 1',
    );
    return row && (JSON.parse(row.fault) as { detail: string }).detail;
  }

  add(teamsId: TeamsUserId, guid: PbxGuid, now: number): Pair {
    const state: PairState = { ...newPair(), settleAt: now };
    const pair: Pair = {
      teamsId,
      guid,
      state,
      inFlight: null,
      dueAt: now,
      failures: 0,
      fault: null,
    };
    this.#remember(pair);
    this.save(pair);
    return pair;
  }

  save(pair: Pair): void {
    this.#database.run(
      'INSERT OR REPLACE INTO pair VALUES (?, ?, ?, ?, ?, ?, ?)',
      pair.teamsId,
      pair.guid,
      JSON.stringify(pair.state),
      pair.inFlight && JSON.stringify(pair.inFlight),
      pair.dueAt,
      pair.failures,
      pair.fault && JSON.stringify(pair.fault),
    );
  }

  remove(pair: Pair): void {
    this.#byTeams.delete(pair.teamsId);
    this.#byGuid.delete(pair.guid);
    this.#database.run('DELETE FROM pair WHERE teams_id = ?', pair.teamsId);
  }

  #load(column: 'teams_id' | 'guid', value: string): Pair | undefined {
    const row = this.#database.first<PairRow>(`SELECT * FROM pair WHERE ${column} = ?`, value);
    return row && this.#take(row);
  }

  /** What is in memory is newer than what was read. */
  #take(row: PairRow): Pair {
    const known = this.#byTeams.get(row.teams_id as TeamsUserId);
    if (known) return known;
    const pair: Pair = {
      teamsId: row.teams_id as TeamsUserId,
      guid: row.guid as PbxGuid,
      state: JSON.parse(row.state) as PairState,
      inFlight: row.in_flight ? (JSON.parse(row.in_flight) as TeamsWrite) : null,
      dueAt: row.due_at,
      failures: row.failures,
      fault: row.fault ? (JSON.parse(row.fault) as Pair['fault']) : null,
    };
    this.#remember(pair);
    return pair;
  }

  #remember(pair: Pair): void {
    this.#byTeams.set(pair.teamsId, pair);
    this.#byGuid.set(pair.guid, pair);
  }
}
