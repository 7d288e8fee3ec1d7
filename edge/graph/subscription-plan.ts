// What to do next about one account's subscription. Pure: state and time in, a step out.
//
//   sign-in ──▶ create ──▶ (held) ──every 10 min──▶ renew
//                 ▲  │        │ other users or address: delete
//       conflict  │  ▼        │ 404, 410, removed, expired: forget
//                tidy ◀───────┘
import type { TeamsUserId } from '../../shared/ids.ts';
import type { AccountSpec } from './account-rpc.ts';
import type { AccountState, Held } from './account-state.ts';

/** 60 min is the most Microsoft allows; a minute less, against clocks (facts: graph §2.1). */
export const LIFETIME_MS = 59 * 60_000;
/** A renewal that fails can then be tried for most of an hour before notifications stop. */
export const RENEW_EVERY_MS = 10 * 60_000;
/**
 * Delivery stops with the token that created or renewed, which lives 60 to 90 min: it must reach
 * well past the next renewal (facts: graph §2.3).
 */
export const TOKEN_AT_LEAST_MS = 30 * 60_000;
/** A token this young (ms) is used whatever its life: there is no better one to be had. */
const YOUNG_MS = 5 * 60_000;

/** What the spec wants of Microsoft. */
export type Wanted = Pick<AccountSpec, 'userIds' | 'notificationUrl' | 'encryption'>;

export type Step =
  | { do: 'sign-in' }
  | { do: 'create'; userIds: TeamsUserId[] }
  | { do: 'renew'; id: string }
  | { do: 'delete'; id: string }
  /** Find subscriptions of ours that we forgot, and delete them. */
  | { do: 'tidy' }
  /** `null`: until something else happens. */
  | { do: 'wait'; at: number | null };

export function nextStep(state: AccountState, wanted: Wanted, now: number): Step {
  const { pause, signIn } = state;
  const paused = pause !== null && pause.until > now;
  const step: Step = paused ? { do: 'wait', at: pause.until } : dueStep(state, wanted, now);
  // Whether the account can sign in is worth knowing also while there is nothing to do with it.
  const ready = step.do === 'wait' ? signIn.state === 'ok' : tokenServes(state, now);
  if (ready) return step;
  if (signIn.state !== 'failed') return { do: 'sign-in' };
  const { retryAt } = signIn.fault;
  return retryAt !== null && retryAt <= now ? { do: 'sign-in' } : { do: 'wait', at: retryAt };
}

function dueStep(state: AccountState, wanted: Wanted, now: number): Step {
  const held = state.held && state.held.expiresAt > now ? state.held : null;
  const excluded = new Set(state.excluded);
  const userIds = wanted.userIds.filter((id) => !excluded.has(id));
  if (!held) {
    if (userIds.length === 0) return { do: 'wait', at: null };
    return state.leftovers ? { do: 'tidy' } : { do: 'create', userIds };
  }
  if (!serves(held, userIds, wanted.notificationUrl)) return { do: 'delete', id: held.id };
  // A new certificate travels with a renewal, it needs no new subscription.
  if (held.renewAt <= now || held.encryptionId !== wanted.encryption.id) {
    return { do: 'renew', id: held.id };
  }
  return { do: 'wait', at: held.renewAt };
}

/**
 * Whether the subscription that stands covers what is wanted. Users too many do no harm, and the
 * list of a subscription cannot be changed (facts: graph §2.1).
 */
function serves(held: Held, userIds: readonly TeamsUserId[], notificationUrl: string): boolean {
  if (userIds.length === 0 || held.notificationUrl !== notificationUrl) return false;
  const covered = new Set(held.userIds);
  return userIds.every((id) => covered.has(id));
}

function tokenServes({ signIn }: AccountState, now: number): boolean {
  if (signIn.state !== 'ok' || signIn.expiresAt <= now) return false;
  return now - signIn.obtainedAt < YOUNG_MS || signIn.expiresAt - now >= TOKEN_AT_LEAST_MS;
}
