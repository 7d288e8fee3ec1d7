import { describe, expect, test } from 'vitest';
import { decide } from '../../../shared/presence/decide.ts';
import { newPair } from '../../../shared/presence/model.ts';
import { HOUR, MINUTE, PairDriver, SECOND } from './pair-driver.ts';

const DIRECTIONS = ['tel:', 'teams:'] as const;

describe.each(DIRECTIONS)('both tables end to end, written at %s', (contact) => {
  test.each([
    ['Away', 'away'],
    ['BeRightBack', 'away'],
    ['Away/OutOfOffice', 'away'],
    ['Busy', 'busy'],
    ['DoNotDisturb/Focusing', 'busy'],
    ['DoNotDisturb', 'dnd'],
    ['DoNotDisturb/UrgentInterruptionsOnly', 'dnd'],
    ['Busy/InAMeeting', 'meeting'],
    ['Busy/InACall', 'on-the-phone'],
    ['Busy/InAConferenceCall', 'on-the-phone'],
    ['DoNotDisturb/Presenting', 'on-the-phone'],
  ])('%s in Teams is one write, "%s", and none back', (presence, activity) => {
    const pair = PairDriver.paired({ contact });
    pair.teamsClient(presence);
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual([`pbx ${activity}`]);
    pair.teamsClient('Available');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx available']);
    expect(pair.pbxShows).toBe('');
  });

  test.each([
    ['busy', 'Busy'],
    ['meeting', 'Busy'],
    ['dnd', 'DoNotDisturb'],
    ['away', 'Away'],
    ['lunch', 'Away'],
    ['vacation', 'Away'],
  ])('"%s" on the PBX is one write, %s, and none back', (activity, presence) => {
    const pair = PairDriver.paired({ contact });
    pair.pbxSets(activity);
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual([`teams ${presence}`]);
    expect(pair.shows).toBe(`${presence} = ${activity}`);
    pair.pbxSets(activity === 'busy' ? 'online' : '');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams clear']);
    expect(pair.teams.preferred).toBeNull();
  });

  test('the last human change wins between manual states', () => {
    const pair = PairDriver.paired({ contact: 'tel:' });
    pair.teamsChooses('Busy');
    pair.pass(10 * SECOND).pbxSets('away');
    pair.pass(10 * SECOND).teamsChooses('DoNotDisturb');
    pair.pass(10 * SECOND).pbxSets('lunch');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx busy', 'teams Away', 'pbx dnd', 'teams Away']);
    expect(pair.shows).toBe('Away = lunch');
  });
});

describe('what is equal in one direction only makes no loop', () => {
  test('a meeting on the PBX is Busy in Teams, and stays a meeting', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('meeting');
    pair.pass(HOUR);
    pair.teamsSays('Busy');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams Busy']);
    expect(pair.shows).toBe('Busy = meeting');
  });

  test('a meeting in Teams that a human makes busy on the PBX becomes Busy', () => {
    const pair = PairDriver.paired();
    pair.teamsClient('Busy/InAMeeting');
    pair.pass(HOUR);
    pair.pbxSets('busy');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx meeting', 'teams Busy']);
    expect(pair.shows).toBe('Busy = busy');
  });

  test('what is equal already is not written again', () => {
    const pair = PairDriver.paired();
    pair.teamsChooses('Busy');
    pair.pass(HOUR).wrote();
    pair.pbxSets('meeting');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual([]);
    expect(pair.shows).toBe('Busy = meeting');
  });
});

describe('one way only', () => {
  test('teams-to-pbx: what happens on the PBX writes nothing in Teams', () => {
    const pair = PairDriver.paired({ directions: 'teams-to-pbx' });
    pair.pbxSets('dnd');
    pair.pbxCall();
    pair.pass(HOUR).pbxHangsUp();
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual([]);
    pair.teamsChooses('Busy');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx busy']);
  });

  test('pbx-to-teams: what happens in Teams writes nothing on the PBX', () => {
    const pair = PairDriver.paired({ directions: 'pbx-to-teams' });
    pair.teamsChooses('DoNotDisturb');
    pair.pass(HOUR).teamsClient('Busy/InACall');
    pair.pass(HOUR).teamsClient('Offline');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual([]);
    pair.teamsClient('Available');
    pair.pbxSets('busy');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams Busy']);
  });

  test('a session that stands when writing to Teams is switched off is taken away', () => {
    const pair = PairDriver.paired();
    pair.pbxCall();
    pair.pass(MINUTE).wrote();
    Object.assign(pair.rules, { directions: 'teams-to-pbx' });
    pair.apply({ kind: 'rules-changed' });
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams no session']);
  });
});

