// The pairs of users: one row each, which holds what was seen, what is wanted and what is under way.
import type { PbxGuid, TeamsUserId } from '../../../shared/ids.ts';
import { newPair, type PairState, type TeamsWrite } from '../../../shared/presence/model.ts';
import type { Faults, WriteFault } from '../errand.ts';
import type { Took } from '../figures.ts';
import type { Database } from './database.ts';
import { type Upcoming, upcoming } from './upcoming.ts';

export interface Pair {
  readonly teamsId: TeamsUserId;
  readonly guid: PbxGuid;
  state: PairState;
  /** Writes to Microsoft whose answers are not known, one a layer; sent again after a restart. */
  inFlight: readonly TeamsWrite[];
  /** Epoch ms of the next thing to do; `null`: nothing. */
  dueAt: number | null;
  /** Writes to Microsoft that failed and are still wanted. */
  faults: Faults;
  /** The PBX that told the user's presence last, by its name at the agent. */
  home: string | null;
  /** What changes of the last hour took, oldest first. */
  took: readonly Took[];
}

type PairRow = {
  teams_id: string;
  guid: string;
  state: string;
  in_flight: string | null;
  due_at: number | null;
  faults: string | null;
  home: string | null;
  took: string | null;
};

/** Rows read once stay in memory: one human change costs one write and no read. */
export class Pairs {
  readonly #database: Database;
  readonly #changed: (id: TeamsUserId) => void;
  readonly #keepsTimes: () => boolean;
  readonly #byTeams = new Map<TeamsUserId, Pair>();
  readonly #byGuid = new Map<PbxGuid, Pair>();
  #allRead = false;
  /** How far `becameDue` has looked. */
  #looked: { at: number; teamsId: string } = { at: -1, teamsId: '' };
  /** Those that storage did not take: what is stored of them is older than what is known. */
  readonly #unsaved = new Set<Pair>();

  /**
   * @param changed is told whose pair was stored or removed
   * @param keepsTimes whether it may be stored when a user's presence changed; else memory knows it
   */
  constructor(
    database: Database,
    changed: (id: TeamsUserId) => void,
    keepsTimes: () => boolean = () => false,
  ) {
    this.#database = database;
    this.#changed = changed;
    this.#keepsTimes = keepsTimes;
  }

  ofTeams(id: TeamsUserId): Pair | undefined {
    return this.#byTeams.get(id) ?? (this.#allRead ? undefined : this.#load('teams_id', id));
  }

  ofPbx(guid: PbxGuid): Pair | undefined {
    return this.#byGuid.get(guid) ?? (this.#allRead ? undefined : this.#load('guid', guid));
  }

