// Discovery documents. Like Microsoft's, they name the real host, wherever they were asked for.
import { type Answer, type Ask, json } from './http.ts';
import { type LoginRefusal, refuseLogin } from './login-error.ts';
import { findTenant, type World } from './world.ts';

const shared = new Set(['common', 'organizations', 'consumers']);

/** Answers …/.well-known/openid-configuration, v1 and v2 form. */
export function openidConfiguration(
  world: World,
  ask: Ask,
  segment: string,
): Answer | LoginRefusal {
  const tenant = findTenant(world, segment);
  if (!tenant && !shared.has(segment)) return refuseLogin(90002, `Tenant '${segment}'.`);
  const v2 = ask.path.includes('/v2.0/');
  // Of a tenant that lives elsewhere the document tells, and names that place.
  const host = tenant?.nationalCloud
    ? `https://login.${tenant.nationalCloud.toLowerCase()}`
    : world.cloud.login;
  // The shared endpoints answer with a template in place of the tenant.
  const id = tenant?.id ?? '{tenantid}';
  const name = tenant?.id ?? segment;
  const version = v2 ? '/v2.0' : '';
  return json(200, {
    issuer: v2 ? `${host}/${id}/v2.0` : `https://sts.windows.net/${id}/`,
    authorization_endpoint: `${host}/${name}/oauth2${version}/authorize`,
    token_endpoint: `${host}/${name}/oauth2${version}/token`,
    device_authorization_endpoint: `${host}/${name}/oauth2${version}/devicecode`,
    jwks_uri: `${host}/${name}/discovery${version}/keys`,
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'private_key_jwt',
      'client_secret_basic',
    ],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    tenant_region_scope: 'EU',
    cloud_instance_name: host.replace('https://login.', ''),
    msgraph_host: world.cloud.graph.replace('https://', ''),
  });
}
