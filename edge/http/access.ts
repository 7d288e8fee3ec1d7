// Cloudflare Access: the operator's sign-in where the Worker stands behind it (facts: stack §5).
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
import type { EdgeEnv } from '../env.ts';
import type { Fetch } from '../graph/exchange.ts';
import { Refused } from './problem.ts';

export const ACCESS_HEADER = 'cf-access-jwt-assertion';

/** Who the assertion of Access names, or `null` where it is not a valid one. */
export type VerifyAccess = (assertion: string, now: number) => Promise<string | null>;

/**
 * Verifies issuer, audience, expiry and signature; keys rotate, so an unknown one is asked for again.
 * Throws `Refused` (503) where Access' keys cannot be had.
 */
export function verifyAccess(
  access: NonNullable<EdgeEnv['access']>,
  fetchKeys: Fetch,
): VerifyAccess {
  const keys = createRemoteJWKSet(new URL('/cdn-cgi/access/certs', access.issuer), {
    [customFetch]: (url, init) => fetchKeys(url, init),
  });
  return async (assertion, now) => {
    try {
      const { payload } = await jwtVerify(assertion, keys, {
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
      if (isVerdict(error)) return null;
      throw new Refused('unavailable', 'The keys of Cloudflare Access cannot be had just now.');
    }
  };
}

const VERDICTS = /^ERR_(?:JWT_|JWS_|JOSE_ALG_|JOSE_NOT_SUPPORTED|JWKS_NO_MATCHING_KEY)/;

/** Whether jose judged the token, rather than failed to get the keys. */
function isVerdict(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && VERDICTS.test(code);
}
