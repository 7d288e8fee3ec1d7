// The public keys that Microsoft signs with, fetched and kept. One of these lives as long as its
// isolate; it keeps keys, never a promise, because a promise must not cross requests in workerd.
import type { JWK } from 'jose';
import * as z from 'zod';
import { AppError } from '../../shared/errors.ts';
import { cloudAddresses } from './clouds.ts';
import { exchange, jsonOf } from './exchange.ts';
import type { LoginAccess } from './msal.ts';
import { destination, loginRoute } from './route.ts';

/** A kid nobody knows makes us ask again, at most this often (ms): forged ones cost nothing more. */
const ASK_AGAIN_MS = 60_000;
/** Keys rotate without notice; older than this (ms) they are fetched anew. */
const KEEP_MS = 24 * 3_600_000;
/** The webhook has to answer within seconds. */
const TIMEOUT_MS = 3_000;

const discovery = z.object({ jwks_uri: z.string() });
const keySet = z.object({
  keys: z.array(z.looseObject({ kid: z.string(), kty: z.string(), issuer: z.string().optional() })),
});

/** A key, and the template of the issuers it may sign for, where Microsoft names one. */
export interface EntraKey {
  jwk: JWK;
  issuer: string | undefined;
}

export interface EntraKeys {
  /**
   * The key with this id, `null` where Microsoft has none.
   * @throws AppError `login-unavailable`: not known whether there is one
   */
  find(kid: string): Promise<EntraKey | null>;
}

export function entraKeys(access: LoginAccess): EntraKeys {
  let keys = new Map<string, EntraKey>();
  let fetchedAt: number | null = null;
  let askedAt: number | null = null;

  async function refresh(): Promise<void> {
    askedAt = access.now();
    keys = await fetchKeys(access);
    fetchedAt = access.now();
  }

  return {
    async find(kid) {
      const now = access.now();
      const stale = fetchedAt !== null && now - fetchedAt > KEEP_MS;
      const mayAsk = askedAt === null || now - askedAt >= ASK_AGAIN_MS;
      if (fetchedAt === null) await refresh();
      else if (mayAsk && (stale || !keys.has(kid))) {
        // The keys at hand go on serving while the login is in trouble.
        await refresh().catch((error: unknown) => {
          if (!keys.has(kid)) throw error;
        });
      }
      return keys.get(kid) ?? null;
    },
  };
}

async function fetchKeys(access: LoginAccess): Promise<Map<string, EntraKey>> {
  const { login } = cloudAddresses(access.cloud);
  const named = await get(access, `${login}/common/.well-known/openid-configuration`)
    .then((body) => discovery.parse(body).jwks_uri)
    .catch(() => null);
  const route = loginRoute(access.cloud, access.loginOrigin);
  const uri =
    named !== null && destination(route, named) !== null
      ? named
      : `${login}/common/discovery/v2.0/keys`;
  const set = keySet.safeParse(await get(access, uri));
  if (!set.success) throw unavailable('The login published no keys that can be read.');
  return new Map(set.data.keys.map((jwk) => [jwk.kid, { jwk, issuer: jwk.issuer }]));
}

async function get(access: LoginAccess, asked: string): Promise<unknown> {
  const url = destination(loginRoute(access.cloud, access.loginOrigin), asked) ?? asked;
  const answer = await exchange(
    access.fetch,
    url,
    { method: 'GET', headers: { accept: 'application/json' } },
    {
      timeoutMs: TIMEOUT_MS,
      codes: { timeout: 'login-unavailable', unreachable: 'login-unavailable' },
      what: `Login, GET ${new URL(url).pathname}`,
    },
  );
  if (answer.status !== 200) throw unavailable(`The login answered ${answer.status} for its keys.`);
  return jsonOf(answer.text);
}

const unavailable = (detail: string): AppError =>
  new AppError({ code: 'login-unavailable', retry: 'backoff', detail });
