// The login service: token endpoint, device codes, discovery (facts/graph.md §3).
// Not modelled: authorization code, on-behalf-of, Basic client authentication, personal accounts,
// federation, conditional access beyond "this account ends in that code".
import { down } from './down.ts';
import { type Answer, type Ask, headerOf, json, segmentsOf, statusOf } from './http.ts';
import { startDeviceCode } from './login-device.ts';
import { isRefusal, type LoginRefusal, loginError, refuseLogin } from './login-error.ts';
import { issueToken } from './login-token.ts';
import { openidConfiguration } from './openid.ts';
import { recordableBody } from './records.ts';
import type { Tenant } from './tenant.ts';
import { findTenant, type World } from './world.ts';

const routes: Record<string, string> = {
  'POST oauth2/v2.0/token': 'POST /token',
  'POST oauth2/v2.0/devicecode': 'POST /devicecode',
  'GET v2.0/.well-known/openid-configuration': 'GET /openid-configuration',
  'GET .well-known/openid-configuration': 'GET /openid-configuration',
  'GET discovery/keys': 'GET /discovery/keys',
  'GET discovery/v2.0/keys': 'GET /discovery/keys',
};

interface Seen {
  tenantId: string;
  appId: string;
  userId: string;
}

/** The route's name when the login service has it. */
export function loginRoute(ask: Ask): string | undefined {
  return routes[`${ask.method} ${segmentsOf(ask.path).slice(1).join('/')}`];
}

/** Answers and records one request to the login service. */
export async function login(world: World, ask: Ask, route: string): Promise<Answer> {
  const at = world.now();
  const started = performance.now();
  const seen: Seen = { tenantId: '', appId: '', userId: '' };
  const result =
    down(world, world.knobs.loginDown) ??
    (await world.faults.strike(route, 'before')) ??
    (await handle(world, ask, route, seen));
  let answer = isRefusal(result)
    ? loginError(result, at, ask.headers['client-request-id'])
    : result;
  answer = (await world.faults.strike(route, 'after')) ?? answer;
  world.records.request({
    at,
    side: 'login',
    batched: false,
    method: ask.method,
    path: ask.path,
    query: Object.fromEntries(ask.query),
    route,
    ...seen,
    status: statusOf(answer),
    retryAfter: headerOf(answer, 'retry-after'),
    refusal: isRefusal(result) ? `AADSTS${result.refused} ${result.detail ?? ''}`.trim() : '',
    body: recordableBody(ask),
    ms: performance.now() - started,
  });
  return answer;
}

async function handle(
  world: World,
  ask: Ask,
  route: string,
  seen: Seen,
): Promise<Answer | LoginRefusal> {
  const segment = segmentsOf(ask.path)[0]!;
  if (route === 'GET /openid-configuration') return openidConfiguration(world, ask, segment);
  if (route === 'GET /discovery/keys')
    return json(200, world.keys.jwks(`${world.cloud.login}/{tenantid}/v2.0`));

  if (!(ask.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    return refuseLogin(900144, "Parameter: 'grant_type'. The body must be form-encoded.");
  }
  const form = new URLSearchParams(ask.body);
  const grant = form.get('grant_type');
  if (route === 'POST /token' && !grant) return refuseLogin(900144, "Parameter: 'grant_type'.");
  const tenant = tenantFor(world, segment, form, grant);
  if (isRefusal(tenant)) return tenant;
  seen.tenantId = tenant.id;
  if (tenant.nationalCloud !== null) {
    const cloud = tenant.nationalCloud;
    const detail = `Tenant '${segment}' request is being redirected to the National Cloud '${cloud}'.`;
    return refuseLogin(90038, detail);
  }
  const clientId = form.get('client_id');
  if (!clientId) return refuseLogin(900144, "Parameter: 'client_id'.");
  const app = tenant.apps.get(clientId.toLowerCase());
  if (!app) return refuseLogin(700016, `Application '${clientId}', directory '${tenant.name}'.`);
  seen.appId = app.id;
  if (app.blockedBy !== null) return refuseLogin(app.blockedBy);
  if (route === 'POST /devicecode') return startDeviceCode(world, tenant, app, form);
  return issueToken(world, tenant, app, form, grant ?? '', seen);
}

function tenantFor(
  world: World,
  segment: string,
  form: URLSearchParams,
  grant: string | null,
): Tenant | LoginRefusal {
  if (segment === 'common' || segment === 'organizations' || segment === 'consumers') {
    if (grant === 'client_credentials') return refuseLogin(50059);
    if (grant === 'password' && segment !== 'organizations') return refuseLogin(9001023);
    const domain = form.get('username')?.split('@')[1];
    const clientId = (form.get('client_id') ?? '').toLowerCase();
    const tenant = domain
      ? findTenant(world, domain)
      : world.tenants.find((one) => one.apps.has(clientId));
    return tenant ?? refuseLogin(50128);
  }
  return findTenant(world, segment) ?? refuseLogin(90002, `Tenant '${segment}'.`);
}
