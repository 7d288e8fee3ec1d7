// Whether a subscription that stands at Microsoft has gone silent: reads find changes of which no
// notification came. It has lasted for days (facts: graph §2.8). Pure.

import type { TeamsPresence } from '../../shared/presence/model.ts';
import { ECHO_WINDOW_MS, type PairState, sameTeams } from '../../shared/presence/model.ts';

/** What is known of the notifications of one account. Times are epoch ms. */
export interface Hearing {
  /** Since when its subscription stands, and reads get answers. */
  readonly since: number;
  /** When a read first found a change that nobody had told; `null`: all was told. */
  readonly missedAt: number | null;
  /** When it was found silent and subscribed anew; `null`: it was not, or has been heard since. */
  readonly silentAt: number | null;
}

/** Notifications take up to a minute (facts: graph §1.5). */
const GRACE_MS = 90_000;
/** What changed before is told to nobody; so long, in ms, a sweep takes to find it. */
const SETTLED_MS = 6 * 60_000;
/** A fault on Microsoft's side is not mended faster by more new subscriptions, in ms. */
const AGAIN_MS = 30 * 60_000;
/** So long after subscribing anew, in ms, without a change that nobody told: it is well, or all rest. */
const FORGIVEN_MS = 15 * 60_000;

/**
 * Whether a read found what a notification should have told. Nothing follows from a change of our own
 * doing, nor where a notification was what made us read.
 */
export function isUntold(
  { teams, settleAt, written }: PairState,
  presence: TeamsPresence,
  now: number,
): boolean {
  if (teams === null || settleAt !== null || sameTeams(teams.presence, presence)) return false;
  return written.recent.every(({ at }) => now - at >= ECHO_WINDOW_MS);
}

/** A subscription stands from now on. */
export const stands = (before: Hearing | undefined, now: number): Hearing => ({
  since: now,
  missedAt: null,
  silentAt: before?.silentAt ?? null,
});

/** A notification came. */
export const heard = (hearing: Hearing): Hearing => ({
  ...hearing,
  missedAt: null,
  silentAt: null,
});

/** A read found a change that nobody had told. */
export function missed(hearing: Hearing, now: number): Hearing {
  if (hearing.missedAt !== null || now < hearing.since + SETTLED_MS) return hearing;
  return { ...hearing, missedAt: now };
}

export interface Verdict {
  hearing: Hearing;
  /** Subscribe anew now. */
  renew: boolean;
  /** When to judge again, epoch ms; `null`: when something happens. */
  nextAt: number | null;
}

/** What to do about an account that has told nothing since `hearing` came about. */
export function judge(hearing: Hearing, now: number): Verdict {
  const { missedAt, silentAt } = hearing;
  if (missedAt === null) {
    if (silentAt === null) return { hearing, renew: false, nextAt: null };
    const forgivenAt = silentAt + FORGIVEN_MS;
    if (now < forgivenAt) return { hearing, renew: false, nextAt: forgivenAt };
    return { hearing: { ...hearing, silentAt: null }, renew: false, nextAt: null };
  }
  const dueAt = Math.max(missedAt + GRACE_MS, silentAt === null ? 0 : silentAt + AGAIN_MS);
  if (now < dueAt) return { hearing, renew: false, nextAt: dueAt };
  const found = { ...hearing, missedAt: null, silentAt: now };
  return { hearing: found, renew: true, nextAt: now + FORGIVEN_MS };
}
