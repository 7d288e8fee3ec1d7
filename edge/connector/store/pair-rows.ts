// A pair as it stands in memory, and its row: all there is of a user is in it.
import type { PbxGuid, TeamsUserId } from '../../../shared/ids.ts';
import { newPair, type PairState, type TeamsWrite } from '../../../shared/presence/model.ts';
import type { Faults } from '../errand.ts';
import type { Took } from '../figures.ts';
import type { TimelineEntry } from '../rpc.ts';
import type { Database } from './database.ts';
import type { StoredDue } from './due-times.ts';

/** A pair's guid never changes: its index is written once. */
const SAVE = `
INSERT INTO pair (
  teams_id, guid, state, soon, due_at, faults, home, took, recent, saved_at, answered_until
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (teams_id) DO UPDATE SET state = excluded.state, soon = excluded.soon,
  faults = excluded.faults, home = excluded.home, took = excluded.took, recent = excluded.recent,
  saved_at = excluded.saved_at, answered_until = excluded.answered_until`;
const SAVE_WITH_DUE = `${SAVE}, due_at = excluded.due_at`;

export interface Pair {
  readonly teamsId: TeamsUserId;
  readonly guid: PbxGuid;
  state: PairState;
  /** What its row says. */
  stored: PairState;
  /** When that was written, epoch ms; 0: never. */
  savedAt: number;
  /** Writes to Microsoft whose answers are not known, one a layer. */
  inFlight: readonly TeamsWrite[];
  /** Epoch ms of the next thing to do; `null`: nothing. */
  dueAt: number | null;
  /** Writes to Microsoft that failed and are still wanted. */
  faults: Faults;
  /** The PBX that told the user's presence last, by its name at the agent. */
  home: string | null;
  /** What changes of the last hour took, oldest first. */
  took: readonly Took[];
  /** The last decisions, oldest first; older ones: `timeline.ts`. */
  recent: readonly TimelineEntry[];
}

export type PairRow = {
  teams_id: string;
  guid: string;
  state: string;
  /** Something was under way, or to be done within minutes. */
  soon: 1 | null;
  due_at: number | null;
  faults: string | null;
  home: string | null;
  took: string | null;
  recent: string | null;
  saved_at: number | null;
};

/** Nothing is known of it; both sides are to be read at `now`, epoch ms. */
export function emptyPair(teamsId: TeamsUserId, guid: PbxGuid, now: number): Pair {
  const state: PairState = { ...newPair(), settleAt: now };
  return {
    teamsId,
    guid,
    state,
    stored: state,
    savedAt: 0,
    inFlight: [],
    dueAt: now,
    faults: {},
    home: null,
    took: [],
    recent: [],
  };
}

export function pairOf(row: PairRow): Pair {
  const state = JSON.parse(row.state) as PairState;
  return {
    teamsId: row.teams_id as TeamsUserId,
    guid: row.guid as PbxGuid,
    state,
    stored: state,
    savedAt: row.saved_at ?? 0,
    inFlight: [],
    dueAt: row.due_at,
    faults: row.faults ? (JSON.parse(row.faults) as Faults) : {},
    home: row.home,
    took: row.took ? (JSON.parse(row.took) as Took[]) : [],
    recent: row.recent ? (JSON.parse(row.recent) as TimelineEntry[]) : [],
  };
}

export interface Saving {
  /** Epoch ms */
  savedAt: number;
  due: StoredDue;
  /** Whether its time is to be written as well. */
  withDue: boolean;
  /** Whether what the user did, and when, may be stored. */
  keepsTimes: boolean;
  /** Until when, epoch ms, all users' writes to Teams have been answered; `null`: not known. */
  answeredUntil: number | null;
}

/** Writes the row. */
export function saveRow(
  database: Database,
  pair: Pair,
  { savedAt, due, withDue, keepsTimes, answeredUntil }: Saving,
): void {
  const failing = Object.keys(pair.faults).length > 0;
  database.run(
    withDue ? SAVE_WITH_DUE : SAVE,
    pair.teamsId,
    pair.guid,
    JSON.stringify(pair.state),
    due.soon || pair.inFlight.length > 0 ? 1 : null,
    due.at,
    failing ? JSON.stringify(pair.faults) : null,
    pair.home,
    keepsTimes ? listed(pair.took) : null,
    keepsTimes ? listed(pair.recent) : null,
    savedAt,
    answeredUntil,
  );
}

const listed = (list: readonly object[]) => (list.length > 0 ? JSON.stringify(list) : null);
