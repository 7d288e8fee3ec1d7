// What the settings are called: the original's fields by the original's names, in every language.
import type { Texts } from '../texts/en.ts';
import type { DraftKey } from './draft.ts';

export const namesIn = ({ settings, advanced }: Texts): Record<DraftKey, string> => ({
  masterPbx: 'Master PBX',
  clientIdSyncToPbx: 'ClientIDSynctoPbx',
  tenantSyncToPbx: 'TenantSynctoPbx',
  notificationUrl: 'Notification URL',
  clientIdSyncToTeams: 'ClientIDSynctoTeams',
  tenantSyncToTeams: 'TenantSynctoTeams',
  clientSecretSyncToTeams: 'ClientSecretSynctoTeams',
  certificateSyncToTeams: advanced.certificate,
  source: settings.source,
  pollSeconds: settings.pollSeconds,
  cloud: settings.cloud,
  pbxContact: advanced.pbxContact,
  requireLicence: advanced.requireLicence,
  teamsPlans: advanced.teamsPlans,
  timeline: advanced.timeline,
});
