// A write to the PBX whose answer was lost: it may stand, and is ours when it is seen.
import { describe, expect, test } from 'vitest';
import { farewell } from '../../../edge/connector/farewell.ts';
import { mappingOf } from '../../../shared/presence/mapping.ts';
import {
  ECHO_WINDOW_MS,
  newPair,
  OWN_STATE_CONTACT,
  PBX_ANSWER_LIMIT_MS,
  type PbxPending,
  type Written,
} from '../../../shared/presence/model.ts';
import {
  forgottenAt,
  givenUp,
  pbxAnswered,
  pbxWriteSent,
  perhapsOurs,
} from '../../../shared/presence/pbx-writes.ts';
import { HOUR, MINUTE, PairDriver, SECOND } from './pair-driver.ts';

describe.each([
  ['the session broke', 'breaks', 6],
  ['it was given up', 'late', 12],
] as const)('a write that the PBX took, though %s before it said so', (_, line, settledS) => {
  const paired = () => {
    const pair = PairDriver.paired();
    pair.pbxLine = line;
    return pair;
  };
  const well = (pair: PairDriver) => {
    pair.pbxLine = 'list-first';
    return pair.pass(settledS * SECOND);
  };

  test('is no human’s choice when it is seen', () => {
    const pair = paired();
    pair.teamsChooses('Busy');
    well(pair).pass(HOUR);
    expect(pair.shows).toBe('Busy = busy');
    expect(pair.state.manual).toMatchObject({ origin: 'teams', pbx: 'busy' });
    expect(pair.wrote()).toEqual(['pbx busy']);
  });

  test('does not undo what was chosen in Teams since', () => {
    const pair = paired();
    pair.teamsChooses('Busy');
    pair.pass(2 * SECOND);
    pair.teamsChooses('Available');
    well(pair).pass(HOUR);
    expect(pair.shows).toBe('Available = available');
    expect(pair.wrote()).toEqual(['pbx busy', 'pbx available']);
  });

  test('is no call of the PBX: the end of the call in Teams takes it away', () => {
    const pair = paired();
    pair.teamsClient('Busy/InACall');
    well(pair).pass(2 * MINUTE);
    expect(pair.state.pbx).toMatchObject({ call: false, hidden: false });
    expect(pair.teams.hasSession(pair.now)).toBe(false);
    pair.teamsClient('Available');
    pair.pass(HOUR);
    expect(pair.shows).toBe('Available = available');
    expect(pair.wrote()).toEqual(['pbx on-the-phone', 'pbx available']);
  });

  test('is taken back when the user signs out of Teams', () => {
    const pair = paired();
    pair.teamsChooses('Busy');
    well(pair).pass(HOUR);
    pair.teamsClient('Offline');
    pair.pass(HOUR);
    expect(pair.shows).toBe('Offline = available');
  });

  test('stands for a call where the PBX takes no on-the-phone: its end takes it away', () => {
    const pair = paired();
    pair.pbxRefuses.add('on-the-phone');
    pair.teamsClient('Busy/InACall');
    well(pair).pass(2 * MINUTE);
    pair.teamsClient('Available');
    pair.pass(HOUR);
    expect(pair.shows).toBe('Available = available');
    expect(pair.state.manual).toMatchObject({ origin: 'teams', pbx: '' });
  });

  test('is taken back where the user leaves before anybody knows', () => {
    const pair = paired();
    pair.teamsChooses('Busy');
    pair.pass(line === 'late' ? 10 * SECOND : 0);
    expect(pair.state.written).toMatchObject({ pbxPending: null, pbxConfirmed: null });
    expect(farewell(pair.rules, pair.state).clearPbx).toBe(true);
  });
});

/** A write that was taken, and nothing heard of it until the gap ends. */
function unheard(inTeams: string, onPbx: string): PairDriver {
  const pair = PairDriver.paired();
  pair.pbxLine = 'lost';
  pair.teamsChooses(inTeams);
  pair.pbx.set('tel:', onPbx);
  pair.pbxLine = 'list-first';
  return pair;
}

test('a gap of hours does not make it a human’s', () => {
  const pair = unheard('Busy', 'busy');
  pair.pbxGap(() => {
    pair.pass(3 * HOUR);
    pair.teamsChooses('Available');
  });
  pair.pass(HOUR);
  expect(pair.shows).toBe('Available = available');
});

test('while its line is up it is forgotten: the same choice in a gap days later is a human’s', () => {
  const pair = PairDriver.paired();
  pair.pbxLine = { fault: 'timeout' };
  pair.teamsChooses('Busy');
  pair.teamsChooses('Available');
  pair.pbxLine = 'list-first';
  pair.pass(65 * HOUR);
  pair.pbxGap(() => pair.pbx.set('tel:', 'busy'));
  expect(pair.reason).toBe('pbx-chose');
});

test('nor does a call that hides it after the gap, however long', () => {
  const pair = unheard('Busy', 'busy');
  pair.pbxGap(() => pair.pbx.calls.add('tel:'));
  pair.pass(HOUR);
  pair.pbxHangsUp();
  pair.pass(HOUR);
  expect(pair.state.manual).toMatchObject({ origin: 'teams', pbx: 'busy' });
});

