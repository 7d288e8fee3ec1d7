import { describe, expect, test } from 'vitest';
import { type DriverOptions, HOUR, MINUTE, PairDriver, SECOND } from './pair-driver.ts';

describe('our own write on the PBX', () => {
  test.each(['list-first', 'answer-first', 'silent'] as const)('is no human’s: %s', (line) => {
    const pair = PairDriver.paired();
    pair.pbxLine = line;
    pair.teamsChooses('Busy');
    pair.pass(HOUR);
    pair.list();
    pair.list({ afterGap: true });
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx busy']);
    expect(pair.state.manual).toMatchObject({ origin: 'teams', pbx: 'busy' });
  });

  test('lost on its way is said again after 15 s', () => {
    const pair = PairDriver.paired();
    pair.pbxLine = 'lost';
    pair.teamsChooses('Busy');
    pair.pbxLine = 'list-first';
    pair.pass(14 * SECOND);
    expect(pair.wrote()).toEqual(['pbx busy']);
    pair.pass(SECOND);
    expect(pair.wrote()).toEqual(['pbx busy']);
    expect(pair.pbxShows).toBe('busy');
  });

  test('refused is tried again after 30 s, or when something else is wanted', () => {
    const pair = PairDriver.paired();
    pair.pbxLine = { fault: 'no-right' };
    pair.teamsChooses('Busy');
    pair.pass(29 * SECOND);
    expect(pair.wrote()).toEqual(['pbx busy']);
    pair.pass(2 * SECOND);
    expect(pair.wrote()).toEqual(['pbx busy']);
    pair.pbxLine = 'list-first';
    pair.teamsChooses('DoNotDisturb');
    pair.pass(SECOND);
    expect(pair.wrote()).toEqual(['pbx dnd']);
  });

  test('an answer that nobody waits for changes nothing', () => {
    const pair = PairDriver.paired();
    const before = pair.state;
    expect(pair.apply({ kind: 'pbx-wrote', write: 1 })).toBe('answer-nobody-waits-for');
    expect(pair.state).toBe(before);
  });

  test('lost long ago is no excuse for the same choice of a human', () => {
    const pair = PairDriver.paired();
    pair.pbxLine = 'lost';
    pair.teamsChooses('Busy');
    pair.teamsChooses('Available');
    pair.pass(HOUR).wrote();
    pair.pbxLine = 'list-first';
    expect(pair.pbxSets('busy')).toBe('pbx-chose');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams Busy']);
  });

  test('taken while a call hid it is no human’s choice when the call ends', () => {
    const pair = PairDriver.paired();
    pair.pbxLine = 'lost';
    pair.teamsChooses('Busy');
    const write = pair.state.written.pbxPending?.at ?? 0;
    pair.pbxCall('tel:');
    pair.pbx.set('tel:', 'busy');
    expect(pair.apply({ kind: 'pbx-wrote', write })).toBe('pbx-took-it');
    pair.pbxLine = 'list-first';
    expect(pair.pbxHangsUp()).toBe('pbx-call-ended');
    expect(pair.state.manual).toMatchObject({ origin: 'teams', pbx: 'busy' });
  });
});

describe('our own on-the-phone is no call of the PBX', () => {
  test('while it is being taken off', () => {
    const pair = PairDriver.paired();
    pair.teamsClient('Busy/InACall');
    pair.pbxLine = 'lost';
    pair.teamsClient('Available');
    pair.pass(5 * SECOND);
    // Some other item changed before the PBX saw our write.
    pair.pbxSets('away', 'im:');
    expect(pair.state.pbx?.call).toBe(false);
    expect(pair.wrote().filter((write) => write.startsWith('teams'))).toEqual([]);
  });

  test('when its answer was lost with the line', () => {
    const pair = PairDriver.paired();
    pair.pbxLine = 'lost';
    pair.teamsClient('Busy/InACall');
    pair.pbxLine = 'list-first';
    pair.pbxGap(() => pair.pbx.set('tel:', 'on-the-phone'));
    pair.pbxSets('away', 'im:');
    pair.pass(HOUR).teamsClient('Available');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx on-the-phone', 'pbx available']);
    expect(pair.teams.hasSession(pair.now)).toBe(false);
  });

  test('but once the PBX has lost it, the next one is a call', () => {
    const pair = PairDriver.paired();
    pair.teamsClient('Busy/InACall');
    pair.pass(HOUR);
    pair.pbxGap(() => {
      pair.pbx.items.clear();
      pair.teamsClient('Available');
    });
    pair.pass(HOUR).wrote();
    pair.pbxCall('tel:');
    expect(pair.wrote()).toEqual(['teams session']);
  });
});

