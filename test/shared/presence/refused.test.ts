import { describe, expect, test } from 'vitest';
import {
  newPair,
  type PbxFailed,
  type PbxPending,
  type Written,
} from '../../../shared/presence/model.ts';
import {
  failedStill,
  failedWith,
  isBusyForCall,
  isCallAsBusy,
  isProvenBy,
  PBX_RETRY_MS,
  refusalLearned,
} from '../../../shared/presence/refused.ts';
import { HOUR, MINUTE, PairDriver, SECOND } from './pair-driver.ts';

function refusing(...activities: string[]): PairDriver {
  const pair = PairDriver.paired();
  for (const activity of activities) pair.pbxRefuses.add(activity);
  return pair;
}

describe('a PBX that does not take on-the-phone', () => {
  test.each(['list-first', 'answer-first'] as const)(
    'shows busy for a call in Teams, and it is nobody’s choice (%s)',
    (line) => {
      const pair = refusing('on-the-phone');
      pair.pbxLine = line;
      pair.teamsClient('Busy/InACall');
      expect(pair.wrote()).toEqual(['pbx on-the-phone', 'pbx busy']);
      pair.pass(3 * HOUR);
      expect(pair.wrote()).toEqual([]);
      pair.teamsClient('Available');
      pair.pass(MINUTE);
      expect(pair.wrote()).toEqual(['pbx available']);
      expect(pair.shows).toBe('Available = available');
    },
  );

  test('is asked once: the next call is busy at once', () => {
    const pair = refusing('on-the-phone');
    pair.teamsClient('Busy/InACall');
    pair.teamsClient('Available');
    pair.pass(MINUTE);
    pair.wrote();
    pair.teamsClient('Busy/InACall');
    expect(pair.wrote()).toEqual(['pbx busy']);
  });

  test('what a human sets in its place goes to Teams and is kept', () => {
    const pair = refusing('on-the-phone');
    pair.teamsClient('Busy/InACall');
    expect(pair.pbxShows).toBe('busy');
    pair.pbxSets('dnd');
    pair.pass(MINUTE);
    expect(pair.pbxShows).toBe('dnd');
    expect(pair.wrote()).toContain('teams DoNotDisturb');
  });

  test('a change of the rules during the call makes nobody busy in Teams', () => {
    const pair = refusing('on-the-phone');
    pair.teamsClient('Busy/InACall');
    pair.apply({ kind: 'rules-changed' });
    pair.teamsClient('Available');
    pair.pass(MINUTE);
    expect(pair.shows).toBe('Available = available');
    expect(pair.wrote().filter((line) => line.startsWith('teams'))).toEqual([]);
  });
});

test('a PBX that does not take meeting shows busy, and Teams stays in its meeting', () => {
  const pair = refusing('meeting');
  pair.teamsClient('Busy/InAMeeting');
  pair.pass(HOUR);
  expect(pair.wrote()).toEqual(['pbx meeting', 'pbx busy']);
  expect(pair.shows).toBe('Busy/InAMeeting = busy');
});

test('a human who sets meeting where we may not is left alone', () => {
  const pair = refusing('meeting');
  pair.teamsClient('Busy/InAMeeting');
  pair.wrote();
  pair.pbxSets('meeting');
  pair.pass(HOUR);
  expect(pair.pbxShows).toBe('meeting');
  expect(pair.wrote().filter((line) => line.startsWith('pbx'))).toEqual([]);
});

test('where busy stands already it is said once more, so that the reason is known', () => {
  const pair = refusing('on-the-phone');
  pair.teamsChooses('Busy');
  pair.wrote();
  pair.teamsChooses(null);
  pair.pbxSets('busy');
  pair.wrote();
  pair.teamsChooses(null);
  pair.teamsClient('Busy/InACall');
  pair.pass(HOUR);
  expect(pair.wrote().filter((line) => line === 'pbx on-the-phone').length).toBeLessThanOrEqual(1);
});

test('after a gap the busy in place of a meeting is as it was', () => {
  const pair = refusing('meeting');
  pair.teamsClient('Busy/InAMeeting');
  pair.wrote();
  pair.tunnelGap();
  pair.pbxGap();
  pair.pass(HOUR);
  expect(pair.wrote()).toEqual([]);
});

test('another presence in Teams ends the call: what it covered counts, and not the busy in its place', () => {
  const pair = refusing('on-the-phone');
  pair.basic = true;
  pair.teamsClient('DoNotDisturb/Presenting');
  pair.pass(5 * MINUTE);
  expect(pair.pbxShows).toBe('busy');
  pair.wrote();
  pair.teamsChooses('BeRightBack');
  pair.pass(5 * MINUTE);
  expect(pair.wrote()).toEqual(['pbx away']);
});

