// What another matching would change, before anybody saves it. Pure; changes nothing.
import type { PbxGuid, TeamsUserId } from '../../shared/ids.ts';
import { byKey, cursorOf, keyIn, sortKey } from './page-cursor.ts';
import { type Match, type MatchingRules, matchAll } from './pairing.ts';
import type { DryRun, PairChange, PairPartner } from './rpc.ts';
import type { PbxEntry, TeamsEntry } from './store/directory.ts';
import { whyNotPaired } from './users-view.ts';

/** Changes on a page, as users in the list of users. */
const PAGE_SIZE = 100;

export interface World {
  /** Those who may sign in. */
  teams: readonly TeamsEntry[];
  pbx: readonly PbxEntry[];
  /** The pairs that there are now. */
  pairs: ReadonlyMap<TeamsUserId, PbxGuid>;
}

/** The pairs that would come, go, or get another partner, in the order of names. */
export function dryRun(
  { teams, pbx, pairs }: World,
  rules: MatchingRules,
  cursor: string | null,
): DryRun {
  const matches = matchAll(teams, pbx, rules);
  const people = new Map(pbx.map((user) => [user.guid, user]));
  const partner = (match: Match | null, guid: PbxGuid): PairPartner => ({
    guid,
    cn: people.get(guid)?.cn ?? '',
    sip: people.get(guid)?.h323 ?? '',
    ...(match && 'matchedBy' in match ? { matchedBy: match.matchedBy } : {}),
  });
  const changes: (PairChange & { key: string })[] = [];
  for (const user of teams) {
    const before = pairs.get(user.id);
    const match = matches.get(user.id);
    const after = match?.state === 'paired' ? match.guid : undefined;
    if (!match || before === after) continue;
    const { id, displayName, userPrincipalName } = user;
    changes.push({
      key: sortKey(displayName, id),
      teams: { id, displayName, userPrincipalName },
      ...(before === undefined ? {} : { before: partner(user.match, before) }),
      ...(after === undefined ? {} : { after: partner(match, after) }),
      reason: whyNotPaired(match) ?? `Matched by ${'matchedBy' in match ? match.matchedBy : ''}.`,
    });
  }
  const rest = changes.sort(byKey).filter(({ key }) => key > keyIn(cursor));
  const shown = rest.slice(0, PAGE_SIZE);
  const last = shown.at(-1);
  return {
    items: shown.map(({ key: _key, ...change }) => change),
    ...(last && rest.length > PAGE_SIZE ? { next: cursorOf(last) } : {}),
    counts: {
      added: changes.filter(({ before }) => !before).length,
      removed: changes.filter(({ after }) => !after).length,
      moved: changes.filter(({ before, after }) => before && after).length,
    },
  };
}
