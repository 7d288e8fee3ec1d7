// Both mapping tables as an admin sees them: every row there is by default, the admin's own, and what may
// stand in each. Pure.
import {
  DEFAULT_TO_PBX,
  DEFAULT_TO_TEAMS,
  type MappingRows,
  PREFERRED_PAIRS,
  parsePair,
} from '../../../shared/presence/mapping.ts';
import {
  normalActivity,
  ON_THE_PHONE,
  type TeamsPresence,
} from '../../../shared/presence/model.ts';

export type Table = 'toPbx' | 'toTeams';

export interface MappingRow {
  /** What a presence is compared with: in lower case. */
  key: string;
  /** As Microsoft or the PBX spells it. */
  name: string;
  value: string;
  standard: string;
  /** The values to choose from. */
  choices: readonly string[];
}

/** As Graph spells them (facts: graph §1.1), in the order of the default table (DESIGN §4). */
const TEAMS_NAMES = [
  'Available',
  'AvailableInactive',
  'Inactive',
  'Away',
  'BeRightBack',
  'OutOfOffice',
  'Busy',
  'Focusing',
  'InAMeeting',
  'InACall',
  'InAConferenceCall',
  'Presenting',
  'DoNotDisturb',
  'UrgentInterruptionsOnly',
  'Offline',
  'OffWork',
  'PresenceUnknown',
];
const PBX_NAMES = ['', 'away', 'lunch', 'vacation', 'busy', 'meeting', 'dnd'];
/** What the PBX has (facts: innovaphone §2.1). */
const PBX_CHOICES = ['', 'away', 'lunch', 'vacation', 'busy', 'meeting', ON_THE_PHONE, 'dnd'];
/** In place of a pair: our state is taken off, and Teams shows its own. */
export const CLEARED = '';

const pairText = ({ availability, activity }: TeamsPresence): string =>
  `${availability}/${activity}`;
const PAIRS = PREFERRED_PAIRS.map(pairText);

export function rowsOf(table: Table, mapping: MappingRows): MappingRow[] {
  const own = ownRows(table, mapping);
  const names = table === 'toPbx' ? TEAMS_NAMES : PBX_NAMES;
  const keys = names.map((name) => keyIn(table, name));
  const more = [...own].filter(([key]) => !keys.includes(key));
  const all = [...names, ...more.map(([, { name }]) => name)];
  return all.map((name) => {
    const key = keyIn(table, name);
    const standard = standardOf(table, key);
    const value = own.get(key)?.value ?? standard;
    return { key, name, value, standard, choices: choicesFor(table, standard, value) };
  });
}

/** Whether both tables have these rows by default; for a test. */
export const namedRows = (): Record<Table, string[]> => ({
  toPbx: TEAMS_NAMES.map((name) => keyIn('toPbx', name)),
  toTeams: PBX_NAMES,
});

/**
 * The JSON Merge Patch of one table that makes a row show `value`; `null`: what it shows by default. Rows
 * may be stored in any spelling, and twice.
 */
export function rowPatch(
  table: Table,
  mapping: MappingRows,
  { key, value }: { key: string; value: string | null },
): Record<string, string | null> {
  const stored = Object.keys(mapping[table] ?? {}).filter((name) => keyIn(table, name) === key);
  const gone = Object.fromEntries(stored.map((name) => [name, null]));
  if (value === null || value === standardOf(table, key)) return gone;
  const names = table === 'toPbx' ? TEAMS_NAMES : PBX_NAMES;
  const name = names.find((one) => keyIn(table, one) === key) ?? stored[0] ?? key;
  return { ...gone, [name]: value };
}

const keyIn = (table: Table, name: string): string =>
  table === 'toPbx' ? name.toLowerCase() : normalActivity(name);

function standardOf(table: Table, key: string): string {
  if (table === 'toPbx')
    return Object.hasOwn(DEFAULT_TO_PBX, key) ? (DEFAULT_TO_PBX[key] ?? '') : '';
  const pair = Object.hasOwn(DEFAULT_TO_TEAMS, key) ? DEFAULT_TO_TEAMS[key] : undefined;
  return pair ? pairText(pair) : CLEARED;
}

/** The last of several spellings counts, as in `mappingOf`. */
function ownRows(table: Table, mapping: MappingRows): Map<string, { name: string; value: string }> {
  const rows = new Map<string, { name: string; value: string }>();
  for (const [name, text] of Object.entries(mapping[table] ?? {})) {
    const pair = table === 'toTeams' ? parsePair(text) : undefined;
    const value = table === 'toPbx' ? normalActivity(text) : pair && pairText(pair);
    if (value !== undefined) rows.set(keyIn(table, name), { name, value });
  }
  return rows;
}

function choicesFor(table: Table, standard: string, value: string): readonly string[] {
  const known = table === 'toPbx' ? PBX_CHOICES : PAIRS;
  return [...new Set([...(standard === CLEARED ? [CLEARED] : []), ...known, value])];
}
