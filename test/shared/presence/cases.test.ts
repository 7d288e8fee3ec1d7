// Cases that are easily got wrong, as stories; docs/presence-rules.md says how each was settled.
import { describe, expect, test } from 'vitest';
import type { Directions } from '../../../shared/presence/model.ts';
import { notLater } from '../../../shared/presence/not-later.ts';
import { teams } from './models.ts';
import { HOUR, MINUTE, PairDriver, SECOND } from './pair-driver.ts';

describe('a state chosen on both sides within a second', () => {
  test.each([0, 5 * SECOND, 80 * SECOND])(
    'first in Teams, then on the PBX: the PBX wins, the notification %i ms late or not',
    (delay) => {
      const pair = PairDriver.paired();
      pair.delays = () => [delay];
      pair.teamsChooses('Busy');
      pair.pass(500).pbxSets('dnd');
      pair.pass(HOUR);
      expect(pair.shows).toBe('DoNotDisturb = dnd');
    },
  );

  test.each([0, 5 * SECOND, 80 * SECOND])(
    'first on the PBX, then in Teams: Teams wins, the notification %i ms late or not',
    (delay) => {
      const pair = PairDriver.paired();
      pair.delays = () => [delay];
      pair.pbxSets('dnd');
      pair.pass(500).teamsChooses('Busy');
      pair.pass(HOUR);
      expect(pair.shows).toBe('Busy = busy');
    },
  );
});

describe('out of office', () => {
  test('is away on the PBX while it lasts', () => {
    const pair = PairDriver.paired();
    pair.teamsClient('Away/OutOfOffice');
    pair.pass(HOUR).teamsClient('Available');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx away', 'pbx available']);
  });

  test('does not come back over what a human then sets on the PBX', () => {
    const pair = PairDriver.paired();
    pair.teamsClient('Away/OutOfOffice');
    pair.pass(HOUR).pbxSets('');
    pair.pass(HOUR).read();
    pair.pass(HOUR);
    expect(pair.pbxShows).toBe('');
  });

  test('with a call on either side is that call, and out of office again after it', () => {
    const pair = PairDriver.paired();
    pair.teamsClient('Away/OutOfOffice');
    pair.pass(HOUR).teamsClient('Busy/InACall');
    pair.pass(HOUR).teamsClient('Away/OutOfOffice');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx away', 'pbx on-the-phone', 'pbx away']);
    pair.pbxCall();
    pair.pass(MINUTE);
    expect(pair.teams.shown(pair.now).activity).toBe('InACall');
    pair.pbxHangsUp();
    pair.pass(HOUR);
    expect(pair.shows).toBe('Away/OutOfOffice = away');
  });

  test('leaves alone what stood on the PBX before, for as long as that stands', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR).teamsClient('Away/OutOfOffice');
    pair.pass(HOUR);
    expect(pair.pbxShows).toBe('dnd');
    pair.pbxSets('');
    pair.pass(HOUR).read();
    expect(pair.teams.shown(pair.now).activity).toBe('OutOfOffice');
  });
});

describe('a user who is not signed in to Teams', () => {
  test('and talks on the PBX shows so in Teams, and is offline again after it', () => {
    const pair = PairDriver.paired({ teams: 'Offline' });
    pair.pbxCall();
    pair.pass(MINUTE);
    expect(pair.teams.shown(pair.now).activity).toBe('InACall');
    pair.pbxHangsUp();
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams session', 'teams no session']);
    expect(pair.shows).toBe('Offline = available');
  });

  test('and is away on the PBX finds that in Teams when they sign in', () => {
    const pair = PairDriver.paired({ teams: 'Offline' });
    pair.pbxSets('away');
    pair.pass(HOUR).teamsClient('Available');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams Away']);
    expect(pair.shows).toBe('Away = away');
  });
});

/** Time passes, with the edge's reads for repair. */
const sweep = (pair: PairDriver, ms: number): void => {
  for (let passed = 0; passed < ms; passed += 5 * MINUTE) pair.pass(5 * MINUTE).read();
};

const switched = (pair: PairDriver, directions: Directions): void => {
  pair.rules = { ...pair.rules, directions };
  pair.apply({ kind: 'rules-changed' });
};