describe('a call on the PBX', () => {
  test.each(['tel:', 'sip:', 'im:'])(
    'at %s is a session, refreshed every 5 minutes and cleared at the end, never Available',
    (contact) => {
      const pair = PairDriver.paired();
      expect(pair.pbxCall(contact)).toBe('pbx-call-began');
      expect(pair.teams.shown(pair.now).activity).toBe('InACall');
      pair.pass(16 * MINUTE);
      expect(pair.wrote()).toEqual(Array.from({ length: 4 }, () => 'teams session'));
      expect(pair.pbxHangsUp()).toBe('pbx-call-ended');
      pair.pass(HOUR);
      expect(pair.wrote()).toEqual(['teams no session']);
      expect(pair.shows).toBe('Available = available');
    },
  );

  test('during a manual state puts that back at its end', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR).wrote();
    pair.pbxCall('tel:');
    pair.pass(10 * SECOND).pbxHangsUp();
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams session', 'teams no session']);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test('does not overwrite what a user chose in Teams', () => {
    const pair = PairDriver.paired();
    pair.teamsChooses('DoNotDisturb');
    pair.pass(HOUR).pbxCall();
    pair.pass(10 * MINUTE);
    expect(pair.teams.shown(pair.now)).toMatchObject({ activity: 'DoNotDisturb' });
    pair.pbxHangsUp();
    pair.pass(HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test('a state chosen on the PBX beside it goes to Teams at once', () => {
    const pair = PairDriver.paired();
    pair.pbxCall();
    pair.pass(10 * SECOND).pbxSets('dnd');
    expect(pair.wrote()).toEqual(['teams session', 'teams DoNotDisturb']);
    pair.pass(MINUTE).pbxHangsUp();
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams no session']);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test('a state chosen in Teams goes to the PBX at once, or when the call no longer hides it', () => {
    for (const contact of ['sip:', 'tel:']) {
      const pair = PairDriver.paired();
      pair.pbxCall(contact);
      pair.pass(2 * MINUTE).teamsChooses('DoNotDisturb');
      pair.pass(10 * SECOND);
      const atOnce = contact === 'sip:' ? ['pbx dnd'] : [];
      expect(pair.wrote()).toEqual(['teams session', ...atOnce]);
      pair.pbxHangsUp();
      pair.pass(HOUR);
      expect(pair.wrote().toSorted()).toEqual(
        ['teams no session', ...(atOnce.length > 0 ? [] : ['pbx dnd'])].toSorted(),
      );
    }
  });

  test('that nobody refreshes ends at Microsoft by itself', () => {
    const pair = PairDriver.paired();
    pair.pbxCall();
    pair.graphLine = 'fails';
    pair.pass(11 * MINUTE);
    expect(pair.teams.hasSession(pair.now)).toBe(false);
    pair.graphLine = 'up';
    pair.pass(MINUTE);
    expect(pair.teams.hasSession(pair.now)).toBe(true);
  });
});

describe('after a gap', () => {
  test('an item that is missing is set again, and nothing is cleared in Teams', () => {
    for (const chosenIn of ['teams', 'pbx']) {
      const pair = PairDriver.paired();
      if (chosenIn === 'teams') pair.teamsChooses('Busy');
      else pair.pbxSets('busy');
      pair.pass(HOUR).wrote();
      expect(pair.pbxGap(() => pair.pbx.items.clear())).toBe('missing-after-gap');
      pair.pass(HOUR);
      expect(pair.wrote()).toEqual(['pbx busy']);
      expect(pair.shows).toBe('Busy = busy');
    }
  });

  test('an item that has lost its activity is missing too: so a PBX that forgot lists it', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR).wrote();
    expect(pair.pbxGap(() => pair.pbx.items.set('tel:', ''))).toBe('missing-after-gap');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx dnd']);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test('an item that a call hid when the gap ended is missing all the same when the call is over', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR).wrote();
    pair.pbxGap(() => {
      pair.pbx.items.clear();
      pair.pbx.calls.add('tel:');
    });
    pair.pass(MINUTE);
    expect(pair.pbxHangsUp()).toBe('missing-after-gap');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams session', 'pbx dnd', 'teams no session']);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
    expect(pair.pbxSets('')).toBe('pbx-chose');
  });

  test('available, chosen after a gap that our own item outlived, is a human’s', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('lunch');
    pair.pass(HOUR).teamsSays('Busy/InACall');
    expect(pair.pbxShows).toBe('on-the-phone');
    pair.pbxGap();
    expect(pair.pbxSets('')).toBe('pbx-chose');
  });

  test('an item at a contact of our own, too', () => {
    const pair = PairDriver.paired({ contact: 'teams:' });
    pair.teamsChooses('Busy');
    pair.pass(HOUR).wrote();
    pair.pbxGap(() => pair.pbx.items.clear());
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx busy']);
  });

  test('after a gap of the tunnel alone, available is a human’s: nothing was forgotten', () => {
    const pair = PairDriver.paired();
    pair.teamsChooses('Busy');
    pair.pass(HOUR).wrote();
    expect(pair.tunnelGap(() => pair.pbx.items.set('tel:', ''))).toBe('pbx-chose');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams clear']);
  });

  test.each([
    ['Available', 'away', 0],
    ['DoNotDisturb', 'lunch', 14 * SECOND],
    ['Available', 'away', HOUR],
    ['DoNotDisturb', 'lunch', HOUR],
  ])(
    'a write whose answer was lost with the tunnel is ours, what came after it a human’s: %s, %s, %i ms',
    (status, then, ms) => {
      const pair = PairDriver.paired();
      pair.pbxSets('away');
      pair.pass(HOUR);
      pair.pbxLine = 'lost';
      pair.teamsChooses(status);
      const write = pair.state.written.pbxPending?.at;
      pair.pbxLine = 'list-first';
      const meanwhile = () => {
        pair.pbx.items.set('tel:', then);
        pair.pass(ms);
      };
      expect(pair.tunnelGap(meanwhile, write)).toBe('pbx-chose');
      pair.pass(HOUR);
      expect(pair.shows).toBe(`Away = ${then}`);
    },
  );

  test('of two equal writes the first one had arrived: the second, after a human’s choice, is ours', () => {
    const pair = PairDriver.paired();
    pair.pass(HOUR).pbxLine = 'lost';
    pair.teamsChooses('DoNotDisturb');
    const write = pair.state.written.pbxPending?.at;
    pair.pass(15 * SECOND).pbxLine = 'list-first';
    pair.tunnelGap(() => pair.pbx.items.set('tel:', 'dnd'), write);
    pair.pass(SECOND).pbxSets('lunch');
    pair.pass(SECOND).pbx.set('tel:', 'dnd');
    pair.list();
    pair.pass(HOUR);
    expect(pair.shows).toBe('Away = lunch');
  });

  test('without a gap an item that goes is a human’s available', () => {
    const pair = PairDriver.paired();
    pair.teamsChooses('Busy');
    pair.pass(HOUR).wrote();
    expect(pair.pbxSets('')).toBe('pbx-chose');
    expect(pair.wrote()).toEqual(['teams clear']);
  });

  test('the side that changed wins', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR);
    pair.pbxGap(() => pair.teamsChooses('Away'));
    pair.pass(HOUR);
    expect(pair.shows).toBe('Away = away');
    pair.pbxGap(() => pair.pbx.set('tel:', 'lunch'));
    pair.pass(HOUR);
    expect(pair.shows).toBe('Away = lunch');
  });

  test.each([
    ['DoNotDisturb', 'away', 'DoNotDisturb = dnd'],
    ['Away', 'dnd', 'DoNotDisturb = dnd'],
    ['Busy', 'meeting', 'Busy = meeting'],
    ['Available', 'lunch', 'Away = lunch'],
  ])('both changed, %s and %s: the more closed one wins, %s', (inTeams, onPbx, both) => {
    const pair = PairDriver.paired({ teams: 'BeRightBack' });
    pair.pbxGap(() => {
      pair.teamsChooses(inTeams);
      pair.pbx.set('tel:', onPbx);
    });
    pair.pass(HOUR);
    expect(pair.shows).toBe(both);
  });

  test('a write that the gap swallowed counts as a change in Teams', () => {
    const pair = PairDriver.paired();
    pair.pbxLine = 'lost';
    pair.teamsChooses('DoNotDisturb');
    pair.pbxLine = 'list-first';
    const reason = pair.pbxGap(() => pair.pbx.set('tel:', 'away'));
    expect(reason).toBe('both-changed-teams-more-closed');
    pair.pass(HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test('a call in Teams that began meanwhile is no change of the manual state', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('busy');
    pair.pass(HOUR);
    pair.pbxGap(() => {
      pair.teamsSays('Busy/InACall');
      pair.pbx.set('tel:', 'away');
    });
    expect(pair.state.manual).toMatchObject({ origin: 'pbx', pbx: 'away' });
  });
});

