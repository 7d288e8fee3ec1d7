import { expect, test } from 'vitest';
import { errand, type Faults } from '../../../edge/connector/errand.ts';
import type { Due } from '../../../shared/presence/due.ts';
import type { TeamsWrite } from '../../../shared/presence/model.ts';

const NOW = 1_000_000;
const LATER = NOW + 60_000;
/** What is promised: 9.5 minutes after a session was set or refreshed. */
const UNHEARD_MS = 9.5 * 60_000;
const CALL: TeamsWrite = { kind: 'set-session' };
const CLEAR: TeamsWrite = { kind: 'clear-session' };
const DND: TeamsWrite = {
  kind: 'set-preferred',
  presence: { availability: 'DoNotDisturb', activity: 'DoNotDisturb' },
};
const AWAY: TeamsWrite = {
  kind: 'set-preferred',
  presence: { availability: 'Away', activity: 'Away' },
};
const due = (...teams: TeamsWrite[]): Due => ({ pbx: null, teams, read: false, nextAt: null });
const failed = (write: TeamsWrite, retryAt = LATER) => ({
  code: 'graph-unavailable',
  detail: '',
  write,
  failures: 1,
  retryAt,
});

test.each<[string, Due, Faults, boolean, TeamsWrite | null, number | null]>([
  ['nothing due', due(), {}, true, null, null],
  ['something due', due(DND), {}, true, DND, NOW],
  ['the call goes first', due(CALL, DND), {}, true, CALL, NOW],
  ['no PBX is heard: no call, but the rest', due(CALL, DND), {}, false, DND, NOW],
  ['no PBX is heard, and nothing else', due(CALL), {}, false, null, null],
  ['failed: waits', due(DND), { preferred: failed(DND) }, true, null, LATER],
  ['failed, and its time has come', due(DND), { preferred: failed(DND, NOW) }, true, DND, NOW],
  [
    'a new state does not wait for an old one',
    due(AWAY),
    { preferred: failed(DND) },
    true,
    AWAY,
    NOW,
  ],
  [
    'a call that fails holds nothing else up',
    due(CALL, DND),
    { session: failed(CALL) },
    true,
    DND,
    NOW,
  ],
  [
    'each waits for itself',
    due(CALL, DND),
    { session: failed(CALL), preferred: failed(DND, NOW + 9) },
    true,
    null,
    NOW + 9,
  ],
  ['later by the clock', { ...due(), nextAt: LATER }, {}, true, null, LATER],
])('%s', (_, what, faults, live, write, dueAt) => {
  expect(errand(what, faults, { live, now: NOW, sessionAt: null })).toMatchObject({
    write,
    dueAt,
    read: false,
  });
});

test('what is not wanted any more has not failed either', () => {
  const faults = { session: failed(CALL), preferred: failed(DND) };
  expect(errand(due(AWAY), faults, { live: true, now: NOW, sessionAt: null }).faults).toEqual({
    preferred: faults.preferred,
  });
});

test.each<[string, boolean, number, TeamsWrite[], TeamsWrite | null, number | null]>([
  ['heard: as long as the call', true, UNHEARD_MS, [], null, null],
  ['not heard: until it is old', false, UNHEARD_MS - 1, [CALL], null, NOW + 1],
  ['not heard, and old', false, UNHEARD_MS, [CALL], CLEAR, NOW],
  ['not heard, old, and taken back already', false, UNHEARD_MS, [CLEAR], CLEAR, NOW],
])('a session of which the PBX is %s', (_, live, ageMs, teams, write, dueAt) => {
  const what = errand(due(...teams), {}, { live, now: NOW, sessionAt: NOW - ageMs });
  expect(what).toMatchObject({ write, dueAt });
});

test.each<[string, boolean, TeamsWrite[], number, TeamsWrite | null, number | null, Faults]>([
  ['tried again', false, [CALL], NOW, CLEAR, NOW, { session: failed(CLEAR, NOW) }],
  ['not too early', false, [CALL], LATER, null, LATER, { session: failed(CLEAR) }],
  [
    'not where it is heard again: it is set',
    true,
    [CALL],
    LATER,
    CALL,
    NOW,
    { session: failed(CLEAR) },
  ],
])(
  'a session that could not be taken back is %s',
  (_, live, teams, retryAt, write, dueAt, faults) => {
    const known = { session: failed(CLEAR, retryAt) };
    expect(errand(due(...teams), known, { live, now: NOW, sessionAt: null })).toMatchObject({
      write,
      dueAt,
      faults,
    });
  },
);

test('a call that cannot be set now fails nobody', () => {
  const known = { session: failed(CALL) };
  const { faults } = errand(due(CALL), known, { live: false, now: NOW, sessionAt: null });
  expect(faults).toEqual({});
});

test.each<[string, TeamsWrite[], Faults, boolean, boolean]>([
  ['nothing', [], {}, true, false],
  ['what may go', [DND], {}, true, true],
  ['what nobody vouches for', [CALL], {}, false, true],
  ['not what was refused', [DND], { preferred: failed(DND) }, true, false],
  ['not even when it may be tried again', [DND], { preferred: failed(DND, NOW) }, true, false],
  ['something else than what was', [AWAY], { preferred: failed(DND) }, true, true],
  ['the other layer of who was', [CALL, DND], { preferred: failed(DND) }, true, true],
])('open is %s', (_, teams, faults, live, isOpen) => {
  expect(errand(due(...teams), faults, { live, now: NOW, sessionAt: null }).isOpen).toBe(isOpen);
});

test('a read is due at once', () => {
  const what = { ...due(), read: true };
  expect(errand(what, {}, { live: true, now: NOW, sessionAt: null })).toMatchObject({
    read: true,
    dueAt: NOW,
  });
});