test('what is being taken back in Teams as settings are saved is taken back, though that fails at first', () => {
  const pair = PairDriver.paired({ pbx: 'busy' });
  pair.graphTakesMs = 5 * SECOND;
  pair.graphLine = 'fails';
  pair.pbxSets('');
  switched(pair, 'teams-to-pbx');
  switched(pair, 'both');
  pair.pass(6 * SECOND).graphLine = 'up';
  pair.pass(MINUTE);
  expect(pair.shows).toBe('Available = available');
});

describe('settings changed to teams-to-pbx', () => {
  test.each([
    ['dnd', 'DoNotDisturb', 25],
    ['away', 'Away', 7 * 24 + 1],
  ])('leave %s to its user, who keeps it when it ends in Teams', (activity, status, hours) => {
    const pair = PairDriver.paired();
    pair.pbxSets(activity);
    pair.pass(HOUR).wrote();
    switched(pair, 'teams-to-pbx');
    pair.pass(HOUR);
    expect(pair.shows).toBe(`${status} = ${activity}`);
    pair.pass(hours * HOUR);
    expect([pair.wrote(), pair.shows]).toEqual([[], `Available = ${activity}`]);
    pair.teamsChooses('Busy');
    expect(pair.shows).toBe('Busy = busy');
  });
});

describe('settings changed to pbx-to-teams', () => {
  test.each(['', 'lunch'])(
    'take our on-the-phone off the PBX; what it covered, "%s", is back',
    (was) => {
      const pair = PairDriver.paired();
      pair.pbxSets(was);
      pair.pass(HOUR).teamsSays('Busy/InACall');
      expect(pair.pbxShows).toBe('on-the-phone');
      switched(pair, 'pbx-to-teams');
      pair.pass(HOUR);
      expect(pair.pbxShows).toBe(was);
      pair.wrote();
      pair.pbxCall('tel:');
      expect(pair.wrote()).toEqual(['teams session']);
    },
  );

  test('withdraw an item at a contact of our own', () => {
    const pair = PairDriver.paired({ contact: 'teams:' });
    pair.teamsChooses('DoNotDisturb');
    pair.pass(HOUR);
    switched(pair, 'pbx-to-teams');
    pair.pass(HOUR);
    expect([...pair.pbx.items]).toEqual([]);
  });

  test('leave a state that came from Teams to its user', () => {
    const pair = PairDriver.paired();
    pair.teamsChooses('Busy');
    pair.pass(HOUR).wrote();
    switched(pair, 'pbx-to-teams');
    pair.pass(HOUR);
    expect([pair.wrote(), pair.pbxShows]).toEqual([[], 'busy']);
  });
});

describe('what we wrote to Teams ends there, and nothing else does', () => {
  test('after a clock was set back, a human’s choice is one', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(2 * HOUR);
    pair.now -= HOUR;
    pair.state = notLater(pair.state, pair.now);
    pair.pass(MINUTE).wrote();
    pair.teamsChooses('Away');
    pair.pass(HOUR);
    expect(pair.shows).toBe('Away = away');
  });

  test('an answer that comes after a human’s choice says nothing of that', () => {
    const pair = PairDriver.paired();
    pair.sequences = true;
    pair.graphTakesMs = 2 * SECOND;
    pair.pbxSets('dnd');
    pair.pass(SECOND).teamsChooses('Away');
    pair.pass(25 * HOUR).teamsChooses('Available');
    pair.pass(HOUR);
    expect(pair.shows).toBe('Available = available');
  });

  test('nothing ends that Microsoft has refused for a day', () => {
    const pair = PairDriver.paired();
    pair.graphLine = 'fails';
    pair.pbxSets('dnd');
    pair.pass(25 * HOUR).teamsChooses('Away');
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('Away = away');
  });

  test('nor is it forgotten over a notification that was held back', () => {
    const pair = PairDriver.paired();
    pair.delays = () => [];
    pair.pbxSets('dnd');
    pair.pass(HOUR).teamsSays('Away');
    pair.pass(MINUTE).read();
    expect(pair.state.manual).toMatchObject({ origin: 'pbx', pbx: 'dnd' });
    pair.edgeGap(() => pair.pass(26 * HOUR));
    pair.pass(HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test('a human who picked just that has chosen it, as its staying shows', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR);
    switched(pair, 'teams-to-pbx');
    pair.teamsChooses('DoNotDisturb');
    pair.pass(30 * HOUR).read();
    pair.teamsChooses('Available');
    pair.pass(HOUR);
    expect(pair.shows).toBe('Available = available');
  });
});

