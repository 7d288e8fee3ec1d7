// Who may call what: Microsoft's own permission table (test/data/graph-permissions.json), cut to
// presence and users. Subscriptions are not in it; subscription-check.ts knows theirs.
import { readFileSync } from 'node:fs';
import type { Token } from './access-token.ts';

interface Table {
  permissions: Record<
    string,
    { pathSets: { schemeKeys: string[]; methods: string[]; paths: Record<string, string> }[] }
  >;
}

const table = JSON.parse(
  readFileSync(new URL('../../data/graph-permissions.json', import.meta.url), 'utf8'),
) as Table;

// Permissions the cut table lacks: they exist, so that asking for them without consent is AADSTS65001.
const others = [
  'User.Read',
  'LicenseAssignment.Read.All',
  'Directory.Read.All',
  'Application.Read.All',
  'Calendars.Read',
  'Mail.Read',
];
const names: ReadonlySet<string> = new Set([...Object.keys(table.permissions), ...others]);

/** All permissions that exist here. */
export const readPermissionNames = (): ReadonlySet<string> => names;

// Routes whose row has another name in the table, or none (§5; docs of user-get).
const alias: Record<string, string> = {
  '/communications/presences/{id}': '/communications/presences',
  '/users/delta()': '/users/delta',
};
const more: { path: string; permission: string; scheme: string }[] = [
  {
    path: "/applications(appid='{id}')",
    permission: 'Application.Read.All',
    scheme: 'Application',
  },
  { path: '/me', permission: 'User.Read', scheme: 'DelegatedWork' },
  { path: '/me', permission: 'User.Read.All', scheme: 'DelegatedWork' },
  {
    path: '/users/{id}/licensedetails',
    permission: 'LicenseAssignment.Read.All',
    scheme: 'Application',
  },
];
// These reach the signed-in user only.
const ownOnly = new Set(['Presence.Read', 'Presence.ReadWrite']);

/** Permissions that open a route to a kind of token. */
export function permissionsFor(
  method: string,
  template: string,
  scheme: 'DelegatedWork' | 'Application',
): string[] {
  const wanted = (alias[template] ?? template).toLowerCase();
  const found = more
    .filter((row) => row.path === wanted && row.scheme === scheme)
    .map((row) => row.permission);
  for (const [name, permission] of Object.entries(table.permissions)) {
    const opens = permission.pathSets.some(
      (set) =>
        set.schemeKeys.includes(scheme) && set.methods.includes(method) && wanted in set.paths,
    );
    if (opens) found.push(name);
  }
  return found;
}

/** True when the token opens the route; `userId` is the user in the path, if any. */
export function isAllowed(
  token: Token,
  method: string,
  template: string,
  userId: string | undefined,
): boolean {
  if (token.userId === null) {
    return permissionsFor(method, template, 'Application').some((name) => token.roles.has(name));
  }
  const own = template.startsWith('/me') || userId?.toLowerCase() === token.userId;
  return permissionsFor(method, template, 'DelegatedWork').some(
    (name) => token.scopes.has(name) && (own || !ownOnly.has(name)),
  );
}
