import { expect, test } from 'vitest';
import { type Changes, changedSince, NO_CHANGES } from '../../edge/page/rules/changes.ts';

const SENT: Changes = {
  directions: 'teams-to-pbx',
  matching: ['email'],
  toPbx: { busy: 'dnd', away: 'lunch' },
  toTeams: {},
  removed: ['a@example.com'],
};

test('what was sent to be saved is no change any more', () => {
  expect(changedSince(SENT, SENT)).toEqual(NO_CHANGES);
  expect(changedSince(NO_CHANGES, SENT)).toEqual(SENT);
});

test('what was changed since is one, also where it is as it was before', () => {
  const now: Changes = {
    directions: 'both',
    matching: ['email', 'sip'],
    toPbx: { busy: null, away: 'lunch', inacall: 'busy' },
    toTeams: { lunch: 'Away/Away' },
    removed: ['a@example.com', 'b@example.com'],
  };
  expect(changedSince(SENT, now)).toEqual({
    ...now,
    toPbx: { busy: null, inacall: 'busy' },
    removed: ['b@example.com'],
  });
});

test('a row is one by whatever name it has', () => {
  const now: Changes = { ...NO_CHANGES, toPbx: { constructor: 'away' } };
  expect(changedSince(NO_CHANGES, now)).toEqual(now);
  expect(changedSince(now, now)).toEqual(NO_CHANGES);
});
