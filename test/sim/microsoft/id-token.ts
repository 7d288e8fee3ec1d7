// The ID token, which MSAL wants in order to know its account.
import { SignJWT } from 'jose';
import type { User } from './directory.ts';
import type { App, Tenant } from './tenant.ts';
import type { World } from './world.ts';

export const issuerV2 = (world: World, tenantId: string): string =>
  `${world.cloud.login}/${tenantId}/v2.0`;

/** An ID token of the v2 form. */
export function issueIdToken(
  world: World,
  tenant: Tenant,
  app: App,
  user: User,
  expiresInSeconds: number,
): Promise<string> {
  const issuedAt = Math.floor(world.now() / 1000);
  return new SignJWT({
    name: user.displayName,
    oid: user.id,
    preferred_username: user.userPrincipalName,
    tid: tenant.id,
    ver: '2.0',
  })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: world.keys.current.kid })
    .setAudience(app.id)
    .setIssuer(issuerV2(world, tenant.id))
    .setSubject(user.id)
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt)
    .setExpirationTime(issuedAt + expiresInSeconds)
    .sign(world.keys.current.privateKey);
}
