// The list of users as an admin reads it: pairs with both presences, and who has no partner, and why.
import type { PbxGuid, TeamsUserId } from '../../shared/ids.ts';
import { APP_LICENCE } from '../../shared/licence.ts';
import { ON_THE_PHONE } from '../../shared/presence/model.ts';
import { fold, type Match } from './pairing.ts';
import type { UserPage, UserView } from './rpc.ts';
import type { Directory, PbxEntry, TeamsEntry } from './store/directory.ts';
import type { Pair, Pairs } from './store/pairs.ts';

/** API.md, "Accounts, agents, users, status". */
const PAGE_SIZE = 100;

export interface UserQuery {
  text: string;
  state: string | null;
  cursor: string | null;
}

export interface Circumstances {
  /** The PBX whose users count; `null`: not known yet. */
  master: string | null;
  /** Guids whose presence the App object may not see. */
  unseen: ReadonlySet<string>;
  /** Guids whose calls it may not see. */
  noCalls: ReadonlySet<string>;
  /** Users who need a licence on the PBX and have none. */
  heldBack: ReadonlySet<PbxGuid>;
  /** Users for whom no Teams account has room. */
  leftOut: ReadonlySet<TeamsUserId>;
  /** Users whom Microsoft refuses to subscribe. */
  refused: ReadonlySet<TeamsUserId>;
}

/**
 * One page, sorted by name.
 * @param circumstances what is special about some of them
 */
export function listUsers(
  { directory, pairs }: { directory: Directory; pairs: Pairs },
  circumstances: Circumstances,
  query: UserQuery,
): UserPage {
  const { master } = circumstances;
  const ofMaster = master === null ? [] : directory.pbx(master);
  const pbxUsers = new Map(ofMaster.map((user) => [user.guid, user]));
  const rows: Row[] = [];
  for (const teams of directory.teams()) {
    const { match } = teams;
    if (!teams.accountEnabled || !match) continue;
    const pbx = 'guid' in match ? pbxUsers.get(match.guid) : undefined;
    if (pbx) pbxUsers.delete(pbx.guid);
    if (!teams.licensed && match.state !== 'unlicensed') continue;
    rows.push({ teams, pbx, state: stateOf(match, circumstances) });
  }
  for (const pbx of pbxUsers.values()) rows.push({ teams: undefined, pbx, state: 'unmatched' });

  const text = fold(query.text);
  const found = rows.filter((row) => mentions(row, text));
  const counts: UserPage['counts'] = {
    paired: 0,
    unmatched: 0,
    ambiguous: 0,
    unlicensed: 0,
    noRights: 0,
  };
  for (const row of found) counts[row.state] += 1;

  const wanted = found
    .filter((row) => query.state === null || row.state === query.state)
    .sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
  const from = cursorPosition(query.cursor);
  const page = wanted.slice(from, from + PAGE_SIZE);
  const items = page.map((row) =>
    viewOf(row, row.teams && pairs.ofTeams(row.teams.id), circumstances),
  );
  const next = from + PAGE_SIZE < wanted.length ? String(from + PAGE_SIZE) : undefined;
  return next === undefined ? { items, counts } : { items, next, counts };
}

interface Row {
  teams: TeamsEntry | undefined;
  pbx: PbxEntry | undefined;
  state: UserView['state'];
}

const keyOf = ({ teams, pbx }: Row): string => (teams?.displayName ?? pbx?.cn ?? '').toLowerCase();

const cursorPosition = (cursor: string | null): number => {
  const position = Number(cursor ?? 0);
  return Number.isSafeInteger(position) && position > 0 ? position : 0;
};

function mentions({ teams, pbx }: Row, text: string): boolean {
  if (text === '') return true;
  const words = [
    teams?.displayName,
    teams?.userPrincipalName,
    teams?.mail,
    pbx?.cn,
    pbx?.h323,
    pbx?.e164,
  ];
  return words.some((word) => word != null && fold(word).includes(text));
}

function viewOf(
  { teams, pbx, state }: Row,
  pair: Pair | undefined,
  circumstances: Circumstances,
): UserView {
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
function stateOf(match: Match, { unseen, noCalls, heldBack }: Circumstances): UserView['state'] {
  if (match.state !== 'paired') return match.state;
  if (heldBack.has(match.guid)) return 'unlicensed';
  return unseen.has(match.guid) || noCalls.has(match.guid) ? 'noRights' : 'paired';
}

function reasonOf(
  teams: TeamsEntry | undefined,
  state: UserView['state'],
  { leftOut, refused, unseen }: Circumstances,
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
  if (match?.state === 'unlicensed') return 'This user has no licence with Teams.';
  if (match?.state === 'ambiguous') {
    return `By ${match.step}, more than one fits: ${match.candidates.join(', ')}.`;
  }
  if (state === 'paired' && leftOut.has(teams.id)) {
    return 'No Teams account has room for this user: add another one.';
  }
  if (state === 'paired' && refused.has(teams.id)) {
    return 'Microsoft refuses to subscribe the presence of this user.';
  }
  if (match?.state !== 'unmatched') return undefined;
  switch (match.reason) {
    case 'nobody-fits':
      return 'No user of the PBX fits.';
    case 'override-points-nowhere':
      return 'The override names a user whom the PBX does not have.';
    case 'taken':
      return 'The user of the PBX whom the override names belongs to somebody else.';
  }
}
