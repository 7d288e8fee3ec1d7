import { describe, expect, test } from 'vitest';
import { teams } from './models.ts';
import { HOUR, MINUTE, PairDriver, SECOND } from './pair-driver.ts';

const never = () => [];

describe('our own write comes back', () => {
  test.each([0, 1, 30, 89, 90])('as its echo after %i s, and again', (delayS) => {
    const pair = PairDriver.paired();
    pair.delays = () => [delayS * SECOND, delayS * SECOND + 500];
    pair.pbxSets('dnd');
    pair.pass(5 * MINUTE);
    expect(pair.wrote()).toEqual(['teams DoNotDisturb']);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test.each([false, true])(
    'after a human chose something else: that is read (stamps: %s)',
    (stamps) => {
      const pair = PairDriver.paired();
      pair.sequences = stamps;
      pair.delays = () => [2_200];
      pair.pbxSets('away');
      pair.pass(400).delays = () => [50];
      pair.teamsChooses('DoNotDisturb');
      pair.pass(MINUTE);
      expect(pair.shows).toBe('DoNotDisturb = dnd');
    },
  );

  test.each([true, false])(
    'after a human chose what we had written before: that is read (stamps: %s)',
    (stamps) => {
      const pair = PairDriver.paired();
      pair.sequences = stamps;
      pair.pbxSets('dnd');
      pair.pass(10 * SECOND).delays = () => [2_200];
      pair.pbxSets('busy');
      pair.pass(400).delays = () => [50];
      pair.teamsChooses('DoNotDisturb');
      pair.pass(MINUTE);
      expect(pair.shows).toBe('DoNotDisturb = dnd');
    },
  );

  test('after a human’s Available that may be the echo of our session’s end: what the PBX then chooses is written', () => {
    const pair = PairDriver.paired({ teams: 'Away' });
    pair.pbxCall();
    pair.pbxSets('');
    pair.pass(100 * SECOND).pbxHangsUp();
    pair.pass(4 * SECOND).teamsChooses('Available');
    pair.pbxSets('lunch');
    pair.pass(10 * SECOND);
    expect(pair.shows).toBe('Away = lunch');
  });

  test('after a read came too early that showed what a human had chosen: that is read again', () => {
    const pair = PairDriver.paired();
    pair.delays = () => [2 * SECOND];
    pair.pbxSets('busy');
    pair.delays = never;
    pair.pass(SECOND).teamsChooses('DoNotDisturb');
    expect(pair.read()).toBe('read-too-early');
    pair.pass(4 * SECOND);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test.each(['Busy/InACall', 'Busy'])(
    'a session as %s, which is how Teams spells it',
    (spelling) => {
      const pair = PairDriver.paired();
      pair.teams.spelling = spelling;
      pair.delays = () => [SECOND, 80 * SECOND];
      pair.pbxCall();
      pair.pass(3 * MINUTE);
      pair.pbxHangsUp();
      pair.pass(5 * MINUTE);
      expect(pair.wrote()).toEqual(['teams session', 'teams no session']);
      expect(pair.state.teams?.call).toBe(false);
    },
  );

  test('a late echo of a session that has ended makes one read and no write', () => {
    const pair = PairDriver.paired();
    pair.pbxCall();
    pair.pass(20 * SECOND).pbxHangsUp();
    pair.pass(20 * SECOND).wrote();
    pair.reads();
    expect(pair.teamsSays('Busy/InACall')).toBe('own-echo-but-different');
    pair.pass(MINUTE);
    expect(pair.wrote()).toEqual([]);
    expect(pair.reads()).toBe(1);
  });

  test('a session that Teams spells like a state whose write failed is no proof that this arrived', () => {
    const pair = PairDriver.paired();
    pair.teams.spelling = 'Busy';
    pair.pbxCall();
    pair.graphLine = 'fails';
    pair.graphRetryMs = MINUTE;
    pair.pbxSets('busy');
    pair.pbxHangsUp();
    pair.pass(5 * SECOND).read();
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('Busy = busy');
  });

  test('two that are equal come back one after the other: what comes between is ours too', () => {
    const pair = PairDriver.paired();
    pair.sequences = true;
    pair.teamsClient('Away');
    pair.pass(HOUR).wrote();
    pair.delays = () => [400];
    for (const activity of ['dnd', '', 'dnd']) pair.pbxSets(activity);
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams DoNotDisturb', 'teams clear', 'teams DoNotDisturb']);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test.each([0, 5 * SECOND])(
    'of an attempt that failed, while the next one stands: what a human did between is over (%i ms)',
    (readTakesMs) => {
      const pair = PairDriver.paired();
      pair.sequences = true;
      pair.readTakesMs = readTakesMs;
      pair.delays = () => [6 * SECOND];
      pair.graphLine = 'answer-lost';
      pair.pbxSets('lunch');
      pair.teamsChooses(null);
      pair.graphLine = 'up';
      pair.pass(HOUR);
      expect(pair.shows).toBe('Away = lunch');
    },
  );

  test('older than what we cleared since, it does not show what stands', () => {
    const pair = PairDriver.paired();
    pair.delays = () => [SECOND];
    pair.pbxSets('away');
    pair.delays = never;
    pair.pbxSets('');
    pair.graphLine = 'fails';
    pair.graphRetryMs = MINUTE;
    pair.pbxCall();
    pair.pbxHangsUp();
    pair.pbxSets('lunch');
    pair.pass(20 * SECOND).read();
    expect(pair.pbxShows).toBe('lunch');
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('Away = lunch');
  });

  test.each([true, false])(
    'and where both sides agree nobody is asked, with stamps or without: %s',
    (sequences) => {
      const pair = PairDriver.paired();
      pair.sequences = sequences;
      pair.delays = () => [SECOND];
      pair.reads();
      pair.pbxSets('dnd');
      pair.pass(2 * SECOND);
      expect(pair.reason).toBe('own-echo');
      pair.pass(HOUR).pbxSets('');
      pair.pass(2 * SECOND);
      expect(pair.reason).toBe('own-echo');
      expect(pair.state.teams?.underlying).toEqual(teams('Available'));
      pair.pass(HOUR);
      expect(pair.reads()).toBe(0);
      expect(pair.wrote()).toEqual(['teams DoNotDisturb', 'teams clear']);
    },
  );

  test('then with stamps a human’s choice is known for one at once', () => {
    const pair = PairDriver.paired();
    pair.sequences = true;
    pair.pbxSets('busy');
    pair.reads();
    expect(pair.pass(SECOND).teamsChooses('DoNotDisturb')).toBe('teams-chose');
    expect(pair.reads()).toBe(0);
    expect(pair.wrote()).toEqual(['teams Busy', 'pbx dnd']);
  });

  test('to be seen by a sweep too', () => {
    const pair = PairDriver.paired();
    pair.delays = never;
    pair.pbxSets('busy');
    pair.pbxCall();
    for (let n = 0; n < 20; n += 1) {
      pair.pass(20 * SECOND);
      expect(['own-echo', 'own-session', 'read-too-early']).toContain(pair.read());
    }
    expect(pair.wrote()).toEqual(['teams Busy', 'teams session', 'teams session']);
  });

  test('later than 90 s it is somebody else’s, unless it is what stands', () => {
    const pair = PairDriver.paired();
    pair.delays = never;
    pair.pbxSets('dnd');
    pair.pass(91 * SECOND);
    expect(pair.teamsSays('DoNotDisturb')).toBe('same');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams DoNotDisturb']);
  });

  test('or never: what somebody takes back to since, it is not taken for what stood there before', () => {
    const pair = PairDriver.paired();
    pair.delays = never;
    pair.pbxSets('dnd');
    pair.pass(HOUR);
    pair.delays = () => [0];
    pair.teamsChooses('Available');
    pair.pass(SECOND);
    expect(pair.wrote()).toEqual(['teams DoNotDisturb', 'pbx available']);
  });
});

test.each([
  ['Busy', 'pbx'],
  ['BeRightBack', 'teams'],
])(
  'what a human can only have chosen is news where Teams has not shown it yet: %s is of %s',
  (status, by) => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR).graphLine = 'fails';
    const { written, teams: known } = pair.state;
    pair.state = {
      ...pair.state,
      teams: known && { ...known, presence: teams('Busy'), underlying: null },
      written: { ...written, preferred: null, lasts: undefined },
    };
    pair.read(pair.now, teams(status));
    expect(pair.state.manual?.origin).toBe(by);
  },
);

describe('a human’s change hides behind our own write', () => {
  test('an echo that leaves the sides different is settled by one read', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('busy');
    pair.pass(20 * SECOND).pbxSets('');
    pair.pass(20 * SECOND).wrote();
    pair.reads();
    expect(pair.teamsChooses('Busy')).toBe('own-echo-but-different');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx busy']);
    expect(pair.reads()).toBe(1);
  });

  test('a choice that takes ours back before its echo was seen is found', () => {
    const pair = PairDriver.paired();
    pair.delays = never;
    pair.pbxSets('busy');
    pair.delays = () => [SECOND];
    pair.teams.preferred = null;
    // Teams went to Busy and back: the one notification says what was known before.
    pair.teamsSays('Available');
    pair.pass(MINUTE);
    expect(pair.wrote()).toEqual(['teams Busy', 'pbx available']);
  });

  test('Busy chosen during a call on the PBX is applied when it ends', () => {
    const pair = PairDriver.paired();
    pair.pbxCall();
    pair.pass(2 * MINUTE).wrote();
    pair.teamsChooses('Busy');
    pair.pass(MINUTE);
    expect(pair.wrote()).toEqual([]);
    pair.pbxHangsUp();
    pair.pass(MINUTE);
    expect(pair.wrote()).toEqual(['teams no session', 'pbx busy']);
  });

  test('Busy chosen after our own Busy and before the call’s end is not lost', () => {
    const pair = PairDriver.paired();
    pair.pbxCall();
    pair.pbxSets('meeting');
    pair.teamsChooses('Available');
    pair.teamsChooses('Busy');
    pair.pbxHangsUp();
    pair.pass(5 * MINUTE);
    expect(pair.shows).toBe('Busy = busy');
  });
});

test('what a human put in the place of ours is not written over later, nor taken for ours that stands', () => {
  const pair = PairDriver.paired();
  pair.pbxSets('busy');
  pair.pass(HOUR);
  pair.graphLine = 'fails';
  pair.graphRetryMs = HOUR;
  pair.delays = never;
  pair.pbxCall();
  pair.pbxSets('away');
  // Ours is still on its way: Teams shows the same by another hand.
  pair.teamsChooses('Away');
  pair.pass(5 * MINUTE).read();
  pair.pbxSets('meeting');
  pair.graphLine = 'up';
  pair.pass(2 * HOUR);
  expect(pair.teams.preferred).toEqual(teams('Busy'));
});

describe('a read', () => {
  test('that was asked before our write had its time is not believed, and asked again', () => {
    const pair = PairDriver.paired();
    pair.delays = never;
    const before = pair.teams.shown(pair.now);
    pair.pbxSets('busy');
    pair.reads();
    pair.pass(SECOND);
    expect(pair.read(pair.now, before)).toBe('read-too-early');
    pair.pass(MINUTE);
    expect(pair.wrote()).toEqual(['teams Busy']);
    expect(pair.reads()).toBe(1);
    expect(pair.shows).toBe('Busy = busy');
  });

  test('is believed at once when our write has come back', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('busy');
    pair.delays = never;
    pair.teamsChooses('Away');
    pair.pass(SECOND);
    expect(pair.read()).toBe('teams-chose');
  });

  test('that news overtook is not believed', () => {
    const pair = PairDriver.paired();
    const asked = { at: pair.now, answer: pair.teams.shown(pair.now) };
    pair.pass(SECOND).teamsChooses('Busy');
    pair.pass(SECOND);
    expect(pair.read(asked.at, asked.answer)).toBe('read-too-early');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx busy']);
  });

  test('that copies of what was said overtake, one after the other, is believed', () => {
    const pair = PairDriver.paired({ teams: 'DoNotDisturb' });
    pair.readTakesMs = 500;
    pair.wrote();
    for (let n = 0; n < 3_000; n += 1) {
      pair.teamsSays('Busy');
      pair.pass(100);
    }
    expect(pair.wrote()).toEqual(['pbx busy', 'pbx dnd']);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test('that copies of two states overtake, in turn, is believed after some seconds, again and again', () => {
    const pair = PairDriver.paired({ teams: 'DoNotDisturb' });
    pair.readTakesMs = 500;
    pair.wrote();
    for (let n = 0; n < 3_000; n += 1) {
      pair.teamsSays(n % 2 === 0 ? 'Busy' : 'Away');
      pair.pass(100);
      if (n === 50) expect(pair.wrote()).toEqual(['pbx busy', 'pbx dnd']);
    }
    expect(pair.wrote()).toEqual([]);
    expect(pair.reads()).toBeGreaterThan(90);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test('that a copy overtook, which was a choice made once more, is asked again', () => {
    const pair = PairDriver.paired();
    pair.teamsChooses('Busy');
    pair.pass(MINUTE).delays = never;
    pair.teamsChooses(null);
    const asked = { at: pair.now, answer: pair.teams.shown(pair.now) };
    pair.pass(SECOND).delays = () => [0];
    pair.teamsChooses('Busy');
    pair.pass(SECOND);
    pair.read(asked.at, asked.answer);
    expect(pair.pbxShows).toBe('busy');
    pair.pass(MINUTE);
    expect(pair.shows).toBe('Busy = busy');
  });

  test('that the same with a newer stamp overtook is not believed: it was said again', () => {
    const pair = PairDriver.paired();
    pair.sequences = true;
    pair.teamsChooses('Busy');
    const asked = { at: pair.pass(SECOND).now, answer: teams('Available') };
    pair.pass(SECOND).teamsSays('Busy', '9999');
    pair.sequences = false;
    expect(pair.read(asked.at, asked.answer)).toBe('read-too-early');
  });

  test('answered by a copy that lags behind is asked again, but not at once', () => {
    const pair = PairDriver.paired();
    pair.sequences = true;
    pair.teamsChooses('Busy');
    pair.apply({ kind: 'teams-sent', write: { kind: 'clear-session' } });
    pair.apply({ kind: 'teams-took', write: { kind: 'clear-session' } });
    const at = pair.now + 10 * SECOND;
    pair.now = at;
    const event = { kind: 'teams-seen', source: 'read', presence: teams('Available') } as const;
    const reason = pair.apply({ ...event, sequence: 'A00000000', askedAt: at, at });
    expect(reason).toBe('older-than-known');
    expect(pair.state.settleAt).toBe(at + 3 * SECOND);
  });
});

describe('late, doubled and disordered notifications', () => {
  test('with version stamps the older one and the copy are dropped', () => {
    const pair = PairDriver.paired();
    pair.pass(HOUR).teamsSays('Busy', 'A05');
    expect(pair.teamsSays('Away', 'A04')).toBe('older-than-known');
    expect(pair.teamsSays('Busy', 'A05')).toBe('older-than-known');
    expect(pair.wrote()).toEqual(['pbx busy']);
    expect(pair.teamsSays('Away', 'A06')).toBe('teams-chose');
  });

  test('a read with the version known already is no news, and one that is older is dropped', () => {
    const pair = PairDriver.paired();
    pair.sequences = true;
    pair.teamsChooses('Busy');
    pair.pass(HOUR);
    expect(pair.read()).toBe('same');
    const event = { kind: 'teams-seen', source: 'read', sequence: 'A00000000' } as const;
    const at = pair.now;
    expect(pair.apply({ ...event, presence: teams('Away'), askedAt: at, at })).toBe(
      'older-than-known',
    );
    expect(pair.state.settleAt).toBeNull();
  });

  test('stamps that go back freeze nobody: a read is believed that says so for longer than copies lag', () => {
    const pair = PairDriver.paired();
    pair.pass(HOUR).teamsSays('Busy', 'B05');
    pair.sequences = true;
    pair.teamsChooses('DoNotDisturb');
    expect(pair.reason).toBe('older-than-known');
    pair.pass(80 * SECOND);
    expect(pair.read()).toBe('older-than-known');
    pair.pass(20 * SECOND);
    expect(pair.read()).toBe('teams-chose');
    expect(pair.shows).toBe('DoNotDisturb = dnd');
    pair.pass(HOUR);
    pair.teamsChooses('Away');
    pair.pass(SECOND);
    expect(pair.shows).toBe('Away = away');
  });

  test('without stamps the one that follows closely on another is asked about', () => {
    const pair = PairDriver.paired();
    pair.pass(HOUR).teamsChooses('Busy');
    pair.pass(10 * SECOND);
    expect(pair.teamsSays('Available')).toBe('asking-what-is-true');
    pair.pass(MINUTE);
    expect(pair.wrote()).toEqual(['pbx busy']);
  });

  test('the end of a session, told 90 s late, is not a human’s available', () => {
    const pair = PairDriver.paired();
    pair.pbxCall();
    pair.delays = () => [90 * SECOND];
    pair.pbxHangsUp();
    pair.delays = () => [0];
    pair.pbxSets('lunch');
    pair.pass(HOUR);
    expect(pair.shows).toBe('Away = lunch');
  });

  test('what is known is the same again, and as new as when it was said last', () => {
    const pair = PairDriver.paired();
    pair.teamsChooses('Busy');
    pair.pass(HOUR).reads();
    expect(pair.teamsSays('Busy')).toBe('same');
    expect(pair.state.teams?.at).toBe(pair.now);
    pair.pass(HOUR);
    expect(pair.reads()).toBe(0);
  });

  test('where nobody can be asked the last one is believed', () => {
    const pair = PairDriver.paired();
    pair.canAsk = false;
    pair.teamsChooses('Busy');
    pair.pass(10 * SECOND);
    expect(pair.teamsChooses('Away')).toBe('teams-chose');
    expect(pair.wrote()).toEqual(['pbx busy', 'pbx away']);
  });

  describe('one without a stamp after long silence, which may have been held back for hours', () => {
    /** Away by the PBX for an hour; then Teams tells of a Busy that is long over. */
    function toldLate(): PairDriver {
      const pair = PairDriver.paired();
      pair.pbxSets('away');
      pair.pass(HOUR).wrote();
      pair.reads();
      expect(pair.teamsSays('Busy')).toBe('teams-chose');
      return pair;
    }

    test('is believed at once, and a read tells that it was old: what stood before counts again', () => {
      const pair = toldLate();
      const preferred = pair.state.unproven?.preferred;
      expect(preferred).toMatchObject({ presence: teams('Away') });
      pair.pass(3 * SECOND);
      expect(pair.shows).toBe('Away = away');
      expect(pair.wrote()).toEqual(['pbx busy', 'pbx away']);
      expect(pair.state.manual).toMatchObject({ origin: 'pbx', pbx: 'away' });
      // Ours it still is: it will be renewed before it ends.
      expect(pair.state.written.preferred).toEqual(preferred);
    });

    test('so is what it showed until then, when that comes late as well: the read waits', () => {
      const pair = toldLate();
      expect(pair.teamsSays('Away')).toBe('asking-what-is-true');
      expect(pair.wrote()).toEqual(['pbx busy']);
      pair.pass(HOUR);
      expect(pair.wrote()).toEqual(['pbx away']);
      expect(pair.shows).toBe('Away = away');
      expect(pair.state.manual).toMatchObject({ origin: 'pbx', pbx: 'away' });
    });

    test('is taken back and chosen again: what the PBX has forgotten since is nobody’s choice', () => {
      const pair = PairDriver.paired({ teams: 'DoNotDisturb' });
      pair.pass(HOUR).teamsChooses(null);
      pair.pbxLine = 'lost';
      pair.delays = () => [];
      pair.teamsChooses('DoNotDisturb');
      pair.pass(MINUTE);
      pair.tunnelGap();
      pair.pbxLine = 'list-first';
      pair.pass(HOUR);
      expect(pair.shows).toBe('DoNotDisturb = dnd');
    });

    test('what somebody chooses on the PBX meanwhile stands', () => {
      const pair = toldLate();
      pair.pbxSets('dnd');
      pair.pass(HOUR);
      expect(pair.shows).toBe('DoNotDisturb = dnd');
    });

    test('what somebody chooses in Teams meanwhile stands', () => {
      const pair = toldLate();
      pair.teamsChooses('BeRightBack');
      pair.pass(HOUR);
      expect(pair.shows).toBe('BeRightBack = away');
      expect(pair.state.manual).toMatchObject({ origin: 'teams' });
    });

    test('a call of which it told is over after that read', () => {
      const pair = PairDriver.paired();
      pair.pbxSets('away');
      pair.pass(HOUR).wrote();
      pair.teamsSays('Busy/InACall');
      pair.pass(3 * SECOND);
      expect(pair.wrote()).toEqual(['pbx on-the-phone', 'pbx away']);
      expect(pair.state.manual).toMatchObject({ origin: 'pbx', pbx: 'away' });
    });

    test('is a choice where the read shows it too', () => {
      const pair = PairDriver.paired();
      pair.pbxSets('away');
      pair.pass(HOUR).wrote();
      pair.teamsChooses('Busy');
      pair.pass(HOUR);
      expect(pair.wrote()).toEqual(['pbx busy']);
      expect(pair.state.unproven).toBeUndefined();
    });

    test('a sweep that comes much later proves nothing about it', () => {
      const pair = PairDriver.paired();
      pair.pbxSets('away');
      pair.pass(HOUR).wrote();
      pair.graphLine = 'away';
      pair.teamsChooses('Busy');
      pair.pass(10 * MINUTE);
      pair.graphLine = 'up';
      pair.delays = () => [];
      pair.teamsChooses('Away');
      pair.pass(HOUR);
      pair.read();
      expect(pair.state.manual).toMatchObject({ origin: 'teams', pbx: 'away' });
    });
  });

  describe('while reads get no answer', () => {
    /** Microsoft is away as soon as it has taken what the call and the human wrote. */
    function meetingAfterCall(delayS: number): PairDriver {
      const pair = PairDriver.paired({ teams: 'Away' });
      pair.delays = () => [delayS * SECOND];
      pair.pbxCall();
      pair.pbxHangsUp();
      pair.pbxSets('meeting');
      pair.wrote();
      pair.graphLine = 'away';
      return pair;
    }

    test.each([
      ['told before our choice left', 0],
      ['told before it came back', 1],
    ])('what was doubted is not believed: %s', (_, delayS) => {
      const pair = meetingAfterCall(delayS);
      pair.pass(10 * MINUTE);
      expect(pair.wrote().filter((write) => write.startsWith('pbx'))).toEqual([]);
      expect(pair.pbxShows).toBe('meeting');
    });

    test('what comes before our own write is back waits for a read, and is believed in the end', () => {
      const pair = PairDriver.paired({ pbx: 'dnd' });
      pair.canAsk = false;
      pair.delays = () => [];
      pair.pbxSets('away');
      pair.pass(10 * SECOND);
      expect(pair.teamsSays('DoNotDisturb')).toBe('asking-what-is-true');
      pair.pass(2 * MINUTE);
      expect(pair.teamsSays('DoNotDisturb')).toBe('teams-chose');
    });

    test('a human’s choice that came after all of ours is shown', () => {
      const pair = PairDriver.paired();
      pair.pbxSets('away');
      pair.pass(10 * SECOND);
      pair.graphLine = 'away';
      pair.teamsChooses('Busy');
      pair.pass(10 * SECOND);
      expect(pair.shows).toBe('Busy = busy');
    });
  });
});

describe('a call in Teams', () => {
  test('is laid over our item, and what it covered is put back', () => {
    const pair = PairDriver.paired();
    pair.teamsClient('Busy/InAMeeting');
    pair.pass(HOUR).teamsClient('Busy/InACall');
    pair.pass(HOUR).teamsClient('Busy/InAMeeting');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx meeting', 'pbx on-the-phone', 'pbx meeting']);
  });

  test('keeps the PBX human’s state underneath, and its origin', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('lunch');
    pair.pass(HOUR).wrote();
    pair.teamsSays('Busy/InACall');
    expect(pair.wrote()).toEqual(['pbx on-the-phone']);
    expect(pair.state.manual).toMatchObject({ origin: 'pbx', pbx: 'lunch' });
    pair.pass(HOUR).read();
    pair.pass(MINUTE);
    expect(pair.wrote()).toEqual(['pbx lunch']);
  });

  test('is not ended by a late echo of our own write', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('busy');
    pair.pass(HOUR).wrote();
    pair.delays = () => [60 * SECOND];
    pair.pbxSets('');
    pair.delays = () => [SECOND];
    pair.pass(10 * SECOND).teamsClient('Busy/InACall');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams clear', 'pbx on-the-phone']);
    expect(pair.pbxShows).toBe('on-the-phone');
  });

  test('that a human answers with dnd on the PBX is not laid over that', () => {
    const pair = PairDriver.paired();
    pair.teamsClient('Busy/InACall');
    pair.pass(HOUR).wrote();
    pair.pbxSets('dnd');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams DoNotDisturb']);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });
});

describe('a call on each side', () => {
  test('the Teams call first: our item stays until it has ended', () => {
    const pair = PairDriver.paired();
    pair.teamsClient('Busy/InACall');
    pair.pass(10 * MINUTE).pbxCall();
    for (let n = 0; n < 10; n += 1) pair.pass(20 * SECOND).read();
    pair.pbxHangsUp();
    pair.pass(10 * MINUTE);
    expect(pair.wrote()).toEqual(['pbx on-the-phone', 'teams session', 'teams no session']);
    pair.teamsClient('Available');
    pair.pass(MINUTE);
    expect(pair.wrote()).toEqual(['pbx available']);
  });

  test('the PBX call first: the Teams call is shown when that has ended', () => {
    const pair = PairDriver.paired();
    pair.pbxCall('tel:');
    pair.pass(MINUTE).teamsClient('Busy/InACall');
    pair.pass(MINUTE).pbxHangsUp();
    pair.pass(MINUTE);
    expect(pair.wrote()).toEqual(['teams session', 'teams no session', 'pbx on-the-phone']);
    pair.teamsClient('Available');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx available']);
  });

  test('the Teams call ends behind the PBX call', () => {
    const pair = PairDriver.paired();
    pair.teamsClient('Busy/InACall');
    pair.pbxCall();
    pair.pass(MINUTE).teamsClient('Available');
    pair.pass(MINUTE).pbxHangsUp();
    pair.pass(MINUTE);
    expect(pair.shows).toBe('Available = available');
    expect(pair.teams.hasSession(pair.now)).toBe(false);
  });
});

describe('no information is not a choice', () => {
  test.each(['Offline', 'Offline/OffWork', 'PresenceUnknown'])(
    '%s takes back what came from Teams',
    (presence) => {
      const pair = PairDriver.paired();
      pair.teamsClient('Busy/InAMeeting');
      pair.pass(HOUR);
      expect(pair.teamsClient(presence)).toBe('teams-took-back');
      pair.pass(HOUR);
      expect(pair.wrote()).toEqual(['pbx meeting', 'pbx available']);
    },
  );

  test.each(['Offline', 'Offline/OffWork', 'PresenceUnknown'])(
    '%s does not undo what a human set on the PBX',
    (presence) => {
      const pair = PairDriver.paired();
      pair.pbxSets('dnd');
      pair.pass(HOUR).wrote();
      expect(pair.teamsClient(presence)).toBe('teams-no-information');
      pair.pass(HOUR).teamsClient('Available');
      pair.pass(HOUR);
      expect(pair.wrote()).toEqual([]);
      expect(pair.shows).toBe('DoNotDisturb = dnd');
    },
  );

  test('Available after another state is a choice, against the PBX too', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR).wrote();
    expect(pair.teamsChooses('Available')).toBe('teams-chose');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx available']);
  });

  test('and says nothing of a clearing that is under way: what stands when that failed is ours', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('busy');
    pair.pass(HOUR);
    pair.graphLine = 'away';
    pair.graphTakesMs = 5 * SECOND;
    pair.pbxSets('');
    pair.teamsClient('Offline');
    pair.teamsClient('Available');
    pair.pass(20 * SECOND);
    expect(pair.shows).toBe('Busy = available');
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('Available = available');
  });

  test('a meeting that begins after Offline is shown', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('busy');
    pair.pass(HOUR).teamsClient('Offline');
    pair.pass(HOUR).pbxSets('');
    pair.pass(HOUR).wrote();
    pair.teamsClient('Busy/InAMeeting');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx meeting']);
  });
});

describe('what Teams shows of itself after we cleared our preferred presence', () => {
  test.each(['Away', 'Busy/InAMeeting', 'Available'])(
    '%s is nobody’s choice: the human on the PBX is not contradicted',
    (client) => {
      const pair = PairDriver.paired();
      pair.pbxSets('dnd');
      pair.pass(HOUR).teamsClient(client);
      pair.pass(HOUR).wrote();
      pair.pbxSets('');
      pair.pass(HOUR).read();
      pair.pass(HOUR);
      expect(pair.wrote()).toEqual(['teams clear']);
      expect(pair.pbxShows).toBe('');
    },
  );

  test('its next change counts again', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR).teamsClient('Away');
    pair.pass(HOUR).pbxSets('');
    pair.pass(HOUR).wrote();
    pair.teamsClient('Busy/InAMeeting');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx meeting']);
  });

  test.each([
    ['DoNotDisturb', 'busy', 'dnd'],
    ['Busy', 'dnd', 'busy'],
    ['BeRightBack', 'busy', 'away'],
  ])('%s is a human’s choice, made in the meantime', (chosen, before, shown) => {
    const pair = PairDriver.paired();
    pair.pbxSets(before);
    pair.pass(HOUR).wrote();
    pair.delays = never;
    pair.pbxSets('');
    pair.teamsChooses(chosen);
    pair.pass(MINUTE);
    expect(pair.wrote()).toEqual(['teams clear', `pbx ${shown}`]);
  });
});

describe('a notification that says only that something changed', () => {
  test.each([0, 30, 90])('after %i s: one read tells what, and one write follows', (delayS) => {
    const pair = PairDriver.paired();
    pair.basic = true;
    pair.delays = () => [delayS * SECOND];
    pair.reads();
    pair.teamsChooses('DoNotDisturb');
    pair.pass(2 * MINUTE);
    expect(pair.wrote()).toEqual(['pbx dnd']);
    expect(pair.reads()).toBe(1);
  });

  test('of our own doing makes a read and no write', () => {
    const pair = PairDriver.paired();
    pair.basic = true;
    pair.delays = () => [SECOND, 80 * SECOND];
    pair.pbxSets('busy');
    pair.pass(5 * MINUTE);
    expect(pair.wrote()).toEqual(['teams Busy']);
    expect(pair.shows).toBe('Busy = busy');
  });
});
