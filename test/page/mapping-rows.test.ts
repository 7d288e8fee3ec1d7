// Both mapping tables as rows: what is shown is what the connector does, and what is saved is what was shown.
import { describe, expect, test } from 'vitest';
import { changedKeys, NO_CHANGES, patchOf, rowsWith } from '../../edge/page/rules/changes.ts';
import { namedRows, rowsOf } from '../../edge/page/rules/mapping-rows.ts';
import {
  DEFAULT_TO_PBX,
  DEFAULT_TO_TEAMS,
  mappingOf,
  parsePair,
} from '../../shared/presence/mapping.ts';
import { mergePatch } from '../../shared/settings/merge.ts';
import { checkSettings, type SettingsView } from '../../shared/settings/schema.ts';

const GUID = '11111111-1111-4111-8111-111111111111';
function stored(settings: object = {}): SettingsView {
  const base = {
    masterPbx: 'pbx',
    source: 'poll',
    clientIdSyncToTeams: GUID,
    tenantSyncToTeams: GUID,
  };
  const checked = checkSettings({ ...base, ...settings });
  if (!checked.ok) throw new Error(JSON.stringify(checked.errors));
  return checked.settings as SettingsView;
}

test('no row that there is by default is missing', () => {
  const { toPbx, toTeams } = namedRows();
  expect([...toPbx].sort()).toEqual(Object.keys(DEFAULT_TO_PBX).sort());
  expect([...toTeams].sort()).toEqual(['', ...Object.keys(DEFAULT_TO_TEAMS)].sort());
});

test('rows show what the connector does, in whatever spelling they are stored', () => {
  const mapping = {
    toPbx: { inameeting: 'Busy', InAMeeting: 'dnd', Odd: 'lunch' },
    toTeams: { online: 'available/available', LUNCH: 'BeRightBack/BeRightBack' },
  };
  const { toPbx, toTeams } = mappingOf(mapping);
  for (const { key, value } of rowsOf('toPbx', mapping)) {
    expect([key, toPbx({ availability: '', activity: key })]).toEqual([key, value]);
  }
  for (const { key, value } of rowsOf('toTeams', mapping)) {
    expect([key, toTeams(key)]).toEqual([key, parsePair(value) ?? null]);
  }
  expect(rowsOf('toPbx', mapping).filter(({ value, standard }) => value !== standard)).toHaveLength(
    2,
  );
});

describe('a patch', () => {
  const saved = (settings: SettingsView, changes: Partial<typeof NO_CHANGES>) =>
    stored(mergePatch(settings, patchOf(settings, { ...NO_CHANGES, ...changes })) as object);

  test('holds nothing where nothing would be another', () => {
    const settings = stored({ mapping: { toPbx: { Busy: 'dnd' } } });
    const changes = {
      ...NO_CHANGES,
      directions: 'both' as const,
      matching: settings.matching,
      toPbx: { busy: 'dnd', away: 'away' },
      toTeams: { dnd: null },
    };
    expect(patchOf(settings, changes)).toEqual({});
    expect(changedKeys(settings, changes)).toEqual([]);
  });

  test('writes a row as Microsoft spells it, and takes it back whatever its spelling', () => {
    const changed = saved(stored(), { toPbx: { inameeting: 'busy' } });
    expect(changed.mapping).toEqual({ toPbx: { InAMeeting: 'busy' } });
    const twice = stored({ mapping: { toPbx: { inameeting: 'busy', INAMEETING: 'dnd' } } });
    expect(saved(twice, { toPbx: { inameeting: null } }).mapping.toPbx).toEqual({});
    expect(saved(twice, { toPbx: { inameeting: 'away' } }).mapping.toPbx).toEqual({
      InAMeeting: 'away',
    });
  });

  test('that chooses what is so by default leaves no row behind', () => {
    const settings = stored({ mapping: { toTeams: { meeting: 'DoNotDisturb/DoNotDisturb' } } });
    const [row] = rowsWith('toTeams', settings, {
      ...NO_CHANGES,
      toTeams: { meeting: 'Busy/Busy' },
    }).filter(({ key }) => key === 'meeting');
    expect(row?.value).toBe(row?.standard);
    expect(saved(settings, { toTeams: { meeting: 'Busy/Busy' } }).mapping.toTeams).toEqual({});
  });

  test('takes away the pairs by hand that it names, and no others', () => {
    const settings = stored({
      overrides: [
        { teams: 'a@example.com', pbx: 'a' },
        { teams: GUID, pbx: 'b' },
      ],
    });
    expect(saved(settings, { removed: [GUID, 'nobody'] }).overrides).toEqual([
      { teams: 'a@example.com', pbx: 'a' },
    ]);
  });
});
