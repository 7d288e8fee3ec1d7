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

/** Names shown of those who fit; a thousand guests called "Conference Room" need no thousand names. */
const CANDIDATES_SHOWN = 10;

/** How names and addresses are compared: without case, in one Unicode form, trimmed. */
export const fold = (text: string): string =>
  (NOT_ASCII.test(text) ? text.normalize('NFKC') : text).trim().toLowerCase();
/** Normalising takes most of the time with long lists, and most names need none. */
const NOT_ASCII = /[^\0-\x7f]/;

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
    const claims: Claims = new Map();
    for (const step of rules.steps) {
      const found =
        step === 'override'
          ? byOverride(open, pbx, rules.overrides)
          : byKeys(open, index(pbx, pbxKeys[step]), teamsKeys[step]);
      settle(open, found, step, { taken, claims, matches });
      open = open.filter((person) => !matches.has(person.id));
    }
    for (const person of open)
      matches.set(person.id, { state: 'unmatched', reason: 'nobody-fits' });
  }
  return matches;
}

/** Who might be a PBX user, over all steps so far: whom two claim is nobody's in a later step either. */
type Claims = Map<PbxGuid, TeamsPerson[]>;

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
  so: { taken: Set<PbxGuid>; claims: Claims; matches: Map<TeamsUserId, Match> },
): void {
  const { taken, claims, matches } = so;
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
    for (const { guid } of left) {
      const claimants = claims.get(guid);
      if (claimants) claimants.push(person);
      else claims.set(guid, [person]);
    }
  }
  for (const [id, left] of free) {
    const [only, ...more] = left;
    if (!only) continue;
    const rivals = claims.get(only.guid) ?? [];
    if (more.length > 0) {
      const candidates = left.slice(0, CANDIDATES_SHOWN).map(({ cn, h323 }) => `${cn} (${h323})`);
      matches.set(id, { state: 'ambiguous', step, candidates });
    } else if (rivals.length > 1) {
      const candidates = rivals.slice(0, CANDIDATES_SHOWN).map((rival) => rival.userPrincipalName);
      matches.set(id, { state: 'ambiguous', step, candidates });
    } else {
      const state = rivals[0]?.licensed ? 'paired' : 'unlicensed';
      matches.set(id, { state, guid: only.guid, matchedBy: step });
    }
  }
  for (const match of matches.values()) if ('guid' in match) taken.add(match.guid);
}
