// The permissions of Microsoft Graph by which the apps work. They are names: no language changes them.
// docs/setup-microsoft.md; facts: graph §1.2, §1.3, §2.1.
import type { Draft } from '../settings/draft.ts';

/** Delegated, of the app that reads. */
export const READING = ['User.Read.All', 'Presence.Read.All'] as const;

/** Application permissions, of the app that writes; where it polls it reads as well. */
export const writing = (source: Draft['source']): readonly string[] =>
  source === 'poll' ? ['Presence.ReadWrite.All', 'User.Read.All'] : ['Presence.ReadWrite.All'];

/** Where apps are registered: each cloud has its own. */
export const PORTALS: Record<Draft['cloud'], string> = {
  global: 'https://entra.microsoft.com',
  usgov: 'https://portal.azure.us',
  'usgov-dod': 'https://portal.azure.us',
};