describe('a human who chooses in Teams is heard', () => {
  test.each([
    ['Available', 'Available = available'],
    ['Away', 'Away = away'],
  ])(
    'after the end of what was written, where it had been renewed and nobody knew: %s',
    (status, shown) => {
      const pair = PairDriver.paired();
      pair.pbxSets('dnd');
      pair.pass(21 * HOUR).graphLine = 'answer-lost';
      pair.pass(HOUR).graphLine = 'fails';
      pair.pass(3 * HOUR).read();
      expect(pair.shows).toBe('DoNotDisturb = dnd');
      pair.pass(HOUR).teamsChooses(status);
      pair.pass(MINUTE).graphLine = 'up';
      pair.pass(HOUR);
      expect(pair.shows).toBe(shown);
    },
  );

  test('after a call on the PBX, in which somebody there was available again', () => {
    const pair = PairDriver.paired({ pbx: 'away' });
    pair.pbxCall();
    pair.pbxSets('');
    pair.pass(10 * MINUTE).reads();
    pair.pbxHangsUp();
    // What Teams shows beneath the call is asked for once; then nothing else passes for it.
    pair.pass(MINUTE);
    expect(pair.reads()).toBe(1);
    pair.teamsChooses('Away');
    pair.pass(MINUTE);
    expect(pair.shows).toBe('Away = away');
  });

  test('after a call on the PBX, when what Teams showed at its end shows otherwise by itself', () => {
    const pair = PairDriver.paired({ teams: 'Available', pbx: 'away' });
    pair.pbxSets('');
    pair.pass(10 * MINUTE).pbxCall();
    pair.pass(10 * MINUTE).pbxHangsUp();
    pair.pass(30 * SECOND).teamsClient('AvailableIdle');
    pair.pass(30 * SECOND).teamsChooses('Away');
    pair.pass(MINUTE);
    expect(pair.shows).toBe('Away = away');
  });

  test.each([
    ['of what was never there', 0],
    ['of what had ended', HOUR],
  ])('when a day of attempts has failed and the last one arrived: %s', (_, stoodMs) => {
    const pair = PairDriver.paired();
    if (stoodMs === 0) pair.graphLine = 'fails';
    pair.pbxSets('dnd');
    pair.pass(stoodMs).graphLine = 'fails';
    for (let hour = 0; hour < 30; hour += 1) pair.pass(HOUR).read();
    expect(pair.shows).toBe('Available = dnd');
    pair.graphLine = 'answer-lost';
    pair.pass(2 * MINUTE).graphLine = 'up';
    pair.pass(3 * HOUR).read();
    expect(pair.shows).toBe('DoNotDisturb = dnd');
    pair.teamsChooses('Available');
    pair.pass(HOUR);
    expect(pair.shows).toBe('Available = available');
  });

  test('each time, however many answers are lost', () => {
    const pair = PairDriver.paired();
    pair.graphLine = 'fails';
    pair.pbxSets('dnd');
    for (let hour = 0; hour < 25; hour += 1) pair.pass(HOUR).read();
    pair.graphLine = 'answer-lost';
    pair.pass(10 * MINUTE).read();
    for (let times = 0; times < 4; times += 1) {
      pair.teamsChooses('Available');
      pair.pass(10 * MINUTE).read();
      expect(pair.shows).toBe('Available = available');
    }
  });

  test('when Microsoft answers again after a day, and what showed since is written once more', () => {
    const pair = PairDriver.paired();
    pair.basic = true;
    pair.graphLine = 'away';
    pair.teamsChooses('Busy');
    pair.pbxSets('busy');
    pair.pass(25 * HOUR).graphLine = 'up';
    pair.pass(HOUR).wrote();
    pair.teamsChooses(null);
    pair.pass(HOUR);
    expect([pair.wrote(), pair.shows]).toEqual([['pbx available'], 'Available = available']);
  });

  test.each(['up', 'answer-lost'] as const)(
    'when they picked just what we had written there, and its answer was: %s',
    (line) => {
      const pair = PairDriver.paired();
      pair.graphLine = line;
      pair.pbxSets('dnd');
      pair.pass(4 * SECOND).graphLine = 'up';
      pair.pass(HOUR);
      switched(pair, 'teams-to-pbx');
      pair.teamsChooses('DoNotDisturb');
      pair.pass(30 * HOUR).read();
      pair.teamsChooses('Available');
      pair.pass(HOUR);
      expect(pair.shows).toBe('Available = available');
    },
  );

  test.each([10 * MINUTE, 23 * HOUR, 26 * HOUR])(
    'when they take away beneath our session what we had written, and the call ends after %i ms',
    (ms) => {
      const pair = PairDriver.paired();
      pair.pbxSets('dnd');
      pair.pass(HOUR).pbxCall();
      pair.pass(MINUTE).teamsChooses(null);
      sweep(pair, ms);
      expect(pair.teams.shown(pair.now).activity).toBe('InACall');
      pair.pbxHangsUp();
      pair.pass(HOUR);
      expect(pair.shows).toBe('Available = available');
    },
  );

  test.each([20, 80, 120])(
    'when they take away what we had written, %i s into a call, and it would be renewed then',
    (seconds) => {
      const pair = PairDriver.paired();
      pair.pbxSets('dnd');
      pair.pass(21.5 * HOUR).pbxCall();
      pair.pass(seconds * SECOND).teamsChooses(null);
      pair.pass(20 * MINUTE).pbxHangsUp();
      pair.pass(HOUR);
      expect(pair.shows).toBe('Available = available');
    },
  );

  test('when they took it away during a call in Teams, and pick it there a day later', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('busy');
    pair.pass(HOUR).teamsClient('DoNotDisturb/Presenting');
    pair.pass(2 * MINUTE).teamsChooses(null);
    sweep(pair, 25 * HOUR);
    pair.wrote();
    pair.teamsChooses('Busy');
    sweep(pair, HOUR);
    expect(pair.wrote()).toEqual(['pbx busy']);
    pair.teamsClient('Available');
    pair.teamsChooses(null);
    sweep(pair, HOUR);
    expect(pair.shows).toBe('Available = available');
  });

  test('when they take it away beneath a call, then what the PBX chose since is not written, and they pick', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR).pbxCall();
    pair.pass(3 * MINUTE).teamsChooses(null);
    pair.pass(10 * MINUTE).read();
    pair.graphLine = 'fails';
    pair.pbxSets('away');
    pair.pass(MINUTE).pbxHangsUp();
    pair.pass(MINUTE).pbxSets('dnd');
    pair.pass(MINUTE).teamsChooses('BeRightBack');
    pair.pass(MINUTE).graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('BeRightBack = away');
  });

  test('when they take it away during a call in Teams', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(21.5 * HOUR).teamsClient('Busy/InACall');
    pair.pass(MINUTE).teamsChooses(null);
    sweep(pair, 20 * MINUTE);
    pair.teamsClient('Available');
    sweep(pair, HOUR);
    expect(pair.shows).toBe('Available = available');
  });

  test.each([0, 14 * SECOND])(
    'when somebody chose on the PBX in between what Teams showed then, %i ms later',
    (later) => {
      const pair = PairDriver.paired();
      pair.pass(HOUR);
      if (later > 0) pair.graphLine = 'away';
      pair.teamsChooses('Away');
      pair.pass(SECOND + later).pbxSets('lunch');
      pair.pass(SECOND + later).graphLine = 'up';
      pair.teamsChooses('Available');
      pair.pass(HOUR);
      expect(pair.shows).toBe('Available = available');
    },
  );
});

