// Finds the GUID of a tenant that is given by one of its domain names.
import * as z from 'zod';
import { AppError } from '../../shared/errors.ts';
import { late } from '../../shared/late.ts';
import { cloudAddresses } from './clouds.ts';
import { exchange, jsonOf } from './exchange.ts';
import { isChina, loginError } from './login-errors.ts';
import type { LoginAccess } from './msal.ts';
import { retryAfterIn } from './retry-after.ts';
import { destination, loginRoute } from './route.ts';

const TIMEOUT_MS = 10_000;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const discovery = late(() =>
  z.object({ issuer: z.string(), cloud_instance_name: z.string().optional() }),
);

/**
 * The tenant's GUID in lower case. A GUID is taken as it is: whether there is such a tenant, the
 * first sign-in tells.
 * @throws AppError `tenant-unknown`, `wrong-cloud`, `no-presence-cloud`, `login-throttled`,
 * `login-unavailable`
 */
export async function resolveTenant(access: LoginAccess, tenant: string): Promise<string> {
  if (GUID.test(tenant)) return tenant.toLowerCase();
  const { login } = cloudAddresses(access.cloud);
  const asked = `${login}/${encodeURIComponent(tenant)}/v2.0/.well-known/openid-configuration`;
  const url = destination(loginRoute(access.cloud, access.loginOrigin), asked) ?? asked;
  const init = { method: 'GET', headers: { accept: 'application/json' } };
  const answer = await exchange(access.fetch, url, init, {
    timeoutMs: TIMEOUT_MS,
    codes: { timeout: 'login-unavailable', unreachable: 'login-unavailable' },
    what: 'Login, GET openid-configuration',
  });
  const body = jsonOf(answer.text);
  // A name that no tenant has is refused with 400 and AADSTS90002, some forms of it with 404.
  if (answer.status === 404) throw unknownTenant();
  if (answer.status !== 200) {
    const wait = retryAfterIn(answer.headers, access.now());
    const error = loginError({ status: answer.status, body, retryAfterMs: wait });
    throw error.code === 'login-refused' ? unknownTenant() : error;
  }
  const found = discovery().safeParse(body).data;
  const [, host, guid = ''] = /^(https:\/\/[^/]+)\/([^/]+)\/v2\.0$/.exec(found?.issuer ?? '') ?? [];
  if (!found || !GUID.test(guid)) {
    const detail = 'The login describes a tenant without its id.';
    throw new AppError({ code: 'login-unavailable', retry: 'backoff', detail });
  }
  const name = found.cloud_instance_name ?? '';
  if (host !== login || isChina(name)) {
    const detail = isChina(name) ? name : new URL(host ?? login).host;
    const code = isChina(detail) ? 'no-presence-cloud' : 'wrong-cloud';
    throw new AppError({ code, retry: 'never', detail });
  }
  return guid.toLowerCase();
}

function unknownTenant(): AppError {
  const detail = 'Microsoft knows no tenant with this domain name.';
  return new AppError({ code: 'tenant-unknown', retry: 'never', detail });
}
