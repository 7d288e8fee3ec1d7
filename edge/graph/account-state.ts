// What is known of one Teams account at Microsoft: its sign-in, its subscriptions, what went wrong.
// Plain data, stored as one value.
import type { AppError, Retry } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type {
  AccountReport,
  AccountSpec,
  Fault,
  RefusedUsers,
  Resource,
  ShownCode,
  SignInReport,
  SubscriptionReport,
} from './account-rpc.ts';

/** A subscription that stands at Microsoft. Times are epoch ms. */
export interface Held {
  id: string;
  generation: number;
  /** Whose presence it covers; empty for the list of users. */
  userIds: TeamsUserId[];
  notificationUrl: string;
  /** The key that its items are encrypted for; `null`: they carry no data. */
  encryptionId: string | null;
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

/** A code to sign in with that Microsoft gave, and when to ask whether it was used. */
export interface PendingCode extends ShownCode {
  /** Sealed under `account:<accountId>:device-code`. */
  sealedDeviceCode: string;
  /** At least so many ms between two questions. */
  intervalMs: number;
  askAt: number;
}

/** A failed one says itself when it may be tried again. */
export type SignIn =
  | { state: 'unknown' }
  | { state: 'waiting'; code: PendingCode }
  | { state: 'ok'; obtainedAt: number; expiresAt: number }
  | { state: 'failed'; fault: Fault };

/** `at`: epoch ms. `times`: how often it was given up, in a row. */
export interface Again {
  at: number;
  times: number;
}

/** Users whom each of so many refusals (`times`) named, the first of them at `since`, epoch ms. */
export interface Named {
  userIds: TeamsUserId[];
  since: number;
  times: number;
}

/** One of the account's subscriptions. */
export interface SubscriptionState {
  /** Rises with each create, so that a notification shows which one it belongs to. */
  generation: number;
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
  /** What Microsoft said last of users that it refused; `null`: nothing yet. */
  refusal: Failure | null;
  /** Microsoft refuses to send data with the items: they are subscribed without. */
  basic: boolean;
  /** When `excluded` and `basic` are tried otherwise; `null`: nothing is given up. */
  again: Again | null;
  /** Users that may have to be left out; `null`: nobody was named since the last success. */
  named: Named | null;
  /** Failures in a row. */
  failures: number;
  pause: Pause | null;
  /** Why there is no subscription, or why it could not be renewed. */
  fault: Fault | null;
}

export interface AccountState extends Record<Resource, SubscriptionState> {
  signIn: SignIn;
  /** Who signed in, as the token says; `null`: nobody yet. */
  username: string | null;
  /** Failures to sign in, in a row. */
  signInFailures: number;
}

export const newSubscriptionState = (generation: number): SubscriptionState => ({
  generation,
  held: null,
  creating: null,
  leftovers: null,
  excluded: [],
  refusal: null,
  basic: false,
  again: null,
  named: null,
  failures: 0,
  pause: null,
  fault: null,
});

/** @param generations how far each subscription has counted: an older notification may be hours late */
export const newAccountState = (
  generations: Readonly<Record<Resource, number>> = { presence: 0, users: 0 },
): AccountState => ({
  signIn: { state: 'unknown' },
  username: null,
  signInFailures: 0,
  presence: newSubscriptionState(generations.presence),
  users: newSubscriptionState(generations.users),
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
  { accountId, credential }: Pick<AccountSpec, 'accountId' | 'credential'>,
  { signIn, username, presence, users }: AccountState,
  now: number,
): AccountReport {
  return {
    accountId,
    ...(username === null || credential.kind === 'password' ? {} : { username }),
    signIn: signInReport(signIn),
    presence: subscriptionReport(presence, now),
    users: subscriptionReport(users, now),
  };
}

function signInReport(signIn: SignIn): SignInReport {
  switch (signIn.state) {
    case 'ok':
      return { state: 'ok' };
    case 'waiting': {
      const { userCode, verificationUri, expiresAt } = signIn.code;
      return { state: 'waiting', userCode, verificationUri, expiresAt };
    }
    default:
      return signIn;
  }
}

function subscriptionReport(state: SubscriptionState, now: number): SubscriptionReport {
  const { held, creating, fault, failures } = state;
  const refused = refusedUsers(state);
  if (held && held.expiresAt > now) {
    const { generation, id, expiresAt, userIds, encryptionId } = held;
    const trouble = fault && failures > 0 ? { fault, failures } : null;
    const about = { generation, id, expiresAt, userIds, encryptionId, trouble };
    return { state: 'active', ...about, refused };
  }
  const without = refused ? { refused } : {};
  if (creating) return { state: 'creating', ...creating, ...without };
  if (fault) return { state: 'failed', fault, failures, ...without };
  return { state: 'none', ...without };
}

function refusedUsers({ excluded, refusal, again, held }: SubscriptionState): RefusedUsers | null {
  if (excluded.length === 0 || !refusal) return null;
  // In place of a renewal, where there is one.
  const retryAt = Math.max(again?.at ?? 0, held?.renewAt ?? 0);
  return { userIds: excluded, fault: faultOf(refusal, retryAt) };
}
