// Access tokens for Graph through MSAL: for an app, and for a Teams account by user name and
// password. Decides when a token is used again; whether to try after a refusal is the caller's.
import {
  type AuthenticationResult,
  ConfidentialClientApplication,
  type Configuration,
  type ICachePlugin,
  PublicClientApplication,
} from '@azure/msal-node';
import { AppError } from '../../shared/errors.ts';
import type { AccessToken } from './account-rpc.ts';
import { type ClientCertificate, clientAssertion } from './client-assertion.ts';
import { type Cloud, cloudAddresses } from './clouds.ts';
import type { Fetch } from './exchange.ts';
import { LoginNetwork } from './login-network.ts';
import { loginRoute } from './route.ts';

/** A token that lives shorter than this, in ms, is renewed where the caller asks for nothing else. */
const AT_LEAST_MS = 5 * 60_000;

/** Where MSAL's cache lies between calls; it holds tokens in clear, so whoever stores it seals it. */
export interface TokenCache {
  read(): Promise<string | null>;
  write(cache: string): Promise<void>;
}

export interface LoginAccess {
  cloud: Cloud;
  /** `LOGIN_ORIGIN`: where requests go instead, in a laboratory. */
  loginOrigin?: string | null;
  fetch: Fetch;
  now: () => number;
}

export interface TokenSource {
  /**
   * A token that lives for `atLeastMs` more, or a new one. Callers at the same time share one
   * request, and its failure: a wrong password is sent once.
   * @throws AppError with a code of `login-errors.ts`
   */
  token(atLeastMs?: number): Promise<AccessToken>;
  /** Graph refused this token: it is not handed out again. */
  refuse(token: string): void;
}

export interface AppIdentity {
  tenant: string;
  clientId: string;
  credential: { secret: string } | ClientCertificate;
}

export interface AccountIdentity {
  tenant: string;
  clientId: string;
  username: string;
  /** Asked for only when a refresh token does not do. */
  password: () => Promise<string>;
}

/** Client credentials; a certificate signs an assertion for each request. */
export function appTokens(
  access: LoginAccess,
  identity: AppIdentity,
  cache: TokenCache = memoryCache(),
): TokenSource {
  const { graph, login } = cloudAddresses(access.cloud);
  const audience = `${login}/${identity.tenant}/oauth2/v2.0/token`;
  return tokenSource(access, async (serves) => {
    const { network, configuration } = msal(access, identity, cache);
    const { credential, clientId } = identity;
    const proof =
      'secret' in credential
        ? { clientSecret: credential.secret }
        : {
            clientAssertion: () =>
              clientAssertion(credential, { clientId, audience, now: access.now() }),
          };
    const auth = { ...configuration.auth, ...proof };
    const app = new ConfidentialClientApplication({ ...configuration, auth });
    const scopes = [`${graph}/.default`];
    const acquire = (skipCache: boolean) =>
      heard(network, app.acquireTokenByClientCredential({ scopes, skipCache }));
    const cached = await acquire(false);
    return serves(cached) ? cached : acquire(true);
  });
}

/**
 * A Teams account: the refresh token where it still serves, else the password, once (ROPC, facts:
 * graph §3.2). The cache belongs to this account alone.
 */
export function accountTokens(
  access: LoginAccess,
  identity: AccountIdentity,
  cache: TokenCache = memoryCache(),
): TokenSource {
  const { graph } = cloudAddresses(access.cloud);
  const scopes = [`${graph}/User.Read.All`, `${graph}/Presence.Read.All`];
  return tokenSource(access, async (serves) => {
    const { network, configuration } = msal(access, identity, cache);
    const app = new PublicClientApplication(configuration);
    const silently = async (): Promise<Acquired | null> => {
      const [account] = await app.getTokenCache().getAllAccounts();
      if (!account) return null;
      const acquire = (forceRefresh: boolean) =>
        heard(network, app.acquireTokenSilent({ account, scopes, forceRefresh }));
      const cached = await acquire(false);
      return serves(cached) ? cached : acquire(true);
    };
    const known = await silently().catch((error: unknown) => {
      // A refresh token that is refused says nothing about the password; a login in trouble does.
      if (error instanceof AppError && error.retry !== 'never') throw error;
      return null;
    });
    if (known) return known;
    const { username } = identity;
    const password = await identity.password();
    return heard(network, app.acquireTokenByUsernamePassword({ scopes, username, password }));
  });
}

