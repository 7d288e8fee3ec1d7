import { expect, test } from 'vitest';
import {
  afterSaving,
  changedKeys,
  newDraft,
  patchOf,
  rebased,
  settingsOf,
} from '../../edge/page/settings/draft.ts';
import { guessedUrl } from '../../edge/page/settings/notification-url.ts';
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
    tenantSyncToTeams: 'a.example',
    clientSecretSyncToTeams: 's3cret',
  });
  expect(checkSettings(settings)).toMatchObject({ ok: true });
});

test('what was left empty, or as it is by itself, is not sent', () => {
  const settings = settingsOf({ ...FILLED, pollSeconds: '', source: 'subscribe' });
  for (const key of ['clientSecretSyncToTeams', 'pollSeconds', 'source', 'timeline']) {
    expect(Object.keys(settings)).not.toContain(key);
  }
});

test('a new secret takes the place of a certificate, and the other way round', () => {
  const pem = { certificate: ' C ', privateKey: 'K' };
  const withSecret = { ...FILLED, clientSecretSyncToTeams: 's3cret' };
  const withCertificate = { ...FILLED, certificateSyncToTeams: pem };
  const stored = (secret: boolean, certificate: boolean) => ({
    clientSecretSyncToTeams: { set: secret },
    certificateSyncToTeams: { set: certificate },
  });
  expect(patchOf(FILLED, withSecret, stored(false, true))).toEqual({
    clientSecretSyncToTeams: 's3cret',
    certificateSyncToTeams: null,
  });
  expect(patchOf(FILLED, withCertificate, stored(true, false))).toEqual({
    clientSecretSyncToTeams: null,
    certificateSyncToTeams: { certificate: 'C', privateKey: 'K' },
  });
  expect(patchOf(FILLED, withSecret, stored(true, false))).toEqual({
    clientSecretSyncToTeams: 's3cret',
  });
  expect(patchOf(FILLED, FILLED, stored(true, true))).toEqual({});
});

test('service plans are taken one a line, and taken back by an empty field', () => {
  const withPlans = { ...FILLED, teamsPlans: ` ${GUID}\n\n${GUID} ` };
  expect(patchOf(FILLED, withPlans)).toEqual({ teamsPlans: [GUID, GUID] });
  expect(patchOf(withPlans, FILLED)).toEqual({ teamsPlans: [] });
  expect(checkSettings({ ...settingsOf(FILLED), teamsPlans: [] })).toMatchObject({ ok: true });
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

test('what was typed while it was saved stays to the letter, and the rest is what is stored', () => {
  const sent = { ...FILLED, masterPbx: ' mine ', clientSecretSyncToTeams: 's3cret' };
  const stored = { ...FILLED, masterPbx: 'mine', tenantSyncToTeams: GUID };
  expect(afterSaving(sent, sent, stored)).toEqual(stored);
  const now = { ...sent, pbxContact: 'teams: ', clientSecretSyncToTeams: 's3cret2' };
  const after = afterSaving(sent, now, stored);
  expect(after).toEqual({ ...stored, pbxContact: 'teams: ', clientSecretSyncToTeams: 's3cret2' });
  expect(changedKeys(stored, after)).toEqual(['clientSecretSyncToTeams', 'pbxContact']);
  // Put back as it was before: the other one is stored by now.
  expect(changedKeys(stored, afterSaving(sent, FILLED, stored))).toEqual(['masterPbx']);
});

test('the notification URL is told from the address of the page, where that is https', () => {
  const at = (origin: string) => guessedUrl(new URL(origin) as URL & Location, '/a.example/b');
  expect(at('https://edge.example.net')).toBe('https://edge.example.net/a.example/b/subscriptions');
  expect(at('http://192.0.2.1:8787')).toBe('');
});
