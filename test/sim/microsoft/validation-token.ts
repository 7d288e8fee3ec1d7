// validationTokens (facts/graph.md §2.5): the JWT that says a rich notification is from Microsoft.
import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { issuerV1 } from './access-token.ts';
import { changeNotificationPublisher } from './cloud.ts';
import { issuerV2 } from './id-token.ts';
import type { World } from './world.ts';

// Microsoft uses a token for many notifications, and signing is what costs most here.
const cache = new WeakMap<World, Map<string, { token: Promise<string>; madeAt: number }>>();
const reuseMs = 5 * 60_000;

/** A token for one application and tenant, in the form and with the fault that the knobs say. */
export function makeValidationToken(
  world: World,
  tenantId: string,
  appId: string,
): Promise<string> {
  const known = cache.get(world) ?? new Map<string, { token: Promise<string>; madeAt: number }>();
  cache.set(world, known);
  const { knobs, keys } = world;
  const name = [
    tenantId,
    appId,
    knobs.validationTokenForm,
    knobs.validationTokenFault,
    keys.current.kid,
  ].join(' ');
  const found = known.get(name);
  if (found && Math.abs(world.now() - found.madeAt) < reuseMs) return found.token;
  const token = sign(world, tenantId, appId);
  known.set(name, { token, madeAt: world.now() });
  return token;
}

async function sign(world: World, tenantId: string, appId: string): Promise<string> {
  const { validationTokenForm: form, validationTokenFault: fault } = world.knobs;
  const issuedAt = Math.floor(world.now() / 1000) - 300;
  const tenant = fault === 'issuer' ? crypto.randomUUID() : tenantId;
  const publisher = fault === 'publisher' ? crypto.randomUUID() : changeNotificationPublisher;
  const issuer = form === 'v1' ? issuerV1(tenant) : issuerV2(world, tenant);
  const claims = {
    aio: randomBytes(24).toString('base64url'),
    oid: '0c2ab6d8-1c34-4ab2-9c5f-1b8e2a6d4f70',
    tid: tenant,
    uti: randomBytes(16).toString('base64url'),
    idp: issuer,
    ...(form === 'v1'
      ? { appid: publisher, appidacr: '2', ver: '1.0' }
      : { azp: publisher, azpacr: '2', ver: '2.0' }),
  };
  const key = world.keys.current;
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.kid, x5t: key.kid })
    .setAudience(fault === 'audience' ? crypto.randomUUID() : appId)
    .setIssuer(issuer)
    .setSubject('0c2ab6d8-1c34-4ab2-9c5f-1b8e2a6d4f70')
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt)
    .setExpirationTime(fault === 'expired' ? issuedAt - 3600 : issuedAt + 8 * 3600)
    .sign(key.privateKey);
  // The last character has bits that decode to nothing, so the fault goes where it counts.
  return fault === 'signature'
    ? `${token.slice(0, -20)}${[...token.slice(-20)].reverse().join('')}`
    : token;
}
