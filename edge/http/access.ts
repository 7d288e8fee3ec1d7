// Cloudflare Access: the operator's sign-in where the Worker stands behind it (facts: stack §5).
import { errors, type JWTHeaderParameters, jwtVerify } from 'jose';
import type { EdgeEnv } from '../env.ts';
import { exchange, type Fetch } from '../graph/exchange.ts';
import { type Published, publishedIn } from '../key-set.ts';
import {
  ANSWERED_WITHIN_MS,
  keysUnavailable,
  type SigningKeys,
  signingKeys,
} from '../signing-keys.ts';
import type { Edge } from './deps.ts';
import { Refused } from './problem.ts';

export const ACCESS_HEADER = 'cf-access-jwt-assertion';

/** Who the assertion of Access names, or `null` where it is not a valid one. */
export type VerifyAccess = (assertion: string, now: number) => Promise<string | null>;

/**
 * Verifies issuer, audience, expiry and signature; keys rotate, so an unknown one is asked for again.
 * Throws `Refused` (503) where Access' keys cannot be had.
 */
export function verifyAccess(access: NonNullable<EdgeEnv['access']>, edge: Edge): VerifyAccess {
  const publish = () => publishedByAccess(access.issuer, edge.fetch);
  const keys = signingKeys(publish, { ...edge, kept: edge.keptKeys(access.issuer) });
  return async (assertion, now) => {
    try {
      const { payload } = await jwtVerify(assertion, (header) => keyOf(header, keys), {
        issuer: access.issuer,
        audience: access.audience,
        algorithms: ['RS256'],
        requiredClaims: ['exp'],
        currentDate: new Date(now),
      });
      // A service token has a common name in place of an address.
      const who = payload['email'] ?? payload['common_name'] ?? payload.sub;
      return typeof who === 'string' && who !== '' ? who : null;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw new Refused('unavailable', 'The keys of Cloudflare Access cannot be had just now.');
    }
  };
}

async function keyOf({ kid = '' }: JWTHeaderParameters, keys: SigningKeys) {
  const key = await keys.find(kid);
  if (!key) throw new errors.JWKSNoMatchingKey();
  return key.jwk;
}

async function publishedByAccess(issuer: string, fetch: Fetch): Promise<Published> {
  const url = new URL('/cdn-cgi/access/certs', issuer).href;
  const answer = await exchange(
    fetch,
    url,
    { method: 'GET' },
    {
      timeoutMs: ANSWERED_WITHIN_MS,
      codes: { timeout: 'login-unavailable', unreachable: 'login-unavailable' },
      what: 'Cloudflare Access, GET its keys',
    },
  );
  const published = publishedIn(answer);
  if (!published) throw keysUnavailable(`Cloudflare Access answered ${answer.status} and no keys.`);
  return published;
}
