// What the settings are called: the original's fields by the original's names, in every language.
import type { Texts } from '../texts/en.ts';
import type { DraftKey } from './draft.ts';

export const namesIn = ({ settings }: Texts): Record<DraftKey, string> => ({
  masterPbx: 'Master PBX',
  clientIdSyncToPbx: 'ClientIDSynctoPbx',
  tenantSyncToPbx: 'TenantSynctoPbx',
  notificationUrl: 'Notification URL',
  clientIdSyncToTeams: 'ClientIDSynctoTeams',
  tenantSyncToTeams: 'TenantSynctoTeams',
  clientSecretSyncToTeams: 'ClientSecretSynctoTeams',
  source: settings.source,
  pollSeconds: settings.pollSeconds,
  cloud: settings.cloud,
});
