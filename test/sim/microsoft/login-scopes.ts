// Reads the `scope` parameter and checks it against what was consented.

import { type LoginRefusal, refuseLogin } from './login-error.ts';
import { readPermissionNames } from './permissions.ts';
import type { App } from './tenant.ts';
import type { World } from './world.ts';

export interface Scopes {
  /** Graph permissions asked for by name; empty with `.default`. */
  readonly names: readonly string[];
  readonly offline: boolean;
  readonly openid: boolean;
}

const oidc = new Set(['openid', 'profile', 'email', 'offline_access']);

/** Delegated scopes of Graph, as names. */
export function readScopes(world: World, scope: string | null): Scopes | LoginRefusal {
  const parts = (scope ?? '').split(' ').filter((part) => part !== '');
  if (parts.length === 0) return refuseLogin(900144, "Parameter: 'scope'.");
  const names: string[] = [];
  let isDefault = false;
  for (const part of parts.filter((one) => !oidc.has(one))) {
    const cut = part.startsWith('https://') ? part.lastIndexOf('/') : -1;
    const resource = cut < 0 ? world.cloud.graph : part.slice(0, cut).replace(/\/$/, '');
    const name = part.slice(cut + 1);
    if (resource !== world.cloud.graph) return refuseLogin(500011, `Resource: ${resource}.`);
    if (name === '.default') isDefault = true;
    else names.push(name);
  }
  if (isDefault && names.length > 0) {
    return refuseLogin(70011, '.default scope cannot be combined with resource-specific scopes.');
  }
  return { names, offline: parts.includes('offline_access'), openid: parts.includes('openid') };
}

/** Null when everything asked for is consented. */
export function checkConsent(app: App, scopes: Scopes): LoginRefusal | null {
  for (const name of scopes.names) {
    if (!readPermissionNames().has(name)) return refuseLogin(650053, `Scope: ${name}.`);
    if (!app.delegated.has(name))
      return refuseLogin(65001, `App '${app.id}' named '${app.name}', scope ${name}.`);
  }
  return app.delegated.size === 0
    ? refuseLogin(65001, `App '${app.id}' named '${app.name}'.`)
    : null;
}