test('a call that ends in a gap leaves no busy behind', () => {
  const pair = refusing('on-the-phone');
  pair.teamsClient('Busy/InACall');
  pair.pbxGap(() => {
    pair.teamsClient('Available');
    pair.pass(5 * MINUTE);
  });
  pair.pass(5 * MINUTE);
  expect(pair.shows).toBe('Available = available');
});

test.each([false, true])(
  'the busy of a call that is over, said as a state and unanswered, is nobody’s choice: gap %s',
  (isGap) => {
    const pair = refusing('on-the-phone');
    pair.teamsClient('Busy/InACall');
    pair.pbxLine = 'lost';
    pair.teamsChooses('Busy');
    const meanwhile = () => {
      pair.pass(5 * MINUTE).pbxLine = 'list-first';
    };
    if (isGap) pair.tunnelGap(meanwhile);
    else meanwhile();
    pair.pass(MINUTE).pbxSets('away', 'im:');
    expect(pair.state.manual).toMatchObject({ origin: 'teams', pbx: 'busy' });
    pair.wrote();
    pair.teamsClient('Offline');
    expect(pair.wrote()).toEqual(['pbx available']);
  },
);

test('a busy that is meant after the call is a state like any other', () => {
  const pair = refusing('on-the-phone');
  pair.teamsClient('Busy/InACall');
  pair.teamsChooses('Busy');
  pair.teamsClient('Available');
  pair.pass(5 * MINUTE);
  expect(pair.shows).toBe('Busy = busy');
  pair.pbxSets('');
  pair.pass(5 * MINUTE);
  expect(pair.shows).toBe('Available = available');
});

describe('a user whom the PBX refuses', () => {
  test('is not told apart by what is refused: busy is tried once, then it is left alone for a while', () => {
    const pair = refusing('on-the-phone', 'busy');
    pair.teamsClient('Busy/InACall');
    expect(pair.wrote()).toEqual(['pbx on-the-phone', 'pbx busy']);
    pair.pass(PBX_RETRY_MS - SECOND);
    expect(pair.wrote()).toEqual([]);
    expect(pair.rules.refused).toBeUndefined();
    pair.pass(2 * SECOND);
    expect(pair.wrote()).toEqual(['pbx on-the-phone', 'pbx busy']);
  });

  test('is tried ever more rarely', () => {
    const pair = refusing('dnd');
    pair.teamsChooses('DoNotDisturb');
    pair.pass(8 * HOUR);
    const tries = pair.wrote().length;
    expect(tries).toBeGreaterThan(90);
    expect(tries).toBeLessThan(110);
    pair.pbxRefuses.clear();
    pair.pass(HOUR);
    expect(pair.pbxShows).toBe('dnd');
  });

  test('is tried at once when something else is wanted', () => {
    const pair = refusing('dnd');
    pair.teamsChooses('DoNotDisturb');
    pair.pass(HOUR);
    pair.teamsChooses('Away');
    expect(pair.pbxShows).toBe('away');
  });
});

test('a busy that stood there already, seen again while its answer is awaited, teaches nothing', () => {
  const pair = refusing('on-the-phone');
  pair.teamsClient('Busy/Busy');
  pair.pbxLine = 'lost';
  pair.teamsClient('Busy/InACall');
  expect(pair.list()).toBe('same');
  expect(pair.rules.refused).toBeUndefined();
  pair.pbxLine = 'list-first';
  pair.pass(MINUTE);
  expect(pair.rules.refused).toEqual(new Set(['on-the-phone']));
});

test('a PBX that refuses everything for a moment is not remembered for it, although busy stands there', () => {
  const pair = PairDriver.paired({ teams: 'Busy' });
  pair.pbxLine = { fault: 'refused' };
  pair.teamsChooses(null);
  pair.teamsClient('DoNotDisturb/Presenting');
  pair.pbxLine = 'list-first';
  pair.pass(MINUTE);
  expect(pair.rules.refused).toBeUndefined();
  expect(pair.pbxShows).toBe('on-the-phone');
});

test('a PBX that was away is not tried more rarely for it', () => {
  const first = failedWith(null, 'dnd', 'timeout', 0);
  expect(failedWith(first, 'dnd', 'timeout', 0)).toEqual({
    activity: 'dnd',
    code: 'timeout',
    retryAt: PBX_RETRY_MS,
  });
});

