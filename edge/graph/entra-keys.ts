// The public keys that Microsoft signs with, fetched and kept. One of these lives as long as its
// isolate; it keeps keys, never a promise, because a promise must not cross requests in workerd.
import type { JWK } from 'jose';
import * as z from 'zod';
import { AppError } from '../../shared/errors.ts';
import { cloudAddresses } from './clouds.ts';
import { type Answer, exchange, jsonOf } from './exchange.ts';
import type { LoginAccess } from './msal.ts';
import { destination, loginRoute } from './route.ts';

/** A kid nobody knows makes us ask again, at most this often (ms): forged ones cost nothing more. */
const ASK_AGAIN_MS = 60_000;
/** A token that is not of our time makes us ask what time it is, at most this often (ms). */
const ASK_TIME_MS = 2_000;
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
  /** Microsoft's time, epoch ms: it holds where the clock of this machine is wrong. Ours where it says none. */
  timeThere(): Promise<number>;
}

export function entraKeys(access: LoginAccess): EntraKeys {
  let keys = new Map<string, EntraKey>();
  let fetchedAt: number | null = null;
  let askedAt: number | null = null;
  /** How far Microsoft's clock is ahead of ours, in ms. */
  let aheadMs = 0;

  async function refresh(): Promise<void> {
    askedAt = access.now();
    const published = await fetchKeys(access);
    ({ keys } = published);
    fetchedAt = access.now();
    aheadMs = (published.at ?? fetchedAt) - fetchedAt;
  }

  /** A clock that was set back must not keep us from asking. */
  const isLongAgo = (at: number | null, ms: number): boolean =>
    at === null || Math.abs(access.now() - at) >= ms;

  return {
    async find(kid) {
      const stale = isLongAgo(fetchedAt, KEEP_MS);
      if (fetchedAt === null) await refresh();
      else if (isLongAgo(askedAt, ASK_AGAIN_MS) && (stale || !keys.has(kid))) {
        // The keys at hand go on serving while the login is in trouble.
        await refresh().catch((error: unknown) => {
          if (!keys.has(kid)) throw error;
        });
      }
      return keys.get(kid) ?? null;
    },
    async timeThere() {
      if (isLongAgo(askedAt, ASK_TIME_MS)) await refresh().catch(() => undefined);
      return access.now() + aheadMs;
    },
  };
}

interface Published {
  keys: Map<string, EntraKey>;
  /** When, by the clock of whoever published them, epoch ms; `null`: it does not say. */
  at: number | null;
}

async function fetchKeys(access: LoginAccess): Promise<Published> {
  const { login } = cloudAddresses(access.cloud);
  const named = await get(access, `${login}/common/.well-known/openid-configuration`)
    .then(({ text }) => discovery.parse(jsonOf(text)).jwks_uri)
    .catch(() => null);
  const route = loginRoute(access.cloud, access.loginOrigin);
  const uri =
    named !== null && destination(route, named) !== null
      ? named
      : `${login}/common/discovery/v2.0/keys`;
  const { text, headers } = await get(access, uri);
  const set = keySet.safeParse(jsonOf(text));
  if (!set.success) throw unavailable('The login published no keys that can be read.');
  const at = Date.parse(headers.get('date') ?? '');
  return {
    keys: new Map(set.data.keys.map((jwk) => [jwk.kid, { jwk, issuer: jwk.issuer }])),
    at: Number.isNaN(at) ? null : at,
  };
}

async function get(access: LoginAccess, asked: string): Promise<Answer> {
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
  return answer;
}

const unavailable = (detail: string): AppError =>
  new AppError({ code: 'login-unavailable', retry: 'backoff', detail });