describe('a human who chooses on the PBX is heard', () => {
  test.each([
    ['busy', 'meeting', 'Busy'],
    ['away', 'lunch', 'Away'],
  ])('when somebody has taken away %s in Teams, which %s is as well', (first, then, status) => {
    const pair = PairDriver.paired();
    pair.pbxSets(first);
    pair.pass(HOUR).pbxCall();
    pair.pass(3 * MINUTE).teamsChooses(null);
    pair.pass(10 * MINUTE).read();
    pair.pbxSets(then);
    pair.pass(10 * MINUTE).pbxHangsUp();
    pair.pass(HOUR);
    expect(pair.shows).toBe(`${status} = ${then}`);
  });

  test.each([
    ['signed out', (pair: PairDriver) => pair],
    ['since an hour', (pair: PairDriver) => pair.pass(HOUR)],
  ])('while Teams is %s, and the write fails until the user signs in', (_, waited) => {
    const pair = PairDriver.paired();
    pair.teamsClient('Offline');
    waited(pair).graphLine = 'fails';
    pair.pbxSets('dnd');
    pair.pass(20 * SECOND).teamsClient('Available');
    pair.pass(10 * SECOND).graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test('while Teams is signed out, and the client is idle at each sign-in', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('away');
    pair.pass(HOUR).pbxSets('');
    pair.pass(HOUR).teamsClient('Offline');
    pair.pass(HOUR).graphLine = 'fails';
    pair.pbxSets('dnd');
    for (const client of ['Away', 'Offline', 'Available']) pair.pass(MINUTE).teamsClient(client);
    pair.pass(10 * SECOND).graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test('and in Teams after that, though an admin has it shown as off work there', () => {
    const pair = PairDriver.paired({ rows: { toTeams: { vacation: 'Offline/OffWork' } } });
    pair.pbxSets('vacation');
    pair.pass(HOUR).teamsChooses('Available');
    pair.pass(HOUR);
    expect(pair.shows).toBe('Available = available');
  });

  test('while Teams is signed out, unless the user chooses something there then', () => {
    const pair = PairDriver.paired({ teams: 'Offline' });
    pair.graphLine = 'fails';
    pair.pbxSets('away');
    pair.pass(20 * SECOND).teamsClient('Available');
    pair.teamsChooses('Busy');
    pair.pass(10 * SECOND).graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('Busy = busy');
  });
});

describe('what we wrote to Teams is renewed, and stays the choice of the PBX,', () => {
  test('where what is stored does not say since when it stands', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR).teamsClient('Offline');
    pair.pass(HOUR);
    const { lasts: _, ...written } = pair.state.written;
    pair.state = { ...pair.state, written };
    pair.pass(30 * HOUR).read();
    pair.teamsClient('Available');
    pair.pass(HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test('though a copy that lags behind did not show it', () => {
    const pair = PairDriver.paired();
    pair.pass(HOUR).pbxCall();
    pair.pass(6 * MINUTE).pbxSets('dnd');
    pair.pass(4 * SECOND).read(pair.now, teams('Busy/InACall'));
    pair.pass(MINUTE).pbxHangsUp();
    pair.teamsClient('Offline');
    sweep(pair, 30 * HOUR);
    pair.teamsClient('Available');
    pair.pass(HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test('when the clock was set forward by more than a day', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR);
    pair.now += 25 * HOUR;
    pair.teams.preferredUntil += 25 * HOUR;
    pair.read();
    sweep(pair, 30 * HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });
});

describe('a call on the PBX of more than a day', () => {
  test('does not keep what was written to Teams before from being renewed', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR).pbxCall();
    pair.pass(30 * HOUR);
    expect(pair.shows).toBe('DoNotDisturb = on-the-phone');
    pair.pbxHangsUp();
    pair.pass(HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test('does not hide that what stands in Teams is of before it, and looks like it', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('busy');
    pair.graphLine = 'fails';
    pair.pbxSets('lunch');
    pair.pbxCall();
    for (let hour = 0; hour < 25; hour += 1) pair.pass(HOUR).read();
    pair.graphLine = 'up';
    pair.pbxHangsUp();
    pair.pass(HOUR);
    expect(pair.shows).toBe('Away = lunch');
  });

  test('hides that what nobody could renew has ended, and it is written again', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR).pbxCall();
    pair.pass(HOUR).graphLine = 'fails';
    pair.pass(25 * HOUR).graphLine = 'up';
    pair.pass(MINUTE).read();
    pair.pbxHangsUp();
    pair.pass(HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });
});

describe('what Microsoft had held back', () => {
  test('does not pass for news because there were two of them', () => {
    const pair = PairDriver.paired();
    pair.pass(HOUR).teamsSays('Away');
    pair.pass(SECOND).pbxSets('lunch');
    pair.pass(SECOND).teamsSays('Busy');
    pair.pass(MINUTE).read();
    pair.pass(HOUR);
    expect(pair.shows).toBe('Away = lunch');
  });

  test('is not what a human chooses, and looks like our session of before', () => {
    const pair = PairDriver.paired();
    pair.teams.spelling = 'Busy';
    pair.pbxCall();
    pair.pass(2 * MINUTE).teamsChooses('DoNotDisturb');
    pair.teamsChooses('Busy');
    pair.pbxHangsUp();
    pair.pass(MINUTE);
    expect(pair.shows).toBe('Busy = busy');
  });

  test.each(['Busy', 'Busy/InACall'])(
    'is not what a human chose just before a call, though our session shows as %s',
    (spelling) => {
      const pair = PairDriver.paired();
      pair.teams.spelling = spelling;
      pair.pbxSets('meeting');
      pair.pass(HOUR);
      expect(pair.shows).toBe('Busy = meeting');
      pair.teamsChooses(null);
      pair.pass(SECOND).pbxCall();
      pair.wrote();
      pair.pass(MINUTE).read();
      expect(pair.wrote()).toEqual([]);
      pair.pass(25 * HOUR).pbxHangsUp();
      pair.pass(MINUTE);
      expect(pair.shows).toBe('Available = available');
    },
  );

  test('is that, though a call begins before anybody can look', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('meeting');
    pair.pass(HOUR).teamsSays('Available');
    pair.pass(SECOND).pbxCall();
    pair.pass(20 * SECOND).pbxHangsUp();
    pair.pass(MINUTE);
    expect(pair.shows).toBe('Busy = meeting');
  });

  test('is older than the call in which it comes', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('meeting');
    pair.pass(HOUR).pbxCall();
    pair.pass(10 * MINUTE).teamsSays('Available');
    pair.pass(MINUTE).pbxHangsUp();
    pair.pass(MINUTE);
    expect(pair.shows).toBe('Busy = meeting');
  });

  test('does not undo what somebody chose on the PBX before, and chooses again', () => {
    const pair = PairDriver.paired({ directions: 'teams-to-pbx' });
    pair.pbxSets('lunch');
    pair.pass(HOUR).teamsSays('Busy');
    expect(pair.pbxShows).toBe('busy');
    pair.pass(SECOND).pbxSets('lunch');
    pair.pass(MINUTE).read();
    pair.pass(HOUR);
    expect(pair.shows).toBe('Available = lunch');
  });

  test('does not turn what somebody chooses on the PBX meanwhile into nobody’s choice', () => {
    const pair = PairDriver.paired();
    pair.pass(HOUR).teamsSays('Away');
    pair.pass(SECOND).pbxSets('lunch');
    pair.pass(MINUTE).read();
    pair.pass(HOUR);
    expect(pair.shows).toBe('Away = lunch');
  });
});

describe('a day without Microsoft', () => {
  test('ends what we wrote beneath a call that looks like it, and both are over', () => {
    const pair = PairDriver.paired();
    pair.teams.spelling = 'Busy';
    pair.pbxSets('busy');
    pair.pass(HOUR).pbxCall();
    pair.pass(MINUTE).graphLine = 'answer-lost';
    pair.pass(25 * HOUR).pbxHangsUp();
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('Busy = busy');
  });

  test('ends what we wrote to Teams, and it is written again', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR).wrote();
    pair.graphLine = 'fails';
    pair.pass(25 * HOUR);
    expect(pair.shows).toBe('Available = dnd');
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
    expect(pair.wrote().filter((write) => write.startsWith('pbx'))).toEqual([]);
  });

  test('ends the one whose answer was lost, and not only what Microsoft is known to have taken', () => {
    const pair = PairDriver.paired();
    pair.sequences = true;
    pair.pbxSets('away');
    pair.pass(HOUR).graphLine = 'answer-lost';
    pair.pbxSets('busy');
    pair.graphLine = 'away';
    pair.pbxSets('lunch');
    pair.pass(25 * HOUR).wrote();
    expect(pair.shows).toBe('Available = lunch');
  });

  test.each([true, false])(
    'ends the one whose answer was lost, though it was said again until then; stamps: %s',
    (sequences) => {
      const pair = PairDriver.paired();
      pair.sequences = sequences;
      pair.pbxSets('away');
      pair.pass(HOUR).graphLine = 'answer-lost';
      pair.pbxSets('busy');
      pair.graphLine = 'away';
      pair.pass(25 * HOUR);
      expect(pair.shows).toBe('Available = busy');
    },
  );

  test.each([10, 40, 200, 500])('ends what Microsoft lets stand for %i s more', (late) => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR);
    switched(pair, 'teams-to-pbx');
    pair.teams.preferredUntil += late * SECOND;
    pair.pass(23 * HOUR + (late - 2) * SECOND).read();
    expect(pair.shows).toBe('DoNotDisturb = dnd');
    pair.pass(MINUTE);
    expect(pair.shows).toBe('Available = dnd');
  });

  test('ends what arrived once, though nobody learned of it, and it is written again', () => {
    const pair = PairDriver.paired();
    pair.delays = () => [];
    pair.graphLine = 'answer-lost';
    pair.pbxSets('dnd');
    pair.graphLine = 'fails';
    for (let hour = 0; hour < 25; hour += 1) pair.pass(HOUR).read();
    expect(pair.shows).toBe('Available = dnd');
  });

  test('ends what Microsoft took some seconds before it said so', () => {
    const pair = PairDriver.paired();
    pair.graphTakesMs = 5 * SECOND;
    pair.graphIsSlow = true;
    pair.pbxSets('dnd');
    pair.pass(MINUTE).graphLine = 'fails';
    pair.pass(24 * HOUR - MINUTE + 2 * SECOND).read();
    expect(pair.shows).toBe('DoNotDisturb = dnd');
    pair.pass(HOUR).read();
    expect(pair.shows).toBe('Available = dnd');
  });

  test('ends what was renewed before, though nobody learned of it, and it is written again', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.graphLine = 'answer-lost';
    for (let hour = 0; hour < 25; hour += 1) pair.pass(HOUR).read();
    pair.graphLine = 'fails';
    for (let hour = 0; hour < 25; hour += 1) pair.pass(HOUR).read();
    expect(pair.shows).toBe('Available = dnd');
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test('ends what we wrote; a human who chooses there afterwards is heard', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR);
    pair.graphLine = 'fails';
    pair.pass(25 * HOUR).teamsChooses('BeRightBack');
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('BeRightBack = away');
  });
});

