import { describe, expect, test } from 'vitest';
import { mergePatch, patchedSettings } from '../../../shared/settings/merge.ts';
import { checkSettings, type SettingsView } from '../../../shared/settings/schema.ts';

// RFC 7396, appendix A.
const EXAMPLES: [unknown, unknown, unknown][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];
test.each(EXAMPLES)('%j patched with %j is %j', (target, patch, merged) => {
  const before = structuredClone(target);
  expect(mergePatch(target, patch)).toEqual(merged);
  expect(target).toEqual(before);
});

describe('a PATCH of the settings', () => {
  const GUID = 'a70e0c2d-e793-494c-94c4-118fa0a67f42';
  const view: SettingsView = {
    masterPbx: 'pbx',
    notificationUrl: 'https://edge.example.net/example.com/microsoft365/subscriptions',
    clientIdSyncToPbx: GUID,
    tenantSyncToPbx: GUID,
    clientIdSyncToTeams: GUID,
    tenantSyncToTeams: GUID,
    cloud: 'global',
    source: 'subscribe',
    pollSeconds: 30,
    matching: ['sip'],
    overrides: [{ teams: 'a@example.com', pbx: 'a' }],
    pbxContact: 'tel:',
    mapping: { toPbx: { Away: 'lunch' }, toTeams: { lunch: 'BeRightBack/BeRightBack' } },
    directions: 'both',
    clientSecretSyncToTeams: { set: true },
    certificateSyncToTeams: { set: false },
  };

  test('that is empty asks for what is there already: an untouched secret is kept', () => {
    expect(patchedSettings(view, {})).toEqual(view);
    expect(checkSettings(patchedSettings(view, {}))).toMatchObject({ ok: true });
  });

  test('hands secrets on as they were sent', () => {
    for (const secret of ['new', null, { set: true }]) {
      const patch = { clientSecretSyncToTeams: secret };
      const patched = patchedSettings(view, patch);
      expect(patched).toEqual({ ...view, ...patch });
      expect(checkSettings(patched)).toMatchObject({ ok: true });
    }
  });

  test('adds and removes rows of the mapping, and replaces lists', () => {
    const mapping = { toPbx: { Busy: 'dnd', Away: null }, toTeams: null };
    expect(patchedSettings(view, { mapping, overrides: [] })).toEqual({
      ...view,
      mapping: { toPbx: { Busy: 'dnd' } },
      overrides: [],
    });
  });

  test('with null puts a key back to its default', () => {
    const checked = checkSettings(patchedSettings(view, { pollSeconds: null, matching: null }));
    expect(checked).toMatchObject({
      ok: true,
      settings: { pollSeconds: 5, matching: ['override', 'email', 'displayName'] },
    });
  });

  test.each([[null], [[1]], ['x']])('that is %j is no settings', (patch) => {
    expect(checkSettings(patchedSettings(view, patch)).ok).toBe(false);
  });
});
