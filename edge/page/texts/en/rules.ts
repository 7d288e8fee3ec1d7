// The words of the rules, in English.
import type { MatchingStep } from '../../../../shared/settings/schema.ts';
import type { RuleKey } from '../../rules/changes.ts';
import type { Table } from '../../rules/mapping-rows.ts';

export interface RulesTexts {
  heading: string;
  lead: string;
  names: Record<RuleKey, string>;
  direction: Record<'both' | 'teams-to-pbx' | 'pbx-to-teams', string>;
  directionHint: string;
  matchingHint: string;
  steps: Record<MatchingStep, { name: string; hint: string }>;
  up: (name: string) => string;
  down: (name: string) => string;
  tables: Record<Table, { hint: string; from: string; to: string; legend: string }>;
  rowLabel: (name: string) => string;
  cleared: string;
  call: string;
  callHint: string;
  changedRow: string;
  standard: (value: string) => string;
  reset: string;
  resetNamed: (name: string) => string;
  resetAll: string;
  overrides: {
    hint: string;
    toUsers: string;
    empty: string;
    search: string;
    of: (count: number) => string;
    more: string;
    nobody: string;
    noPartner: string;
    removed: string;
    removeNamed: (name: string) => string;
    keep: string;
    keepNamed: (name: string) => string;
  };
  tryOut: {
    heading: string;
    hint: string;
    button: string;
    trying: string;
    nothing: string;
    counts: (counts: { added: number; removed: number; moved: number }) => string;
    columns: { user: string; before: string; after: string; why: string };
    nobody: string;
    more: string;
    nobodyYet: string;
    again: string;
  };
  changed: (names: string) => string;
  save: string;
  saving: string;
  saved: string;
  discard: string;
  invalid: string;
  stale: (names: string) => string;
  unsaved: string;
}

const people = (count: number, one: string, many: string): string =>
  count === 1 ? `1 user ${one}` : `${count} users ${many}`;

export const rules: RulesTexts = {
  heading: 'Rules',
  lead: 'Which way presence flows, who belongs to whom, and what a presence on one side means on the other.',
  names: {
    directions: 'Directions',
    matching: 'Matching',
    overrides: 'Pairs by hand',
    toPbx: 'Teams → PBX',
    toTeams: 'PBX → Teams',
  },
  direction: {
    both: 'Both directions',
    'teams-to-pbx': 'Teams → PBX only',
    'pbx-to-teams': 'PBX → Teams only',
  },
  directionHint: 'A side that is not written to keeps its presence, whatever the other one shows.',
  matchingHint:
    'Users of both sides are matched in this order. Who fits twice is listed, not guessed.',
  steps: {
    override: { name: 'By hand', hint: 'pairs that an admin set' },
    email: { name: 'E-mail', hint: 'user name or mail in Teams = an address on the PBX' },
    displayName: { name: 'Display name', hint: 'the same name on both sides' },
    sip: { name: 'SIP name', hint: 'user name in Teams before the @ = SIP name on the PBX' },
  },
  up: (name) => `Move up: ${name}`,
  down: (name) => `Move down: ${name}`,
  tables: {
    toPbx: {
      legend: 'What the PBX shows for a presence in Teams',
      hint: 'Anything else that Teams shows becomes “Available” on the PBX. Signed out or unknown is nobody’s choice: by default it only takes back what came from Teams.',
      from: 'In Teams',
      to: 'On the PBX',
    },
    toTeams: {
      legend: 'What Teams shows for a state on the PBX',
      hint: 'Microsoft takes these six states and no others.',
      from: 'On the PBX',
      to: 'In Teams',
    },
  },
  rowLabel: (name) => `Shown for ${name}`,
  cleared: 'Teams shows its own',
  call: 'In a call, for as long as it lasts',
  callHint: 'fixed',
  changedRow: 'changed',
  standard: (value) => `By default: ${value}`,
  reset: 'Reset',
  resetNamed: (name) => `Reset to the default: ${name}`,
  resetAll: 'Reset all rows',
  overrides: {
    hint: 'These pairs come before all other steps. Add one at the user.',
    toUsers: 'To the users',
    empty: 'There are no pairs by hand.',
    search: 'Search in the pairs by hand',
    of: (count) => (count === 1 ? '1 pair' : `${count} pairs`),
    more: 'There are more: search for them.',
    nobody: 'Nobody in Teams is called so.',
    noPartner: 'no partner',
    removed: 'will be removed',
    removeNamed: (name) => `Remove the pair of ${name}`,
    keep: 'Keep',
    keepNamed: (name) => `Keep the pair of ${name}`,
  },
  tryOut: {
    heading: 'What this would change',
    hint: 'Try a change of the matching out before you save it: nothing is changed by that.',
    button: 'Try it out',
    trying: 'Trying …',
    nothing: 'Nobody would get or lose a partner.',
    counts: ({ added, removed, moved }) =>
      `${people(added, 'gains a partner', 'gain a partner')}, ${people(removed, 'loses theirs', 'lose theirs')}, ${people(moved, 'gets another one', 'get another one')}.`,
    columns: { user: 'User', before: 'Partner now', after: 'Partner then', why: 'Why' },
    nobody: 'nobody',
    more: 'Show more',
    nobodyYet: 'It cannot be tried out yet:',
    again: 'The matching was changed since: try it out again.',
  },
  changed: (names) => `Not saved yet: ${names}`,
  save: 'Save',
  saving: 'Saving …',
  saved: 'Saved.',
  discard: 'Discard changes',
  invalid: 'Nothing was saved:',
  stale: (names) =>
    `Somebody else saved other rules in the meantime (${names}). Nothing of yours was saved; it lies on top of theirs now. Look at it and save again, or discard it.`,
  unsaved: 'unsaved changes',
};
