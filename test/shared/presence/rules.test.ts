import { describe, expect, test } from 'vitest';
import { mappingOf } from '../../../shared/presence/mapping.ts';
import {
  closedness,
  looksLikeSession,
  type Rules,
  writesPbx,
  writesTeams,
} from '../../../shared/presence/rules.ts';
import { teams } from './models.ts';

const rules = (changes: Partial<Rules> = {}): Rules => ({
  mapping: mappingOf(),
  directions: 'both',
  contact: 'tel:',
  ...changes,
});

test('dnd is more closed than busy and meeting, these than away, away than available', () => {
  const rank = ['dnd', 'busy', 'meeting', 'away', 'lunch', 'vacation', ''].map(closedness);
  expect(rank).toEqual([3, 2, 2, 1, 1, 1, 0]);
});

test.each([
  ['both', true, true],
  ['teams-to-pbx', true, false],
  ['pbx-to-teams', false, true],
] as const)('%s writes on the PBX: %s, in Teams: %s', (directions, toPbx, toTeams) => {
  expect(writesPbx(rules({ directions }))).toBe(toPbx);
  expect(writesTeams(rules({ directions }))).toBe(toTeams);
});

describe('the shadow of our call session', () => {
  test.each([
    ['Busy/InACall', true],
    ['busy/inacall', true],
    ['Busy', true],
    ['Busy/InAConferenceCall', true],
    ['Busy/InAMeeting', false],
    ['DoNotDisturb', false],
    ['Available', false],
  ])('may look like %s: %s', (text, does) => {
    expect(looksLikeSession(rules(), teams(text))).toBe(does);
  });

  test('is known even where an admin shows Teams calls as something else', () => {
    const mapping = mappingOf({ toPbx: { InACall: 'busy' } });
    expect(looksLikeSession(rules({ mapping }), teams('Busy/InACall'))).toBe(true);
  });
});
