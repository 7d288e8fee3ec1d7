// What to do next about one account: sign in, and then whatever its subscriptions need. Pure.
import { type AccountSpec, RESOURCES, type Resource } from './account-rpc.ts';
import type { AccountState, PendingCode } from './account-state.ts';
import {
  type SubscriptionStep,
  subscriptionStep,
  type Wait,
  wantedOf,
} from './subscription-plan.ts';

/**
 * Delivery stops with the token that created or renewed, which lives 60 to 90 min: it must reach
 * well past the next renewal (facts: graph §2.3).
 */
export const TOKEN_AT_LEAST_MS = 30 * 60_000;
/** A token this young (ms) is used whatever its life: there is no better one to be had. */
const YOUNG_MS = 5 * 60_000;

export type Step =
  | { do: 'sign-in' }
  /** Whether the account's user has entered the code. */
  | { do: 'ask-for-approval'; code: PendingCode }
  | (SubscriptionStep & { resource: Resource })
  | Wait;

/** Presence comes first; a subscription that has to wait does not hold up the other. */
export function nextStep(state: AccountState, spec: AccountSpec, now: number): Step {
  const step = ofSubscriptions(state, spec, now);
  const { signIn } = state;
  // Whether the account can sign in is worth knowing also while there is nothing to do with it.
  const ready = step.do === 'wait' ? signIn.state === 'ok' : tokenServes(state, now);
  if (ready) return step;
  if (signIn.state === 'waiting') {
    const { code } = signIn;
    return code.askAt <= now ? { do: 'ask-for-approval', code } : { do: 'wait', at: code.askAt };
  }
  if (signIn.state !== 'failed') return { do: 'sign-in' };
  const { retryAt } = signIn.fault;
  return retryAt !== null && retryAt <= now ? { do: 'sign-in' } : { do: 'wait', at: retryAt };
}

function ofSubscriptions(state: AccountState, spec: AccountSpec, now: number): Step {
  const times: number[] = [];
  for (const resource of RESOURCES) {
    const step = subscriptionStep(state[resource], wantedOf(spec, resource), now);
    if (step.do !== 'wait') return { ...step, resource };
    if (step.at !== null) times.push(step.at);
  }
  return { do: 'wait', at: times.length > 0 ? Math.min(...times) : null };
}

function tokenServes({ signIn }: AccountState, now: number): boolean {
  if (signIn.state !== 'ok' || signIn.expiresAt <= now) return false;
  return now - signIn.obtainedAt < YOUNG_MS || signIn.expiresAt - now >= TOKEN_AT_LEAST_MS;
}
