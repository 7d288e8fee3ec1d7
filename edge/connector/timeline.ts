// Why a user is as they are: the last decisions, with their reasons. Personal data, kept short.
import type { TeamsUserId } from '../../shared/ids.ts';
import type { PresenceEvent, Reason } from '../../shared/presence/events.ts';
import type { Side } from '../../shared/presence/model.ts';
import type { LastChange, TimelineEntry } from './rpc.ts';
import type { Database } from './store/database.ts';

/** Entries kept for a user, and for how long, in ms. */
const KEPT = 50;
const KEPT_MS = 7 * 86_400_000;
/** What is too old is shown to nobody, and is erased within this time, in ms. */
const ERASE_EVERY_MS = 3_600_000;
/** Entries erased with one statement. */
const ERASED_AT_ONCE = 1_000;
/** What was decided where something is written; and the two sides in what was. */
const WRITE = 'write';
export const TO_PBX = 'PBX: ';
export const TO_TEAMS = 'Teams: ';

/** When an entry was made; ISO 8601 sorts as text. */
const AT = "entry ->> '$.at'";
const oldestKept = (now: number): string => new Date(now - KEPT_MS).toISOString();

export class Timeline {
  readonly #database: Database;
  readonly #isKept: () => boolean;
  readonly #eraseBy: (at: number) => void;
  /** Whether it was said since the object woke when to erase. */
  #planned = false;

  /**
   * @param isKept whether the admin wants a timeline
   * @param eraseBy is told when `erase` is to be called, epoch ms
   */
  constructor(database: Database, isKept: () => boolean, eraseBy: (at: number) => void) {
    this.#database = database;
    this.#isKept = isKept;
    this.#eraseBy = eraseBy;
  }

  add(
    teamsId: TeamsUserId,
    what: { event: PresenceEvent; reason: Reason; now: number; wrote: string | undefined },
  ): void {
    if (!this.#isKept()) return;
    const { event, reason, now, wrote } = what;
    const entry: TimelineEntry = {
      at: new Date(now).toISOString(),
      from: sideOf(event),
      saw: sawOf(event),
      decided: decidedIn(event, wrote),
      reason,
      ...(wrote === undefined ? {} : { wrote }),
      ms: 'at' in event ? Math.max(0, now - event.at) : 0,
    };
    this.#database.run(
      'INSERT INTO timeline (teams_id, entry) VALUES (?, ?)',
      teamsId,
      JSON.stringify(entry),
    );
    this.#database.run(
      `DELETE FROM timeline WHERE teams_id = ?1 AND n <=
       (SELECT n FROM timeline WHERE teams_id = ?1 ORDER BY n DESC LIMIT 1 OFFSET ${KEPT})`,
      teamsId,
    );
    if (!this.#planned) this.#eraseBy(now + KEPT_MS);
    this.#planned = true;
  }

  /**
   * A side took what was written to it: the entry that led to the write says how long all of it lasted.
   * What is said again later, to keep it standing, is no news.
   * @param sentAt when the write left, epoch ms
   */
  took(teamsId: TeamsUserId, side: Side, { sentAt, now }: { sentAt: number; now: number }): void {
    const row = this.#database.first<{ n: number; entry: string }>(
      `SELECT n, entry FROM timeline
       WHERE teams_id = ? AND ${AT} <= ? AND instr(entry ->> '$.wrote', ?) ORDER BY n DESC LIMIT 1`,
      teamsId,
      new Date(sentAt).toISOString(),
      side === 'pbx' ? TO_PBX : TO_TEAMS,
    );
    if (!row) return;
    const entry = JSON.parse(row.entry) as TimelineEntry;
    if (entry.took?.[side] !== undefined) return;
    const ms = entry.ms + Math.max(0, now - Date.parse(entry.at));
    entry.took = { ...entry.took, [side]: ms };
    this.#database.run('UPDATE timeline SET entry = ? WHERE n = ?', JSON.stringify(entry), row.n);
  }

  /** Newest first. */
  of(teamsId: TeamsUserId, now: number): TimelineEntry[] {
    return this.#database
      .all<{ entry: string }>(
        `SELECT entry FROM timeline WHERE teams_id = ? AND ${AT} > ? ORDER BY n DESC`,
        teamsId,
        oldestKept(now),
      )
      .map((row) => JSON.parse(row.entry) as TimelineEntry);
  }

  /** The last decision that led to a write; `undefined`: none is known. */
  lastWrite(teamsId: TeamsUserId, now: number): LastChange | undefined {
    const row = this.#database.first<{ entry: string }>(
      `SELECT entry FROM timeline WHERE teams_id = ? AND entry ->> '$.decided' = ? AND ${AT} > ?
       ORDER BY n DESC LIMIT 1`,
      teamsId,
      WRITE,
      oldestKept(now),
    );
    return row && changeOf(JSON.parse(row.entry) as TimelineEntry);
  }

  /**
   * Erases what is too old, and says when to do so again, epoch ms; `null`: nothing is left. Entries are
   * numbered as they came: the oldest have the lowest numbers.
   */
  erase(now: number): number | null {
    const before = oldestKept(now);
    for (;;) {
      const oldest = this.#database.all<{ n: number; at: string }>(
        `SELECT n, ${AT} AS at FROM timeline ORDER BY n LIMIT ?`,
        ERASED_AT_ONCE,
      );
      const last = oldest.findLast(({ at }) => at <= before);
      if (last) this.#database.run('DELETE FROM timeline WHERE n <= ?', last.n);
      if (last && last === oldest.at(-1)) continue;
      const next = oldest.find(({ at }) => at > before);
      this.#planned = next !== undefined;
      return next ? Math.max(Date.parse(next.at) + KEPT_MS, now + ERASE_EVERY_MS) : null;
    }
  }

  forget(teamsId: TeamsUserId): void {
    this.#database.run('DELETE FROM timeline WHERE teams_id = ?', teamsId);
  }

  forgetAll(): void {
    this.#database.run('DELETE FROM timeline');
  }
}

function decidedIn(event: PresenceEvent, wrote: string | undefined): string {
  if (event.kind === 'teams-failed') return 'try again';
  return wrote === undefined ? 'nothing to write' : WRITE;
}

/** Where both sides were written, what came in says whence the change came. */
function changeOf({ at, from, reason, wrote = '' }: TimelineEntry): LastChange {
  const toPbx = wrote.includes(TO_PBX) && !(wrote.includes(TO_TEAMS) && from === 'pbx');
  return { at, direction: toPbx ? 'teams-to-pbx' : 'pbx-to-teams', reason };
}

function sideOf(event: PresenceEvent): string {
  if (event.kind === 'rules-changed') return 'settings';
  return event.kind.startsWith('teams') ? 'teams' : 'pbx';
}

/** Presence only: notes are not kept. */
function sawOf(event: PresenceEvent): string {
  switch (event.kind) {
    case 'teams-seen':
      return `${event.presence.availability}/${event.presence.activity}`;
    case 'pbx-seen':
      return event.items.map((item) => `${item.contact}${item.activity || 'available'}`).join(' ');
    case 'pbx-wrote':
      return event.fault ?? 'ok';
    case 'teams-failed':
      return `${event.write.kind} was refused`;
    default:
      return event.kind;
  }
}
