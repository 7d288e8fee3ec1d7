// How what happened changes what is known of an account: how long to wait, what to try instead
// (facts: graph §2.8). Pure.
import { type Backoff, backoffMs, GRAPH_BACKOFF } from '../../shared/backoff.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import {
  type AccountState,
  type Failure,
  faultOf,
  newAccountState,
  type Pause,
  type SignIn,
} from './account-state.ts';
import { RENEW_EVERY_MS, type Wanted } from './subscription-plan.ts';

export type AccountEvent =
  /** A new spec. Another account starts from nothing; other credentials are tried at once. */
  | { kind: 'configured'; sameAccount: boolean; sameCredentials: boolean }
  | { kind: 'signed-in'; expiresAt: number }
  | { kind: 'sign-in-failed'; failure: Failure }
  | { kind: 'create-begun'; userIds: TeamsUserId[] }
  | { kind: 'created'; id: string; expiresAt: number; wanted: Wanted }
  /** `badIds`: users that Microsoft's refusal names. */
  | { kind: 'create-failed'; failure: Failure; badIds: TeamsUserId[] }
  | { kind: 'renewed'; expiresAt: number; encryptionId: string }
  | { kind: 'renew-failed'; failure: Failure }
  | { kind: 'deleted' }
  | { kind: 'delete-failed'; failure: Failure }
  /** `removed`: how many were ours. `foreign`: another program's subscription of this account. */
  | { kind: 'tidied'; removed: number; foreign: boolean }
  | { kind: 'tidy-failed'; failure: Failure }
  | { kind: 'reauthorize' }
  | { kind: 'removed' };

export interface Circumstances {
  /** Epoch ms */
  now: number;
  /** In [0, 1) */
  random: number;
}

/** What an admin has to put right, or another program has to end: no hurry. */
const SLOW: Backoff = { firstMs: 10_000, maxMs: 300_000 };
/** A handshake often fails just because DNS or a proxy is a moment behind the settings. */
const HANDSHAKE: Backoff = { firstMs: 2_000, maxMs: 60_000 };

/** After so many failures in a row another way is tried. */
const PATIENCE = 3;

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
    case 'create-begun': {
      const generation = state.generation + 1;
      return { ...state, generation, creating: { generation, userIds: event.userIds } };
    }
    case 'created':
      return created(state, event, at);
    case 'create-failed':
      return createFailed(state, event.failure, event.badIds, at);
    case 'renewed': {
      const { expiresAt, encryptionId } = event;
      const when = { expiresAt, renewAt: renewAt(at.now, expiresAt) };
      return { ...well(state), held: state.held && { ...state.held, encryptionId, ...when } };
    }
    case 'renew-failed':
      return renewFailed(state, event.failure, at);
    case 'deleted':
      return { ...well(state), held: null };
    case 'delete-failed':
      return deleteFailed(state, event.failure, at);
    case 'tidied':
      return tidied(state, event, at);
    case 'tidy-failed':
      return tidyFailed(state, event.failure, at);
    case 'reauthorize':
      return state.held ? { ...state, held: { ...state.held, renewAt: at.now } } : state;
    case 'removed':
      return { ...state, held: null };
  }
}

