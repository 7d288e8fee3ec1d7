// The pairs of users: one row each, which holds what was seen, what is wanted and what is under way. What was to be
// expected a row learns later: see `shared/presence/at-rest.ts`.
import type { PbxGuid, TeamsUserId } from '../../../shared/ids.ts';
import type { Faults, WriteFault } from '../errand.ts';
import type { Database } from './database.ts';
import { DueTimes } from './due-times.ts';
import { OpenWrites } from './open-writes.ts';
import { PairMemory } from './pair-memory.ts';
import { emptyPair, type Pair, type PairRow, saveRow } from './pair-rows.ts';
import { PairTimes } from './pair-times.ts';
import { type Upcoming, upcoming } from './upcoming.ts';

/** Stored while rows lag behind what only a sweep would find. */
const NEEDS_SWEEP = 'rows-need-sweep';

/** Rows read once stay in memory, and a row holds all there is of a user: nothing else is written. */
export class Pairs {
  readonly #database: Database;
  readonly #changed: (id: TeamsUserId) => void;
  readonly #keepsTimes: () => boolean;
  readonly #memory: PairMemory;
  readonly times: PairTimes;
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
  /** Whether what the life before left to a sweep was seen to. */
  #isSwept = false;
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
    this.#memory = new PairMemory(database, (pair, row) =>
      this.#due.read(pair, { at: row.due_at, soon: row.soon !== null }),
    );
    this.times = new PairTimes(database, this.#memory);
  }

  ofTeams(id: TeamsUserId): Pair | undefined {
    return this.#memory.ofTeams(id);
  }

  ofPbx(guid: PbxGuid): Pair | undefined {
    return this.#memory.ofPbx(guid);
  }

  all(): Pair[] {
    return this.#memory.all();
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
    const byRow = rows.map((row) => {
      const pair = this.#memory.take(row);
      this.#due.gave(pair, row.due_at ?? now);
      return pair;
    });
    return [...new Set([...unsaved, ...soon, ...byRow])];
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
    const pairs = this.#memory.some('soon IS NOT NULL ORDER BY saved_at');
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
    return this.#memory.some('faults IS NOT NULL');
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
    const unread = due.filter(([id]) => !this.#memory.knows(id)).length;
    let known = 0;
    for (const { inFlight, dueAt } of this.#memory.known()) {
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

  add(teamsId: TeamsUserId, guid: PbxGuid, now: number): Pair {
    const pair = emptyPair(teamsId, guid, now);
    this.#database.orElse(() => this.#leave(pair));
    this.#memory.add(pair);
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

  /**
   * The same where the row does not lead to what is new, but a sweep would find it; for a pair that is due now, and
   * which whoever calls sees to. That there are such pairs is stored at once.
   */
  lagFindable(pair: Pair): void {
    if (!this.holds(pair)) return;
    this.#database.write(NEEDS_SWEEP, true);
    this.lag(pair);
    // Looked at by the next alarm, its row would be written after all.
    if (pair.dueAt !== null) this.#due.gave(pair, pair.dueAt);
  }

  /** Calls `sweep` where memory was lost while rows lagged behind what that finds. */
  afterLoss(sweep: () => void): void {
    if (this.#database.read(NEEDS_SWEEP) !== undefined) {
      sweep();
      this.#database.forget(NEEDS_SWEEP);
    }
    this.#isSwept = true;
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
    // What another life left, `afterLoss` has to see.
    if (this.#isSwept) this.#database.forget(NEEDS_SWEEP);
  }

  /** Whether this pair still is one. */
  holds(pair: Pair): boolean {
    return this.#memory.holds(pair);
  }

  remove(pair: Pair): void {
    if (!this.holds(pair)) return;
    this.#database.orElse(() => {
      this.#memory.add(pair);
      this.plan(pair);
      // Whether its row lagged behind, or something of it was open, nobody knows any more.
      this.#unsaved.add(pair);
      this.noteOpen(pair, true);
    });
    this.#leave(pair);
    this.#database.run('DELETE FROM pair WHERE teams_id = ?', pair.teamsId);
    this.#changed(pair.teamsId);
  }

  /** Memory knows nothing of it any more. */
  #leave(pair: Pair): void {
    this.#memory.remove(pair);
    this.#unsaved.delete(pair);
    this.#due.forget(pair);
    this.#behind.delete(pair);
    this.noteOpen(pair, false);
  }
}
