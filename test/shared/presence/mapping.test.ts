import { describe, expect, test } from 'vitest';
import {
  isCall,
  isEqual,
  isNoInformation,
  isSurelyChosen,
  mappingOf,
  PREFERRED_PAIRS,
  parsePair,
  preferredLifetime,
} from '../../../shared/presence/mapping.ts';
import { teams, textOf } from './models.ts';

const mapping = mappingOf();

// DESIGN §4, row by row.
const TO_PBX: [string, string][] = [
  ...[
    'Available',
    'Available/AvailableInactive',
    'Available/Inactive',
    'Offline',
    'Offline/OffWork',
    'PresenceUnknown',
    'Mystery/Unheard',
  ].map((text): [string, string] => [text, '']),
  ['Away', 'away'],
  ['BeRightBack', 'away'],
  ['Away/BeRightBack', 'away'],
  ['Away/OutOfOffice', 'away'],
  ['Available/OutOfOffice', 'away'],
  ['Busy', 'busy'],
  ['DoNotDisturb/Focusing', 'busy'],
  ['DoNotDisturb', 'dnd'],
  ['DoNotDisturb/UrgentInterruptionsOnly', 'dnd'],
  ['Busy/InAMeeting', 'meeting'],
  ['Busy/InACall', 'on-the-phone'],
  ['Busy/InAConferenceCall', 'on-the-phone'],
  ['DoNotDisturb/Presenting', 'on-the-phone'],
  // Where the activity says nothing, the availability does.
  ['Busy/', 'busy'],
  ['DoNotDisturb/Dreaming', 'dnd'],
  ['AvailableIdle/Unheard', ''],
  // The PBX may hand on any word; none is a property of an object.
  ['constructor/__proto__', ''],
];

describe('from Teams to the PBX', () => {
  test.each(TO_PBX)('%s shows as "%s"', (text, activity) => {
    expect(mapping.toPbx(teams(text))).toBe(activity);
    const { availability, activity: spelled } = teams(text);
    for (const change of ['toLowerCase', 'toUpperCase'] as const) {
      const presence = { availability: availability[change](), activity: spelled[change]() };
      expect(mapping.toPbx(presence)).toBe(activity);
    }
  });
});

const TO_TEAMS: [string, string | null][] = [
  ['busy', 'Busy'],
  ['meeting', 'Busy'],
  ['dnd', 'DoNotDisturb'],
  ['away', 'Away'],
  ['lunch', 'Away'],
  ['vacation', 'Away'],
  ['', null],
  ['online', null],
  ['on-the-phone', null],
  ['permanent-absence', null],
  ['constructor', null],
];

describe('from the PBX to Teams', () => {
  test.each(TO_TEAMS)('"%s" becomes %s', (activity, text) => {
    for (const spelled of [activity, activity.toUpperCase()]) {
      const pair = mapping.toTeams(spelled);
      expect(pair && textOf(pair)).toBe(text);
    }
  });

  test('only what Microsoft accepts is written', () => {
    for (const [activity] of TO_TEAMS) {
      const pair = mapping.toTeams(activity);
      if (pair) expect(PREFERRED_PAIRS).toContainEqual(pair);
    }
  });
});

describe('the rows of an admin', () => {
  test('lie over the defaults, in any case, and leave the other rows alone', () => {
    const changed = mappingOf({
      toPbx: { INAMEETING: 'Busy', OutOfOffice: 'vacation', Available: 'online' },
      toTeams: { Lunch: 'berightback/BERIGHTBACK', online: 'Available/Available' },
    });
    expect(changed.toPbx(teams('Busy/InAMeeting'))).toBe('busy');
    expect(changed.toPbx(teams('Away/OutOfOffice'))).toBe('vacation');
    expect(changed.toPbx(teams('Available'))).toBe('');
    expect(changed.toPbx(teams('Away'))).toBe('away');
    expect(changed.toTeams('lunch')).toEqual(teams('BeRightBack'));
    expect(changed.toTeams('')).toEqual(teams('Available'));
    expect(changed.toTeams('vacation')).toEqual(teams('Away'));
    expect(mapping.toTeams('')).toBeNull();
  });

  test('that Microsoft would refuse are not taken', () => {
    expect(mappingOf({ toTeams: { busy: 'Busy/InAMeeting' } }).toTeams('busy')).toEqual(
      teams('Busy'),
    );
  });
});