describe('a contact of our own beside the user’s', () => {
  test('a human’s choice at tel: takes ours away and goes to Teams', () => {
    const pair = PairDriver.paired({ contact: 'teams:' });
    pair.teamsChooses('Busy');
    pair.pass(HOUR).wrote();
    pair.pbxSets('dnd');
    pair.pass(HOUR);
    expect(pair.wrote().toSorted()).toEqual(['pbx available', 'teams DoNotDisturb']);
    expect([...pair.pbx.items]).toEqual([['tel:', 'dnd']]);
  });

  test('a call in Teams and one on the PBX stand beside each other', () => {
    const pair = PairDriver.paired({ contact: 'teams:' });
    pair.teamsClient('Busy/InACall');
    pair.pass(MINUTE).pbxCall('tel:');
    pair.pass(MINUTE);
    expect(pair.wrote()).toEqual(['pbx on-the-phone', 'teams session']);
    pair.pbxHangsUp();
    pair.pass(MINUTE).teamsClient('Available');
    pair.pass(MINUTE);
    expect(pair.wrote()).toEqual(['teams no session', 'pbx available']);
  });

  test('our on-the-phone covers a choice that had reached the PBX: what a human sets in a gap wins', () => {
    const pair = PairDriver.paired({ contact: 'teams:' });
    pair.teamsChooses('Busy');
    pair.pass(HOUR).teamsSays('Busy/InACall');
    expect([...pair.pbx.items]).toEqual([['teams:', 'on-the-phone']]);
    expect(pair.pbxGap(() => pair.pbx.set('tel:', 'away'))).toBe('pbx-chose');
  });

  test('other items are no manual state', () => {
    const pair = PairDriver.paired({ contact: 'teams:' });
    pair.pbxSets('dnd', 'im:');
    pair.pbxSets('meeting', 'calendar:');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual([]);
  });
});

describe('a state that a human puts in the place of our on-the-phone', () => {
  const inCall = (options: DriverOptions = {}): PairDriver => {
    const pair = PairDriver.paired(options);
    pair.teamsClient('Busy/InACall');
    expect(pair.pbxShows).toBe('on-the-phone');
    return pair;
  };

  test('hides the call in Teams: it is none until Teams says so again', () => {
    const pair = inCall();
    const { teams } = pair.state;
    pair.graphLine = 'away';
    pair.pbxSets('dnd');
    expect(pair.state.teams).toMatchObject({ presence: teams?.presence, call: false });
    expect(pair.pbxShows).toBe('dnd');
  });

  test.each<[string, DriverOptions]>([
    ['at a contact of our own the call stands beside it', { contact: 'teams:' }],
    ['where nothing is written to Teams the call shows there', { directions: 'teams-to-pbx' }],
  ])('%s', (_, options) => {
    const pair = inCall(options);
    pair.graphLine = 'away';
    pair.pbxSets('dnd');
    expect(pair.state.teams?.call).toBe(true);
  });
});