test('nor a call that hid it for longer than an echo takes', () => {
  const pair = PairDriver.paired();
  pair.pbxRefuses.add('meeting');
  pair.pbxLine = 'late';
  pair.teamsClient('Busy/InAMeeting');
  pair.pbxCall('tel:');
  pair.pass(2 * MINUTE);
  pair.pbxHangsUp();
  pair.pass(HOUR);
  expect(pair.state.manual).toMatchObject({ origin: 'teams', pbx: 'meeting' });
});

test('what a call hid is forgotten when something else shows after it', () => {
  const pair = PairDriver.paired();
  pair.pbxLine = 'lost';
  pair.teamsChooses('Busy');
  pair.pbxCall('tel:');
  pair.teamsChooses('Available');
  pair.pass(2 * MINUTE);
  pair.pbxHangsUp();
  pair.pass(MINUTE);
  expect(pair.pbxSets('busy')).toBe('pbx-chose');
});

test('a list that shows something else after the gap ends the doubt', () => {
  const pair = unheard('Busy', 'dnd');
  pair.pbxGap();
  expect(pair.state.written.pbxDoubts).toBeUndefined();
  expect(pair.pbxSets('busy')).toBe('pbx-chose');
});

test('but not after a gap of the tunnel alone: the agent may still be at it', () => {
  const pair = PairDriver.paired();
  pair.pbxLine = 'lost';
  pair.teamsChooses('Busy');
  pair.teamsChooses('DoNotDisturb');
  pair.tunnelGap();
  pair.pbx.set('tel:', 'busy');
  expect(pair.list()).toBe('same');
  pair.pbxLine = 'list-first';
  pair.pass(MINUTE);
  expect(pair.shows).toBe('DoNotDisturb = dnd');
  expect(pair.state.manual).toMatchObject({ origin: 'teams', pbx: 'dnd' });
});

test('an answer to a later write ends all doubt about those before', () => {
  const pair = PairDriver.paired();
  pair.pbxLine = { fault: 'unanswered' };
  pair.teamsChooses('Busy');
  expect(pair.state.written.pbxDoubts).toMatchObject([{ activity: 'busy' }]);
  pair.pbxLine = 'answer-first';
  pair.teamsChooses('DoNotDisturb');
  pair.pass(SECOND);
  expect(pair.state.written.pbxDoubts).toBeUndefined();
  expect(pair.pbxSets('busy')).toBe('pbx-chose');
});

test('a doubt of long ago is nobody’s excuse', () => {
  const pair = PairDriver.paired();
  pair.pbxLine = { fault: 'timeout' };
  pair.teamsChooses('Busy');
  pair.teamsChooses('Available');
  pair.pass(2 * MINUTE);
  expect(pair.pbxSets('busy')).toBe('pbx-chose');
});

test('what the PBX refused was not taken', () => {
  const pair = PairDriver.paired();
  pair.pbxLine = { fault: 'refused' };
  pair.teamsChooses('Busy');
  pair.teamsChooses('Available');
  expect(pair.pbxSets('busy')).toBe('pbx-chose');
});

test('of two that are equal, the older one comes first', () => {
  const pair = PairDriver.paired();
  pair.pbxRefuses.add('on-the-phone').add('meeting');
  pair.pbxLine = 'late';
  pair.teamsClient('Busy/InACall');
  pair.teamsClient('Busy/InAMeeting');
  pair.pass(HOUR);
  pair.tunnelGap();
  expect(pair.wrote()).not.toContain('teams Busy');
  expect(pair.state.manual).toMatchObject({ origin: 'teams', pbx: 'meeting' });
});

test('a PBX that refuses meeting, and answers late, is found out and not asked for ever', () => {
  const pair = PairDriver.paired();
  pair.pbxRefuses.add('meeting');
  pair.pbxLine = 'late';
  pair.teamsClient('Busy/InAMeeting');
  pair.pass(HOUR);
  expect(pair.rules.refused).toEqual(new Set(['meeting']));
  const asked = pair.wrote();
  expect(asked.slice(0, 2)).toEqual(['pbx meeting', 'pbx busy']);
  expect(asked.length).toBeLessThanOrEqual(4);
  expect(pair.shows).toBe('Busy/InAMeeting = busy');
});

test('several that nobody answered are each ours, whichever shows', () => {
  const pair = PairDriver.paired();
  pair.pbxLine = { fault: 'unanswered' };
  pair.teamsChooses('Busy');
  pair.pass(SECOND);
  pair.teamsChooses('DoNotDisturb');
  expect(pair.state.written.pbxDoubts).toMatchObject([{ activity: 'busy' }, { activity: 'dnd' }]);
  pair.pbxLine = 'lost';
  pair.pbx.set('tel:', 'busy');
  expect(pair.list()).toBe('same');
  expect(pair.state.written.pbxDoubts).toMatchObject([{ activity: 'dnd' }]);
  pair.pbx.set('tel:', 'dnd');
  expect(pair.list()).toBe('same');
  expect(pair.state.manual).toMatchObject({ origin: 'teams', pbx: 'dnd' });
  expect(pair.pbxSets('away')).toBe('pbx-chose');
});

