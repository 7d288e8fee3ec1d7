// Checks the tokens by which Microsoft proves a batch of rich notifications (facts: graph §2.5). One
// bad token condemns the batch.
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { SigningKey } from '../key-set.ts';
import type { SigningKeys } from '../signing-keys.ts';
import { type Cloud, cloudAddresses } from './clouds.ts';
import { ProvenTokens } from './proven-tokens.ts';

/** The application at Microsoft that sends change notifications. */
const PUBLISHER = '0bf30f3b-4a52-48df-9a82-234910c4a086';
/** Clocks may differ by this many seconds. */
const CLOCK_TOLERANCE_S = 300;
/** One for each app and tenant: more than this is no batch of Microsoft's. */
const MOST_TOKENS = 16;

export interface Expected {
  /** The app that made the subscription. */
  clientId: string;
  /** The tenant that the items are from. */
  tenantId: string;
  cloud: Cloud;
  /** Epoch ms */
  now: number;
}

export type TokenFault =
  | 'missing'
  | 'too-many'
  | 'malformed'
  | 'unknown-key'
  | 'signature'
  | 'time'
  | 'issuer'
  | 'audience'
  | 'publisher';

export type TokenVerdict = { ok: true } | { ok: false; why: TokenFault };

/**
 * Whether every token is Microsoft's, current by our time or by Microsoft's own, and for this app and tenant. At least one is needed.
 * @param proven remembers those that were found good
 * @throws AppError `login-unavailable`: the keys cannot be had, let Microsoft send again
 */
export async function verifyValidationTokens(
  tokens: readonly string[],
  expected: Expected,
  keys: SigningKeys,
  proven: ProvenTokens = new ProvenTokens(),
): Promise<TokenVerdict> {
  if (tokens.length === 0) return { ok: false, why: 'missing' };
  if (tokens.length > MOST_TOKENS) return { ok: false, why: 'too-many' };
  for (const token of tokens) {
    let why = await faultOf(token, expected, { keys, proven });
    // The clock of this machine may be the one that is wrong.
    if (why === 'time') {
      const there = { ...expected, now: await keys.timeThere() };
      why = await faultOf(token, there, { keys, proven });
    }
    if (why !== null) return { ok: false, why };
  }
  return { ok: true };
}

async function faultOf(
  token: string,
  expected: Expected,
  { keys, proven }: { keys: SigningKeys; proven: ProvenTokens },
): Promise<TokenFault | null> {
  const kid = kidOf(token);
  if (kid === null) return 'malformed';
  const key = keys.inHand(kid) ?? (await keys.find(kid));
  if (!key) return 'unknown-key';
  if (proven.has(token, key, expected)) return null;
  const issuers = issuersOf(expected);
  if (!signsFor(key, expected, issuers)) return 'issuer';
  try {
    const { payload } = await jwtVerify(token, key.jwk, {
      algorithms: ['RS256'],
      issuer: issuers,
      audience: expected.clientId,
      requiredClaims: ['exp', 'nbf'],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(expected.now),
    });
    if (!isFromPublisher(payload)) return 'publisher';
    const { nbf = 0, exp = 0 } = payload;
    const [from, until] = [(nbf - CLOCK_TOLERANCE_S) * 1_000, (exp + CLOCK_TOLERANCE_S) * 1_000];
    proven.add(token, { key, expected, from, until });
    return null;
  } catch (error) {
    return faultIn(error);
  }
}

/** v1 and v2 form: Microsoft's own SDK takes either. */
const issuersOf = ({ cloud, tenantId }: Expected): string[] => [
  `https://sts.windows.net/${tenantId}/`,
  `${cloudAddresses(cloud).login}/${tenantId}/v2.0`,
];

/** Some keys are for other issuers (personal accounts, for one); .NET checks the same. */
function signsFor({ issuer }: SigningKey, { tenantId }: Expected, issuers: string[]): boolean {
  return issuer === undefined || issuers.includes(issuer.replace('{tenantid}', tenantId));
}

/** `appid` in the v1 form, `azp` in v2. Either must be there, and neither may be another's. */
function isFromPublisher(payload: JWTPayload): boolean {
  const named = [payload['appid'], payload['azp']].filter((claim) => claim !== undefined);
  return named.length > 0 && named.every((claim) => claim === PUBLISHER);
}

function kidOf(token: string): string | null {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    return alg === 'RS256' && kid ? kid : null;
  } catch {
    return null;
  }
}

function faultIn(error: unknown): TokenFault {
  if (error instanceof errors.JWTExpired) return 'time';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'audience';
    return error.claim === 'iss' ? 'issuer' : 'time';
  }
  return 'malformed';
}
