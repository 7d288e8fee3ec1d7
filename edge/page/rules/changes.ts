// What an admin changed of the rules and has not saved yet: differences only, so that they lie on top of
// whatever somebody else saves meanwhile. Pure.
import type { MatchingStep, SettingsView } from '../../../shared/settings/schema.ts';
import { type MappingRow, rowPatch, rowsOf, type Table } from './mapping-rows.ts';

type Rows = Readonly<Record<string, string | null>>;

export interface Changes {
  directions?: SettingsView['directions'];
  matching?: readonly MatchingStep[];
  /** By key of the row; `null`: as by default. */
  toPbx: Rows;
  toTeams: Rows;
  /** Overrides to be taken away, by whom they call so in Teams. */
  removed: readonly string[];
}

export const NO_CHANGES: Changes = { toPbx: {}, toTeams: {}, removed: [] };

export const RULE_KEYS = ['directions', 'matching', 'overrides', 'toPbx', 'toTeams'] as const;
export type RuleKey = (typeof RULE_KEYS)[number];
type Stored = Pick<SettingsView, 'directions' | 'matching' | 'overrides' | 'mapping'>;

/** The rows of a table as they would be. */
export function rowsWith(table: Table, stored: Stored, changes: Changes): MappingRow[] {
  const rows = changes[table];
  return rowsOf(table, stored.mapping).map((row) => {
    const changed = Object.hasOwn(rows, row.key) ? rows[row.key] : undefined;
    return changed === undefined ? row : { ...row, value: changed ?? row.standard };
  });
}

export const overridesWith = ({ overrides }: Stored, { removed }: Changes): Stored['overrides'] =>
  overrides.filter(({ teams }) => !removed.includes(teams));

/** Which of the rules would be other ones, in the order of the page. */
export function changedKeys(stored: Stored, changes: Changes): RuleKey[] {
  const patch = patchOf(stored, changes);
  const mapping = patch['mapping'] as Partial<Record<Table, object>> | undefined;
  return RULE_KEYS.filter((key) =>
    key === 'toPbx' || key === 'toTeams' ? mapping?.[key] !== undefined : key in patch,
  );
}

/** The JSON Merge Patch (RFC 7396) that saves the changes. */
export function patchOf(stored: Stored, changes: Changes): Record<string, unknown> {
  const { directions, matching } = changes;
  const overrides = overridesWith(stored, changes);
  const mapping = Object.fromEntries(
    (['toPbx', 'toTeams'] as const).flatMap((table) => {
      const patch = tablePatch(table, stored, changes);
      return Object.keys(patch).length > 0 ? [[table, patch]] : [];
    }),
  );
  return {
    ...(directions !== undefined && directions !== stored.directions && { directions }),
    ...(matching && String(matching) !== String(stored.matching) && { matching }),
    ...(overrides.length < stored.overrides.length && { overrides }),
    ...(Object.keys(mapping).length > 0 && { mapping }),
  };
}

/** What of `now` was changed after `sent` was sent, to lie on top of what came of that. */
export function changedSince(sent: Changes, now: Changes): Changes {
  const { directions, matching } = now;
  const rows = (table: Table): Rows =>
    Object.fromEntries(
      Object.entries(now[table]).filter(
        ([key, value]) => !Object.hasOwn(sent[table], key) || sent[table][key] !== value,
      ),
    );
  return {
    ...(directions !== undefined && directions !== sent.directions && { directions }),
    ...(matching && String(matching) !== String(sent.matching) && { matching }),
    toPbx: rows('toPbx'),
    toTeams: rows('toTeams'),
    removed: now.removed.filter((one) => !sent.removed.includes(one)),
  };
}

/** Only of rows that would show something else. */
function tablePatch(table: Table, stored: Stored, changes: Changes): Record<string, string | null> {
  const before = new Map(rowsOf(table, stored.mapping).map((row) => [row.key, row.value]));
  const changed = rowsWith(table, stored, changes).filter(
    ({ key, value }) => value !== before.get(key),
  );
  const patches = changed.map((row) => rowPatch(table, stored.mapping, row));
  return Object.assign({}, ...patches);
}

/** Which of the rules somebody else changed. */
export const differentKeys = (before: Stored, after: Stored): RuleKey[] =>
  RULE_KEYS.filter(
    (key) => JSON.stringify(partOf(before, key)) !== JSON.stringify(partOf(after, key)),
  );

function partOf(stored: Stored, key: RuleKey): unknown {
  if (key !== 'toPbx' && key !== 'toTeams') return stored[key];
  return rowsOf(key, stored.mapping).map((row) => [row.key, row.value]);
}
