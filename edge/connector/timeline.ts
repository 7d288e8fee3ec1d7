// Why a user is as they are: the last decisions, with their reasons. Personal data, kept short.
import type { TeamsUserId } from '../../shared/ids.ts';
import type { PresenceEvent, Reason } from '../../shared/presence/events.ts';
import type { Side } from '../../shared/presence/model.ts';
import type { LastChange, TimelineEntry } from './rpc.ts';
import type { Database } from './store/database.ts';
import type { Pair } from './store/pair-rows.ts';
import type { Pairs } from './store/pairs.ts';

/** Entries kept for a user, and for how long, in ms. */
const KEPT = 50;
const KEPT_MS = 7 * 86_400_000;
/** What is too old is shown to nobody, and is erased within this time, in ms. */
const ERASE_EVERY_MS = 3_600_000;
/** The newest stand in the user's row, which is written anyway; so many together go into a part. */
const IN_ROW = 10;
const MOST_IN_ROW = 4 * IN_ROW;
const PARTS = KEPT / IN_ROW;
/** What was decided where something is written; and the two sides in what was. */
const WRITE = 'write';
export const TO_PBX = 'PBX: ';
export const TO_TEAMS = 'Teams: ';

const oldestKept = (now: number): string => new Date(now - KEPT_MS).toISOString();

export interface TimelineParts {
  database: Database;
  pairs: Pairs;
  /** Whether the admin wants a timeline. */
  isKept: () => boolean;
  /** Is told when `erase` is to be called, epoch ms. */
  eraseBy: (at: number) => void;
}

export class Timeline {
  readonly #parts: TimelineParts;
  /** Whether it was said since the object woke when to erase. */
  #planned = false;

  constructor(parts: TimelineParts) {
    this.#parts = parts;
  }

  /** Notes a decision. Answers when the pair has to be stored for it; `undefined`: it need not be. */
  add(
    pair: Pair,
    what: { event: PresenceEvent; reason: Reason; now: number; wrote: string | undefined },
  ): 'stored' | 'later' | undefined {
    if (!this.#parts.isKept()) return undefined;
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
    const isPutBehind =
      pair.recent.length >= IN_ROW && stored(() => this.#putBehind(pair.teamsId, pair.recent));
    // Where storage takes no part, the row goes on for a while, and then forgets the oldest.
    pair.recent = isPutBehind ? [entry] : [...pair.recent.slice(1 - MOST_IN_ROW), entry];
    this.#planned ||= stored(() => this.#parts.eraseBy(now + KEPT_MS));
    return isPutBehind ? 'stored' : 'later';
  }

  /** The oldest part makes room for a new one. */
  #putBehind(teamsId: TeamsUserId, entries: readonly TimelineEntry[]): void {
    const { database } = this.#parts;
    const row = database.first<{ last: number | null }>(
      'SELECT max(part) AS last FROM timeline_part WHERE teams_id = ?',
      teamsId,
    );
    const part = (row?.last ?? 0) + 1;
    this.#savePart({ teams_id: teamsId, slot: part % PARTS, part }, entries);
  }

  /**
   * A side took what was written to it: the entry that led to the write says how long all of it lasted.
   * What is said again later, to keep it standing, is no news. The pair is to be saved after that.
   * @param sentAt when the write left, epoch ms
   */
  took(pair: Pair, side: Side, { sentAt, now }: { sentAt: number; now: number }): void {
    const left = new Date(sentAt).toISOString();
    const to = side === 'pbx' ? TO_PBX : TO_TEAMS;
    const entry = pair.recent.findLast(({ at, wrote }) => at <= left && wrote?.includes(to));
    if (!entry || entry.took?.[side] !== undefined) return;
    const ms = entry.ms + Math.max(0, now - Date.parse(entry.at));
    const answered = { ...entry, took: { ...entry.took, [side]: ms } };
    pair.recent = pair.recent.map((one) => (one === entry ? answered : one));
  }

  /** Newest first. */
  of(teamsId: TeamsUserId, now: number): TimelineEntry[] {
    const before = oldestKept(now);
    return this.#all(teamsId)
      .filter(({ at }) => at > before)
      .slice(-KEPT)
      .reverse();
  }

  /** The last decision that led to a write; `undefined`: none is known. */
  lastWrite(pair: Pair, now: number): LastChange | undefined {
    const before = oldestKept(now);
    const wrote = ({ at, decided }: TimelineEntry) => decided === WRITE && at > before;
    const last = pair.recent.findLast(wrote) ?? this.#all(pair.teamsId).findLast(wrote);
    return last && changeOf(last);
  }

  /** Erases what is too old, and says when to do so again, epoch ms; `null`: nothing is left. */
  erase(now: number): number | null {
    const { database, pairs } = this.#parts;
    const before = oldestKept(now);
    const young = ({ at }: TimelineEntry) => at > before;
    for (const row of database.all<PartRow>(
      'SELECT * FROM timeline_part WHERE since <= ?',
      before,
    )) {
      this.#savePart(row, (JSON.parse(row.entries) as TimelineEntry[]).filter(young));
    }
    for (const pair of pairs.times.withDecisionsBefore(before)) {
      pair.recent = pair.recent.filter(young);
      pairs.save(pair);
    }
    const parts = database.first<{ since: string | null }>(
      'SELECT min(since) AS since FROM timeline_part',
    );
    const oldest = [parts?.since, pairs.times.oldestDecision()].filter((at) => at != null).sort();
    this.#planned = oldest[0] !== undefined;
    return oldest[0] === undefined
      ? null
      : Math.max(Date.parse(oldest[0]) + KEPT_MS, now + ERASE_EVERY_MS);
  }

  forget(teamsId: TeamsUserId): void {
    this.#parts.database.run('DELETE FROM timeline_part WHERE teams_id = ?', teamsId);
  }

  forgetAll(): void {
    this.#parts.database.run('DELETE FROM timeline_part');
    this.#parts.pairs.times.forget();
  }

  /** Oldest first. */
  #all(teamsId: TeamsUserId): TimelineEntry[] {
    const rows = this.#parts.database.all<{ entries: string }>(
      'SELECT entries FROM timeline_part WHERE teams_id = ? ORDER BY part',
      teamsId,
    );
    const older = rows.flatMap(({ entries }) => JSON.parse(entries) as TimelineEntry[]);
    return [...older, ...(this.#parts.pairs.ofTeams(teamsId)?.recent ?? [])];
  }

  #savePart(
    { teams_id, slot, part }: Pick<PartRow, 'teams_id' | 'slot' | 'part'>,
    entries: readonly TimelineEntry[],
  ): void {
    const { database } = this.#parts;
    const [oldest] = entries;
    if (oldest) {
      database.run(
        'INSERT OR REPLACE INTO timeline_part VALUES (?, ?, ?, ?, ?)',
        teams_id,
        slot,
        part,
        oldest.at,
        JSON.stringify(entries),
      );
    } else
      database.run('DELETE FROM timeline_part WHERE teams_id = ? AND slot = ?', teams_id, slot);
  }
}

type PartRow = { teams_id: string; slot: number; part: number; since: string; entries: string };

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

/** Whether storage took it. A decision does not depend on whether it can be told later. */
function stored(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
