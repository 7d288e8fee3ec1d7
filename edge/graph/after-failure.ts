// What did not work out with a subscription: how long to wait, what to try instead (facts: graph §2.8).
// Pure.
import { type Backoff, backoffMs, GRAPH_BACKOFF } from '../../shared/backoff.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import { type Failure, faultOf, type Pause, type SubscriptionState } from './account-state.ts';
import {
  isLastingRefusal,
  isTriedAgain,
  namedAgain,
  withoutData,
  withoutThem,
} from './second-try.ts';
import type { Circumstances, SubscriptionEvent } from './subscription-event.ts';

/** What an admin has to put right, or another program has to end: no hurry. */
const SLOW: Backoff = { firstMs: 10_000, maxMs: 300_000 };
/** A handshake often fails just because DNS or a proxy is a moment behind the settings. */
const HANDSHAKE: Backoff = { firstMs: 2_000, maxMs: 60_000 };
/** A refusal that names users passes within minutes, or tells within minutes whom to leave out. */
const NAMING: Backoff = { firstMs: 1_000, maxMs: 20_000 };

/** After so many failures in a row another way is tried. */
const PATIENCE = 3;

export function createFailed(
  before: SubscriptionState,
  failure: Failure,
  badIds: TeamsUserId[],
  at: Circumstances,
): SubscriptionState {
  const state: SubscriptionState = { ...before, creating: null };
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
    case 'resource-data-refused':
      return { ...withoutData(failed(state, failure, at, SLOW), at.now), pause: null };
  }
  if (failure.retry === 'never') {
    const next = failed(state, failure, at, SLOW);
    // Data was asked for once more; without, it has worked.
    const wasSecondTry = state.basic && isTriedAgain(state, at.now);
    return wasSecondTry ? { ...withoutData(next, at.now), pause: null } : otherWay(next, at.now);
  }
  if (badIds.length > 0) return usersRefused(before, failure, badIds, at);
  return failed(state, failure, at, GRAPH_BACKOFF);
}

function usersRefused(
  before: SubscriptionState,
  failure: Failure,
  badIds: TeamsUserId[],
  at: Circumstances,
): SubscriptionState {
  const asked = before.creating?.userIds ?? [];
  const next = failed({ ...before, creating: null }, failure, at, NAMING);
  const why = { asked, refusal: failure, now: at.now };
  const known = new Set(before.excluded);
  // They were tried once more, and nobody else is to wait for them.
  if (badIds.every((id) => known.has(id))) return withoutThem(next, badIds, why);
  const named = namedAgain(before.named, badIds, at.now);
  return isLastingRefusal(named, asked, at.now)
    ? withoutThem(next, named.userIds, why)
    : { ...next, named };
}

/** Refused again and again, whatever Microsoft says for a reason: perhaps the data is the trouble. */
function otherWay(state: SubscriptionState, now: number): SubscriptionState {
  if (state.failures % PATIENCE !== 0) return state;
  return state.basic ? { ...state, basic: false } : withoutData(state, now);
}

export function renewFailed(
  state: SubscriptionState,
  failure: Failure,
  at: Circumstances,
): SubscriptionState {
  switch (failure.code) {
    case 'graph-not-found':
    case 'graph-gone':
      return { ...state, held: null, pause: null };
    case 'graph-unauthorized':
      return unauthorized(state, failure, at);
  }
  const next = noSooner(failed(state, failure, at, GRAPH_BACKOFF), at);
  // What is refused again and again is not ours any more, or broken over there: begin anew.
  if (failure.retry !== 'never' && failure.code !== 'graph-conflict') return next;
  if (next.failures < PATIENCE) return next;
  return { ...next, held: null, leftovers: 'lost' };
}

/** However soon Microsoft wants to be asked again: what stands for most of an hour is in no hurry. */
function noSooner(state: SubscriptionState, at: Circumstances): SubscriptionState {
  const ours = at.now + backoffMs(GRAPH_BACKOFF, state.failures, at.random);
  if (!state.pause || state.pause.until >= ours) return state;
  const fault = state.fault && { ...state.fault, retryAt: ours };
  return { ...state, pause: { ...state.pause, until: ours }, fault };
}

export function deleteFailed(
  state: SubscriptionState,
  failure: Failure,
  at: Circumstances,
): SubscriptionState {
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

export function tidied(
  state: SubscriptionState,
  { removed, foreign }: Extract<SubscriptionEvent, { kind: 'tidied' }>,
  at: Circumstances,
): SubscriptionState {
  const next: SubscriptionState = { ...state, leftovers: null };
  const wasLost = state.leftovers === 'lost';
  if (wasLost || (removed > 0 && state.failures < PATIENCE)) return next;
  const until = at.now + backoffMs(SLOW, Math.max(state.failures, 1), at.random);
  const pause = { until, asked: false };
  if (!foreign) {
    const fault = next.fault && { ...next.fault, retryAt: until };
    return otherWay({ ...next, pause, fault }, at.now);
  }
  const detail = 'Another program holds the one presence subscription that this account may have.';
  return { ...next, pause, fault: { code: 'subscription-elsewhere', detail, retryAt: until } };
}

export function tidyFailed(
  state: SubscriptionState,
  failure: Failure,
  at: Circumstances,
): SubscriptionState {
  if (failure.code === 'graph-unauthorized') return unauthorized(state, failure, at);
  // Looking is not worth being stuck: the create that follows tells more.
  const { pause, failures } = failed(state, failure, at, SLOW);
  const fault = state.fault && { ...state.fault, retryAt: pause?.until ?? at.now };
  return { ...state, leftovers: null, pause, failures, fault };
}

/** Microsoft took the token for no good: once a new one is had at once, then more slowly. */
function unauthorized(
  state: SubscriptionState,
  failure: Failure,
  at: Circumstances,
): SubscriptionState {
  const next = failed(state, failure, at, GRAPH_BACKOFF);
  return next.failures === 1 ? { ...next, pause: null } : next;
}

function failed(
  state: SubscriptionState,
  failure: Failure,
  at: Circumstances,
  backoff: Backoff,
): SubscriptionState {
  const failures = state.failures + 1;
  const pause = pauseFor(failure, backoff, failures, at);
  return { ...state, failures, pause, fault: faultOf(failure, pause.until) };
}

export function pauseFor(
  failure: Failure,
  backoff: Backoff,
  failures: number,
  at: Pick<Circumstances, 'now' | 'random'>,
): Pause {
  const asked = failure.retryAfterMs;
  const wait = asked ?? backoffMs(backoff, failures, at.random);
  return { until: at.now + wait, asked: asked !== undefined };
}

/** Something worked: what went wrong before is history. */
export const well = (state: SubscriptionState): SubscriptionState => ({
  ...state,
  creating: null,
  leftovers: null,
  failures: 0,
  pause: null,
  fault: null,
});
