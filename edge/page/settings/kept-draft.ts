// What was entered for a connector that does not exist yet, kept in this browser until it does. Secrets
// are not kept.
import { type Draft, newDraft } from './draft.ts';

const keyOf = (base: string): string => `presence-connector-draft:${base}`;

/** What was kept, on top of `blank`. */
export function kept(base: string, blank: Draft): Draft {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(keyOf(base)) ?? '{}');
    return fitting(known, blank);
  } catch {
    // In a frame of another site storage may be forbidden.
    return blank;
  }
}

export function keep(base: string, draft: Draft): void {
  const { clientSecretSyncToTeams, certificateSyncToTeams } = newDraft('');
  const open: Draft = { ...draft, clientSecretSyncToTeams, certificateSyncToTeams };
  try {
    localStorage.setItem(keyOf(base), JSON.stringify(open));
  } catch {
    // As above.
  }
}

export function dropKept(base: string): void {
  try {
    localStorage.removeItem(keyOf(base));
  } catch {
    // As above.
  }
}

/** Of what another version of this page may have kept, what has the same shape. */
function fitting(known: unknown, blank: Draft): Draft {
  if (typeof known !== 'object' || known === null) return blank;
  const entries = Object.entries(known).filter(([key, value]) => {
    const mine: unknown = blank[key as keyof Draft];
    return typeof value === typeof mine && Array.isArray(value) === Array.isArray(mine);
  });
  return { ...blank, ...Object.fromEntries(entries) };
}
