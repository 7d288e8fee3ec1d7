// App registrations as an admin changes them in the portal, and as the control routes show them.
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
