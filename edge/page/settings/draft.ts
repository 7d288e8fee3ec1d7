// The settings as they stand in the form, and what of them is to be sent. Pure.
import type { Certificate, SettingsView } from '../../../shared/settings/schema.ts';

/** What the page's forms show; settings that they do not know stay as they are, because it merges. */
export interface Draft {
  masterPbx: string;
  clientIdSyncToPbx: string;
  tenantSyncToPbx: string;
  notificationUrl: string;
  clientIdSyncToTeams: string;
  tenantSyncToTeams: string;
  /** A new one; empty: whatever is stored. */
  clientSecretSyncToTeams: string;
  /** As above, where both of it are empty. */
  certificateSyncToTeams: Certificate;
  source: SettingsView['source'];
  pollSeconds: string;
  cloud: SettingsView['cloud'];
  pbxContact: string;
  requireLicence: boolean;
  /** Ids, one a line. */
  teamsPlans: string;
  timeline: boolean;
}

export type DraftKey = keyof Draft;

/** The keys whose value is one text. */
export type TextKey = { [Key in DraftKey]: Draft[Key] extends string ? Key : never }[DraftKey];

const NO_CERTIFICATE: Certificate = { certificate: '', privateKey: '' };

/** The form before anything is stored. @param notificationUrl as far as it can be guessed */
export const newDraft = (notificationUrl: string): Draft => ({
  masterPbx: '',
  clientIdSyncToPbx: '',
  tenantSyncToPbx: '',
  notificationUrl,
  clientIdSyncToTeams: '',
  tenantSyncToTeams: '',
  clientSecretSyncToTeams: '',
  certificateSyncToTeams: NO_CERTIFICATE,
  source: 'subscribe',
  pollSeconds: '5',
  cloud: 'global',
  pbxContact: 'tel:',
  requireLicence: false,
  teamsPlans: '',
  timeline: true,
});

export const draftOf = (settings: SettingsView): Draft => ({
  masterPbx: settings.masterPbx,
  clientIdSyncToPbx: settings.clientIdSyncToPbx,
  tenantSyncToPbx: settings.tenantSyncToPbx,
  notificationUrl: settings.notificationUrl,
  clientIdSyncToTeams: settings.clientIdSyncToTeams,
  tenantSyncToTeams: settings.tenantSyncToTeams,
  clientSecretSyncToTeams: '',
  certificateSyncToTeams: NO_CERTIFICATE,
  source: settings.source,
  pollSeconds: String(settings.pollSeconds),
  cloud: settings.cloud,
  pbxContact: settings.pbxContact,
  requireLicence: settings.requireLicence ?? false,
  teamsPlans: (settings.teamsPlans ?? []).join('\n'),
  timeline: settings.timeline ?? true,
});

/** In the order of the form. */
export function changedKeys(before: Draft, after: Draft): DraftKey[] {
  const keys = Object.keys(after) as DraftKey[];
  return keys.filter(
    (key) => JSON.stringify(sentValue(before, key)) !== JSON.stringify(sentValue(after, key)),
  );
}

/** Which of the app's two proofs is stored. */
export type StoredProof = Pick<SettingsView, 'clientSecretSyncToTeams' | 'certificateSyncToTeams'>;

/**
 * The JSON Merge Patch that makes `after` of what `before` was read from. A new secret takes the
 * place of a stored certificate, which would be preferred otherwise, and the other way round.
 */
export function patchOf(
  before: Draft,
  after: Draft,
  stored?: StoredProof,
): Record<string, unknown> {
  const changed = changedKeys(before, after);
  const patch = Object.fromEntries(changed.map((key) => [key, sentValue(after, key)]));
  const [secret, certificate] = ['clientSecretSyncToTeams', 'certificateSyncToTeams'] as const;
  if (secret in patch && !(certificate in patch) && stored?.[certificate].set) {
    patch[certificate] = null;
  }
  if (certificate in patch && !(secret in patch) && stored?.[secret].set) patch[secret] = null;
  return patch;
}

/** All of it that is not as it would be by itself, for a connector that does not exist yet. */
export function settingsOf(draft: Draft): Record<string, unknown> {
  const entered = Object.entries(patchOf(newDraft(''), draft));
  return Object.fromEntries(entered.filter(([, value]) => value !== null));
}

/** The changes that made `mine` of `before`, made to `theirs`. */
export function rebased(before: Draft, mine: Draft, theirs: Draft): Draft {
  const changes = changedKeys(before, mine).map((key) => [key, mine[key]]);
  return { ...theirs, ...Object.fromEntries(changes) };
}

/**
 * The form once `sent` was saved and `stored` came of it: what was changed while that was under way stays,
 * to the letter.
 */
export function afterSaving(sent: Draft, now: Draft, stored: Draft): Draft {
  const keys = Object.keys(now) as DraftKey[];
  const since = keys.filter((key) => JSON.stringify(now[key]) !== JSON.stringify(sent[key]));
  return { ...stored, ...Object.fromEntries(since.map((key) => [key, now[key]])) };
}

/** As it is sent: what was pasted often has a space around it. */
function sentValue(draft: Draft, key: DraftKey): unknown {
  switch (key) {
    case 'pollSeconds':
      return sentNumber(draft[key].trim());
    case 'teamsPlans':
      return draft[key].split(/[\s,;]+/).filter(Boolean);
    case 'certificateSyncToTeams': {
      const { certificate, privateKey } = draft[key];
      return { certificate: certificate.trim(), privateKey: privateKey.trim() };
    }
    default: {
      const value = draft[key];
      return typeof value === 'string' ? value.trim() : value;
    }
  }
}

function sentNumber(text: string): unknown {
  if (text === '') return null;
  // What is no number goes as it is: the server says what is wrong with it.
  return Number.isFinite(Number(text)) ? Number(text) : text;
}
