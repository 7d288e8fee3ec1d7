// How far the steps of the set-up are, from settings and lamps.
import { describe, expect, test } from 'vitest';
import { type Draft, draftOf, newDraft } from '../../edge/page/settings/draft.ts';
import {
  lacking,
  nextStep,
  type SetupFacts,
  type StepState,
  stepIds,
  stepsOf,
} from '../../edge/page/setup/steps.ts';
import { LAMP_IDS, type LampId, type LampState } from '../../shared/lamps.ts';
import type { SettingsView } from '../../shared/settings/schema.ts';

const GUID = '11111111-1111-4111-8111-111111111111';
const STORED: SettingsView = {
  masterPbx: 'pbx',
  notificationUrl: 'https://edge.example.net/a.example/b/subscriptions',
  clientIdSyncToPbx: GUID,
  tenantSyncToPbx: GUID,
  clientIdSyncToTeams: GUID,
  tenantSyncToTeams: GUID,
  clientSecretSyncToTeams: { set: true },
  certificateSyncToTeams: { set: false },
  cloud: 'global',
  source: 'subscribe',
  pollSeconds: 5,
  matching: ['email'],
  overrides: [],
  pbxContact: 'tel:',
  mapping: {},
  directions: 'both',
};

const lampsWith = (states: Partial<Record<LampId, LampState>>, others: LampState = 'ok') =>
  LAMP_IDS.map((id) => ({ id, state: states[id] ?? others, since: '', message: '', action: '' }));

/** Everything works. */
const GREEN: SetupFacts = {
  draft: draftOf(STORED),
  changed: [],
  stored: STORED,
  lamps: lampsWith({}),
  accounts: 1,
  agents: 1,
};
/** Nothing is stored. */
const NEW: SetupFacts = {
  draft: newDraft(''),
  changed: [],
  stored: undefined,
  lamps: [],
  accounts: 0,
  agents: 0,
};
const FILLED: Draft = { ...draftOf(STORED), clientSecretSyncToTeams: 's3cret' };

const statesOf = (facts: SetupFacts) =>
  Object.fromEntries(stepsOf(facts).map(({ id, state }) => [id, state]));
const next = (facts: SetupFacts) => nextStep(stepsOf(facts), facts);

describe('a connector that does not exist', () => {
  test('begins at the first step', () => expect(next(NEW)).toBe('source'));

  test('goes on at the first step that something is missing in', () => {
    const draft = { ...NEW.draft, masterPbx: 'pbx' };
    const facts: SetupFacts = { ...NEW, draft, changed: ['masterPbx'] };
    expect(statesOf(facts)).toMatchObject({ source: 'entered', pbx: 'entered', reading: 'open' });
    expect(next(facts)).toBe('reading');
  });

  test('lacks what its source needs', () => {
    expect(lacking(NEW)).toEqual(['pbx', 'reading', 'notifications', 'writing']);
    expect(lacking({ ...NEW, draft: { ...NEW.draft, source: 'poll' } })).toEqual([
      'pbx',
      'writing',
    ]);
    expect(lacking({ ...NEW, draft: FILLED })).toEqual([]);
    const noSecret = { ...FILLED, clientSecretSyncToTeams: ' ' };
    expect(lacking({ ...NEW, draft: noSecret })).toEqual(['writing']);
  });
});

describe('a connector that exists', () => {
  test('is done where all lamps are green', () => {
    expect(new Set(Object.values(statesOf(GREEN)))).toEqual(new Set(['done']));
    expect(next(GREEN)).toBe('finish');
  });

  test('has no red step for what has only just begun', () => {
    const lamps = lampsWith(
      { settings: 'ok', tokenForWriting: 'ok', tokenForReading: 'error', agent: 'error' },
      'unknown',
    );
    const facts = { ...GREEN, lamps, accounts: 0, agents: 0 };
    expect(statesOf(facts)).toEqual({
      source: 'done',
      pbx: 'entered',
      reading: 'entered',
      notifications: 'entered',
      writing: 'done',
      accounts: 'open',
      agent: 'open',
      finish: 'open',
    });
    expect(next(facts)).toBe('accounts');
    expect(stepsOf(facts).find(({ id }) => id === 'agent')?.lamps).toEqual([]);
  });

  test.each<[LampId, string, StepState]>([
    ['settings', 'writing', 'attention'],
    ['tokenForReading', 'reading', 'attention'],
    ['tokenForReading', 'accounts', 'attention'],
    ['tokenForWriting', 'writing', 'attention'],
    ['teamsUsers', 'accounts', 'attention'],
    ['subscriptions', 'accounts', 'attention'],
    ['notificationUrl', 'notifications', 'attention'],
    ['agent', 'agent', 'attention'],
    ['pbx', 'pbx', 'attention'],
    ['rights', 'pbx', 'attention'],
    ['pairing', 'finish', 'attention'],
    ['sync', 'finish', 'attention'],
  ])('shows a red lamp %s at the step %s', (lamp, id, state) => {
    expect(statesOf({ ...GREEN, lamps: lampsWith({ [lamp]: 'error' }) })[id]).toBe(state);
  });

  test('says of a step what is not saved, and what was taken out of it', () => {
    const draft = { ...GREEN.draft, masterPbx: 'other' };
    expect(statesOf({ ...GREEN, draft, changed: ['masterPbx'] })['pbx']).toBe('unsaved');
    const emptied = { ...GREEN.draft, masterPbx: '' };
    expect(statesOf({ ...GREEN, draft: emptied, changed: ['masterPbx'] })['pbx']).toBe('open');
  });

  test('has fewer steps where it polls, and the one app reads as well', () => {
    expect(stepIds('poll')).toEqual(['source', 'pbx', 'writing', 'agent', 'finish']);
    const draft: Draft = { ...GREEN.draft, source: 'poll' };
    const lamps = lampsWith({ teamsUsers: 'error' });
    expect(statesOf({ ...GREEN, draft, lamps, accounts: 0 })['writing']).toBe('attention');
  });

  test.each(['lamps', 'accounts', 'agents'] as const)(
    'says nothing before its %s are known',
    (what) => {
      const facts = { ...GREEN, [what]: undefined };
      expect(statesOf(facts)).toMatchObject({ source: 'done', pbx: 'asking', finish: 'asking' });
      const emptied = { ...GREEN.draft, masterPbx: '' };
      expect(statesOf({ ...facts, draft: emptied, changed: ['masterPbx'] })['pbx']).toBe('open');
    },
  );

  test('waits to the end for lamps that are not known yet', () => {
    const facts = { ...GREEN, lamps: lampsWith({ sync: 'unknown' }) };
    expect(statesOf(facts)['finish']).toBe('open');
    expect(next(facts)).toBe('finish');
  });
});