function configured(
  state: AccountState,
  sameAccount: boolean,
  sameCredentials: boolean,
): AccountState {
  if (!sameAccount) return newAccountState(state.generation);
  const pause = state.pause?.asked ? state.pause : null;
  const fresh = { ...state, failures: 0, excluded: [], fault: null, pause };
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

function created(
  state: AccountState,
  { id, expiresAt, wanted }: Extract<AccountEvent, { kind: 'created' }>,
  { now }: Circumstances,
): AccountState {
  const { generation, userIds } = state.creating ?? { generation: state.generation, userIds: [] };
  const held = {
    id,
    generation,
    userIds,
    notificationUrl: wanted.notificationUrl,
    encryptionId: wanted.encryption.id,
    expiresAt,
    renewAt: renewAt(now, expiresAt),
  };
  return { ...well(state), held };
}

function createFailed(
  before: AccountState,
  failure: Failure,
  badIds: TeamsUserId[],
  at: Circumstances,
): AccountState {
  const state: AccountState = { ...before, creating: null };
  switch (failure.code) {
    case 'graph-unauthorized':
      return unauthorized(state, failure, at);
    case 'graph-conflict':
    case 'graph-forbidden':
    case 'subscription-quota':
    case 'subscription-foreign':
      // All may mean that the account's one subscription exists already: look before waiting.
      return { ...failed(state, failure, at, SLOW), leftovers: 'conflict', pause: null };
    case 'graph-timeout':
    case 'graph-unreachable':
      return { ...failed(state, failure, at, GRAPH_BACKOFF), leftovers: 'lost' };
    case 'notification-url-unreachable':
      return failed(state, failure, at, HANDSHAKE);
    case 'graph-throttled':
      return failed(state, failure, at, GRAPH_BACKOFF);
  }
  if (failure.retry === 'never') return failed(state, failure, at, SLOW);
  const next = failed(state, failure, at, GRAPH_BACKOFF);
  // Right after a delete Microsoft names everybody for a while; a few who are named again and again
  // are no good, and without them the others can be subscribed.
  const everybody = badIds.length >= (before.creating?.userIds.length ?? 0);
  if (everybody || next.failures < PATIENCE) return next;
  return { ...next, excluded: [...new Set([...state.excluded, ...badIds])] };
}

function renewFailed(state: AccountState, failure: Failure, at: Circumstances): AccountState {
  switch (failure.code) {
    case 'graph-not-found':
    case 'graph-gone':
      return { ...state, held: null, pause: null };
    case 'graph-unauthorized':
      return unauthorized(state, failure, at);
  }
  const next = failed(state, failure, at, GRAPH_BACKOFF);
  // What is refused again and again is not ours any more, or broken over there: begin anew.
  if (failure.retry !== 'never' && failure.code !== 'graph-conflict') return next;
  if (next.failures < PATIENCE) return next;
  return { ...next, held: null, leftovers: 'lost' };
}

function deleteFailed(state: AccountState, failure: Failure, at: Circumstances): AccountState {
  switch (failure.code) {
    case 'graph-not-found':
    case 'graph-gone':
      return { ...well(state), held: null };
    case 'graph-unauthorized':
      return unauthorized(state, failure, at);
  }
  const next = failed(state, failure, at, GRAPH_BACKOFF);
  return next.failures < PATIENCE ? next : { ...next, held: null, leftovers: 'lost' };
}

function tidied(
  state: AccountState,
  { removed, foreign }: Extract<AccountEvent, { kind: 'tidied' }>,
  at: Circumstances,
): AccountState {
  const next: AccountState = { ...state, leftovers: null };
  const wasLost = state.leftovers === 'lost';
  if (wasLost || (removed > 0 && state.failures < PATIENCE)) return next;
  const until = at.now + backoffMs(SLOW, Math.max(state.failures, 1), at.random);
  const pause = { until, asked: false };
  if (!foreign) return { ...next, pause, fault: next.fault && { ...next.fault, retryAt: until } };
  const detail = 'Another program holds the one presence subscription that this account may have.';
  return { ...next, pause, fault: { code: 'subscription-elsewhere', detail, retryAt: until } };
}

function tidyFailed(state: AccountState, failure: Failure, at: Circumstances): AccountState {
  if (failure.code === 'graph-unauthorized') return unauthorized(state, failure, at);
  // Looking is not worth being stuck: the create that follows tells more.
  const { pause, failures } = failed(state, failure, at, SLOW);
  const fault = state.fault && { ...state.fault, retryAt: pause?.until ?? at.now };
  return { ...state, leftovers: null, pause, failures, fault };
}

/** In time also where Microsoft grants less than was asked for. */
const renewAt = (now: number, expiresAt: number): number =>
  Math.min(now + RENEW_EVERY_MS, now + Math.floor((expiresAt - now) / 2));

/** Microsoft took the token for no good: once a new one is had at once, then more slowly. */
function unauthorized(state: AccountState, failure: Failure, at: Circumstances): AccountState {
  const next = failed(state, failure, at, GRAPH_BACKOFF);
  const pause = next.failures === 1 ? null : next.pause;
  return { ...next, signIn: { state: 'unknown' }, pause };
}

function failed(
  state: AccountState,
  failure: Failure,
  at: Circumstances,
  backoff: Backoff,
): AccountState {
  const failures = state.failures + 1;
  const pause = pauseFor(failure, backoff, failures, at);
  return { ...state, failures, pause, fault: faultOf(failure, pause.until) };
}

function pauseFor(failure: Failure, backoff: Backoff, failures: number, at: Circumstances): Pause {
  const asked = failure.retryAfterMs;
  const wait = asked ?? backoffMs(backoff, failures, at.random);
  return { until: at.now + wait, asked: asked !== undefined };
}

/** Something worked: what went wrong before is history. */
const well = (state: AccountState): AccountState => ({
  ...state,
  creating: null,
  leftovers: null,
  failures: 0,
  pause: null,
  fault: null,
});
