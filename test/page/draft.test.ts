import { expect, test } from 'vitest';
import {
  changedKeys,
  newDraft,
  patchOf,
  rebased,
  settingsOf,
} from '../../edge/page/settings/draft.ts';
import { checkSettings } from '../../shared/settings/schema.ts';

const GUID = '11111111-1111-4111-8111-111111111111';
const FILLED = {
  ...newDraft('https://edge.example.net/a.example/b/subscriptions'),
  masterPbx: 'pbx',
  clientIdSyncToPbx: GUID,
  tenantSyncToPbx: GUID,
  clientIdSyncToTeams: GUID,
  tenantSyncToTeams: 'a.example',
};

test('a new connector gets what was entered, without the spaces around it', () => {
  const settings = settingsOf({ ...FILLED, masterPbx: ' pbx ', clientSecretSyncToTeams: 's3cret' });
  expect(settings).toMatchObject({
    masterPbx: 'pbx',
    pollSeconds: 5,
    clientSecretSyncToTeams: 's3cret',
  });
  expect(checkSettings(settings)).toMatchObject({ ok: true });
});

test('what was left empty is not sent', () => {
  const settings = settingsOf({ ...FILLED, pollSeconds: '' });
  expect(Object.keys(settings)).not.toContain('clientSecretSyncToTeams');
  expect(Object.keys(settings)).not.toContain('pollSeconds');
});

test('a patch holds what changed and nothing else', () => {
  expect(patchOf(FILLED, FILLED)).toEqual({});
  expect(patchOf(FILLED, { ...FILLED, masterPbx: 'pbx ' })).toEqual({});
  expect(patchOf(FILLED, { ...FILLED, source: 'poll', pollSeconds: '10' })).toEqual({
    source: 'poll',
    pollSeconds: 10,
  });
  expect(patchOf(FILLED, { ...FILLED, pollSeconds: '' })).toEqual({ pollSeconds: null });
  expect(patchOf(FILLED, { ...FILLED, cloud: 'usgov' })).toEqual({ cloud: 'usgov' });
});

test('what is no number is left to the server to refuse', () => {
  const patch = patchOf(FILLED, { ...FILLED, pollSeconds: 'soon' });
  expect(patch).toEqual({ pollSeconds: 'soon' });
  expect(checkSettings({ ...settingsOf(FILLED), ...patch })).toMatchObject({ ok: false });
});

test('changes go on top of what somebody else saved', () => {
  const mine = { ...FILLED, masterPbx: 'mine' };
  const theirs = { ...FILLED, masterPbx: 'theirs', cloud: 'usgov' as const };
  const result = rebased(FILLED, mine, theirs);
  expect(result).toMatchObject({ masterPbx: 'mine', cloud: 'usgov' });
  expect(changedKeys(theirs, result)).toEqual(['masterPbx']);
});