test('said again, it is in doubt once, and as new as when it was said last', () => {
  const pair = PairDriver.paired();
  pair.pbxLine = { fault: 'timeout' };
  pair.teamsChooses('Busy');
  pair.pass(80 * SECOND);
  const doubts = pair.state.written.pbxDoubts ?? [];
  expect(doubts).toHaveLength(1);
  pair.pbxLine = 'lost';
  pair.teamsChooses('Available');
  pair.pass(20 * SECOND);
  pair.pbx.set('tel:', 'busy');
  expect(pair.list()).not.toBe('pbx-chose');
});

test('a fault that leaves it open is told of as one that does not', () => {
  const pair = PairDriver.paired();
  pair.pbxLine = 'lost';
  pair.teamsChooses('Busy');
  const write = pair.state.written.pbxPending?.at ?? 0;
  expect(pair.apply({ kind: 'pbx-wrote', write, fault: 'unanswered' })).toBe('pbx-refused');
});

describe('what was sent and nobody answered', () => {
  const now = 10 * HOUR;
  const fresh: PbxPending = { activity: 'busy', at: now - ECHO_WINDOW_MS + 1 };
  const old: PbxPending = { activity: 'away', at: now - ECHO_WINDOW_MS };
  const hidden: PbxPending = { activity: 'dnd', at: 1, unseen: true };
  const written = (more: Partial<Written>): Written => ({ ...newPair().written, ...more });

  test.each<[string, Partial<Written>, boolean, PbxPending[]]>([
    ['nothing', {}, false, []],
    ['the newest first', { pbxDoubts: [hidden], pbxPending: fresh }, false, [fresh, hidden]],
    ['not what is long ago', { pbxDoubts: [old], pbxPending: fresh }, false, [fresh]],
    ['nor as the last one', { pbxPending: old }, false, []],
    ['after a gap all of it', { pbxDoubts: [old], pbxPending: fresh }, true, [fresh, old]],
  ])('may show in a list: %s', (_, more, afterGap, perhaps) => {
    expect(perhapsOurs(written(more), { afterGap }, now)).toEqual(perhaps);
  });

  test('is forgotten when its time is over, what a call hides not', () => {
    expect(forgottenAt(written({ pbxDoubts: [old, fresh, hidden] }))).toEqual([now, now + 1]);
    expect(forgottenAt(written({}))).toEqual([]);
  });

  test.each<[string, number, boolean]>([
    ['not yet', PBX_ANSWER_LIMIT_MS - 1, false],
    ['in time for the next try', PBX_ANSWER_LIMIT_MS, true],
  ])('is in doubt: %s', (_, ageMs, isInDoubt) => {
    const pending = { activity: 'busy', at: now - ageMs };
    const state = { ...newPair(), written: written({ pbxPending: pending }) };
    const after = givenUp(state, { isUp: true, now });
    expect(after.written).toMatchObject(
      isInDoubt ? { pbxPending: null, pbxDoubts: [pending] } : { pbxPending: pending },
    );
  });
});

describe('what the PBX took', () => {
  const rules = { mapping: mappingOf(), directions: 'both' } as const;
  const stood = { at: 1, manual: 'away', call: false, item: 'away', hidden: false };

  test.each<[string, string, PbxPending, string]>([
    [
      'a state, at the contact of the user’s own',
      OWN_STATE_CONTACT,
      { activity: 'dnd', at: 5 },
      'dnd',
    ],
    ['on-the-phone', OWN_STATE_CONTACT, { activity: 'on-the-phone', at: 5 }, 'away'],
    ['busy in its place', OWN_STATE_CONTACT, { activity: 'busy', at: 5, forCall: true }, 'away'],
    ['a state, at a contact of ours', 'teams:', { activity: 'dnd', at: 5 }, 'away'],
  ])('is the user’s own state: %s', (_, contact, pbxPending, manual) => {
    const state = { ...newPair(), pbx: stood, written: { ...newPair().written, pbxPending } };
    const event = { kind: 'pbx-wrote', write: 5 } as const;
    const { pbx } = pbxAnswered({ ...rules, contact }, state, event, 9).state;
    expect(pbx).toEqual({ ...stood, item: pbxPending.activity, manual });
  });

  test.each([
    [true, 'busy', { forCall: true }],
    [true, 'dnd', {}],
    [false, 'busy', {}],
  ] as const)('was sent for a call in Teams: %j, %s', (call, activity, more) => {
    const { state } = PairDriver.paired();
    const known = { ...state, teams: state.teams && { ...state.teams, call } };
    expect(pbxWriteSent(known, activity, 7).written.pbxPending).toEqual({
      activity,
      at: 7,
      ...more,
    });
  });
});
