// Why a user is as they are: the last decisions, with their reasons. Personal data, kept short.
import type { TeamsUserId } from '../../shared/ids.ts';
import type { PresenceEvent, Reason } from '../../shared/presence/events.ts';
import type { LastChange, TimelineEntry } from './rpc.ts';
import type { Database } from './store/database.ts';

/** Entries kept for a user. */
const KEPT = 50;
/** What was decided where something is written; and the two sides in what was. */
const WRITE = 'write';
export const TO_PBX = 'PBX: ';
export const TO_TEAMS = 'Teams: ';

export class Timeline {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  add(
    teamsId: TeamsUserId,
    what: { event: PresenceEvent; reason: Reason; now: number; wrote: string | undefined },
  ): void {
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
  }

  /** Newest first. */
  of(teamsId: TeamsUserId): TimelineEntry[] {
    return this.#database
      .all<{ entry: string }>(
        'SELECT entry FROM timeline WHERE teams_id = ? ORDER BY n DESC',
        teamsId,
      )
      .map((row) => JSON.parse(row.entry) as TimelineEntry);
  }

  /** The last decision that led to a write; `undefined`: none is known. */
  lastWrite(teamsId: TeamsUserId): LastChange | undefined {
    const row = this.#database.first<{ entry: string }>(
      `SELECT entry FROM timeline WHERE teams_id = ? AND entry ->> '$.decided' = ?
       ORDER BY n DESC LIMIT 1`,
      teamsId,
      WRITE,
    );
    return row && changeOf(JSON.parse(row.entry) as TimelineEntry);
  }

  forget(teamsId: TeamsUserId): void {
    this.#database.run('DELETE FROM timeline WHERE teams_id = ?', teamsId);
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
