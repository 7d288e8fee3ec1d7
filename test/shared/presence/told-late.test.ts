// What Microsoft held back: when it is looked into, and what a read then proves.
import { describe, expect, test } from 'vitest';
import type { Decision, TeamsSeen } from '../../../shared/presence/events.ts';
import {
  ECHO_WINDOW_MS,
  type PairState,
  PROOF_WITHIN_MS,
  SETTLE_AFTER_MS,
  type Unproven,
} from '../../../shared/presence/model.ts';
import { asBefore, provesFrom, unproven } from '../../../shared/presence/told-late.ts';
import { teams } from './models.ts';
import { HOUR, PairDriver } from './pair-driver.ts';

const { rules } = new PairDriver();
const now = 10 * HOUR;
const AVAILABLE = teams('Available');
const BUSY = teams('Busy');

/** Available on both sides since so long ago. */
function quiet(silentMs: number, more: Partial<PairState> = {}): PairState {
  const { state } = PairDriver.paired();
  return { ...state, teams: state.teams && { ...state.teams, at: now - silentMs }, ...more };
}

describe('what Teams says after long silence', () => {
  const seen = (before: PairState, reason: Decision['reason'] = 'teams-chose'): Decision => ({
    state: { ...before, settleAt: 7 },
    reason,
  });

  test('is believed, and looked into', () => {
    const before = quiet(ECHO_WINDOW_MS + 1);
    const { manual, written } = before;
    expect(unproven(before, seen(before), now)).toEqual({
      reason: 'teams-chose',
      look: true,
      state: {
        ...before,
        settleAt: 7,
        unproven: {
          at: now,
          manual,
          teams: before.teams,
          session: written.session,
          preferred: written.preferred,
          lasts: written.lasts,
        },
      },
    });
  });

  test.each<[string, PairState, Decision['reason']?]>([
    ['not so long ago', quiet(ECHO_WINDOW_MS)],
    ['the same as before', quiet(HOUR), 'same'],
    ['of whom nothing was known in Teams', quiet(HOUR, { teams: null })],
    ['nor on the PBX', quiet(HOUR, { pbx: null })],
    ['of whom nothing was wanted yet', quiet(HOUR, { manual: null })],
  ])('is news like any other: %s', (_, before, reason) => {
    const news = seen(before, reason);
    expect(unproven(before, news, now)).toBe(news);
  });
});

describe('a read after that', () => {
  const before = quiet(HOUR, { manual: { origin: 'teams', pbx: '', teams: 'leave' } });
  const view = before.teams!;
  const known: Unproven = {
    at: now,
    manual: before.manual,
    teams: view,
    session: null,
    preferred: null,
  };
  const since: PairState = {
    ...before,
    teams: { ...view, presence: BUSY },
    manual: { origin: 'teams', pbx: 'busy', teams: 'leave' },
    unproven: known,
  };
  const read = (presence = AVAILABLE, askedAt = now + SETTLE_AFTER_MS) =>
    ({ kind: 'teams-seen', source: 'read', presence, at: askedAt, askedAt }) as TeamsSeen & {
      source: 'read';
    };

  test('that shows what stood before proves that it was old', () => {
    expect(asBefore(rules, since, read(), now + 1)).toEqual({
      reason: 'teams-told-late',
      state: {
        ...since,
        manual: known.manual,
        teams: { ...view, sequence: undefined, at: now + SETTLE_AFTER_MS },
        written: { ...since.written, preferred: null, lasts: undefined },
      },
    });
  });

  const ours = { presence: BUSY, at: 1, before: null };
  const inCall: PairState = { ...since, written: { ...since.written, session: { at: now } } };
  const wasBusy: Unproven = { ...known, teams: { ...view, presence: BUSY, underlying: BUSY } };
  const wasInCall: Unproven = { ...wasBusy, session: { at: now - HOUR } };
  const chosen: PairState = { ...since, manual: { origin: 'pbx', pbx: 'busy', teams: 'leave' } };
  test.each<[string, boolean, PairState, Unproven | undefined, TeamsSeen, number]>([
    ['nothing is unproven', false, since, undefined, read(), now],
    ['it shows the news', false, since, known, read(teams('Away')), now],
    ['as late as it may be', true, since, known, read(), now + PROOF_WITHIN_MS],
    ['too late', false, since, known, read(), now + PROOF_WITHIN_MS + 1],
    ['somebody chose on the PBX since what Teams seemed to show', true, chosen, known, read(), now],
    [
      'somebody chose on the PBX since what stood before',
      true,
      { ...since, manual: { origin: 'pbx', pbx: '', teams: 'leave' } },
      { ...known, manual: { origin: 'pbx', pbx: '', teams: 'leave' } },
      read(),
      now,
    ],
    [
      'and Teams has told since what it shows',
      false,
      { ...chosen, doubted: { presence: AVAILABLE, at: now } },
      known,
      read(),
      now,
    ],
    [
      'and Teams has told something else since',
      true,
      { ...chosen, doubted: { presence: teams('Away'), at: now } },
      known,
      read(),
      now,
    ],
    ['and Teams has told something', true, { ...chosen, doubted: 'something' }, known, read(), now],
    [
      'Teams has told since what it shows',
      true,
      { ...since, doubted: { presence: AVAILABLE, at: now } },
      known,
      read(),
      now,
    ],
    [
      'somebody chose on the PBX since',
      false,
      { ...since, manual: { origin: 'pbx', pbx: 'dnd', teams: 'clear' } },
      known,
      read(),
      now,
    ],
    ['nothing is wanted any more', false, { ...since, manual: null }, known, read(), now],
    ['what we had written shows', true, since, { ...known, preferred: ours }, read(BUSY), now],
    [
      'what we had written, beneath a call',
      false,
      since,
      { ...known, preferred: ours, teams: { ...view, call: true } },
      read(BUSY),
      now,
    ],
    ['a session of ours has begun since', true, inCall, known, read(), now],
    ['and it may be what shows', false, inCall, wasBusy, read(BUSY), now],
    ['a session of ours stood then', true, inCall, wasInCall, read(BUSY), now],
    ['it was busy before, without a session', true, since, wasBusy, read(BUSY), now],
    [
      'ours had been cleared',
      false,
      since,
      { ...known, preferred: { ...ours, presence: 'cleared' } },
      read(BUSY),
      now,
    ],
  ])('%s: %j', (_, isOld, state, unprovenYet, event, at) => {
    const { unproven: __, ...others } = state;
    const held = unprovenYet ? { ...others, unproven: unprovenYet } : others;
    expect(asBefore(rules, held, event, at) !== undefined).toBe(isOld);
  });

  test.each<[string, PairState, TeamsSeen & { source: 'read' }, number | null]>([
    ['asked too soon', since, read(AVAILABLE, now + SETTLE_AFTER_MS - 1), now + SETTLE_AFTER_MS],
    ['asked late enough', since, read(), null],
    ['of something else', since, read(teams('Away'), now), null],
    ['while nothing is unproven', before, read(AVAILABLE, now), null],
  ])('is to be read once more: %s', (_, state, event, at) => {
    expect(provesFrom(rules, state, event, now)).toBe(at);
  });
});
