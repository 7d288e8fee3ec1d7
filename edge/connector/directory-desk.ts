// Keeps both lists of users, and applies the pairing that follows from them.
import type { PbxGuid, TeamsUserId } from '../../shared/ids.ts';
import { pbxGuid } from '../../shared/ids.ts';
import type { PbxUser } from '../../shared/protocol/up.ts';
import type { OpenSettings } from '../../shared/settings/schema.ts';
import type { GraphCall } from '../graph/client.ts';
import { mergeUser, readUsersPage, type UsersCursor } from '../graph/users.ts';
import type { Context } from './context.ts';
import { type Match, matchAll } from './pairing.ts';
import type { Directory } from './store/directory.ts';
import type { Pair, Pairs } from './store/pairs.ts';

/** What a new pairing changes. */
export interface PairingChange {
  added: Pair[];
  removed: Pair[];
}

export class DirectoryDesk {
  readonly #context: Context;
  readonly #directory: Directory;
  readonly #pairs: Pairs;
  readonly #settings: () => OpenSettings;
  /** Users of a PBX whose list is arriving in parts. */
  readonly #arriving = new Map<string, { list: number; users: PbxUser[] }>();

  constructor(context: Context, directory: Directory, pairs: Pairs, settings: () => OpenSettings) {
    this.#context = context;
    this.#directory = directory;
    this.#pairs = pairs;
    this.#settings = settings;
  }

  /** Forgets how far the Teams users were read: the next round lists everybody. */
  startOver(): void {
    this.#context.database.run("DELETE FROM meta WHERE key = 'users-cursor'");
  }

  get teamsUsersLoadedAt(): number | null {
    return this.#context.database.read<number>('users-loaded-at') ?? null;
  }

  get pbxUsersKnown(): boolean {
    return this.#context.database.read<boolean>('pbx-users-known') ?? false;
  }

  /** Reads one round of Teams users: everybody, or what changed since. Says whether anything did. */
  async readTeamsUsers(call: GraphCall): Promise<boolean> {
    const { database } = this.#context;
    let cursor = database.read<UsersCursor>('users-cursor') ?? null;
    // A full round that was interrupted begins again: who was seen in it is not known any more.
    if (cursor && (cursor.kind === 'list' || cursor.full)) cursor = null;
    let seen = new Set<TeamsUserId>();
    let changed = false;
    for (;;) {
      const page = await readUsersPage(call, cursor);
      if (page.first) seen = new Set();
      database.transaction(() => {
        for (const change of page.users) {
          seen.add(change.id);
          const user = mergeUser(this.#directory.teamsUser(change.id), change);
          changed = this.#directory.putTeams(user) || changed;
        }
        for (const id of page.removed) changed = this.#directory.removeTeams(id) || changed;
        if (page.done && page.full) changed = this.#dropUnseen(seen) || changed;
        database.write('users-cursor', page.cursor);
      });
      cursor = page.cursor;
      if (page.done) break;
    }
    database.write('users-loaded-at', this.#context.now());
    return changed;
  }

  #dropUnseen(seen: ReadonlySet<TeamsUserId>): boolean {
    const gone = this.#directory.teams().filter((user) => !seen.has(user.id));
    for (const user of gone) this.#directory.removeTeams(user.id);
    return gone.length > 0;
  }

  /** Takes a part of a PBX's list; the last one replaces what was known of that PBX. */
  takeList(part: { pbx: string; list: number; last: boolean; users: PbxUser[] }): boolean {
    const known = this.#arriving.get(part.pbx);
    const arriving = known?.list === part.list ? known : { list: part.list, users: [] };
    arriving.users.push(...part.users);
    this.#arriving.set(part.pbx, arriving);
    if (!part.last) return false;
    this.#arriving.delete(part.pbx);

    const listed = new Set(arriving.users.map((user) => pbxGuid(user.guid)));
    return this.#context.database.transaction(() => {
      let changed = !this.pbxUsersKnown;
      for (const user of this.#directory.pbx()) {
        if (user.pbx !== part.pbx || listed.has(user.guid)) continue;
        changed = this.#directory.removePbx(user.guid) || changed;
      }
      for (const user of arriving.users)
        changed = this.#directory.putPbx(part.pbx, user) || changed;
      if (!this.pbxUsersKnown) this.#context.database.write('pbx-users-known', true);
      return changed;
    });
  }

  putPbxUser(pbx: string, user: PbxUser): boolean {
    return this.#directory.putPbx(pbx, user);
  }

  removePbxUser(guid: PbxGuid): boolean {
    return this.#directory.removePbx(guid);
  }

  /** Matches everybody anew. @param master name, as the agent calls it, of the PBX that counts */
  pair(master: string | null): PairingChange {
    const { matching, overrides } = this.#settings();
    const teams = this.#directory.teams().filter((user) => user.accountEnabled);
    const pbx = this.#directory.pbx().filter((user) => user.pbx === master);
    const matches = matchAll(teams, pbx, { steps: matching, overrides });
    return this.#context.database.transaction(() => {
      for (const user of teams) {
        const match = matches.get(user.id);
        if (match && JSON.stringify(match) !== JSON.stringify(user.match)) {
          this.#directory.putMatch(user.id, match);
        }
      }
      return this.#apply(matches);
    });
  }

  #apply(matches: ReadonlyMap<TeamsUserId, Match>): PairingChange {
    const wanted = new Map<TeamsUserId, PbxGuid>();
    for (const [id, match] of matches) if (match.state === 'paired') wanted.set(id, match.guid);
    const removed: Pair[] = [];
    for (const { teamsId, guid } of this.#pairs.ids()) {
      if (wanted.get(teamsId) === guid) {
        wanted.delete(teamsId);
        continue;
      }
      const pair = this.#pairs.ofTeams(teamsId);
      if (!pair) continue;
      removed.push(pair);
      this.#pairs.remove(pair);
    }
    const now = this.#context.now();
    const added = [...wanted].map(([teamsId, guid]) => this.#pairs.add(teamsId, guid, now));
    return { added, removed };
  }
}
