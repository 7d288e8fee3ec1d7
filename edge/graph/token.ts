// Access tokens for Graph through MSAL: for an app, and for a Teams account by user name and
// password. Decides when a token is used again; whether to try after a refusal is the caller's.
import { AppError } from '../../shared/errors.ts';
import { type InTurn, inTurn } from '../in-turn.ts';
import { msalNode } from '../msal/load.ts';
import type { AccessToken } from './account-rpc.ts';
import { type ClientCertificate, clientAssertion } from './client-assertion.ts';
import { cloudAddresses } from './clouds.ts';
import {
  type Acquired,
  type Client,
  heard,
  type LoginAccess,
  memoryCache,
  msal,
  readingScopes,
  type TokenCache,
} from './msal.ts';

/** A token that lives shorter than this, in ms, is renewed where the caller asks for nothing else. */
const AT_LEAST_MS = 5 * 60_000;
/** One that lives shorter than this, in ms, is of no use. */
const USELESS_MS = 30_000;

export type Token = AccessToken & Pick<Acquired, 'username'>;

export interface TokenSource {
  /**
   * A token that lives for `atLeastMs` more, or a new one. Callers at the same time share one
   * request, and its failure: a wrong password is sent once.
   * @throws AppError with a code of `login-errors.ts`
   */
  token(atLeastMs?: number): Promise<Token>;
  /** The last one, while it lives and was not refused; asks nobody. */
  held(): AccessToken | null;
  /** Graph refused this token: it is not handed out again. `null`: it did not, after all. */
  refuse(token: string | null): void;
}

export interface AppIdentity extends Client {
  credential: { secret: string } | ClientCertificate;
}

export interface AccountIdentity extends Client {
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
  return tokenSource(access, inTurn(), async (serves) => {
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
    const { ConfidentialClientApplication } = await msalNode();
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
 * @param turn of the account: its requests never overlap, not even with those of an older password
 */
export function accountTokens(
  access: LoginAccess,
  identity: AccountIdentity,
  cache: TokenCache = memoryCache(),
  turn: InTurn = inTurn(),
): TokenSource {
  return tokenSource(access, turn, async (serves) => {
    const known = await silently(access, identity, cache, serves).catch((error: unknown) => {
      // A refresh token that is refused says nothing about the password; a login in trouble does.
      if (error instanceof AppError && error.retry !== 'never') throw error;
      return null;
    });
    if (known) return known;
    const { network, configuration } = msal(access, identity, cache);
    const { username } = identity;
    const password = await identity.password();
    const scopes = readingScopes(access.cloud);
    const { PublicClientApplication } = await msalNode();
    const app = new PublicClientApplication(configuration);
    return heard(network, app.acquireTokenByUsernamePassword({ scopes, username, password }));
  });
}

/** From the cache of an account, or by its refresh token; `null`: nobody has signed in yet. */
export async function silently(
  access: LoginAccess,
  client: Client,
  cache: TokenCache,
  serves: (token: Acquired) => boolean,
): Promise<Acquired | null> {
  const { network, configuration } = msal(access, client, cache);
  const { PublicClientApplication } = await msalNode();
  const app = new PublicClientApplication(configuration);
  const [account] = await app.getTokenCache().getAllAccounts();
  if (!account) return null;
  const scopes = readingScopes(access.cloud);
  const acquire = (forceRefresh: boolean) =>
    heard(network, app.acquireTokenSilent({ account, scopes, forceRefresh }));
  const cached = await acquire(false);
  return serves(cached) ? cached : acquire(true);
}

/** Keeps the last token, and lets everybody wait for the same request. */
export function tokenSource(
  { now }: LoginAccess,
  turn: InTurn,
  acquire: (serves: (token: Acquired) => boolean) => Promise<Acquired>,
): TokenSource {
  let held: Token | null = null;
  let flight: Promise<Token> | null = null;
  let refused: string | null = null;
  const lives = (token: AccessToken, atLeastMs: number): boolean =>
    token.token !== refused && token.expiresAt - now() >= atLeastMs;

  async function fetchToken(atLeastMs: number): Promise<Token> {
    try {
      // A new one serves however short it lives: there is nothing better to be had.
      const { fromCache, ...token } = await turn(() =>
        acquire((one) => !one.fromCache || lives(one, atLeastMs)),
      );
      held = token;
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
    held() {
      if (!held || !lives(held, USELESS_MS)) return null;
      const { token, expiresAt } = held;
      return { token, expiresAt };
    },
    refuse(token) {
      refused = token;
    },
  };
}