describe('while the edge is away', () => {
  test('what it had cleared in Teams just before is not cleared again', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR).pbxSets('');
    pair.wrote();
    pair.edgeGap();
    pair.pass(MINUTE);
    expect([pair.wrote(), pair.shows]).toEqual([[], 'Available = available']);
  });

  test('for a day, what it wrote just before that has ended in Teams, and is written again', () => {
    const pair = PairDriver.paired();
    pair.delays = () => [];
    pair.pbxSets('dnd');
    pair.edgeGap(() => {
      pair.pass(25 * HOUR);
      pair.teamsClient('Away/OutOfOffice');
    });
    pair.pass(HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test.each([1, 2, 5])('what it has renewed since it was stored ends later: %i days', (days) => {
    const pair = PairDriver.paired();
    pair.delays = () => [];
    pair.pbxSets('dnd');
    pair.pass(days * 25 * HOUR).graphLine = 'fails';
    pair.edgeGap();
    pair.pass(25 * HOUR);
    expect(pair.shows).toBe('Available = dnd');
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test.each([true, false])(
    'a human chooses on the PBX after what Teams had just told it; its session lasts: %s',
    (sessionLasted) => {
      const pair = PairDriver.paired();
      pair.teamsChooses('Busy');
      pair.pass(SECOND);
      pair.edgeGap(() => pair.pbxSets('lunch'), { sessionLasted });
      pair.pass(HOUR);
      expect(pair.shows).toBe('Away = lunch');
    },
  );

  test.each([[[0]], [[20 * SECOND]], [[]]])(
    'a human chooses in Teams just after that was renewed, told after %j ms',
    (delays) => {
      const pair = PairDriver.paired();
      pair.pbxSets('dnd');
      pair.pass(21.6 * HOUR + 10 * SECOND).delays = () => delays;
      pair.edgeGap(() => pair.teamsChooses('Available'));
      sweep(pair, HOUR);
      expect(pair.shows).toBe('Available = available');
    },
  );

  test('a human chooses in Teams, and reads take their time: what comes meanwhile does not end the waiting', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(MINUTE);
    pair.readTakesMs = 4 * SECOND;
    pair.graphTakesMs = 500;
    pair.pbxSets('busy');
    pair.pass(100).delays = () => [3 * SECOND];
    pair.edgeGap(() => pair.teamsChooses('BeRightBack'));
    pair.pass(MINUTE);
    expect(pair.shows).toBe('BeRightBack = away');
  });

  test('what a human then chooses on the PBX takes the place of what Teams was told meanwhile', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('busy');
    pair.pass(MINUTE).pbxCall();
    pair.delays = () => [];
    pair.edgeGap(() => {
      pair.teamsChooses('DoNotDisturb');
      pair.pbxHangsUp();
    });
    pair.read();
    pair.pass(SECOND).pbxSets('');
    sweep(pair, HOUR);
    expect(pair.shows).toBe('Available = available');
  });

  test('for a day, what ended in Teams beneath a call was not taken away there', () => {
    const pair = new PairDriver({ teams: 'Available', pbx: 'dnd' });
    pair.delays = () => [SECOND];
    pair.meet();
    pair.pbxCall();
    pair.edgeGap(() => pair.pass(25 * HOUR));
    pair.pass(MINUTE).pbxHangsUp();
    sweep(pair, HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test('what was to be renewed as it lost its memory is renewed', () => {
    const pair = PairDriver.paired();
    pair.delays = () => [];
    pair.pbxSets('dnd');
    pair.pass(21.5 * HOUR).graphLine = 'fails';
    pair.graphTakesMs = 20 * SECOND;
    pair.pass(6 * MINUTE + 10 * SECOND).edgeGap();
    pair.graphLine = 'up';
    pair.pass(12 * HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });

  test('for a moment, what it said again last may have arrived when it was said first', () => {
    const pair = PairDriver.paired();
    pair.basic = true;
    pair.delays = () => [SECOND];
    pair.graphLine = 'answer-lost';
    pair.pbxSets('away');
    pair.pass(2 * SECOND).pbxSets('busy');
    pair.pass(20 * SECOND);
    pair.edgeGap();
    pair.pass(25 * HOUR);
    expect(pair.pbxShows).toBe('busy');
  });

  test('for a moment, what Teams said before we wrote there is not news', () => {
    const pair = PairDriver.paired({ teams: 'Away' });
    pair.sequences = true;
    pair.pbxCall('tel:');
    pair.pbxSets('meeting');
    pair.pbxHangsUp();
    pair.pass(15 * MINUTE).wrote();
    expect(pair.shows).toBe('Busy = meeting');
    pair.graphLine = 'away';
    pair.edgeGap();
    pair.pass(HOUR);
    expect([pair.wrote(), pair.shows]).toEqual([[], 'Busy = meeting']);
  });

  test('a call on the PBX ends: its session is cleared when the edge is back', () => {
    const pair = PairDriver.paired();
    pair.pbxCall();
    pair.pass(MINUTE);
    pair.edgeGap(() => {
      pair.pbxHangsUp();
      pair.pass(2 * MINUTE);
    });
    pair.pass(SECOND);
    expect(pair.teams.hasSession(pair.now)).toBe(false);
    expect(pair.wrote()).toEqual(['teams session', 'teams no session']);
  });

  test('for hours, a call in Teams came and went: nothing is left of it', () => {
    const pair = PairDriver.paired();
    pair.edgeGap(() => {
      pair.teamsClient('Busy/InACall');
      pair.pass(4 * HOUR).teamsClient('Available');
      pair.pass(MINUTE);
    });
    pair.pass(HOUR);
    expect(pair.shows).toBe('Available = available');
  });

  test('a human changed one side: that one wins', () => {
    const pair = PairDriver.paired();
    pair.edgeGap(() => pair.teamsChooses('DoNotDisturb'));
    pair.pass(HOUR);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
    pair.edgeGap(() => pair.pbxSets(''));
    pair.pass(HOUR);
    expect(pair.shows).toBe('Available = available');
  });
});
