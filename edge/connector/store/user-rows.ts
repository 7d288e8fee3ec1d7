// The list of users in its order: a pair is one row, and so is each who has no partner. Read anew for
// each search, because nothing is prepared in memory that a restart or a change could take away; with
// twenty thousand that is one pass over what stands ready in both tables.
import type { PbxGuid, TeamsUserId } from '../../../shared/ids.ts';
import type { UserFilter, UserPage, UserView } from '../rpc.ts';
import type { Database } from './database.ts';
import { listed } from './directory.ts';

export interface RowsQuery {
  /** The PBX whose users count; `null`: not known yet. */
  master: string | null;
  /** Its users are known. */
  canMatch: boolean;
  /** Folded; `''` finds everybody. */
  text: string;
  state: UserFilter | null;
  /** Only rows with a user on this side. */
  side: 'teams' | 'pbx' | null;
  /** Key of the last row before. */
  after: string;
  limit: number;
  /** Guids of those who lack a licence, although they fit. */
  heldBack: ReadonlySet<string>;
  /** Guids of those whose presence or calls may not be seen. */
  hidden: ReadonlySet<string>;
  /** Ids in Teams of those whose presence no subscription tells of. */
  notSubscribed: ReadonlySet<string>;
}

export type UserRow = {
  /** What rows are sorted by, each its own. */
  key: string;
  /** `null`: a user of the PBX whom nobody in Teams fits. */
  teams_id: TeamsUserId | null;
  /** `null`: a user of Teams whom nobody on the PBX fits. */
  guid: PbxGuid | null;
  state: UserView['state'];
};

/** ?1 master, ?2 text, ?3, ?4 and ?9 ids as JSON. Few of the PBX are found, and Teams is asked for those. */
const found = (canMatch: boolean): string => `
  WITH on_pbx AS MATERIALIZED (
    SELECT guid, sort_key AS key FROM pbx_user WHERE pbx = ?1 AND instr(words, ?2)
  ), found AS MATERIALIZED (
    SELECT sort_key AS key, id AS teams_id, guid, CASE
      WHEN match_state IS NULL THEN 'unmatched'
      WHEN match_state <> 'paired' THEN match_state
      WHEN guid IN (SELECT value FROM json_each(?3)) THEN 'unlicensed'
      WHEN guid IN (SELECT value FROM json_each(?4)) THEN 'noRights'
      ELSE 'paired' END AS state
    FROM teams_user
    WHERE ${listed(canMatch)} AND (instr(words, ?2) OR guid IN (SELECT guid FROM on_pbx))
    UNION ALL
    SELECT key, NULL, guid, 'unmatched' FROM on_pbx
    WHERE NOT EXISTS (SELECT 1 FROM teams_user AS t WHERE t.guid = on_pbx.guid AND ${listed(canMatch)})
  )`;

const NOT_SUBSCRIBED = "state = 'paired' AND teams_id IN (SELECT value FROM json_each(?9))";

/** Counts of all that is found, and one page of it: both of one pass over the tables. */
const countsAndPage = (canMatch: boolean): string => `${found(canMatch)}
  SELECT count(*) AS n, NULL AS key, NULL AS teams_id, NULL AS guid, state FROM found GROUP BY state
  UNION ALL SELECT count(*), NULL, NULL, NULL, 'notSubscribed' FROM found WHERE ${NOT_SUBSCRIBED}
  UNION ALL SELECT * FROM (
    SELECT NULL, key, teams_id, guid, state FROM found
    WHERE key > ?5
    AND CASE WHEN ?6 = 'notSubscribed' THEN ${NOT_SUBSCRIBED} ELSE ?6 IS NULL OR state = ?6 END
    AND CASE ?7 WHEN 'teams' THEN teams_id IS NOT NULL WHEN 'pbx' THEN guid IS NOT NULL ELSE 1 END
    ORDER BY key LIMIT ?8
  )`;

const AFTER_MATCHING = countsAndPage(true);
const BEFORE_MATCHING = countsAndPage(false);

type Found = { n: number; key: null; state: UserFilter } | ({ n: null } & UserRow);

export class UserRows {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Counts are of all that the text finds, whatever their state. */
  find(query: RowsQuery): { counts: UserPage['counts']; rows: UserRow[] } {
    const { master, canMatch, text, state, side, after, limit, heldBack, hidden, notSubscribed } =
      query;
    const states = { paired: 0, unmatched: 0, ambiguous: 0, unlicensed: 0, noRights: 0 };
    const counts: UserPage['counts'] = { ...states, notSubscribed: 0 };
    const rows: UserRow[] = [];
    const all = this.#database.all<Found>(
      canMatch ? AFTER_MATCHING : BEFORE_MATCHING,
      ...[master, text, json(heldBack), json(hidden), after, state, side, limit],
      json(notSubscribed),
    );
    for (const one of all) {
      if (one.n === null) rows.push(one);
      else counts[one.state] = one.n;
    }
    return { counts, rows };
  }
}

const json = (guids: ReadonlySet<string>): string => JSON.stringify([...guids]);
