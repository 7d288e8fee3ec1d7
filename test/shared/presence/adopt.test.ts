import { describe, expect, test } from 'vitest';
import { HOUR, PairDriver } from './pair-driver.ts';

/** What stands at first, which side wins, what is written. */
const FIRST_MEETING: [string, string, string, string[]][] = [
  // equal stays as it is
  ['Available', '', 'equal', []],
  ['Busy', 'busy', 'equal', []],
  ['Busy', 'meeting', 'equal', []],
  ['Busy/InAMeeting', 'meeting', 'equal', []],
  ['Away', 'vacation', 'equal', []],
  // the more closed one wins
  ['DoNotDisturb', 'busy', 'teams-more-closed', ['pbx dnd']],
  ['Busy', 'away', 'teams-more-closed', ['pbx busy']],
  ['Away', '', 'teams-more-closed', ['pbx away']],
  ['Busy/InAMeeting', 'busy', 'teams-more-closed', ['pbx meeting']],
  ['Available', 'away', 'pbx-more-closed', ['teams Away']],
  ['Away', 'busy', 'pbx-more-closed', ['teams Busy']],
  ['Busy', 'dnd', 'pbx-more-closed', ['teams DoNotDisturb']],
  // no information
  ['Offline', '', 'nothing-chosen', []],
  ['Offline', 'dnd', 'pbx-more-closed', ['teams DoNotDisturb']],
  // calls are no manual state
  ['Busy/InACall', '', 'nothing-chosen', ['pbx on-the-phone']],
];

describe('the first meeting', () => {
  test.each(FIRST_MEETING)('%s and "%s": %s', (inTeams, onPbx, verdict, writes) => {
    const pair = new PairDriver({ teams: inTeams, pbx: onPbx });
    expect(pair.read()).toBe('pbx-not-known-yet');
    expect(pair.list({ afterGap: true })).toBe(verdict);
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(writes);
  });

  test('goes the same way when the PBX is heard first', () => {
    const pair = new PairDriver({ teams: 'Busy', pbx: 'dnd' });
    expect(pair.list({ afterGap: true })).toBe('teams-not-known-yet');
    expect(pair.read()).toBe('pbx-more-closed');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams DoNotDisturb']);
  });

  test('nothing is written while one side is unknown', () => {
    const pair = new PairDriver({ teams: 'Busy' });
    pair.read();
    pair.pass(HOUR);
    expect(pair.due()).toEqual({ pbx: null, teams: [], read: false, nextAt: null });
    const other = new PairDriver({ pbx: 'busy' });
    other.list({ afterGap: true });
    other.pass(HOUR);
    expect(other.wrote()).toEqual([]);
  });

  test('of a call in Teams: what is underneath is met when it ends', () => {
    const pair = new PairDriver({ teams: 'Busy/InACall' });
    pair.meet();
    pair.pass(HOUR).wrote();
    pair.teamsChooses('DoNotDisturb');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx dnd']);
  });
});

describe('equal from the first', () => {
  test('what stands on the PBX is its human’s: Offline does not take it back', () => {
    const pair = PairDriver.paired({ teams: 'Busy', pbx: 'busy' });
    pair.teamsClient('Offline');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual([]);
    expect(pair.pbxShows).toBe('busy');
  });

  test('nothing is written beside it at a contact of our own', () => {
    const pair = PairDriver.paired({ teams: 'Busy', pbx: 'busy', contact: 'teams:' });
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual([]);
  });

  test('Available in Teams is a choice all the same', () => {
    const pair = PairDriver.paired({ teams: 'Busy', pbx: 'busy' });
    pair.teamsChooses('Available');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx available']);
  });
});

describe('what is wanted on the PBX', () => {
  test('a choice in Teams that the PBX shows already leaves its more exact word', () => {
    const pair = PairDriver.paired();
    pair.teamsClient('Busy/InAMeeting');
    pair.pass(HOUR).wrote();
    expect(pair.teamsChooses('Busy')).toBe('teams-chose');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual([]);
    expect(pair.shows).toBe('Busy = meeting');
  });

  test('where nothing is written there, a choice in Teams changes nothing, until settings say otherwise', () => {
    const pair = PairDriver.paired({ directions: 'pbx-to-teams' });
    pair.pbxSets('busy');
    pair.pass(HOUR).teamsChooses('DoNotDisturb');
    pair.pass(HOUR).wrote();
    expect(pair.state.manual).toEqual({ origin: 'teams', pbx: 'busy', teams: 'leave' });
    Object.assign(pair.rules, { directions: 'both' });
    pair.apply({ kind: 'rules-changed' });
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['pbx dnd']);
  });
});

describe('what is wanted in Teams', () => {
  test('nothing, where nothing is written there', () => {
    const pair = PairDriver.paired({ directions: 'teams-to-pbx' });
    pair.pbxSets('busy');
    expect(pair.state.manual).toEqual({ origin: 'pbx', pbx: 'busy', teams: 'leave' });
  });

  test('what stands there of ours is renewed when settings have been one-way and are not any more', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('busy');
    pair.pass(HOUR);
    for (const directions of ['teams-to-pbx', 'both']) {
      Object.assign(pair.rules, { directions });
      pair.apply({ kind: 'rules-changed' });
      pair.pass(HOUR);
    }
    pair.wrote();
    pair.pass(22 * HOUR);
    expect(pair.wrote()).toEqual(['teams Busy']);
  });

  test('of what has just been available from the first, whoever changes it first is who chose', () => {
    expect(PairDriver.paired().state.manual).toMatchObject({ origin: 'teams', pbx: '' });
    const busy = PairDriver.paired({ teams: 'Busy', pbx: 'busy' });
    expect(busy.state.manual).toMatchObject({ origin: 'pbx', pbx: 'busy' });
  });

  test('our own preferred presence is changed, not left, when the PBX changes under it', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('busy');
    pair.pass(HOUR).pbxSets('meeting');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams Busy']);
    expect(pair.state.manual?.teams).toMatchObject({ activity: 'Busy' });
  });

  test('a state without a row clears', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('busy');
    pair.pass(HOUR).pbxSets('permanent-absence');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams Busy', 'teams clear']);
  });

  test('a state that a human chose in Teams is cleared when the PBX says available', () => {
    const pair = PairDriver.paired();
    pair.teamsChooses('DoNotDisturb');
    pair.pass(HOUR).wrote();
    pair.pbxSets('');
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams clear']);
    expect(pair.shows).toBe('Available = available');
  });

  test('what may have arrived is taken back, though a call hid whether it did', () => {
    const pair = PairDriver.paired();
    pair.pbxCall();
    pair.graphLine = 'answer-lost';
    pair.pbxSets('busy');
    pair.pbxHangsUp();
    pair.pbxSets('');
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('Available = available');
    expect(pair.teams.preferred).toBeNull();
  });
});
