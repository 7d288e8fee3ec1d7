// Who the calling application is: secret, certificate assertion, or nothing where the registration
// allows public client flows (facts/graph.md §3.1–3.3).
import { decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { type LoginRefusal, refuseLogin } from './login-error.ts';
import type { App, Tenant } from './tenant.ts';
import type { World } from './world.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Null when the application may go on. `publicAllowed`: grants that a public client may use. */
export async function authenticateClient(
  world: World,
  tenant: Tenant,
  app: App,
  form: URLSearchParams,
  publicAllowed: boolean,
): Promise<LoginRefusal | null> {
  const secret = form.get('client_secret');
  const assertion = form.get('client_assertion');
  if (assertion !== null) {
    if (form.get('client_assertion_type') !== assertionType) {
      return refuseLogin(900144, "Parameter: 'client_assertion_type'.");
    }
    return checkAssertion(world, tenant, app, assertion);
  }
  if (secret !== null) {
    const known = app.secrets.find((one) => one.value === secret);
    if (!known) return refuseLogin(7000215, `App '${app.id}'.`);
    return known.expiresAt <= world.now() ? refuseLogin(7000222, `App '${app.id}'.`) : null;
  }
  if (!publicAllowed) return refuseLogin(7000216);
  return app.publicClient ? null : refuseLogin(7000218);
}

async function checkAssertion(
  world: World,
  tenant: Tenant,
  app: App,
  assertion: string,
): Promise<LoginRefusal | null> {
  try {
    const header = decodeProtectedHeader(assertion) as Record<string, unknown>;
    const registered = app.certificates.find(
      (one) => header['x5t#S256'] === one.x5tS256 || header['x5t'] === one.x5t,
    );
    if (!registered) return refuseLogin(700027, 'Thumbprint is not registered.');
    if (Date.parse(registered.certificate.validTo) <= world.now()) {
      return refuseLogin(700027, 'The key used is expired.');
    }
    const { payload } = await jwtVerify(assertion, registered.certificate.publicKey, {
      algorithms: ['PS256', 'RS256'],
      audience: audiences(world, tenant),
      requiredClaims: ['exp', 'iss', 'sub', 'aud', 'jti'],
      currentDate: new Date(world.now()),
      clockTolerance: 300,
    });
    return payload.iss?.toLowerCase() === app.id.toLowerCase() &&
      payload.sub?.toLowerCase() === app.id.toLowerCase()
      ? null
      : refuseLogin(700021);
  } catch (error) {
    if (error instanceof errors.JWTExpired) return refuseLogin(700024);
    if (error instanceof errors.JWTClaimValidationFailed) {
      if (error.claim === 'aud') return refuseLogin(700023);
      if (error.claim === 'nbf') return refuseLogin(700024);
      return refuseLogin(700027, `Claim '${error.claim}' is missing or wrong.`);
    }
    return refuseLogin(700027, 'The signature or the form is not valid.');
  }
}

function audiences(world: World, tenant: Tenant): string[] {
  return [world.cloud.login, world.origin()].flatMap((origin) =>
    [tenant.id, tenant.domain].flatMap((name) => [
      `${origin}/${name}/oauth2/v2.0/token`,
      `${origin}/${name}/v2.0`,
    ]),
  );
}
