// The device code flow: start, and polling for its end.
import type { DeviceCode } from './device-codes.ts';
import type { User } from './directory.ts';
import { type Answer, json } from './http.ts';
import { isRefusal, type LoginRefusal, refuseLogin } from './login-error.ts';
import { checkAccount } from './login-password.ts';
import { readScopes } from './login-scopes.ts';
import type { App, Tenant } from './tenant.ts';
import type { World } from './world.ts';

/** Answers POST /{tenant}/oauth2/v2.0/devicecode. */
export function startDeviceCode(
  world: World,
  tenant: Tenant,
  app: App,
  form: URLSearchParams,
): Answer | LoginRefusal {
  const scope = form.get('scope') ?? '';
  const scopes = readScopes(world, scope);
  if (isRefusal(scopes)) return scopes;
  const seconds = world.knobs.deviceCodeSeconds;
  const interval = world.knobs.devicePollSeconds;
  const code = world.deviceCodes.start(
    tenant,
    app,
    scope,
    world.now() + seconds * 1000,
    interval * 1000,
  );
  const verificationUri = 'https://microsoft.com/devicelogin';
  return json(200, {
    user_code: code.userCode,
    device_code: code.deviceCode,
    verification_uri: verificationUri,
    expires_in: seconds,
    interval,
    message: `To sign in, use a web browser to open the page ${verificationUri} and enter the code ${code.userCode} to authenticate.`,
  });
}

/** The user who approved, or that the client has to go on waiting, or that it is over. */
export function pollDeviceCode(
  world: World,
  app: App,
  form: URLSearchParams,
): { user: User; code: DeviceCode } | LoginRefusal {
  const code = world.deviceCodes.find(form.get('device_code') ?? '');
  if (!code || code.app !== app || code.state.kind === 'used') return refuseLogin(70018);
  const now = world.now();
  if (code.expiresAt <= now) return refuseLogin(70019);
  // Half a second of grace: timers on the other side fire early at times.
  const tooSoon = code.polledAt > 0 && now - code.polledAt < code.pollMs - 500;
  code.polledAt = now;
  if (code.state.kind === 'declined') return refuseLogin(70020);
  if (code.state.kind === 'approved') {
    const { user } = code.state;
    const refusal = checkAccount(user);
    if (refusal) return refusal;
    code.state = { kind: 'used' };
    return { user, code };
  }
  if (tooSoon) {
    // RFC 8628 §3.5: five seconds more from now on.
    code.pollMs += 5000;
    return { refused: 70016, error: 'slow_down' };
  }
  return refuseLogin(70016);
}
