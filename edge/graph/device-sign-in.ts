// Signing in with a code on another device (RFC 8628; facts: graph §3.4): the code, one question
// whether its user has approved, and afterwards tokens by the refresh token. Waits for nothing: when
// to ask, `account-plan.ts` says.
import type { INetworkModule, NetworkRequestOptions } from '@azure/msal-node';
import * as z from 'zod';
import { AppError } from '../../shared/errors.ts';
import { late } from '../../shared/late.ts';
import type { InTurn } from '../in-turn.ts';
import { msalNode } from '../msal/load.ts';
import { cloudAddresses } from './clouds.ts';
import type { LoginCode } from './login-errors.ts';
import {
  type Client,
  heard,
  type LoginAccess,
  loginNetwork,
  msal,
  readingScopes,
  type TokenCache,
} from './msal.ts';
import { silently, type Token, type TokenSource, tokenSource } from './token.ts';

export interface DeviceCode {
  /** What the user enters at `verificationUri`. */
  userCode: string;
  verificationUri: string;
  /** The secret that is exchanged for tokens: never shown, told or stored in clear. */
  deviceCode: string;
  /** Epoch ms */
  expiresAt: number;
  /** The login wants to be asked no more often than this, in ms. */
  intervalMs: number;
}

export interface DeviceTokens extends TokenSource {
  /**
   * Asks once whether the user has approved; from then on `token` serves.
   * @throws AppError `code-pending`, `login-throttled` (ask less often), `code-declined`,
   * `code-expired`, or another code of `login-errors.ts`
   */
  redeem(deviceCode: string): Promise<Token>;
}

/** Where the RFC is silent about it, a client asks every 5 s (§3.5). */
const INTERVAL_S = 5;

const given = late(() =>
  z.object({
    user_code: z.string().min(1),
    device_code: z.string().min(1),
    verification_uri: z.url({ protocol: /^https$/ }),
    expires_in: z.number().positive(),
    interval: z.number().positive().catch(INTERVAL_S),
  }),
);

/** A new code. @throws AppError with a code of `login-errors.ts` */
export async function requestDeviceCode(access: LoginAccess, client: Client): Promise<DeviceCode> {
  const network = loginNetwork(access);
  // As MSAL asks: with the scopes that give an id token and a refresh token.
  const scopes = [...readingScopes(access.cloud), 'openid', 'profile', 'offline_access'];
  const body = new URLSearchParams({ client_id: client.clientId, scope: scopes.join(' ') });
  const { body: answer } = await network.sendPostRequestAsync<unknown>(
    codeEndpoint(access, client),
    {
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
      body: body.toString(),
    },
  );
  if (network.failure) throw network.failure;
  const code = given().safeParse(answer).data;
  if (!code) {
    const detail = 'The login answered without a code.';
    throw new AppError({ code: 'login-unavailable', retry: 'backoff', detail });
  }
  return {
    userCode: code.user_code,
    verificationUri: code.verification_uri,
    deviceCode: code.device_code,
    expiresAt: access.now() + code.expires_in * 1000,
    intervalMs: code.interval * 1000,
  };
}

/** The tokens of an account whose user signs in by a code. The cache belongs to it alone. */
export function deviceTokens(
  access: LoginAccess,
  client: Client,
  cache: TokenCache,
  turn: InTurn,
): DeviceTokens {
  const source = tokenSource(access, turn, async (serves) => {
    const known = await silently(access, client, cache, serves).catch((error: unknown) => {
      throw asDemand(error);
    });
    if (known) return known;
    const detail = 'Nobody has signed in for this app and tenant.';
    throw new AppError({ code: 'sign-in-demanded', retry: 'never', detail });
  });
  return { ...source, redeem: (code) => turn(() => redeem(access, client, cache, code)) };
}

/**
 * MSAL fetches a code and then asks with timers until it is approved, which would keep a Durable
 * Object awake and forget everything when that is evicted. Its network is ours, though: its question
 * for a code is answered with the one we hold, and that approval is pending is thrown by
 * `LoginNetwork` like all that passes. So one call is one request to the token endpoint, and MSAL
 * checks and stores what is granted as it does for every other sign-in.
 */
async function redeem(
  access: LoginAccess,
  client: Client,
  cache: TokenCache,
  deviceCode: string,
): Promise<Token> {
  const { network, configuration } = msal(access, client, cache);
  const held = { user_code: '', device_code: deviceCode, verification_uri: '', message: '' };
  const networkClient: INetworkModule = {
    sendGetRequestAsync: (url, options) => network.sendGetRequestAsync(url, options),
    async sendPostRequestAsync<T>(url: string, options: NetworkRequestOptions = {}) {
      if (url !== codeEndpoint(access, client))
        return network.sendPostRequestAsync<T>(url, withDocumentedGrant(options));
      // Long enough for the one question that follows at once.
      const body = { ...held, expires_in: 60, interval: 60 } as T;
      return { status: 200, headers: {}, body };
    },
  };
  const system = { ...configuration.system, networkClient };
  const { PublicClientApplication } = await msalNode();
  const app = new PublicClientApplication({ ...configuration, system });
  const scopes = readingScopes(access.cloud);
  const granted = app.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: () => undefined });
  const { fromCache, ...token } = await heard(network, granted);
  return token;
}

/** MSAL writes `device_code`; the RFC, and Microsoft's own page, want the whole name. */
function withDocumentedGrant({ body, ...rest }: NetworkRequestOptions): NetworkRequestOptions {
  const form = new URLSearchParams(body);
  form.set('grant_type', 'urn:ietf:params:oauth:grant-type:device_code');
  return { ...rest, body: form.toString() };
}

const codeEndpoint = ({ cloud }: LoginAccess, { tenant }: Client): string =>
  `${cloudAddresses(cloud).login}/${tenant}/oauth2/v2.0/devicecode`;

/** Refusals of a refresh token that mean: its user has to come, with whatever Microsoft wants. */
const DEMANDS: ReadonlySet<string> = new Set<LoginCode>([
  'mfa-required',
  'mfa-enrolment-required',
  'wrong-credentials',
  'password-expired',
  'password-missing',
  'login-refused',
]);

/** Nothing but the user helps: what would be to do with a password is not to be told here. */
function asDemand(error: unknown): unknown {
  if (!(error instanceof AppError) || !DEMANDS.has(error.code)) return error;
  const { requestId, message: detail } = error;
  const id = requestId === undefined ? {} : { requestId };
  return new AppError({ code: 'sign-in-demanded', retry: 'never', detail, cause: error, ...id });
}
