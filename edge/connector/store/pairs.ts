// The pairs of users: one row each, which holds what was seen, what is wanted and what is under way. What was to be
// expected a row learns later: see `shared/presence/at-rest.ts`.
import type { PbxGuid, TeamsUserId } from '../../../shared/ids.ts';
import type { Faults, WriteFault } from '../errand.ts';
import type { Took } from '../figures.ts';
import type { Database } from './database.ts';
import { DueTimes } from './due-times.ts';
import { OpenWrites } from './open-writes.ts';
import { emptyPair, type Pair, type PairRow, pairOf, saveRow } from './pair-rows.ts';
import { type Upcoming, upcoming } from './upcoming.ts';

/** Rows read once stay in memory, and a row holds all there is of a user: nothing else is written. */
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
  readonly #due = new DueTimes<Pair>();
  readonly #now: () => number;
  /** Pairs that are known better than their rows say. */
  readonly #behind = new Set<Pair>();
  readonly #open = new OpenWrites<Pair>();
  /** Whether it is known what was open when the object woke. */
  #isRestarted = false;
  readonly #lags: () => void;

  /**
   * @param changed is told whose pair was stored or removed
   * @param keepsTimes whether what a user did, and when, may be stored
   * @param lags is told when rows lag behind, so that `catchUp` is called before anybody forgets
   */
  constructor(
    database: Database,
    changed: (id: TeamsUserId) => void,
    { keepsTimes, lags, now }: { keepsTimes: () => boolean; lags: () => void; now: () => number },
  ) {
    this.#lags = lags;
    this.#now = now;
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
    const soon = this.#due.became(now);
    return [...new Set([...unsaved, ...soon, ...rows.map((row) => this.#take(row))])];
  }

  /** Whoever took pairs from `becameDue` did not come to their end. */
  lookAgain(): void {
    this.#looked = { at: -1, teamsId: '' };
    this.#due.lookAgain();
  }

  /** Whether a pair's row has to say something else where it is due then (epoch ms). */
  isDueNews(pair: Pair, dueAt: number | null): boolean {
    return this.#due.isNews(pair, dueAt, this.#now());
  }

  /** A pair is due at its time, whether that is stored or not. */
  plan(pair: Pair): void {
    if (this.holds(pair)) this.#due.plan(pair, pair.dueAt, this.#now());
  }

  /**
   * What a restart begins with: pairs of which an answer was awaited, or for which something was to be done soon.
   * When memory was lost, and until when all had been answered, rows of others may tell; in epoch ms.
   */
  restart(): { pairs: Pair[]; lostAt: number; answeredUntil: number } {
    const pairs = this.#some('soon IS NOT NULL ORDER BY saved_at');
    for (const pair of pairs) this.#open.read(pair, pair.savedAt);
    this.#isRestarted = true;
    const known = this.#database.first<{ saved: number | null; answered: number | null }>(
      'SELECT max(saved_at) AS saved, max(answered_until) AS answered FROM pair',
    );
    // What a clock said before it was set back says nothing of now.
    const past = (at: number | null = null) => (at !== null && at <= this.#now() ? at : 0);
    return { pairs, lostAt: past(known?.saved), answeredUntil: past(known?.answered) };
  }

  /** Whether something is to be written to Teams for it, or under way there. */
  noteOpen(pair: Pair, isOpen: boolean): void {
    this.#open.note(pair, isOpen && this.holds(pair), this.#now());
  }

  /** Whether storage did not take it: whatever happens next, it is to be saved before. */
  isUnsaved(pair: Pair): boolean {
    return this.#unsaved.has(pair);
  }

  failing(): Pair[] {
    return this.#some('faults IS NOT NULL');
  }

  upcoming(now: number): Upcoming {
    const later = upcoming(this.#database, 'pair', now);
    const soon = this.#due.upcoming(now);
    const times = [later.nextAt, soon.nextAt].filter((at) => at !== null);
    return {
      overdue: later.overdue || soon.overdue,
      nextAt: times.length > 0 ? Math.min(...times) : null,
    };
  }

  count(now: number): { pairs: number; waiting: number; failing: number } {
    const row = this.#database.first<{ pairs: number; failing: number }>(
      'SELECT count(*) AS pairs, count(faults) AS failing FROM pair',
    );
    return { ...(row ?? { pairs: 0, failing: 0 }), waiting: this.#waiting(now) };
  }

  /** Rows lag behind: whatever is under way was read when the object woke. */
  #waiting(now: number): number {
    const due = this.#database.lists<[string]>('SELECT teams_id FROM pair WHERE due_at <= ?', now);
    const unread = due.filter(([id]) => !this.#byTeams.has(id as TeamsUserId)).length;
    let known = 0;
    for (const { inFlight, dueAt } of this.#byTeams.values()) {
      if (inFlight.length > 0 || (dueAt !== null && dueAt <= now)) known += 1;
    }
    return unread + known;
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

  /** Pairs with a decision from before that time, ISO 8601. */
  withDecisionsBefore(at: string): Pair[] {
    return this.#some("recent ->> '$[0].at' <= ?", at);
  }

  /** When the oldest decision in a row was made, ISO 8601; `null`: there is none. */
  oldestDecision(): string | null {
    const row = this.#database.first<{ at: string | null }>(
      "SELECT min(recent ->> '$[0].at') AS at FROM pair",
    );
    return row?.at ?? null;
  }

  /** What users did and when. How long it took is known to memory only from now on. */
  forgetTimes(): void {
    for (const pair of this.#byTeams.values()) pair.recent = [];
    this.#database.run('UPDATE pair SET took = NULL, recent = NULL');
  }

  add(teamsId: TeamsUserId, guid: PbxGuid, now: number): Pair {
    const pair = emptyPair(teamsId, guid, now);
    this.#remember(pair);
    this.save(pair);
    this.plan(pair);
    return pair;
  }

  /** Stores the pair, unless it was removed meanwhile: an answer that comes late brings nobody back. */
  save(pair: Pair): void {
    if (!this.holds(pair)) {
      this.#unsaved.delete(pair);
      return;
    }
    this.#unsaved.add(pair);
    const due = this.#due.toStore(pair, pair.dueAt, this.#now());
    const savedAt = this.#now();
    saveRow(this.#database, pair, {
      savedAt,
      due,
      withDue: this.#due.isTimeNews(pair, due),
      keepsTimes: this.#keepsTimes(),
      answeredUntil: this.#isRestarted ? this.#open.answeredUntil(savedAt) : null,
    });
    pair.savedAt = savedAt;
    this.#due.stored(pair, due);
    pair.stored = pair.state;
    this.#unsaved.delete(pair);
    this.#behind.delete(pair);
    this.#changed(pair.teamsId);
  }

  /**
   * Something is new of the pair that its row may learn later: with whatever is written of it next, or when
   * nothing has happened for a while.
   */
  lag(pair: Pair): void {
    if (!this.holds(pair)) return;
    this.#behind.add(pair);
    this.#lags();
    this.#database.onWrite();
    this.#changed(pair.teamsId);
  }

  /** Rows learn all that they lag behind, as far as storage takes them: then it throws. */
  catchUp(): void {
    const faults: unknown[] = [];
    for (const pair of [...this.#behind]) {
      try {
        this.save(pair);
      } catch (fault) {
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw faults[0];
  }

  /** Whether this pair still is one. */
  holds(pair: Pair): boolean {
    return this.#byTeams.get(pair.teamsId) === pair;
  }

  remove(pair: Pair): void {
    if (!this.holds(pair)) return;
    this.#byTeams.delete(pair.teamsId);
    this.#byGuid.delete(pair.guid);
    this.#due.forget(pair);
    this.#behind.delete(pair);
    this.noteOpen(pair, false);
    this.#database.run('DELETE FROM pair WHERE teams_id = ?', pair.teamsId);
    this.#changed(pair.teamsId);
  }

  #load(column: 'teams_id' | 'guid', value: string): Pair | undefined {
    const row = this.#database.first<PairRow>(`SELECT * FROM pair WHERE ${column} = ?`, value);
    return row && this.#take(row);
  }

  #some(condition: string, ...values: string[]): Pair[] {
    return this.#database
      .all<PairRow>(`SELECT * FROM pair WHERE ${condition}`, ...values)
      .map((row) => this.#take(row));
  }

  /** What is in memory is newer than what was read. */
  #take(row: PairRow): Pair {
    const known = this.#byTeams.get(row.teams_id as TeamsUserId);
    if (known) return known;
    const pair = pairOf(row);
    this.#due.read(pair, { at: row.due_at, soon: row.soon !== null });
    this.#remember(pair);
    return pair;
  }

  #remember(pair: Pair): void {
    this.#byTeams.set(pair.teamsId, pair);
    this.#byGuid.set(pair.guid, pair);
  }
}
