// Applies the pairing that follows from both lists of users, and says what it changed.
import type { PbxGuid, TeamsUserId } from '../../shared/ids.ts';
import type { OpenSettings } from '../../shared/settings/schema.ts';
import type { Context } from './context.ts';
import type { World } from './dry-run.ts';
import { type Match, matchAll } from './pairing.ts';
import type { PbxDirectory } from './pbx-directory.ts';
import type { Directory } from './store/directory.ts';
import type { Pair } from './store/pair-rows.ts';
import type { Pairs } from './store/pairs.ts';

/** What a new pairing changes. */
export interface PairingChange {
  added: Pair[];
  removed: Pair[];
}

export class PairingDesk {
  readonly #context: Context;
  readonly #directory: Directory;
  readonly #pbxDirectory: PbxDirectory;
  readonly #pairs: Pairs;

  constructor(context: Context, directory: Directory, pbxDirectory: PbxDirectory, pairs: Pairs) {
    this.#context = context;
    this.#directory = directory;
    this.#pbxDirectory = pbxDirectory;
    this.#pairs = pairs;
  }

  /**
   * Matches everybody anew. Where nobody knows which PBX counts, or its list is not there or not to be
   * believed yet, everything stays as it is: `null`.
   * @param master name, as the agent calls it, of the PBX that counts
   * @param heldBack users of the PBX who stay without a partner, whom ever they fit
   * @param letGo is called for each pair that ends, before a new one takes its place
   */
  pair(
    { matching, overrides }: OpenSettings,
    master: string | null,
    heldBack: ReadonlySet<PbxGuid>,
    letGo: (pair: Pair) => void,
  ): PairingChange | null {
    const lists = this.#lists(master);
    if (!lists) return null;
    const { teams, pbx } = lists;
    const matches = matchAll(teams, pbx, { steps: matching, overrides });
    return this.#context.database.transaction(() => {
      for (const user of teams) {
        const match = matches.get(user.id);
        if (match && JSON.stringify(match) !== JSON.stringify(user.match)) {
          this.#directory.putMatch(user.id, match);
        }
      }
      return this.#apply(matches, heldBack, letGo);
    });
  }

  /** Who could be matched, and who is now, held back or not; `null` as above. */
  world(master: string | null, heldBack: ReadonlySet<PbxGuid>): World | null {
    const lists = this.#lists(master);
    if (!lists) return null;
    const pairs = new Map(this.#pairs.ids().map(({ teamsId, guid }) => [teamsId, guid]));
    for (const { id, match } of lists.teams) {
      if (match?.state === 'paired' && heldBack.has(match.guid)) pairs.set(id, match.guid);
    }
    return { ...lists, pairs };
  }

  #lists(master: string | null): Pick<World, 'teams' | 'pbx'> | null {
    if (master === null || !this.#pbxDirectory.isKnown(master)) return null;
    if (this.#pbxDirectory.isDoubted(master)) return null;
    const teams = this.#directory.teams().filter((user) => user.accountEnabled);
    return { teams, pbx: this.#directory.pbx(master) };
  }

  #apply(
    matches: ReadonlyMap<TeamsUserId, Match>,
    heldBack: ReadonlySet<PbxGuid>,
    letGo: (pair: Pair) => void,
  ): PairingChange {
    const wanted = new Map<TeamsUserId, PbxGuid>();
    for (const [id, match] of matches) {
      if (match.state === 'paired' && !heldBack.has(match.guid)) wanted.set(id, match.guid);
    }
    const removed: Pair[] = [];
    for (const { teamsId, guid } of this.#pairs.ids()) {
      if (wanted.get(teamsId) === guid) {
        wanted.delete(teamsId);
        continue;
      }
      const pair = this.#pairs.ofTeams(teamsId);
      if (!pair) continue;
      removed.push(pair);
      letGo(pair);
      this.#pairs.remove(pair);
    }
    const now = this.#context.now();
    const added = [...wanted].map(([teamsId, guid]) => this.#pairs.add(teamsId, guid, now));
    return { added, removed };
  }
}
