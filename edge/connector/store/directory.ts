// Both lists of users as last told, and how each Teams user was matched. With each entry stands what the
// list of users sorts by and searches in, so that a search has nothing to prepare (`user-rows.ts`).
import { type PbxGuid, pbxGuid, type TeamsUserId, teamsUserId } from '../../../shared/ids.ts';
import type { PbxUser } from '../../../shared/protocol/up.ts';
import type { TeamsUser } from '../../graph/users.ts';
import { sortKey } from '../page-cursor.ts';
import { fold, type Match, type PbxPerson } from '../pairing.ts';
import type { Database } from './database.ts';
import { noteUnmatched } from './unmatched.ts';

type TeamsRow = {
  id: string;
  display_name: string;
  upn: string;
  mail: string | null;
  enabled: number;
  licensed: number;
  match: string | null;
};
type PbxRow = {
  pbx: string;
  guid: string;
  cn: string;
  h323: string;
  e164: string | null;
  emails: string;
};

/**
 * Which Teams users are in the list of users: may sign in, and have Teams or would be paired if they had.
 * @param canMatch whoever has come since the last matching is listed after the next one
 */
export const listed = (canMatch: boolean): string =>
  `enabled = 1 AND (licensed = 1 OR match_state = 'unlicensed')${canMatch ? ' AND match_state IS NOT NULL' : ''}`;

/** Is told whose entry is about to change. */
export type DirectoryChanged = (who: { teamsId: TeamsUserId } | { guid: PbxGuid }) => void;

export interface TeamsEntry extends TeamsUser {
  match: Match | null;
}
export interface PbxEntry extends PbxPerson {
  pbx: string;
  e164: string | null;
}

const teamsEntry = (row: TeamsRow): TeamsEntry => ({
  id: teamsUserId(row.id),
  displayName: row.display_name,
  userPrincipalName: row.upn,
  mail: row.mail,
  accountEnabled: row.enabled === 1,
  licensed: row.licensed === 1,
  match: row.match ? (JSON.parse(row.match) as Match) : null,
});

const pbxEntry = (row: PbxRow): PbxEntry => ({
  guid: pbxGuid(row.guid),
  pbx: row.pbx,
  cn: row.cn,
  h323: row.h323,
  e164: row.e164,
  emails: JSON.parse(row.emails) as string[],
});

/** What a search looks at. */
const wordsOf = (...words: (string | null)[]): string =>
  fold(words.filter((word) => word !== null).join('\n'));

export class Directory {
  readonly #database: Database;
  readonly #changed: DirectoryChanged;
  constructor(database: Database, changed: DirectoryChanged) {
    this.#database = database;
    this.#changed = changed;
  }

  teams(): TeamsEntry[] {
    return this.#database.all<TeamsRow>('SELECT * FROM teams_user').map(teamsEntry);
  }

  teamsUser(id: TeamsUserId): TeamsEntry | undefined {
    const row = this.#database.first<TeamsRow>('SELECT * FROM teams_user WHERE id = ?', id);
    return row && teamsEntry(row);
  }

