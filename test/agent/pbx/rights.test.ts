import { expect, test } from 'vitest';
import { userRow } from '../../../agent/pbx/messages.ts';
import { lackingOf } from '../../../agent/pbx/rights.ts';

const ALL = { name: 'microsoft365', visible: true, presence: true, otf: true };

test.each<[string, unknown, string | undefined]>([
  ['everything ticked', [ALL], undefined],
  ['no list at all', undefined, undefined],
  ['an empty list: rights may come from a template', [], undefined],
  [
    'others only: rights may come from a group',
    [{ name: 'sales', grp: true }, { name: '@' }],
    undefined,
  ],
  ['no "On the phone"', [{ ...ALL, otf: false }], 'calls'],
  ['a box that is not there is not ticked', [{ name: 'microsoft365', presence: true }], 'calls'],
  ['no "Presence"', [{ ...ALL, presence: undefined }], 'presence'],
  ['a group called like the App object', [{ ...ALL, grp: true, otf: false }], undefined],
  ['the name in another case', [{ ...ALL, name: 'Microsoft365', otf: false }], 'calls'],
  ['two entries add up', [{ ...ALL, otf: false }, ALL], undefined],
  ['a list that is none', 'x', undefined],
])('%s', (_, allows, lacking) => {
  const row = userRow.parse({ guid: 'g', allows });
  expect(lackingOf(row, 'microsoft365')).toBe(lacking);
});
