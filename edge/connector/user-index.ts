// Who is in the list of users, in its order and ready to be searched. Making it takes a moment with
// twenty thousand, so it is kept until one of the two directories changes; what a page shows of its
// hundred rows is read anew each time.
import type { PbxGuid, TeamsUserId } from '../../shared/ids.ts';
import { byKey, sortKey } from './page-cursor.ts';
import { fold, type Match } from './pairing.ts';
import type { Directory } from './store/directory.ts';

export interface UserRow {
  /** What rows are sorted by, each its own. */
  key: string;
  /** What a search looks at. */
  words: string;
  /** Absent: a user of the PBX whom nobody in Teams fits. */
  teamsId: TeamsUserId | undefined;
  /** Absent: a user of Teams whom nobody on the PBX fits. */
  guid: PbxGuid | undefined;
  /** As matched; whether the presence may be seen is asked each time. */
  state: Match['state'];
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
  const ofMaster = master === null ? [] : directory.pbxNames(master);
  const alone = new Map(ofMaster.map((user) => [user.guid, user]));
  const rows: UserRow[] = [];
  for (const { id: teamsId, name, words, state, guid } of directory.teamsNames()) {
    const pbx = guid === undefined ? undefined : alone.get(guid);
    if (guid !== undefined) alone.delete(guid);
    const all = pbx ? `${words}\n${pbx.words}` : words;
    rows.push({ key: sortKey(name, teamsId), words: fold(all), teamsId, guid, state });
  }
  for (const { guid, name, words } of alone.values()) {
    const key = sortKey(name, guid);
    rows.push({ key, words: fold(words), teamsId: undefined, guid, state: 'unmatched' });
  }
  return rows.sort(byKey);
}
