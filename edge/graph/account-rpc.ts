// The conversation between a ConnectorObject, which decides what is subscribed, and the
// SubscriptionObject of one Teams account, which does it. Both directions carry whole states, so
// that a message lost or sent twice does no harm.
import type { Outcome } from '../../shared/errors.ts';
import type { ConnectorName, TeamsUserId } from '../../shared/ids.ts';
import type { Language } from '../../shared/texts/language.ts';
import type { Cloud } from './clouds.ts';

/** What may be subscribed with one account: presences of its users, and the list of users itself. */
export const RESOURCES = ['presence', 'users'] as const;
export type Resource = (typeof RESOURCES)[number];

/** How an account signs in. */
export type Credential =
  | {
      kind: 'password';
      username: string;
      /** Sealed under `account:<accountId>:password`. */
      sealedPassword: string;
    }
  /** Once by its user, with a code on another device; who that is, the sign-in tells. */
  | { kind: 'device' };

/** Everything that a connector wants of one account. Sent anew at each change. */
export interface AccountSpec {
  connector: ConnectorName;
  accountId: string;
  cloud: Cloud;
  /** GUID of the tenant. */
  tenant: string;
  clientId: string;
  credential: Credential;
  notificationUrl: string;
  /** Whose presence to subscribe, at most 650; empty: nobody yet. */
  userIds: TeamsUserId[];
  /** Whether this account is the one that hears of changes in the list of users. */
  watchesUsers: boolean;
  /** Certificate, base64 DER, that Microsoft encrypts for; the private key stays with the connector. */
  encryption: { id: string; certificate: string };
}

export interface Fault {
  /** Code of `shared/texts.ts`. */
  code: string;
  detail: string;
  requestId?: string;
  /** Epoch ms of the next try; `null`: not before an admin changes something. */
  retryAt: number | null;
}

/** Users whom Microsoft refuses to subscribe, what it said last, and when they are tried again. */
export interface RefusedUsers {
  userIds: TeamsUserId[];
  fault: Fault;
}

/** `refused` is whom it goes without, in whatever state; `null` or not there: all were accepted. */
export type SubscriptionReport = SubscriptionState & { refused?: RefusedUsers | null };

type SubscriptionState =
  /** Nobody is to be subscribed, or Microsoft refuses them all. */
  | { state: 'none' }
  /** About to be created: notifications of this generation may arrive from now on. */
  | { state: 'creating'; generation: number; userIds: TeamsUserId[] }
  | {
      state: 'active';
      generation: number;
      id: string;
      expiresAt: number;
      userIds: TeamsUserId[];
      /** The key that items are encrypted for; `null`: they carry no data. */
      encryptionId: string | null;
      /** Why it could not be renewed lately, and how often in a row; `null`: it could. */
      trouble: { fault: Fault; failures: number } | null;
    }
  /** `failures`: tries in a row, where somebody has counted. */
  | { state: 'failed'; fault: Fault; failures?: number };

/** A code that waits for its user: what they are shown. The device code itself is told to nobody. */
export interface ShownCode {
  userCode: string;
  verificationUri: string;
  /** Epoch ms */
  expiresAt: number;
}

export type SignInReport =
  | { state: 'unknown' }
  | ({ state: 'waiting' } & ShownCode)
  | { state: 'ok' }
  | { state: 'failed'; fault: Fault };

/** What became of it. Sent at each change. */
export interface AccountReport {
  accountId: string;
  /** Who signed in with a code. */
  username?: string;
  signIn: SignInReport;
  presence: SubscriptionReport;
  users: SubscriptionReport;
}

export interface AccessToken {
  token: string;
  /** Epoch ms */
  expiresAt: number;
}

export type LifecycleNews = 'reauthorizationRequired' | 'subscriptionRemoved' | 'silent';

export interface SubscriptionRpc {
  /** Takes over the spec, drops what was tried with an older one, and begins at once. */
  configure(spec: AccountSpec): Promise<void>;
  /**
   * Asks Microsoft for a code to sign in with, and waits for its user from then on. Where that is
   * refused, in the language of whoever waits for it, nothing is stored here.
   */
  beginSignIn(spec: AccountSpec, language: Language): Promise<Outcome<AccountReport>>;
  /**
   * A delegated token for reading users and presences.
   * @param refused a token that Graph answered with 401: another one is fetched
   * @param isOnlyOld it did not: where no other is to be had, it goes on being good
   */
  accessToken(refused?: string, isOnlyOld?: boolean): Promise<Outcome<AccessToken>>;
  /**
   * Microsoft asked for a new authorisation, or said that the subscription is gone; or it stands there
   * and tells nothing (`silent`).
   */
  lifecycle(resource: Resource, event: LifecycleNews): Promise<void>;
  /**
   * Asks Microsoft now whether the subscriptions stand, by renewing them, and makes anew what does not.
   * Resolves when that is done, or has to wait.
   */
  check(): Promise<void>;
  /** Deletes the subscriptions at Microsoft and everything stored. */
  remove(): Promise<void>;
}

/** The part of a ConnectorObject that a SubscriptionObject calls. */
export interface AccountReports {
  accountReport(report: AccountReport): Promise<void>;
}
