// The conversation between a ConnectorObject, which decides what is subscribed, and the
// SubscriptionObject of one Teams account, which does it. Both directions carry whole states, so
// that a message lost or sent twice does no harm.
import type { Outcome } from '../../shared/errors.ts';
import type { ConnectorName, TeamsUserId } from '../../shared/ids.ts';
import type { Cloud } from './clouds.ts';

/** What may be subscribed with one account: presences of its users, and the list of users itself. */
export const RESOURCES = ['presence', 'users'] as const;
export type Resource = (typeof RESOURCES)[number];

/** Everything that a connector wants of one account. Sent anew at each change. */
export interface AccountSpec {
  connector: ConnectorName;
  accountId: string;
  cloud: Cloud;
  /** GUID of the tenant. */
  tenant: string;
  clientId: string;
  username: string;
  /** Sealed under `account:<accountId>:password`. */
  sealedPassword: string;
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

export type SubscriptionReport =
  | { state: 'none' }
  /** About to be created: notifications of this generation may arrive from now on. */
  | { state: 'creating'; generation: number; userIds: TeamsUserId[] }
  | {
      state: 'active';
      generation: number;
      id: string;
      expiresAt: number;
      userIds: TeamsUserId[];
      /** Users whom Microsoft refuses to subscribe. */
      refusedIds: TeamsUserId[];
      /** The key that items are encrypted for; `null`: they carry no data. */
      encryptionId: string | null;
    }
  | { state: 'failed'; fault: Fault };

/** What became of it. Sent at each change. */
export interface AccountReport {
  accountId: string;
  signIn: { state: 'unknown' } | { state: 'ok' } | { state: 'failed'; fault: Fault };
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
   * A delegated token for reading users and presences.
   * @param refused a token that Graph answered with 401: another one is fetched
   */
  accessToken(refused?: string): Promise<Outcome<AccessToken>>;
  /**
   * Microsoft asked for a new authorisation, or said that the subscription is gone; or it stands there
   * and tells nothing (`silent`).
   */
  lifecycle(resource: Resource, event: LifecycleNews): Promise<void>;
  /** Deletes the subscriptions at Microsoft and everything stored. */
  remove(): Promise<void>;
}

/** The part of a ConnectorObject that a SubscriptionObject calls. */
export interface AccountReports {
  accountReport(report: AccountReport): Promise<void>;
}