  all(): Pair[] {
    if (!this.#allRead) {
      for (const row of this.#database.all<PairRow>('SELECT * FROM pair')) this.#take(row);
      this.#allRead = true;
    }
    return [...this.#byTeams.values()];
  }

  ids(): { teamsId: TeamsUserId; guid: PbxGuid }[] {
    const rows = this.#database.all<{ teams_id: string; guid: string }>(
      'SELECT teams_id, guid FROM pair',
    );
    return rows.map((row) => ({ teamsId: row.teams_id as TeamsUserId, guid: row.guid as PbxGuid }));
  }

  /**
   * Pairs with something to do at `now` that it has not given since the object woke, those that wait
   * longest first; and those that could not be saved, which are saved now. Whatever becomes due by an event is woken by the event.
   */
  becameDue(now: number, limit: number): Pair[] {
    const unsaved = [...this.#unsaved];
    for (const pair of unsaved) this.save(pair);
    // A clock that was set back must not hide anybody.
    if (now < this.#looked.at) this.lookAgain();
    const rows = this.#database.all<PairRow>(
      `SELECT * FROM pair WHERE due_at <= ? AND (due_at, teams_id) > (?, ?)
       ORDER BY due_at, teams_id LIMIT ?`,
      now,
      this.#looked.at,
      this.#looked.teamsId,
      limit,
    );
    const last = rows.length === limit ? rows.at(-1) : undefined;
    this.#looked = { at: last?.due_at ?? now, teamsId: last?.teams_id ?? '\uffff' };
    return [...new Set([...unsaved, ...rows.map((row) => this.#take(row))])];
  }

  /** Whoever took pairs from `becameDue` did not come to their end. */
  lookAgain(): void {
    this.#looked = { at: -1, teamsId: '' };
  }

  /** Pairs with a write whose answer was still awaited when the object last fell asleep. */
  inFlight(): Pair[] {
    return this.#some('in_flight IS NOT NULL');
  }

  failing(): Pair[] {
    return this.#some('faults IS NOT NULL');
  }

  upcoming(now: number): Upcoming {
    return upcoming(this.#database, 'pair', now);
  }

  count(now: number): { pairs: number; waiting: number; failing: number } {
    const row = this.#database.first<{ pairs: number; waiting: number; failing: number }>(
      `SELECT count(*) AS pairs, count(faults) AS failing,
              count(CASE WHEN in_flight IS NOT NULL OR due_at <= ? THEN 1 END) AS waiting FROM pair`,
      now,
    );
    return row ?? { pairs: 0, waiting: 0, failing: 0 };
  }

  /** The fault of some user who could not be written; `undefined`: all could. */
  someFault(): WriteFault | undefined {
    const row = this.#database.first<{ faults: string }>(
      'SELECT faults FROM pair WHERE faults IS NOT NULL LIMIT 1',
    );
    return row && Object.values(JSON.parse(row.faults) as Faults)[0];
  }

  /** What changes took since then, epoch ms. What is in memory is newer than what was stored. */
  took(since: number): Took[] {
    const known = [...this.#byTeams.values()].flatMap((pair) => pair.took);
    const rows = this.#allRead
      ? []
      : this.#database.all<{ teams_id: string; took: string }>(
          "SELECT teams_id, took FROM pair WHERE took ->> '$[#-1].at' > ?",
          since,
        );
    const stored = rows
      .filter(({ teams_id }) => !this.#byTeams.has(teams_id as TeamsUserId))
      .flatMap((row) => JSON.parse(row.took) as Took[]);
    return [...known, ...stored].filter(({ at }) => at > since);
  }

  forgetTimes(): void {
    this.#database.run('UPDATE pair SET took = NULL WHERE took IS NOT NULL');
  }

  add(teamsId: TeamsUserId, guid: PbxGuid, now: number): Pair {
    const pair: Pair = {
      teamsId,
      guid,
      state: { ...newPair(), settleAt: now },
      inFlight: [],
      dueAt: now,
      faults: {},
      home: null,
      took: [],
    };
    this.#remember(pair);
    this.save(pair);
    return pair;
  }

  /** Keeps the pair, unless it was removed meanwhile: an answer that comes late brings nobody back. */
  save(pair: Pair): void {
    if (!this.holds(pair)) {
      this.#unsaved.delete(pair);
      return;
    }
    this.#unsaved.add(pair);
    const failing = Object.keys(pair.faults).length > 0;
    this.#database.run(
      'INSERT OR REPLACE INTO pair VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      pair.teamsId,
      pair.guid,
      JSON.stringify(pair.state),
      pair.inFlight.length > 0 ? JSON.stringify(pair.inFlight) : null,
      pair.dueAt,
      failing ? JSON.stringify(pair.faults) : null,
      pair.home,
      pair.took.length > 0 && this.#keepsTimes() ? JSON.stringify(pair.took) : null,
    );
    this.#unsaved.delete(pair);
    this.#changed(pair.teamsId);
  }

  /** Whether this pair still is one. */
  holds(pair: Pair): boolean {
    return this.#byTeams.get(pair.teamsId) === pair;
  }

  remove(pair: Pair): void {
    if (!this.holds(pair)) return;
    this.#byTeams.delete(pair.teamsId);
    this.#byGuid.delete(pair.guid);
    this.#database.run('DELETE FROM pair WHERE teams_id = ?', pair.teamsId);
    this.#changed(pair.teamsId);
  }

  #load(column: 'teams_id' | 'guid', value: string): Pair | undefined {
    const row = this.#database.first<PairRow>(`SELECT * FROM pair WHERE ${column} = ?`, value);
    return row && this.#take(row);
  }

  #some(condition: string): Pair[] {
    return this.#database
      .all<PairRow>(`SELECT * FROM pair WHERE ${condition}`)
      .map((row) => this.#take(row));
  }

  /** What is in memory is newer than what was read. */
  #take(row: PairRow): Pair {
    const known = this.#byTeams.get(row.teams_id as TeamsUserId);
    if (known) return known;
    const pair: Pair = {
      teamsId: row.teams_id as TeamsUserId,
      guid: row.guid as PbxGuid,
      state: JSON.parse(row.state) as PairState,
      inFlight: row.in_flight ? (JSON.parse(row.in_flight) as TeamsWrite[]) : [],
      dueAt: row.due_at,
      faults: row.faults ? (JSON.parse(row.faults) as Faults) : {},
      home: row.home,
      took: row.took ? (JSON.parse(row.took) as Took[]) : [],
    };
    this.#remember(pair);
    return pair;
  }

  #remember(pair: Pair): void {
    this.#byTeams.set(pair.teamsId, pair);
    this.#byGuid.set(pair.guid, pair);
  }
}