describe('busy in the place of another activity', () => {
  const refused: PbxFailed = { activity: 'on-the-phone', code: 'refused', retryAt: 1 };
  const sent = (activity: string, forCall?: boolean): PbxPending => ({
    activity,
    at: 1,
    ...(forCall === undefined ? {} : { forCall }),
  });
  const written = (more: Partial<Written>): Written => ({ ...newPair().written, ...more });

  test.each<[PbxPending, boolean]>([
    [sent('busy', true), true],
    [sent('busy', false), false],
    [sent('busy'), false],
    [sent('dnd', true), false],
  ])('is sent for a call: %j: %j', (one, isIt) => {
    expect(isBusyForCall(one)).toBe(isIt);
  });

  test.each<[Partial<Written>, boolean]>([
    [{ pbxConfirmed: 'busy', confirmedForCall: true }, true],
    [{ pbxConfirmed: 'busy', confirmedForCall: false }, false],
    [{ pbxConfirmed: 'busy' }, false],
    [{ pbxConfirmed: 'dnd', confirmedForCall: true }, false],
    // What was sent last is what counts, where it is busy.
    [{ pbxConfirmed: 'busy', confirmedForCall: true, pbxPending: sent('busy') }, false],
    [{ pbxConfirmed: 'busy', pbxPending: sent('busy', true) }, true],
    [{ pbxConfirmed: 'busy', confirmedForCall: true, pbxPending: sent('dnd') }, true],
  ])('stands for a call: %j: %j', (more, isIt) => {
    expect(isCallAsBusy(written(more))).toBe(isIt);
  });

  test.each<[string, PbxFailed | null, string, string, boolean]>([
    ['on trial, where it stood already', refused, 'busy', 'busy', false],
    [
      'unanswered, where it stood already',
      { ...refused, busyToo: 'unanswered' },
      'busy',
      'busy',
      false,
    ],
    [
      'refused as well, where it stood already',
      { ...refused, busyToo: 'refused' },
      'busy',
      'busy',
      true,
    ],
    ['on trial, where something else stood', refused, 'busy', 'dnd', true],
    ['nothing on trial', null, 'busy', 'busy', true],
    ['another activity', refused, 'dnd', 'busy', true],
  ])('a list proves that the PBX took what was sent: %s', (_, pbxFailed, activity, stood, isIt) => {
    expect(isProvenBy(written({ pbxFailed }), sent(activity), stood)).toBe(isIt);
  });

  test.each<[string, PbxFailed | null, string, boolean]>([
    ['what was refused is taken after all', refused, 'on-the-phone', false],
    ['busy is taken in its place', refused, 'busy', false],
    ['busy is taken, and was refused before', { ...refused, busyToo: 'refused' }, 'busy', true],
    ['something else is taken', refused, 'dnd', true],
    ['nothing failed', null, 'busy', false],
  ])('the failure is kept: %s', (_, failed, activity, isKept) => {
    expect(failedStill(failed, activity)).toBe(isKept ? failed : null);
  });

  test.each<[string, PbxFailed | null, string, PbxFailed['busyToo']]>([
    ['refused on trial', refused, 'refused', 'refused'],
    ['unanswered on trial', refused, 'timeout', 'unanswered'],
    ['not on trial', null, 'refused', undefined],
    ['after something that everybody takes', { ...refused, activity: 'dnd' }, 'refused', undefined],
  ])('that fails too is told apart: %s', (_, before, code, busyToo) => {
    expect(failedWith(before, 'busy', code, 5).busyToo).toBe(busyToo);
  });

  test('a refusal that follows a time-out is the first of its kind', () => {
    expect(failedWith({ ...refused, code: 'timeout' }, 'on-the-phone', 'refused', 5).times).toBe(
      undefined,
    );
    expect(failedWith(refused, 'on-the-phone', 'refused', 5).times).toBe(2);
    expect(failedWith(refused, 'meeting', 'refused', 5).times).toBe(undefined);
  });

  const pairWith = (more: Partial<Written>) => ({ ...newPair(), written: written(more) });
  const tried = { pbxFailed: refused, pbxPending: sent('busy', true) };
  test.each<[string, Partial<Written>, Partial<Written>, string | undefined]>([
    ['taken', tried, { pbxConfirmed: 'busy' }, 'on-the-phone'],
    [
      'taken, and nobody waited for it any more',
      { pbxFailed: refused, pbxDoubts: [sent('busy')] },
      { pbxConfirmed: 'busy' },
      'on-the-phone',
    ],
    ['still on its way', tried, { ...tried, pbxConfirmed: 'busy' }, undefined],
    [
      'it stood there, and nothing was sent',
      { pbxFailed: refused },
      { pbxConfirmed: 'busy' },
      undefined,
    ],
    [
      'something else was sent',
      { pbxFailed: refused, pbxPending: sent('dnd') },
      { pbxConfirmed: 'busy' },
      undefined,
    ],
    ['something else stands', tried, { pbxConfirmed: 'dnd' }, undefined],
    [
      'it failed as well',
      tried,
      { pbxConfirmed: 'busy', pbxFailed: { ...refused, busyToo: 'refused' } },
      undefined,
    ],
    ['nothing was refused', { pbxPending: sent('busy') }, { pbxConfirmed: 'busy' }, undefined],
  ])('teaches what the PBX refuses: %s', (_, before, after, learned) => {
    expect(refusalLearned(pairWith(before), pairWith(after))).toBe(learned);
  });
});
