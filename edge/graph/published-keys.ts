// The public keys that Microsoft signs with, asked of its login. It keeps nothing.
import type { JWK } from 'jose';
import * as z from 'zod';
import { AppError } from '../../shared/errors.ts';
import { cloudAddresses } from './clouds.ts';
import { type Answer, exchange, jsonOf } from './exchange.ts';
import type { LoginAccess } from './msal.ts';
import { destination, loginRoute } from './route.ts';

/** For either of the two requests, in ms. */
const TIMEOUT_MS = 3_000;
/** Both together are over after this long, in ms. */
export const ANSWERED_WITHIN_MS = 2 * TIMEOUT_MS;

/** A key, and the template of the issuers it may sign for, where Microsoft names one. */
export interface EntraKey {
  jwk: JWK;
  issuer: string | undefined;
}

export interface Published {
  /** By their ids. */
  keys: Map<string, EntraKey>;
  /** When, by the clock of whoever published them, epoch ms; `null`: it does not say. */
  at: number | null;
}

const discovery = z.object({ jwks_uri: z.string() });
const namedKey = z.looseObject({
  kid: z.string(),
  kty: z.string(),
  issuer: z.string().optional(),
});
/**
 * A set of keys as Microsoft writes it (JWKS). One that has no id is not for us and left out; a set with none
 * that could be found is no set.
 */
export const keySet = z.object({
  keys: z
    .array(z.unknown())
    .transform((all) => all.flatMap((one) => namedKey.safeParse(one).data ?? []))
    .refine(({ length }) => length > 0),
});

export const keysById = ({ keys }: z.infer<typeof keySet>): Map<string, EntraKey> =>
  new Map(keys.map((jwk) => [jwk.kid, { jwk, issuer: jwk.issuer }]));

/** @throws AppError `login-unavailable` */
export async function publishedKeys(access: LoginAccess): Promise<Published> {
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
  if (!set.success) throw keysUnavailable('The login published no keys that can be read.');
  const at = Date.parse(headers.get('date') ?? '');
  return { keys: keysById(set.data), at: Number.isNaN(at) ? null : at };
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
  if (answer.status === 200) return answer;
  throw keysUnavailable(`The login answered ${answer.status} for its keys.`);
}

export const keysUnavailable = (detail: string): AppError =>
  new AppError({ code: 'login-unavailable', retry: 'backoff', detail });
