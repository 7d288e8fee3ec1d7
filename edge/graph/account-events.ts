// How what happened changes what is known of an account: its sign-in here, its subscriptions in
// `after-subscription.ts`. Pure.
import { GRAPH_BACKOFF } from '../../shared/backoff.ts';
import type { Resource } from './account-rpc.ts';
import {
  type AccountState,
  type Failure,
  faultOf,
  newAccountState,
  type SignIn,
} from './account-state.ts';
import { pauseFor } from './after-failure.ts';
import { afterSubscription, configuredAnew } from './after-subscription.ts';
import type { SubscriptionEvent } from './subscription-event.ts';

export type AccountEvent =
  /** A new spec. Another account starts from nothing; other credentials are tried at once. */
  | { kind: 'configured'; sameAccount: boolean; sameCredentials: boolean }
  | { kind: 'signed-in'; expiresAt: number }
  | { kind: 'sign-in-failed'; failure: Failure }
  /** Something happened to one of its subscriptions. */
  | (SubscriptionEvent & { resource: Resource });

export interface Circumstances {
  /** Epoch ms */
  now: number;
  /** In [0, 1) */
  random: number;
}

/** A token that lives shorter than this, in ms, is no sign-in. */
const USELESS_MS = 60_000;

export function after(state: AccountState, event: AccountEvent, at: Circumstances): AccountState {
  switch (event.kind) {
    case 'configured':
      return configured(state, event.sameAccount, event.sameCredentials);
    case 'signed-in':
      return signedIn(state, event.expiresAt, at);
    case 'sign-in-failed':
      return signInFailed(state, event.failure, at);
    default:
      return subscriptionChanged(state, event, at);
  }
}

function subscriptionChanged(
  state: AccountState,
  event: Extract<AccountEvent, { resource: Resource }>,
  at: Circumstances,
): AccountState {
  const { resource } = event;
  const { signIn } = state;
  const tokenEndsAt = signIn.state === 'ok' ? signIn.expiresAt : at.now;
  const next = afterSubscription(state[resource], event, { ...at, resource, tokenEndsAt });
  // A token that Graph takes for no good is none for the other subscription either.
  const isRefused = 'failure' in event && event.failure.code === 'graph-unauthorized';
  return { ...state, [resource]: next, ...(isRefused ? { signIn: { state: 'unknown' } } : {}) };
}

function configured(
  state: AccountState,
  sameAccount: boolean,
  sameCredentials: boolean,
): AccountState {
  const { presence, users } = state;
  if (!sameAccount) {
    return newAccountState({ presence: presence.generation, users: users.generation });
  }
  const fresh = {
    ...state,
    presence: configuredAnew(presence),
    users: configuredAnew(users),
  };
  if (sameCredentials && staysFailed(state.signIn)) return fresh;
  if (sameCredentials && state.signIn.state === 'ok') return fresh;
  return { ...fresh, signInFailures: 0, signIn: { state: 'unknown' } };
}

/**
 * A password that was refused is not sent again: accounts get locked. Nor is a pause cut short. What
 * an admin may have put right at Microsoft is tried with each spec.
 */
const staysFailed = (signIn: SignIn): boolean =>
  signIn.state === 'failed' &&
  (signIn.fault.code === 'wrong-credentials' || signIn.fault.retryAt !== null);

function signedIn(state: AccountState, expiresAt: number, at: Circumstances): AccountState {
  if (expiresAt - at.now < USELESS_MS) {
    const detail = 'The login gave a token that has already run out: does the clock go right?';
    const failure: Failure = { code: 'login-unavailable', retry: 'backoff', detail };
    return signInFailed(state, failure, at);
  }
  const signIn = { state: 'ok', obtainedAt: at.now, expiresAt } as const;
  return { ...state, signIn, signInFailures: 0 };
}

function signInFailed(state: AccountState, failure: Failure, at: Circumstances): AccountState {
  const signInFailures = state.signInFailures + 1;
  const never = failure.retry === 'never';
  const retryAt = never ? null : pauseFor(failure, GRAPH_BACKOFF, signInFailures, at).until;
  return {
    ...state,
    signInFailures,
    signIn: { state: 'failed', fault: faultOf(failure, retryAt) },
  };
}
