// App registrations: as an admin changes them in the portal, as the control routes show them, and as
// Graph shows them to an app with Application.Read.All. Not modelled: Application.ReadWrite.OwnedBy.
import type { Call } from './graph.ts';
import { notFound } from './graph-error.ts';
import { type Answer, json } from './http.ts';
import type { App } from './tenant.ts';

export interface AppChange {
  publicClient?: boolean;
  blockedBy?: number | null;
  /** Object ids of users; null: assignment is not required. */
  assigned?: string[] | null;
  /** Permissions with admin consent. */
  delegated?: string[];
  roles?: string[];
  /** Epoch ms; of every client secret. */
  secretsExpireAt?: number;
}

export function changeApp(app: App, change: AppChange): App {
  const { publicClient, blockedBy, assigned, delegated, roles, secretsExpireAt } = change;
  if (publicClient !== undefined) app.publicClient = publicClient;
  if (blockedBy !== undefined) app.blockedBy = blockedBy;
  if (assigned !== undefined) app.assigned = assigned && new Set(assigned);
  if (delegated) refill(app.delegated, delegated);
  if (roles) refill(app.roles, roles);
  if (secretsExpireAt !== undefined) {
    for (const secret of app.secrets) secret.expiresAt = secretsExpireAt;
  }
  return app;
}

function refill(set: Set<string>, names: readonly string[]): void {
  set.clear();
  for (const name of names) set.add(name);
}

/** Without its secrets. */
export const showApp = (app: App): unknown => ({
  id: app.id,
  name: app.name,
  publicClient: app.publicClient,
  blockedBy: app.blockedBy,
  assigned: app.assigned && [...app.assigned],
  delegated: [...app.delegated],
  roles: [...app.roles],
  secrets: app.secrets.map(({ expiresAt }) => ({ expiresAt })),
});

/** As far ahead as the portal goes. */
const LATEST = Date.parse('2299-12-31T00:00:00Z');

/** GET of an application by its client id; only its secrets' outsides are modelled. */
export function readApplication({ world, token, params, ask }: Call): Answer {
  const app = token.tenant.apps.get((params['id'] ?? '').toLowerCase());
  if (!app)
    throw notFound(`Resource '${params['id']}' does not exist.`, 'Request_ResourceNotFound');
  const all: Record<string, unknown> = {
    appId: app.id,
    displayName: app.name,
    passwordCredentials: app.secrets.map(({ value, expiresAt, name }) => ({
      customKeyIdentifier: null,
      displayName: name ?? null,
      endDateTime: new Date(Math.min(expiresAt, LATEST)).toISOString(),
      hint: value.slice(0, 3),
      secretText: null,
    })),
  };
  const select = ask.query.get('$select')?.split(',') ?? Object.keys(all);
  return json(200, {
    '@odata.context': `${world.cloud.graph}/v1.0/$metadata#applications/$entity`,
    ...Object.fromEntries(select.filter((key) => key in all).map((key) => [key, all[key]])),
  });
}
