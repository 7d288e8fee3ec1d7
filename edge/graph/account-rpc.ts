// The conversation between a ConnectorObject, which decides what is subscribed, and the
// SubscriptionObject of one Teams account, which does it. Both directions carry whole states, so
// that a message lost or sent twice does no harm.
import type { Outcome } from '../../shared/errors.ts';
import type { ConnectorName, TeamsUserId } from '../../shared/ids.ts';
import type { Cloud } from './clouds.ts';

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
  /** Whom to subscribe, at most 650; empty: nobody yet. */
  userIds: TeamsUserId[];
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

/** What became of it. Sent at each change. */
export interface AccountReport {
  accountId: string;
  signIn: { state: 'unknown' } | { state: 'ok' } | { state: 'failed'; fault: Fault };
  subscription:
    | { state: 'none' }
    /** About to be created: notifications of this generation may arrive from now on. */
    | { state: 'creating'; generation: number; userIds: TeamsUserId[] }
    | { state: 'active'; generation: number; id: string; expiresAt: number; userIds: TeamsUserId[] }
    /** `failures`: tries in a row; a report that an older edge stored has none. */
    | { state: 'failed'; fault: Fault; failures?: number };
}

export interface AccessToken {
  token: string;
  /** Epoch ms */
  expiresAt: number;
}

export interface SubscriptionRpc {
  /** Takes over the spec, drops what was tried with an older one, and begins at once. */
  configure(spec: AccountSpec): Promise<void>;
  /**
   * A delegated token for reading users and presences.
   * @param refused a token that Graph answered with 401: another one is fetched
   */
  accessToken(refused?: string): Promise<Outcome<AccessToken>>;
  /** Microsoft asked for a new authorisation, or said that the subscription is gone. */
  lifecycle(event: 'reauthorizationRequired' | 'subscriptionRemoved'): Promise<void>;
  /** Deletes the subscription at Microsoft and everything stored. */
  remove(): Promise<void>;
}

/** The part of a ConnectorObject that a SubscriptionObject calls. */
export interface AccountReports {
  accountReport(report: AccountReport): Promise<void>;
}
