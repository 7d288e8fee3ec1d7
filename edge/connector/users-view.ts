// The list of users as an admin reads it: pairs with both presences, and who has no partner, and why.
import type { PbxGuid, TeamsUserId } from '../../shared/ids.ts';
import { APP_LICENCE } from '../../shared/licence.ts';
import { ON_THE_PHONE } from '../../shared/presence/model.ts';
import type { Circumstances } from './circumstances.ts';
import { cursorOf, keyIn } from './page-cursor.ts';
import { fold, type Match } from './pairing.ts';
import type { UserPage, UserQuery, UserView } from './rpc.ts';
import type { Directory, TeamsEntry } from './store/directory.ts';
import type { Pair } from './store/pair-rows.ts';
import type { Pairs } from './store/pairs.ts';
import type { UserRows } from './store/user-rows.ts';
import type { Timeline } from './timeline.ts';

/** API.md, "Accounts, agents, users, status". */
const PAGE_SIZE = 100;

export interface UsersParts {
  directory: Directory;
  pairs: Pairs;
  timeline: Timeline;
  userRows: UserRows;
}

/**
 * One page, sorted by name.
 * @param circumstances what is special about some of them
 */
export function listUsers(
  parts: UsersParts,
  circumstances: Circumstances,
  query: UserQuery,
): UserPage {
  const { master, canMatch, heldBack, unseen, noCalls, leftOut, refused, stranded } = circumstances;
  const { counts, rows } = parts.userRows.find({
    master,
    canMatch,
    text: fold(query.text),
    state: query.state,
    side: query.side ?? null,
    after: keyIn(query.cursor),
    // One more than a page has says that there is another page.
    limit: PAGE_SIZE + 1,
    heldBack,
    hidden: new Set([...unseen, ...noCalls]),
    notSubscribed: new Set([...leftOut, ...refused, ...stranded]),
  });
  const shown = rows.slice(0, PAGE_SIZE);
  const items = shown.map(({ teams_id, guid, state }) =>
    viewOf(
      { teamsId: teams_id ?? undefined, guid: guid ?? undefined, state },
      parts,
      circumstances,
    ),
  );
  const last = shown.at(-1);
  return last && rows.length > PAGE_SIZE
    ? { items, next: cursorOf(last), counts }
    : { items, counts };
}

/** One user of Teams as the list shows them now; `null`: they are not in it. */
export function userView(
  parts: UsersParts,
  circumstances: Circumstances,
  id: TeamsUserId,
): UserView | null {
  const listed = parts.directory.listedTeamsUser(id, circumstances.canMatch);
  if (!listed) return null;
  const { match } = listed;
  const guid = match && 'guid' in match ? match.guid : undefined;
  const state = stateOf(match, circumstances);
  return viewOf({ teamsId: id, guid, state }, parts, circumstances);
}

interface Listed {
  /** `undefined`: a user of the PBX whom nobody in Teams fits. */
  teamsId: TeamsUserId | undefined;
  /** `undefined`: a user of Teams whom nobody on the PBX fits. */
  guid: PbxGuid | undefined;
  state: UserView['state'];
}

/** As `store/user-rows.ts` says it of all of them. */
function stateOf(
  match: Match | null,
  { unseen, noCalls, heldBack }: Circumstances,
): UserView['state'] {
  if (match === null) return 'unmatched';
  if (match.state !== 'paired') return match.state;
  const { guid } = match;
  if (heldBack.has(guid)) return 'unlicensed';
  return unseen.has(guid) || noCalls.has(guid) ? 'noRights' : 'paired';
}

function viewOf(row: Listed, parts: UsersParts, circumstances: Circumstances): UserView {
  const { teamsId, guid, state } = row;
  const { directory, pairs, timeline } = parts;
  const { master } = circumstances;
  const teams = teamsId && directory.teamsUser(teamsId);
  const pbx = guid && master !== null ? directory.pbxUser(master, guid) : undefined;
  const pair: Pair | undefined = teamsId && pairs.ofTeams(teamsId);
  const view: UserView = { state };
  const reason = reasonOf(teams, state, circumstances);
  if (reason !== undefined) view.reason = reason;
  if (teams?.match && 'matchedBy' in teams.match) view.matchedBy = teams.match.matchedBy;
  if (teams) {
    const seen = pair?.state.teams ?? null;
    view.teams = {
      id: teams.id,
      displayName: teams.displayName,
      userPrincipalName: teams.userPrincipalName,
      availability: seen?.presence.availability ?? null,
      activity: seen?.presence.activity ?? null,
      at: seen && new Date(seen.at).toISOString(),
    };
    const lastChange = pair && timeline.lastWrite(pair, circumstances.now);
    if (lastChange) view.lastChange = lastChange;
  }
  if (pbx) {
    const seen = pair?.state.pbx ?? null;
    view.pbx = {
      guid: pbx.guid,
      cn: pbx.cn,
      sip: pbx.h323,
      number: pbx.e164,
      activity: seen && (seen.call ? ON_THE_PHONE : (seen.item ?? seen.manual ?? '')),
      onThePhone: seen?.call ?? false,
      at: seen && new Date(seen.at).toISOString(),
    };
  }
  return view;
}

/** Of whom the matching found a partner for, some are not synchronised after all. */
function reasonOf(
  teams: TeamsEntry | undefined,
  state: UserView['state'],
  { leftOut, refused, stranded, unseen }: Circumstances,
): string | undefined {
  if (!teams) return 'No Teams user fits this user of the PBX.';
  const { match } = teams;
  if (state === 'noRights' && match && 'guid' in match && !unseen.has(match.guid)) {
    return 'The App object may not see the calls of this user: tick "On the phone" under Visibility.';
  }
  if (state === 'noRights') {
    return 'The App object may not see the presence of this user: tick it under Visibility.';
  }
  if (match?.state === 'paired' && state === 'unlicensed') {
    return `This user has no licence on the PBX: ${APP_LICENCE}.`;
  }
  if (state === 'paired' && leftOut.has(teams.id)) {
    return 'No Teams account has room for this user: add another one.';
  }
  if (state === 'paired' && refused.has(teams.id)) {
    return 'Microsoft refuses to subscribe the presence of this user.';
  }
  if (state === 'paired' && stranded.has(teams.id)) {
    return 'The Teams account that is to subscribe this user cannot sign in.';
  }
  return match ? whyNotPaired(match) : 'Not matched yet: the PBX has not told its users.';
}

/** Why a match is no pair; `undefined`: it is one. */
export function whyNotPaired(match: Match): string | undefined {
  switch (match.state) {
    case 'paired':
      return undefined;
    case 'unlicensed':
      return 'This user has no licence with Teams.';
    case 'ambiguous':
      return `By ${match.step}, more than one fits: ${match.candidates.join(', ')}.`;
    case 'unmatched':
      switch (match.reason) {
        case 'nobody-fits':
          return 'No user of the PBX fits.';
        case 'override-points-nowhere':
          return 'The pair by hand names a user whom the PBX does not have.';
        case 'taken':
          return 'The user of the PBX whom the pair by hand names belongs to somebody else.';
      }
  }
}
