// How what happened changes what is known of an account: its sign-in here, its subscriptions in
// `after-subscription.ts`. Pure.
import { GRAPH_BACKOFF, stillUntil } from '../../shared/backoff.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type { Resource } from './account-rpc.ts';
import {
  type AccountState,
  type Failure,
  faultOf,
  newAccountState,
  type PendingCode,
} from './account-state.ts';
import { pauseFor } from './after-failure.ts';
import { afterSubscription, configuredAnew } from './after-subscription.ts';
import type { SubscriptionEvent } from './subscription-event.ts';

export type AccountEvent =
  /** A new spec, for these users. Another account starts from nothing; other credentials are tried at once. */
  | {
      kind: 'configured';
      sameAccount: boolean;
      sameCredentials: boolean;
      userIds: TeamsUserId[];
    }
  /** Microsoft gave a code that the account's user has to enter. */
  | { kind: 'code-given'; code: PendingCode }
  /** The user has not entered it yet. `slower`: Microsoft wants to be asked less often. */
  | { kind: 'code-pending'; slower: boolean }
  /** `username` where the token tells it. */
  | { kind: 'signed-in'; expiresAt: number; username?: string }
  /** `overtaken`: it began before the spec that counts now. */
  | { kind: 'sign-in-failed'; failure: Failure; overtaken?: boolean }
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
      return configured(state, event, at);
    case 'code-given':
      return { ...state, signIn: { state: 'waiting', code: event.code }, signInFailures: 0 };
    case 'code-pending':
      return codePending(state, event.slower, at);
    case 'signed-in':
      return signedIn(state, event, at);
    case 'sign-in-failed':
      // An admin may have put that right since: it is tried anew.
      if (event.overtaken && !HOPELESS.has(event.failure.code)) return state;
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
  { sameAccount, sameCredentials, userIds }: Extract<AccountEvent, { kind: 'configured' }>,
  at: Circumstances,
): AccountState {
  const { presence, users } = state;
  if (!sameAccount) {
    return newAccountState({ presence: presence.generation, users: users.generation });
  }
  const fresh = {
    ...state,
    signIn: sooner(state.signIn, at.now),
    presence: configuredAnew(presence, userIds, at.now),
    users: configuredAnew(users, [], at.now),
  };
  if (sameCredentials && stays(state)) return fresh;
  return { ...fresh, signInFailures: 0, signIn: { state: 'unknown' } };
}

/** What failed by a clock that has been set back since is not waited for as long. */
function sooner(signIn: AccountState['signIn'], now: number): AccountState['signIn'] {
  if (signIn.state !== 'failed' || signIn.fault.retryAt === null) return signIn;
  const retryAt = stillUntil(signIn.fault.retryAt, now);
  return { ...signIn, fault: { ...signIn.fault, retryAt } };
}

/**
 * A password that was refused is not sent again: accounts get locked. Neither is a code, or a refresh
 * token that Microsoft has ended. Nor is a pause cut short. What an admin may have put right at
 * Microsoft is tried with each spec.
 */
function stays({ signIn }: AccountState): boolean {
  if (signIn.state !== 'failed') return signIn.state !== 'unknown';
  return signIn.fault.retryAt !== null || HOPELESS.has(signIn.fault.code);
}

const HOPELESS: ReadonlySet<string> = new Set([
  'wrong-credentials',
  'code-expired',
  'code-declined',
  'sign-in-revoked',
  'sign-in-too-old',
]);

/** RFC 8628 §3.5: from then on so many ms more between two questions. */
const SLOWER_MS = 5_000;

function codePending(state: AccountState, slower: boolean, at: Circumstances): AccountState {
  const { signIn } = state;
  if (signIn.state !== 'waiting') return state;
  const intervalMs = signIn.code.intervalMs + (slower ? SLOWER_MS : 0);
  const code = { ...signIn.code, intervalMs };
  return { ...askAgain(state, code, at.now + intervalMs, at), signInFailures: 0 };
}

/** Once more at the very end; after that the code is over, whether or not Microsoft could be asked. */
function askAgain(
  state: AccountState,
  code: PendingCode,
  askAt: number,
  at: Circumstances,
): AccountState {
  if (at.now < code.expiresAt) {
    const waiting = { ...code, askAt: Math.min(askAt, code.expiresAt) };
    return { ...state, signIn: { state: 'waiting', code: waiting } };
  }
  const detail = 'Nobody used the code in time.';
  const fault = faultOf({ code: 'code-expired', retry: 'never', detail }, null);
  return { ...state, signIn: { state: 'failed', fault } };
}

function signedIn(
  state: AccountState,
  { expiresAt, username }: { expiresAt: number; username?: string },
  at: Circumstances,
): AccountState {
  if (expiresAt - at.now < USELESS_MS) {
    const detail = 'The login gave a token that has already run out: does the clock go right?';
    const failure: Failure = { code: 'login-unavailable', retry: 'backoff', detail };
    return signInFailed(state, failure, at);
  }
  const signIn = { state: 'ok', obtainedAt: at.now, expiresAt } as const;
  const who = username === undefined ? {} : { username };
  return { ...state, signIn, ...who, signInFailures: 0 };
}

function signInFailed(state: AccountState, failure: Failure, at: Circumstances): AccountState {
  const signInFailures = state.signInFailures + 1;
  const { signIn } = state;
  if (signIn.state === 'waiting' && failure.retry !== 'never') {
    // Microsoft could not be asked; the code goes on being good.
    const { until } = pauseFor(failure, GRAPH_BACKOFF, signInFailures, at);
    const askAt = Math.max(until, at.now + signIn.code.intervalMs);
    return { ...askAgain(state, signIn.code, askAt, at), signInFailures };
  }
  const never = failure.retry === 'never';
  const retryAt = never ? null : pauseFor(failure, GRAPH_BACKOFF, signInFailures, at).until;
  return {
    ...state,
    signInFailures,
    signIn: { state: 'failed', fault: faultOf(failure, retryAt) },
  };
}
