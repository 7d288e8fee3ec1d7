// Who belongs to whom: matches the Teams directory with the PBX's, step by step. Pure.
import type { PbxGuid, TeamsUserId } from '../../shared/ids.ts';
import type { MatchingStep } from '../../shared/settings/schema.ts';

export interface TeamsPerson {
  id: TeamsUserId;
  displayName: string;
  userPrincipalName: string;
  mail: string | null;
  /** Has a Teams plan; who has none is matched last and only shown. */
  licensed: boolean;
}

export interface PbxPerson {
  guid: PbxGuid;
  cn: string;
  h323: string;
  /** All addresses, `<h323>@<system name>` among them where the PBX says so. */
  emails: readonly string[];
}

export interface Override {
  teams: string;
  pbx: string;
}

export type Match =
  | { state: 'paired'; guid: PbxGuid; matchedBy: MatchingStep }
  | { state: 'unlicensed'; guid: PbxGuid; matchedBy: MatchingStep }
  | { state: 'ambiguous'; step: MatchingStep; candidates: string[] }
  | { state: 'unmatched'; reason: 'nobody-fits' | 'override-points-nowhere' | 'taken' };

export interface MatchingRules {
  steps: readonly MatchingStep[];
  overrides: readonly Override[];
}

/** How names and addresses are compared: without case, in one Unicode form, trimmed. */
const fold = (text: string): string => text.normalize('NFKC').trim().toLowerCase();

type Index = Map<string, PbxPerson[]>;

function index(people: readonly PbxPerson[], keysOf: (person: PbxPerson) => string[]): Index {
  const found: Index = new Map();
  for (const person of people) {
    for (const key of new Set(keysOf(person).map(fold))) {
      if (key === '') continue;
      const list = found.get(key);
      if (list) list.push(person);
      else found.set(key, [person]);
    }
  }
  return found;
}

/** What a Teams user is looked up by in each step. */
const teamsKeys: Record<Exclude<MatchingStep, 'override'>, (person: TeamsPerson) => string[]> = {
  email: (person) => [person.userPrincipalName, person.mail ?? ''],
  displayName: (person) => [person.displayName],
  sip: (person) => [person.userPrincipalName.split('@')[0] ?? ''],
};

const pbxKeys: Record<Exclude<MatchingStep, 'override'>, (person: PbxPerson) => string[]> = {
  email: (person) => [...person.emails],
  displayName: (person) => [person.cn],
  sip: (person) => [person.h323],
};

/**
 * Matches everybody. A step that finds several people for one, or one for several, decides
 * nothing: all of them are ambiguous, and no later step guesses (API.md, "Settings").
 */
export function matchAll(
  teams: readonly TeamsPerson[],
  pbx: readonly PbxPerson[],
  rules: MatchingRules,
): Map<TeamsUserId, Match> {
  const matches = new Map<TeamsUserId, Match>();
  const taken = new Set<PbxGuid>();
  const licensed = teams.filter((person) => person.licensed);
  const unlicensed = teams.filter((person) => !person.licensed);
  for (const people of [licensed, unlicensed]) {
    let open = [...people];
    for (const step of rules.steps) {
      const found =
        step === 'override'
          ? byOverride(open, pbx, rules.overrides)
          : byKeys(open, index(pbx, pbxKeys[step]), teamsKeys[step]);
      settle(open, found, step, taken, matches);
      open = open.filter((person) => !matches.has(person.id));
    }
    for (const person of open)
      matches.set(person.id, { state: 'unmatched', reason: 'nobody-fits' });
  }
  return matches;
}

/** Whom each person could be in one step; `'nowhere'`: an override that names nobody. */
type Found = Map<TeamsUserId, PbxPerson[] | 'nowhere'>;

function byKeys(
  open: readonly TeamsPerson[],
  people: Index,
  keysOf: (person: TeamsPerson) => string[],
): Found {
  const found: Found = new Map();
  for (const person of open) {
    const fits = new Set(keysOf(person).flatMap((key) => people.get(fold(key)) ?? []));
    if (fits.size > 0) found.set(person.id, [...fits]);
  }
  return found;
}

function byOverride(
  open: readonly TeamsPerson[],
  pbx: readonly PbxPerson[],
  overrides: readonly Override[],
): Found {
  const byName = index(pbx, (person) => [person.guid, person.h323]);
  const wanted = new Map(overrides.map((override) => [fold(override.teams), override.pbx]));
  const found: Found = new Map();
  for (const person of open) {
    const target = wanted.get(fold(person.id)) ?? wanted.get(fold(person.userPrincipalName));
    if (target === undefined) continue;
    found.set(person.id, byName.get(fold(target)) ?? 'nowhere');
  }
  return found;
}

/** Turns what one step found into matches. Whoever an earlier step took is no candidate any more. */
function settle(
  open: readonly TeamsPerson[],
  found: Found,
  step: MatchingStep,
  taken: Set<PbxGuid>,
  matches: Map<TeamsUserId, Match>,
): void {
  const claims = new Map<PbxGuid, TeamsPerson[]>();
  const free = new Map<TeamsUserId, PbxPerson[]>();
  for (const person of open) {
    const fits = found.get(person.id);
    if (fits === undefined) continue;
    if (fits === 'nowhere') {
      matches.set(person.id, { state: 'unmatched', reason: 'override-points-nowhere' });
      continue;
    }
    const left = fits.filter((candidate) => !taken.has(candidate.guid));
    if (left.length === 0) {
      if (step === 'override') matches.set(person.id, { state: 'unmatched', reason: 'taken' });
      continue;
    }
    free.set(person.id, left);
    for (const one of left) claims.set(one.guid, [...(claims.get(one.guid) ?? []), person]);
  }
  for (const person of open) {
    const left = free.get(person.id);
    const [only, ...more] = left ?? [];
    if (!left || !only) continue;
    const rivals = claims.get(only.guid) ?? [];
    if (more.length > 0 || rivals.length > 1) {
      const candidates =
        more.length > 0
          ? left.map((candidate) => `${candidate.cn} (${candidate.h323})`)
          : rivals.map((rival) => rival.userPrincipalName);
      matches.set(person.id, { state: 'ambiguous', step, candidates });
    } else {
      const state = person.licensed ? 'paired' : 'unlicensed';
      matches.set(person.id, { state, guid: only.guid, matchedBy: step });
    }
  }
  for (const match of matches.values()) if ('guid' in match) taken.add(match.guid);
}