describe('a pair of Teams', () => {
  test.each([
    ['Busy/Busy', 'Busy'],
    ['offline/offwork', 'Offline/OffWork'],
    ['DoNotDisturb/DoNotDisturb', 'DoNotDisturb'],
    ['Busy', undefined],
    ['Busy/InACall', undefined],
    ['Busy/Busy/Busy', undefined],
    ['', undefined],
    ['/', undefined],
  ])('"%s" is read as %s', (text, pair) => {
    const parsed = parsePair(text);
    expect(parsed && textOf(parsed)).toBe(pair);
  });

  test('lasts a day as Busy and DoNotDisturb, a week as anything else', () => {
    const day = 86_400_000;
    for (const pair of PREFERRED_PAIRS) {
      const short = pair.availability === 'Busy' || pair.availability === 'DoNotDisturb';
      const expected = short ? { iso: 'P1D', ms: day } : { iso: 'P7D', ms: 7 * day };
      expect(preferredLifetime(pair)).toEqual(expected);
    }
  });
});

describe('both sides are equal', () => {
  test.each([
    // toPbx(teams) = pbx
    ['Busy/InAMeeting', 'meeting', true],
    ['BeRightBack', 'away', true],
    ['Available', '', true],
    ['Available', 'online', true],
    ['Available', null, true],
    ['Offline', null, true],
    // toTeams(pbx) = teams
    ['Busy', 'meeting', true],
    ['Away', 'lunch', true],
    ['Away', 'Vacation', true],
    // neither
    ['Busy/InAMeeting', 'busy', false],
    ['BeRightBack', 'lunch', false],
    ['Busy', '', false],
    ['Available', 'busy', false],
    ['DoNotDisturb', 'busy', false],
    ['Available', 'permanent-absence', false],
  ])('%s and "%s": %s', (text, activity, equal) => {
    expect(isEqual(mapping, teams(text), activity)).toBe(equal);
  });
});

describe('what a presence is worth', () => {
  test.each([
    ['Offline', true],
    ['Offline/OffWork', true],
    ['offline/', true],
    ['PresenceUnknown', true],
    ['Available', false],
    ['Away', false],
    ['Offline/OutOfOffice', false],
  ])('%s says nothing of a choice: %s', (text, isNone) => {
    expect(isNoInformation(mapping, teams(text))).toBe(isNone);
  });

  test('Offline with a row of its own is what the row says', () => {
    const changed = mappingOf({ toPbx: { Offline: 'away' } });
    expect(isNoInformation(changed, teams('Offline'))).toBe(false);
    expect(isNoInformation(changed, teams('Offline/OffWork'))).toBe(true);
  });

  test('what is shown as on-the-phone is a call', () => {
    expect(isCall(mapping, teams('DoNotDisturb/Presenting'))).toBe(true);
    expect(isCall(mapping, teams('Busy/InAMeeting'))).toBe(false);
    expect(isCall(mappingOf({ toPbx: { InACall: 'busy' } }), teams('Busy/InACall'))).toBe(false);
  });

  test('only a human makes Teams show Busy, Do not disturb or Be right back as such', () => {
    for (const text of ['Busy', 'DoNotDisturb', 'berightback']) {
      expect(isSurelyChosen(teams(text))).toBe(true);
    }
    for (const text of ['Away', 'Available', 'Busy/InAMeeting', 'DoNotDisturb/Presenting']) {
      expect(isSurelyChosen(teams(text))).toBe(false);
    }
  });
});