  /** Somebody of the list of users; `undefined`: not in it. */
  listedTeamsUser(id: TeamsUserId, canMatch: boolean): TeamsEntry | undefined {
    const row = this.#database.first<TeamsRow>(
      `SELECT * FROM teams_user WHERE id = ? AND ${listed(canMatch)}`,
      id,
    );
    return row && teamsEntry(row);
  }

  /** The id of whom an override calls so, by id or user principal name. */
  teamsIdOf(name: string): TeamsUserId | undefined {
    const row = this.#database.first<{ id: string }>(
      `SELECT id FROM teams_user WHERE id = ?1 OR lower(upn) = ?1 LIMIT 1`,
      name.toLowerCase(),
    );
    return row && teamsUserId(row.id);
  }

  teamsIds(): TeamsUserId[] {
    return this.#database
      .all<{ id: string }>('SELECT id FROM teams_user')
      .map(({ id }) => teamsUserId(id));
  }

  /** Those of these user principal names, in any case, who may sign in and have no plan of Teams. */
  withoutTeams(names: readonly string[]): string[] {
    if (names.length === 0) return [];
    const rows = this.#database.lists<[string]>(
      `SELECT upn FROM teams_user WHERE licensed = 0 AND enabled = 1
       AND lower(upn) IN (SELECT value FROM json_each(?))`,
      JSON.stringify(names.map((name) => name.toLowerCase())),
    );
    return rows.map(([upn]) => upn);
  }

  /** Of those who may sign in. */
  teamsCounts(): { licensed: number; ambiguous: number } {
    const row = this.#database.first<{ licensed: number; ambiguous: number }>(
      `SELECT count(CASE WHEN licensed = 1 THEN 1 END) AS licensed,
              count(CASE WHEN match_state = 'ambiguous' THEN 1 END) AS ambiguous
       FROM teams_user WHERE enabled = 1`,
    );
    return row ?? { licensed: 0, ambiguous: 0 };
  }

  /** Everybody whom a PBX told. */
  pbx(pbx: string): PbxEntry[] {
    return this.#database.all<PbxRow>('SELECT * FROM pbx_user WHERE pbx = ?', pbx).map(pbxEntry);
  }

  pbxUser(pbx: string, guid: PbxGuid): PbxEntry | undefined {
    const row = this.#database.first<PbxRow>(
      'SELECT * FROM pbx_user WHERE pbx = ? AND guid = ?',
      pbx,
      guid,
    );
    return row && pbxEntry(row);
  }

  pbxGuids(pbx: string): PbxGuid[] {
    return this.#database
      .all<{ guid: string }>('SELECT guid FROM pbx_user WHERE pbx = ?', pbx)
      .map(({ guid }) => pbxGuid(guid));
  }

  /** Writes a Teams user as told; says whether anything changed. */
  putTeams(person: TeamsUser): boolean {
    const known = this.teamsUser(person.id);
    const same =
      known &&
      known.displayName === person.displayName &&
      known.userPrincipalName === person.userPrincipalName &&
      known.mail === person.mail &&
      known.accountEnabled === person.accountEnabled &&
      known.licensed === person.licensed;
    if (same) return false;
    this.#changed({ teamsId: person.id });
    this.#database.run(
      `INSERT INTO teams_user VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, NULL, ?, ?)
       ON CONFLICT (id) DO UPDATE SET
       display_name = excluded.display_name, upn = excluded.upn, mail = excluded.mail,
       enabled = excluded.enabled, licensed = excluded.licensed,
       sort_key = excluded.sort_key, words = excluded.words`,
      person.id,
      person.displayName,
      person.userPrincipalName,
      person.mail,
      person.accountEnabled ? 1 : 0,
      person.licensed ? 1 : 0,
      sortKey(person.displayName, person.id),
      wordsOf(person.displayName, person.userPrincipalName, person.mail),
    );
    return true;
  }

  removeTeams(id: TeamsUserId): boolean {
    const known = this.teamsUser(id) !== undefined;
    if (!known) return false;
    this.#changed({ teamsId: id });
    this.#database.run('DELETE FROM teams_user WHERE id = ?', id);
    return true;
  }

  /** Writes a PBX user as told by `pbx`; says whether anything changed. */
  putPbx(pbx: string, user: PbxUser): boolean {
    const known = this.pbxUser(pbx, pbxGuid(user.guid));
    const emails = JSON.stringify(user.emails);
    const e164 = user.e164 ?? null;
    const same =
      known &&
      known.cn === user.cn &&
      known.h323 === user.h323 &&
      known.e164 === e164 &&
      JSON.stringify(known.emails) === emails;
    if (same) return false;
    noteUnmatched(this.#database);
    this.#changed({ guid: pbxGuid(user.guid) });
    this.#database.run(
      'INSERT OR REPLACE INTO pbx_user VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      pbx,
      user.guid,
      user.cn,
      user.h323,
      e164,
      emails,
      sortKey(user.cn, user.guid),
      wordsOf(user.cn, user.h323, e164),
    );
    return true;
  }

  removePbx(pbx: string, guid: PbxGuid): boolean {
    const known = this.pbxUser(pbx, guid) !== undefined;
    if (!known) return false;
    noteUnmatched(this.#database);
    this.#changed({ guid });
    this.#database.run('DELETE FROM pbx_user WHERE pbx = ? AND guid = ?', pbx, guid);
    return true;
  }

  putMatch(id: TeamsUserId, match: Match): void {
    this.#changed({ teamsId: id });
    this.#database.run(
      'UPDATE teams_user SET match_state = ?, match = ?, guid = ? WHERE id = ?',
      match.state,
      JSON.stringify(match),
      'guid' in match ? match.guid : null,
      id,
    );
  }
}
