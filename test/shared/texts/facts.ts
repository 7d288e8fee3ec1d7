// Facts of a connector with which all is well, for tests that change one thing of them.
import type { Facts } from '../../../edge/connector/lamp-facts.ts';
import { checkSettings, type OpenSettings } from '../../../shared/settings/schema.ts';

const SETTINGS = {
  masterPbx: 'pbx',
  notificationUrl: 'https://edge.example.net/example.com/microsoft365/subscriptions',
  clientIdSyncToPbx: 'a70e0c2d-e793-494c-94c4-118fa0a67f42',
  tenantSyncToPbx: 'example.com',
  clientIdSyncToTeams: 'a70e0c2d-e793-494c-94c4-118fa0a67f42',
  tenantSyncToTeams: 'example.com',
};

export function withSettings(changes: Record<string, unknown> = {}): OpenSettings {
  const checked = checkSettings({ ...SETTINGS, ...changes });
  if (!checked.ok) throw new Error('These settings are right.');
  return checked.settings;
}

export const USERNAME = 'presence@example.com';

const held = {
  generation: 1,
  id: 's',
  expiresAt: 9,
  userIds: [],
  refused: null,
  encryptionId: null,
  trouble: null,
};

export const QUIET: Facts = {
  now: 1,
  settings: withSettings(),
  credential: 'secret',
  credentialEnd: null,
  writing: { state: 'ok' },
  accounts: [
    {
      username: USERNAME,
      report: {
        accountId: 'a1',
        signIn: { state: 'ok' },
        presence: { state: 'active', ...held },
        users: { state: 'active', ...held },
      },
    },
  ],
  reader: USERNAME,
  teamsUsers: { loadedAt: 1, licensed: 5 },
  faults: {
    settingsCopy: null,
    tenants: null,
    teamsUsers: null,
    accounts: null,
    pairing: null,
    reading: null,
  },
  copyMayBeUnseen: false,
  pollingEverySeconds: 5,
  withoutTeams: [],
  leftOut: { count: 0, names: [] },
  refused: { count: 0, names: [], fault: null },
  unserved: { count: 0, names: [] },
  silent: [],
  agent: { enrolled: true, name: 'site' },
  lines: { pbx: { state: 'up', name: 'pbx', domain: null } },
  unseen: [],
  noCalls: [],
  unlicensed: [],
  licenceFault: null,
  notTaken: null,
  pairing: { known: true, paired: 5, ambiguous: 0 },
  sync: { waiting: 0, failing: 0, fault: undefined },
};
