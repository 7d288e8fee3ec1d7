// How what happened changes what is known of one subscription. What did not work out is told in
// `after-failure.ts`. Pure.
import { stillUntil } from '../../shared/backoff.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type { SubscriptionState } from './account-state.ts';
import {
  createFailed,
  deleteFailed,
  renewFailed,
  tidied,
  tidyFailed,
  well,
} from './after-failure.ts';
import type { Circumstances, SubscriptionEvent } from './subscription-event.ts';
import { TIMES } from './subscription-plan.ts';

/** Delivery ends with the token: the renewal comes this long before, in ms. */
const BEFORE_TOKEN_ENDS_MS = 5 * 60_000;
/** However short Microsoft grants it, or the token lives, in ms. */
const RENEW_AT_MOST_EVERY_MS = 60_000;

/**
 * What is known after a spec for these users came: an admin may have put right whatever was wrong. What
 * stands without somebody, or without data, goes on standing.
 */
export function configuredAnew(
  state: SubscriptionState,
  userIds: readonly TeamsUserId[],
  now: number,
): SubscriptionState {
  const { pause: before } = state;
  const pause = before?.asked ? { ...before, until: stillUntil(before.until, now) } : null;
  const wanted = new Set(userIds);
  const excluded = state.excluded.filter((id) => wanted.has(id));
  return { ...state, failures: 0, excluded, fault: null, pause };
}

export function afterSubscription(
  state: SubscriptionState,
  event: SubscriptionEvent,
  at: Circumstances,
): SubscriptionState {
  switch (event.kind) {
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
      const when = { expiresAt, renewAt: renewAt(expiresAt, at) };
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
    case 'asked': {
      const again = state.again && { ...state.again, at: at.now };
      return { ...state, again, held: state.held && { ...state.held, renewAt: at.now } };
    }
    case 'removed':
      return { ...state, held: null };
    case 'silent':
      // It is found and deleted like one that was forgotten.
      return state.held ? { ...state, held: null, leftovers: 'lost' } : state;
  }
}

function created(
  state: SubscriptionState,
  { id, expiresAt, notificationUrl, encryptionId }: Extract<SubscriptionEvent, { kind: 'created' }>,
  at: Circumstances,
): SubscriptionState {
  const { generation, userIds } = state.creating ?? { generation: state.generation, userIds: [] };
  const held = {
    id,
    generation,
    userIds,
    notificationUrl,
    encryptionId,
    expiresAt,
    renewAt: renewAt(expiresAt, at),
  };
  const covered = new Set(userIds);
  const excluded = state.excluded.filter((one) => !covered.has(one));
  const basic = state.basic && encryptionId === null;
  const again = excluded.length > 0 || basic ? state.again : null;
  return { ...well(state), held, excluded, basic, again, named: null };
}

/** In time also where Microsoft grants less than was asked for, or the token ends before. */
function renewAt(expiresAt: number, { resource, now, tokenEndsAt }: Circumstances): number {
  const half = now + Math.floor((expiresAt - now) / 2);
  const wanted = Math.min(
    now + TIMES[resource].renewEveryMs,
    half,
    tokenEndsAt - BEFORE_TOKEN_ENDS_MS,
  );
  return Math.max(wanted, Math.min(half, now + RENEW_AT_MOST_EVERY_MS));
}
