import { describe, expect, test } from 'vitest';
import { meetAnew, reconcile } from '../../../shared/presence/adopt.ts';
import type { Reason } from '../../../shared/presence/events.ts';
import { mappingOf } from '../../../shared/presence/mapping.ts';
import {
  type ManualState,
  newPair,
  type PairState,
  type PbxView,
  type TeamsPresence,
} from '../../../shared/presence/model.ts';
import type { Rules } from '../../../shared/presence/rules.ts';
import { teams } from './models.ts';
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

describe('settings that change', () => {
  const rules: Rules = { mapping: mappingOf(), contact: 'tel:', directions: 'both' };
  const view = (presence: string | null) => ({
    at: 1,
    presence: teams(presence ?? 'Offline'),
    underlying: presence === null ? null : teams(presence),
    call: false,
  });
  const onPbx = (manual: string | null, more: Partial<PbxView> = {}): PbxView => ({
    at: 1,
    manual,
    call: false,
    item: manual,
    hidden: false,
    ...more,
  });
  const chosen = (origin: 'teams' | 'pbx', pbx: string, inTeams: ManualState['teams'] = 'leave') =>
    ({ origin, pbx, teams: inTeams }) as const;
  const known = (more: Partial<PairState>): PairState => ({ ...newPair(), ...more });

  test.each<[string, Partial<PairState>, Reason, ManualState]>([
    [
      'a choice in Teams that means the same',
      { manual: chosen('teams', 'busy'), teams: view('Busy'), pbx: onPbx('busy') },
      'equal',
      chosen('teams', 'busy'),
    ],
    [
      'a choice in Teams that means something else by now',
      { manual: chosen('teams', 'away'), teams: view('Busy'), pbx: onPbx('away') },
      'teams-chose',
      chosen('teams', 'busy'),
    ],
    [
      'a choice in Teams beneath something that is not known',
      { manual: chosen('teams', 'busy'), teams: view(null), pbx: onPbx('busy') },
      'same',
      chosen('teams', 'busy'),
    ],
    [
      'a choice in Teams of somebody who has signed out',
      { manual: chosen('teams', 'busy'), teams: view('Offline'), pbx: onPbx('busy') },
      'same',
      chosen('teams', 'busy'),
    ],
    [
      'a choice in Teams of whom nothing is known there',
      { manual: chosen('teams', 'busy'), teams: null, pbx: onPbx('busy') },
      'same',
      chosen('teams', 'busy'),
    ],
    [
      'a choice on the PBX that is to be written',
      { manual: chosen('pbx', 'dnd', 'clear'), teams: view('Available'), pbx: onPbx('dnd') },
      'pbx-chose',
      chosen('pbx', 'dnd', teams('DoNotDisturb')),
    ],
    [
      'a choice on the PBX that is not: both sides meet',
      { manual: chosen('pbx', 'away'), teams: view('Busy'), pbx: onPbx('away') },
      'teams-more-closed',
      chosen('teams', 'busy'),
    ],
    [
      'the same, equal by now',
      { manual: chosen('pbx', 'away'), teams: view('Away'), pbx: onPbx('away') },
      'equal',
      chosen('pbx', 'away'),
    ],
    [
      'nothing of ours in Teams, and a call of ours over the state of the PBX',
      {
        manual: chosen('pbx', 'dnd'),
        teams: view('Busy'),
        pbx: onPbx('away', { item: 'on-the-phone' }),
      },
      'pbx-more-closed',
      chosen('pbx', 'dnd', teams('DoNotDisturb')),
    ],
    [
      'the same, while a call of the PBX hides what is ours',
      {
        manual: chosen('pbx', 'dnd'),
        teams: view('Busy'),
        pbx: onPbx('away', { item: 'on-the-phone', hidden: true }),
      },
      'teams-more-closed',
      chosen('teams', 'busy'),
    ],
    [
      'nobody has chosen yet',
      { manual: null, teams: view('Busy'), pbx: onPbx('away', { item: 'on-the-phone' }) },
      'teams-more-closed',
      chosen('teams', 'busy'),
    ],
    [
      'nobody has, and nobody says anything',
      { manual: null, teams: view('Offline'), pbx: onPbx(null) },
      'nothing-chosen',
      chosen('pbx', ''),
    ],
    [
      'nobody has, and both are available',
      { manual: null, teams: view('Available'), pbx: onPbx(null) },
      'equal',
      chosen('teams', ''),
    ],
  ])('%s', (_, more, reason, manual) => {
    const decision = meetAnew(rules, known(more));
    expect(decision.reason).toBe(reason);
    expect(decision.state.manual).toEqual(manual);
  });

  test.each<[string, TeamsPresence | 'cleared' | undefined, ManualState]>([
    [
      'what stands of ours in Teams stays ours',
      teams('Busy'),
      chosen('pbx', 'busy', teams('Busy')),
    ],
    ['what does not stand there is not', teams('Away'), chosen('pbx', 'busy')],
    ['nor what was cleared', 'cleared', chosen('pbx', 'busy')],
    ['nor what never was', undefined, chosen('pbx', 'busy')],
  ])('equal: %s', (_, presence, manual) => {
    const preferred = presence ? { presence, at: 1, before: null } : null;
    const state = known({
      manual: chosen('pbx', 'busy'),
      teams: view('Busy'),
      pbx: onPbx('busy'),
      written: { ...newPair().written, preferred },
    });
    expect(reconcile(rules, state)).toMatchObject({ verdict: 'equal', state: { manual } });
  });
});
