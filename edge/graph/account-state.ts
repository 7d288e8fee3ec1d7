// What is known of one Teams account at Microsoft: its sign-in, its subscription, what went wrong.
// Plain data, stored as one value.
import type { AppError, Retry } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type { AccountReport, AccountSpec, Fault } from './account-rpc.ts';

/** The subscription that stands at Microsoft. Times are epoch ms. */
export interface Held {
  id: string;
  generation: number;
  userIds: TeamsUserId[];
  notificationUrl: string;
  encryptionId: string;
  expiresAt: number;
  renewAt: number;
}

/**
 * Nothing but signing in is tried before `until`. `asked`: Microsoft said how long to wait, so that
 * a new spec does not shorten it.
 */
export interface Pause {
  until: number;
  asked: boolean;
}

/** A failed one says itself when it may be tried again. */
export type SignIn =
  | { state: 'unknown' }
  | { state: 'ok'; obtainedAt: number; expiresAt: number }
  | { state: 'failed'; fault: Fault };

export interface AccountState {
  /** Rises with each create, so that a notification shows which one it belongs to. */
  generation: number;
  signIn: SignIn;
  held: Held | null;
  /** A create is on its way, or was when its answer was lost. */
  creating: { generation: number; userIds: TeamsUserId[] } | null;
  /**
   * Subscriptions of ours may stand at Microsoft that we do not know: a create was refused because
   * of one (`conflict`), or its answer was lost (`lost`).
   */
  leftovers: 'conflict' | 'lost' | null;
  /** Users that Microsoft refuses to subscribe: one of them would keep all others out. */
  excluded: TeamsUserId[];
  /** Failures in a row, of signing in and of everything else. */
  signInFailures: number;
  failures: number;
  pause: Pause | null;
  /** Why there is no subscription. */
  fault: Fault | null;
}

export const newAccountState = (generation = 0): AccountState => ({
  generation,
  signIn: { state: 'unknown' },
  held: null,
  creating: null,
  leftovers: null,
  excluded: [],
  signInFailures: 0,
  failures: 0,
  pause: null,
  fault: null,
});

/** An AppError as a value, so that rules and storage can hold it. */
export interface Failure {
  code: string;
  detail: string;
  retry: Retry;
  requestId?: string;
  retryAfterMs?: number;
}

export function failureOf({ code, message, retry, requestId, retryAfterMs }: AppError): Failure {
  return {
    code,
    detail: message,
    retry,
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

export const faultOf = (failure: Failure, retryAt: number | null): Fault => ({
  code: failure.code,
  detail: failure.detail,
  ...(failure.requestId === undefined ? {} : { requestId: failure.requestId }),
  retryAt,
});

/** What the connector is told. */
export function reportOf(
  { accountId }: Pick<AccountSpec, 'accountId'>,
  state: AccountState,
  now: number,
): AccountReport {
  const { signIn } = state;
  return {
    accountId,
    signIn: signIn.state === 'ok' ? { state: 'ok' } : signIn,
    subscription: subscriptionReport(state, now),
  };
}

function subscriptionReport(
  { held, creating, fault, failures }: AccountState,
  now: number,
): AccountReport['subscription'] {
  if (held && held.expiresAt > now) {
    const { generation, id, expiresAt, userIds } = held;
    return { state: 'active', generation, id, expiresAt, userIds };
  }
  if (creating) return { state: 'creating', ...creating };
  return fault ? { state: 'failed', fault, failures } : { state: 'none' };
}
