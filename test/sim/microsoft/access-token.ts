// Access tokens for Graph: issued by the login side, read by the Graph side. Graph's tokens have
// the v1 form (sts.windows.net, appid) whatever endpoint issued them.
import { randomBytes, randomUUID } from 'node:crypto';
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import type { User } from './directory.ts';
import type { App, Tenant } from './tenant.ts';
import { findTenant, type World } from './world.ts';

export interface Token {
  readonly tenant: Tenant;
  readonly app: App;
  /** Null for an app-only token. */
  readonly userId: string | null;
  readonly scopes: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export const issuerV1 = (tenantId: string): string => `https://sts.windows.net/${tenantId}/`;

/** Signs a token; delegated where a user is given, else app-only with the app's roles. */
export async function issueAccessToken(
  world: World,
  tenant: Tenant,
  app: App,
  user: User | null,
): Promise<{ token: string; expiresIn: number; scopes: string[] }> {
  const [low, high] = world.knobs.accessTokenMinutes;
  const expiresIn = Math.round(world.random.between(low, high) * 60);
  const issuedAt = Math.floor(world.now() / 1000);
  // The real service grants everything consented, not only what was asked for.
  const scopes = user ? [...app.delegated] : [];
  const claims = user
    ? { scp: scopes.join(' '), oid: user.id, upn: user.userPrincipalName, idtyp: 'user' }
    : { roles: [...app.roles], oid: app.id, idtyp: 'app' };
  const token = await new SignJWT({
    ...claims,
    appid: app.id,
    app_displayname: app.name,
    tid: tenant.id,
    uti: randomBytes(16).toString('base64url'),
    ver: '1.0',
  })
    .setProtectedHeader({
      alg: 'RS256',
      typ: 'JWT',
      kid: world.keys.current.kid,
      x5t: world.keys.current.kid,
    })
    .setAudience(world.cloud.graph)
    .setIssuer(issuerV1(tenant.id))
    .setSubject(user?.id ?? app.id)
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt)
    .setExpirationTime(issuedAt + expiresIn)
    .setJti(randomUUID())
    .sign(world.keys.current.privateKey);
  return { token, expiresIn, scopes };
}

// Verified once each: a load test sends the same token thousands of times.
const verified = new WeakMap<World, Map<string, Token>>();

/** The token of an Authorization header, or Graph's sentence about what is wrong with it. */
export async function readAccessToken(
  world: World,
  header: string | undefined,
): Promise<Token | string> {
  const raw = /^Bearer +(.+)$/i.exec(header ?? '')?.[1];
  if (!raw) return 'Access token is empty.';
  const known = verified.get(world) ?? new Map<string, Token>();
  verified.set(world, known);
  let token = known.get(raw);
  if (!token) {
    const read = await verify(world, raw);
    if (typeof read === 'string') return read;
    token = read;
    if (known.size > 1000) known.clear();
    known.set(raw, token);
  }
  if (token.expiresAt <= world.now()) return 'Lifetime validation failed, the token is expired.';
  return token;
}

async function verify(world: World, raw: string): Promise<Token | string> {
  try {
    const key = world.keys.find(decodeProtectedHeader(raw).kid);
    if (!key) return 'Signature validation failed. The key is not known.';
    const { payload } = await jwtVerify(raw, key.publicKey, {
      algorithms: ['RS256'],
      audience: [world.cloud.graph, '00000003-0000-0000-c000-000000000000'],
      currentDate: new Date(world.now()),
    });
    const tenant = findTenant(world, String(payload['tid']));
    const app = tenant?.apps.get(String(payload['appid']).toLowerCase());
    if (!tenant || !app || payload.iss !== issuerV1(tenant.id))
      return 'Access token validation failure. Invalid issuer.';
    const scp = payload['scp'];
    return {
      tenant,
      app,
      userId: typeof scp === 'string' ? String(payload['oid']) : null,
      scopes: new Set(typeof scp === 'string' ? scp.split(' ') : []),
      roles: new Set(Array.isArray(payload['roles']) ? payload['roles'].map(String) : []),
      expiresAt: (payload.exp ?? 0) * 1000,
    };
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      return 'Lifetime validation failed, the token is expired.';
    if (error instanceof errors.JWTClaimValidationFailed) {
      return error.claim === 'aud'
        ? 'Access token validation failure. Invalid audience.'
        : `Access token validation failure. Invalid ${error.claim}.`;
    }
    if (error instanceof errors.JWSSignatureVerificationFailed) return 'Signature is invalid.';
    return 'IDX14100: JWT is not well formed.';
  }
}