describe('when the rules change', () => {
  test('both sides meet by the new rows', () => {
    const pair = PairDriver.paired();
    pair.teamsClient('Busy/InAMeeting');
    pair.pass(HOUR).wrote();
    const { mapping } = new PairDriver({ rows: { toPbx: { InAMeeting: 'dnd' } } }).rules;
    Object.assign(pair.rules, { mapping });
    expect(pair.apply({ kind: 'rules-changed' })).toBe('teams-chose');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx dnd']);
  });

  test('a state of the PBX is shown in Teams by the new rows', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('lunch');
    pair.pass(HOUR).wrote();
    const rows = { toTeams: { lunch: 'BeRightBack/BeRightBack' } };
    Object.assign(pair.rules, { mapping: new PairDriver({ rows }).rules.mapping });
    expect(pair.apply({ kind: 'rules-changed' })).toBe('pbx-chose');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams BeRightBack']);
    expect(pair.shows).toBe('BeRightBack = lunch');
  });

  test('what is equal by the new rows too is not written again', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('busy');
    pair.pass(HOUR).wrote();
    const rows = { toTeams: { busy: 'DoNotDisturb/DoNotDisturb' } };
    Object.assign(pair.rules, { mapping: new PairDriver({ rows }).rules.mapping });
    pair.apply({ kind: 'rules-changed' });
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual([]);
  });

  test('a choice on its way to Teams is not given up for what stands there', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR);
    pair.graphLine = 'fails';
    pair.pbxSets('');
    pair.apply({ kind: 'rules-changed' });
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('Available = available');
  });

  test('a choice on its way to the PBX is not given up for what stands there', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR).pbxLine = 'lost';
    pair.teamsChooses('Available');
    pair.apply({ kind: 'rules-changed' });
    pair.pbxLine = 'list-first';
    pair.pass(HOUR);
    expect(pair.shows).toBe('Available = available');
  });

  test('what signing out took back is not brought to Teams, though the PBX shows it still', () => {
    const pair = PairDriver.paired();
    pair.teamsChooses('Busy');
    pair.pass(HOUR).pbxLine = 'lost';
    pair.teamsClient('Offline');
    pair.wrote();
    pair.apply({ kind: 'rules-changed' });
    pair.pbxLine = 'list-first';
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx available']);
  });

  test.each([0, HOUR])(
    'what Teams shows of itself after available on the PBX stays nobody’s choice, %i ms later',
    (laterMs) => {
      const pair = PairDriver.paired({ teams: 'Away' });
      pair.pbxSets('');
      pair.pass(laterMs).apply({ kind: 'rules-changed' });
      pair.pass(HOUR);
      expect(pair.pbxShows).toBe('');
    },
  );

  test('a state keeps its origin, so that it is still taken back', () => {
    const pair = PairDriver.paired();
    pair.teamsChooses('Busy');
    pair.pass(HOUR).wrote();
    expect(pair.apply({ kind: 'rules-changed' })).toBe('equal');
    pair.teamsClient('Offline');
    expect(pair.wrote()).toEqual(['pbx available']);
  });

  test('nothing follows while one side is unknown', () => {
    const { rules } = new PairDriver();
    const teams = new PairDriver({ teams: 'Busy' });
    teams.read();
    const pbx = new PairDriver({ pbx: 'busy' });
    pbx.list({ afterGap: true });
    for (const state of [newPair(), teams.state, pbx.state]) {
      const decision = decide(rules, state, { kind: 'rules-changed' }, 1);
      expect(decision).toEqual({ state, reason: 'same' });
    }
  });
});

describe('an admin may map as they like', () => {
  test('a Teams call shown as busy does not make our own session a human’s choice', () => {
    const pair = PairDriver.paired({ rows: { toPbx: { InACall: 'busy' } } });
    pair.pbxCall();
    pair.pass(4 * MINUTE).read();
    pair.pass(4 * MINUTE).pbxHangsUp();
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams session', 'teams session', 'teams no session']);
    pair.teamsClient('Busy/InACall');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx busy']);
  });

  test('our own Busy shown as on-the-phone is not laid over the busy it came from', () => {
    const pair = PairDriver.paired({ rows: { toPbx: { Busy: 'on-the-phone' } } });
    pair.pbxSets('busy');
    pair.pass(HOUR).read();
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams Busy']);
  });

  test('Offline with a row of its own is shown', () => {
    const pair = PairDriver.paired({ rows: { toPbx: { Offline: 'away' } } });
    pair.teamsClient('Offline');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx away']);
  });

  test('available on the PBX may be written as Available', () => {
    const pair = PairDriver.paired({ rows: { toTeams: { '': 'Available/Available' } } });
    pair.pbxSets('busy');
    pair.pass(HOUR).pbxSets('');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams Busy', 'teams Available']);
  });
});

test('asking twice what is due gives the same answer', () => {
  const pair = PairDriver.paired();
  pair.pbxIsUp = false;
  pair.teamsChooses('Busy');
  expect(pair.due()).toEqual(pair.due());
  expect(pair.due().pbx).toBe('busy');
});