interface Acquired extends AccessToken {
  fromCache: boolean;
}

/** Keeps the last token, and lets everybody wait for the same request. */
function tokenSource(
  { now }: LoginAccess,
  acquire: (serves: (token: Acquired) => boolean) => Promise<Acquired>,
): TokenSource {
  let held: AccessToken | null = null;
  let flight: Promise<AccessToken> | null = null;
  let refused: string | null = null;
  const lives = (token: AccessToken, atLeastMs: number): boolean =>
    token.token !== refused && token.expiresAt - now() >= atLeastMs;

  async function fetchToken(atLeastMs: number): Promise<AccessToken> {
    try {
      // A new one serves however short it lives: there is nothing better to be had.
      const { token, expiresAt } = await acquire((one) => !one.fromCache || lives(one, atLeastMs));
      held = { token, expiresAt };
      return held;
    } finally {
      flight = null;
    }
  }

  return {
    async token(atLeastMs = AT_LEAST_MS) {
      if (held && lives(held, atLeastMs)) return held;
      flight ??= fetchToken(atLeastMs);
      return flight;
    },
    refuse(token) {
      refused = token;
    },
  };
}

/** A fresh MSAL for each acquisition: it remembers throttling and failures otherwise (4 ms each). */
function msal(
  access: LoginAccess,
  { tenant, clientId }: { tenant: string; clientId: string },
  cache: TokenCache,
): { network: LoginNetwork; configuration: Configuration } {
  const { cloud, loginOrigin, fetch, now } = access;
  const network = new LoginNetwork(loginRoute(cloud, loginOrigin), fetch, now);
  const configuration: Configuration = {
    auth: { clientId, authority: `${cloudAddresses(cloud).login}/${tenant}` },
    cache: { cachePlugin: cachePlugin(cache) },
    // No logger is set, so MSAL logs nothing.
    system: { networkClient: network, disableInternalRetries: true },
  };
  return { network, configuration };
}

/** A cache that cannot be read or written is only a cache: it must not look like a refusal. */
const cachePlugin = (cache: TokenCache): ICachePlugin => ({
  async beforeCacheAccess({ tokenCache }) {
    const text = await cache.read().catch(() => null);
    if (text !== null) tokenCache.deserialize(text);
  },
  async afterCacheAccess({ tokenCache, cacheHasChanged }) {
    if (cacheHasChanged) await cache.write(tokenCache.serialize()).catch(() => undefined);
  },
});

/** MSAL's result, or the failure that the network heard instead of MSAL's rendering of it. */
async function heard(
  network: LoginNetwork,
  result: Promise<AuthenticationResult | null>,
): Promise<Acquired> {
  try {
    const { accessToken = '', expiresOn = null, fromCache = false } = (await result) ?? {};
    if (accessToken !== '' && expiresOn !== null) {
      return { token: accessToken, expiresAt: expiresOn.getTime(), fromCache };
    }
  } catch (error) {
    if (network.failure) throw network.failure;
    if (error instanceof AppError) throw error;
    // MSAL's text may hold what was sent, so only its code is passed on.
    const code: unknown = error instanceof Error ? Reflect.get(error, 'errorCode') : undefined;
    const detail = `MSAL has no token for us (${typeof code === 'string' ? code : 'no code'}).`;
    throw new AppError({ code: 'login-refused', retry: 'never', detail });
  }
  const detail = 'The login answered without a token.';
  throw new AppError({ code: 'login-unavailable', retry: 'backoff', detail });
}

/** For callers that keep nothing. */
function memoryCache(): TokenCache {
  let text: string | null = null;
  return {
    read: async () => text,
    write: async (cache) => {
      text = cache;
    },
  };
}
