// Both mapping tables (DESIGN §4), the rows an admin changed laid over the defaults.
import {
  normalActivity,
  ON_THE_PHONE,
  type PbxActivity,
  sameTeams,
  type TeamsPresence,
} from './model.ts';

const DAY_MS = 86_400_000;

/** Teams activity (or availability) in lower case → PBX activity. What is missing here is `""`. */
export const DEFAULT_TO_PBX: Readonly<Record<string, PbxActivity>> = {
  available: '',
  availableinactive: '',
  inactive: '',
  offline: '',
  offwork: '',
  presenceunknown: '',
  away: 'away',
  berightback: 'away',
  outofoffice: 'away',
  busy: 'busy',
  focusing: 'busy',
  donotdisturb: 'dnd',
  urgentinterruptionsonly: 'dnd',
  inameeting: 'meeting',
  inacall: ON_THE_PHONE,
  inaconferencecall: ON_THE_PHONE,
  presenting: ON_THE_PHONE,
};

/** PBX activity → preferred presence in Teams. What is missing here clears it. */
export const DEFAULT_TO_TEAMS: Readonly<Record<string, TeamsPresence>> = {
  busy: { availability: 'Busy', activity: 'Busy' },
  meeting: { availability: 'Busy', activity: 'Busy' },
  dnd: { availability: 'DoNotDisturb', activity: 'DoNotDisturb' },
  away: { availability: 'Away', activity: 'Away' },
  lunch: { availability: 'Away', activity: 'Away' },
  vacation: { availability: 'Away', activity: 'Away' },
};

/** The pairs that `setUserPreferredPresence` accepts (facts: graph §1.3). */
export const PREFERRED_PAIRS: readonly TeamsPresence[] = [
  { availability: 'Available', activity: 'Available' },
  { availability: 'Busy', activity: 'Busy' },
  { availability: 'DoNotDisturb', activity: 'DoNotDisturb' },
  { availability: 'BeRightBack', activity: 'BeRightBack' },
  { availability: 'Away', activity: 'Away' },
  { availability: 'Offline', activity: 'OffWork' },
];

/** Teams activities that carry no choice of a human: signed out, or unknown. */
const NO_INFORMATION = new Set(['offline', 'offwork', 'presenceunknown']);

/** The rows of an admin, as the settings hold them. */
export interface MappingRows {
  toPbx?: Readonly<Record<string, string>> | undefined;
  toTeams?: Readonly<Record<string, string>> | undefined;
}

export interface Mapping {
  /** What the PBX shows for a presence in Teams. */
  toPbx(teams: TeamsPresence): PbxActivity;
  /** The preferred presence in Teams for a manual state on the PBX; `null` clears it. */
  toTeams(activity: PbxActivity): TeamsPresence | null;
}

/** The mapping with an admin's rows over the defaults; rows are compared without case. */
export function mappingOf(rows: MappingRows = {}): Mapping {
  // Maps, not objects: the PBX hands on whatever a phone sends, `constructor` too.
  const toPbx = new Map(Object.entries(DEFAULT_TO_PBX));
  for (const [teams, pbx] of Object.entries(rows.toPbx ?? {})) {
    toPbx.set(teams.toLowerCase(), normalActivity(pbx));
  }
  const toTeams = new Map(Object.entries(DEFAULT_TO_TEAMS));
  for (const [pbx, pair] of Object.entries(rows.toTeams ?? {})) {
    const presence = parsePair(pair);
    if (presence) toTeams.set(normalActivity(pbx), presence);
  }
  return {
    toPbx: ({ availability, activity }) =>
      toPbx.get(activity.toLowerCase()) ?? toPbx.get(availability.toLowerCase()) ?? '',
    toTeams: (activity) => toTeams.get(normalActivity(activity)) ?? null,
  };
}

/** Reads `Busy/Busy` as one of the pairs that Microsoft accepts; `undefined` for anything else. */
export function parsePair(text: string): TeamsPresence | undefined {
  const [availability = '', activity = '', ...rest] = text.split('/');
  if (rest.length > 0) return undefined;
  return PREFERRED_PAIRS.find((pair) => sameTeams(pair, { availability, activity }));
}

/**
 * Whether Teams said nothing that a human chose: offline, off work, unknown. Where an admin gave
 * such a presence a row of its own, it says what that row says.
 */
export const isNoInformation = (mapping: Mapping, teams: TeamsPresence): boolean =>
  mapping.toPbx(teams) === '' &&
  (NO_INFORMATION.has(teams.activity.toLowerCase()) ||
    (teams.availability.toLowerCase() === 'offline' && teams.activity === ''));

/** Shown only where somebody chose it; the others come from clients and calendars as well. */
const CHOSEN = new Set(['busy/busy', 'donotdisturb/donotdisturb', 'berightback/berightback']);

/** Whether only a human's choice makes Teams show this (facts: graph §1.1). */
export const isSurelyChosen = ({ availability, activity }: TeamsPresence): boolean =>
  CHOSEN.has(`${availability}/${activity}`.toLowerCase());

/** Whether this presence is shown on the PBX as a call: a layer, not a manual state. */
export const isCall = (mapping: Mapping, teams: TeamsPresence): boolean =>
  mapping.toPbx(teams) === ON_THE_PHONE;

/**
 * Whether both sides show the same. The maps are not one-to-one (`meeting` → Busy → `busy`), so
 * that comparing in one direction alone would make loops.
 */
export function isEqual(mapping: Mapping, teams: TeamsPresence, pbx: PbxActivity | null): boolean {
  const activity = normalActivity(pbx);
  if (mapping.toPbx(teams) === activity) return true;
  const pair = mapping.toTeams(activity);
  return pair !== null && sameTeams(pair, teams);
}

/**
 * How long a preferred presence lasts at Microsoft: the defaults there, said aloud so that renewal
 * can be planned. `Busy` and `DoNotDisturb` a day, all else a week.
 */
export function preferredLifetime(pair: TeamsPresence): { iso: string; ms: number } {
  const short = pair.availability === 'Busy' || pair.availability === 'DoNotDisturb';
  return short ? { iso: 'P1D', ms: DAY_MS } : { iso: 'P7D', ms: 7 * DAY_MS };
}
