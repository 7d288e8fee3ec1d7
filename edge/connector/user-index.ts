// The rows of the list of users, sorted and ready to be searched. Making them takes a moment with
// twenty thousand, so they are kept until one of the two directories changes.
import { fold } from './pairing.ts';
import type { UserView } from './rpc.ts';
import type { Directory, PbxEntry, TeamsEntry } from './store/directory.ts';

export interface UserRow {
  /** What rows are sorted by, each its own. */
  key: string;
  /** What a search looks at. */
  words: string;
  teams: TeamsEntry | undefined;
  pbx: PbxEntry | undefined;
  /** As matched; whether the presence may be seen is asked each time. */
  state: Exclude<UserView['state'], 'noRights'>;
}

export class UserIndex {
  readonly #directory: Directory;
  #kept: { edition: number; master: string | null; rows: UserRow[] } | undefined;

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  /** @param master the PBX whose users count; `null`: not known yet */
  rows(master: string | null): readonly UserRow[] {
    const { edition } = this.#directory;
    if (this.#kept?.edition !== edition || this.#kept.master !== master) {
      this.#kept = { edition, master, rows: rowsOf(this.#directory, master) };
    }
    return this.#kept.rows;
  }
}

/** Everybody once: a pair is one row, and so is each who has no partner. */
function rowsOf(directory: Directory, master: string | null): UserRow[] {
  const ofMaster = master === null ? [] : directory.pbx(master);
  const pbxUsers = new Map(ofMaster.map((user) => [user.guid, user]));
  const rows: UserRow[] = [];
  for (const teams of directory.teams()) {
    const { match } = teams;
    const pbx = match && 'guid' in match ? pbxUsers.get(match.guid) : undefined;
    const row = rowOf(teams, pbx);
    if (pbx && teams.accountEnabled) pbxUsers.delete(pbx.guid);
    if (row) rows.push(row);
  }
  for (const pbx of pbxUsers.values()) rows.push(row(undefined, pbx, 'unmatched'));
  return rows.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The row of a Teams user; `undefined` where they are not in the list: nobody looks for them. */
export function rowOf(teams: TeamsEntry, pbx: PbxEntry | undefined): UserRow | undefined {
  const { match } = teams;
  if (!teams.accountEnabled || !match) return undefined;
  if (!teams.licensed && match.state !== 'unlicensed') return undefined;
  return row(teams, pbx, match.state);
}

function row(
  teams: TeamsEntry | undefined,
  pbx: PbxEntry | undefined,
  state: UserRow['state'],
): UserRow {
  const name = fold(teams?.displayName ?? pbx?.cn ?? '');
  const words = [
    teams?.displayName,
    teams?.userPrincipalName,
    teams?.mail,
    pbx?.cn,
    pbx?.h323,
    pbx?.e164,
  ];
  return {
    key: `${withoutMarks(name)}\n${teams?.id ?? pbx?.guid}`,
    words: fold(words.filter((word) => word).join('\n')),
    teams,
    pbx,
    state,
  };
}

/** So that Ä stands beside A. */
const withoutMarks = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '');
