// The token endpoint once tenant and application are known: one function per way to get a token
// (facts/graph.md §3.1–3.4).
import { issueAccessToken } from './access-token.ts';
import type { User } from './directory.ts';
import { type Answer, json } from './http.ts';
import { issueIdToken } from './id-token.ts';
import { authenticateClient } from './login-client.ts';
import { pollDeviceCode } from './login-device.ts';
import { isRefusal, type LoginRefusal, refuseLogin } from './login-error.ts';
import { checkAccount, signInWithPassword } from './login-password.ts';
import { checkConsent, readScopes, type Scopes } from './login-scopes.ts';
import type { App, Tenant } from './tenant.ts';
import type { World } from './world.ts';

/** Answers a token request; tells through `seen` whom it was for. */
export async function issueToken(
  world: World,
  tenant: Tenant,
  app: App,
  form: URLSearchParams,
  grant: string,
  seen: { userId: string },
): Promise<Answer | LoginRefusal> {
  const appOnly = grant === 'client_credentials';
  const known = [
    'client_credentials',
    'password',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:device_code',
  ];
  if (!known.includes(grant)) return refuseLogin(70003, `Grant type: ${grant}.`);
  const refusal = await authenticateClient(world, tenant, app, form, !appOnly);
  if (refusal) return refusal;
  if (appOnly) return appToken(world, tenant, app, form);

  const signedIn = signIn(world, tenant, app, form, grant);
  if (isRefusal(signedIn)) return signedIn;
  const { user } = signedIn;
  seen.userId = user.id;
  if (app.assigned && !app.assigned.has(user.id)) return refuseLogin(50105);
  const scopes = readScopes(world, signedIn.scope);
  if (isRefusal(scopes)) return scopes;
  const unconsented = checkConsent(app, scopes);
  if (unconsented) return unconsented;
  return userToken(world, tenant, app, user, scopes, signedIn.scope, form);
}

async function appToken(
  world: World,
  tenant: Tenant,
  app: App,
  form: URLSearchParams,
): Promise<Answer | LoginRefusal> {
  const scope = form.get('scope');
  if (!scope) return refuseLogin(900144, "Parameter: 'scope'.");
  if (!scope.endsWith('/.default') || scope.includes(' '))
    return refuseLogin(1002012, `Scope: ${scope}.`);
  if (scope !== `${world.cloud.graph}/.default`) return refuseLogin(500011, `Resource: ${scope}.`);
  const { token: accessToken, expiresIn } = await issueAccessToken(world, tenant, app, null);
  return json(200, {
    token_type: 'Bearer',
    expires_in: expiresIn,
    ext_expires_in: expiresIn,
    access_token: accessToken,
  });
}

function signIn(
  world: World,
  tenant: Tenant,
  app: App,
  form: URLSearchParams,
  grant: string,
): { user: User; scope: string | null } | LoginRefusal {
  if (grant === 'password') {
    const user = signInWithPassword(world, tenant, form);
    return isRefusal(user) ? user : { user, scope: form.get('scope') };
  }
  if (grant === 'refresh_token') {
    const stored = world.refreshTokens.find(form.get('refresh_token') ?? '');
    if (!stored || stored.app !== app || stored.tenant !== tenant) return refuseLogin(70000);
    if (stored.revoked) return refuseLogin(50173);
    if (stored.expiresAt <= world.now()) return refuseLogin(700082);
    return (
      checkAccount(stored.user) ?? { user: stored.user, scope: form.get('scope') ?? stored.scope }
    );
  }
  const polled = pollDeviceCode(world, app, form);
  return isRefusal(polled) ? polled : { user: polled.user, scope: polled.code.scope };
}

async function userToken(
  world: World,
  tenant: Tenant,
  app: App,
  user: User,
  scopes: Scopes,
  scope: string | null,
  form: URLSearchParams,
): Promise<Answer> {
  const issued = await issueAccessToken(world, tenant, app, user);
  const days = world.knobs.refreshTokenDays;
  // A refresh keeps refreshing, whether or not it asks for offline_access again.
  const offline = scopes.offline || form.get('grant_type') === 'refresh_token';
  return json(200, {
    token_type: 'Bearer',
    scope: issued.scopes.map((name) => `${world.cloud.graph}/${name}`).join(' '),
    expires_in: issued.expiresIn,
    ext_expires_in: issued.expiresIn,
    access_token: issued.token,
    ...(offline
      ? {
          refresh_token: world.refreshTokens.issue(
            tenant,
            app,
            user,
            scope ?? '',
            world.now() + days * 86_400_000,
          ),
        }
      : {}),
    ...(scopes.openid
      ? { id_token: await issueIdToken(world, tenant, app, user, issued.expiresIn) }
      : {}),
    ...(form.get('client_info') === '1'
      ? {
          client_info: Buffer.from(JSON.stringify({ uid: user.id, utid: tenant.id })).toString(
            'base64url',
          ),
        }
      : {}),
  });
}
