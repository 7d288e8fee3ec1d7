// The settings as they stand in the form, and what of them is to be sent. Pure.
import type { SettingsView } from '../../../shared/settings/schema.ts';

/** What this form shows; settings that it does not know stay as they are, because it merges. */
export interface Draft {
  masterPbx: string;
  clientIdSyncToPbx: string;
  tenantSyncToPbx: string;
  notificationUrl: string;
  clientIdSyncToTeams: string;
  tenantSyncToTeams: string;
  /** A new one; empty: whatever is stored. */
  clientSecretSyncToTeams: string;
  source: SettingsView['source'];
  pollSeconds: string;
  cloud: SettingsView['cloud'];
}

export type DraftKey = keyof Draft;

/** The form before anything is stored. @param notificationUrl as far as it can be guessed */
export const newDraft = (notificationUrl: string): Draft => ({
  masterPbx: '',
  clientIdSyncToPbx: '',
  tenantSyncToPbx: '',
  notificationUrl,
  clientIdSyncToTeams: '',
  tenantSyncToTeams: '',
  clientSecretSyncToTeams: '',
  source: 'subscribe',
  pollSeconds: '5',
  cloud: 'global',
});

export const draftOf = (settings: SettingsView): Draft => ({
  masterPbx: settings.masterPbx,
  clientIdSyncToPbx: settings.clientIdSyncToPbx,
  tenantSyncToPbx: settings.tenantSyncToPbx,
  notificationUrl: settings.notificationUrl,
  clientIdSyncToTeams: settings.clientIdSyncToTeams,
  tenantSyncToTeams: settings.tenantSyncToTeams,
  clientSecretSyncToTeams: '',
  source: settings.source,
  pollSeconds: String(settings.pollSeconds),
  cloud: settings.cloud,
});

/** In the order of the form. */
export function changedKeys(before: Draft, after: Draft): DraftKey[] {
  const keys = Object.keys(after) as DraftKey[];
  return keys.filter(
    (key) => JSON.stringify(sentValue(before, key)) !== JSON.stringify(sentValue(after, key)),
  );
}

/** The JSON Merge Patch that makes `after` of what `before` was read from. */
export const patchOf = (before: Draft, after: Draft): Record<string, unknown> =>
  Object.fromEntries(changedKeys(before, after).map((key) => [key, sentValue(after, key)]));

/** All of it, for a connector that does not exist yet. */
export function settingsOf(draft: Draft): Record<string, unknown> {
  const keys = Object.keys(draft) as DraftKey[];
  const all = keys.map((key) => [key, sentValue(draft, key)] as const);
  return Object.fromEntries(all.filter(([, value]) => value !== '' && value !== null));
}

/** The changes that made `mine` of `before`, made to `theirs`. */
export function rebased(before: Draft, mine: Draft, theirs: Draft): Draft {
  const changes = changedKeys(before, mine).map((key) => [key, mine[key]]);
  return { ...theirs, ...Object.fromEntries(changes) };
}

/** As it is sent: what was pasted often has a space around it. */
function sentValue(draft: Draft, key: DraftKey): unknown {
  const value = draft[key];
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (key !== 'pollSeconds') return text;
  if (text === '') return null;
  // What is no number goes as it is: the server says what is wrong with it.
  return Number.isFinite(Number(text)) ? Number(text) : text;
}
