// MSAL as every sign-in here uses it: on our network, over a cache that somebody seals, and with the
// refusal that was heard in place of MSAL's rendering of it.
import type { AuthenticationResult, Configuration, ICachePlugin } from '@azure/msal-node';
import { AppError } from '../../shared/errors.ts';
import type { AccessToken } from './account-rpc.ts';
import { type Cloud, cloudAddresses } from './clouds.ts';
import type { Fetch } from './exchange.ts';
import { LoginNetwork } from './login-network.ts';
import { loginRoute } from './route.ts';

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

/** Which app of which tenant signs in. */
export interface Client {
  tenant: string;
  clientId: string;
}

export interface Acquired extends AccessToken {
  fromCache: boolean;
  /** Who signed in; absent for an app. */
  username?: string;
}

/** The permissions a Teams account reads with. */
export function readingScopes(cloud: Cloud): string[] {
  const { graph } = cloudAddresses(cloud);
  return [`${graph}/User.Read.All`, `${graph}/Presence.Read.All`];
}

export const loginNetwork = ({ cloud, loginOrigin, fetch, now }: LoginAccess): LoginNetwork =>
  new LoginNetwork(loginRoute(cloud, loginOrigin), fetch, now);

/** A fresh MSAL for each acquisition: it remembers throttling and failures otherwise (4 ms each). */
export function msal(
  access: LoginAccess,
  { tenant, clientId }: Client,
  cache: TokenCache,
): { network: LoginNetwork; configuration: Configuration } {
  const network = loginNetwork(access);
  const configuration: Configuration = {
    auth: { clientId, authority: `${cloudAddresses(access.cloud).login}/${tenant}` },
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

/** MSAL's result, or the failure that the network heard. */
export async function heard(
  network: LoginNetwork,
  result: Promise<AuthenticationResult | null>,
): Promise<Acquired> {
  try {
    const { accessToken = '', expiresOn = null, fromCache = false, account } = (await result) ?? {};
    if (accessToken !== '' && expiresOn !== null) {
      const username = account?.username ?? '';
      const who = username === '' ? {} : { username };
      return { token: accessToken, expiresAt: expiresOn.getTime(), fromCache, ...who };
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
export function memoryCache(): TokenCache {
  let text: string | null = null;
  return {
    read: async () => text,
    write: async (cache) => {
      text = cache;
    },
  };
}
