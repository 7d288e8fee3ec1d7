// The admin's hands in the directory: users added, changed, removed – with what follows for their
// presence and for whoever watches the directory.
import { addUser, type NewUser, teamsPlanEntry } from './default-tenant.ts';
import { type AssignedPlan, hasTeams, isTeamsPlan, type SignIn, type User } from './directory.ts';
import type { Tenant } from './tenant.ts';
import type { World } from './world.ts';

export interface UserChange {
  displayName?: string;
  userPrincipalName?: string;
  mail?: string | null;
  accountEnabled?: boolean;
  /** Gives or takes the Teams plan; a taken one stays in the list as Deleted (§5). */
  teams?: boolean;
  /** All service plans, in place of those that are there. */
  assignedPlans?: AssignedPlan[];
  signIn?: Partial<SignIn>;
}

/** The user and the tenant behind an object id or userPrincipalName; throws where there is none. */
export function findUser(world: World, idOrName: string): { user: User; tenant: Tenant } {
  for (const tenant of world.tenants) {
    const user = tenant.directory.find(idOrName);
    if (user) return { user, tenant };
  }
  throw new Error(`There is no user "${idOrName}".`);
}

export function createUser(world: World, tenant: Tenant, given: NewUser, signedIn: boolean): User {
  const user = addUser(tenant, given, world.random, world.now());
  if (hasTeams(user)) world.presence.add(tenant.id, user.id, signedIn);
  return user;
}

export function changeUser(world: World, idOrName: string, change: UserChange): User {
  const { user, tenant } = findUser(world, idOrName);
  const { signIn, teams, ...rest } = change;
  if (signIn) Object.assign(user.signIn, signIn);
  const hadTeams = hasTeams(user);
  const plans =
    teams === undefined || teams === hadTeams ? null : withTeams(user, teams, tenant, world.now());
  const update = { ...rest, ...(plans ? { assignedPlans: plans } : {}) };
  if (Object.keys(update).length > 0) tenant.directory.update(user.id, update);
  if (!hadTeams && hasTeams(user)) world.presence.add(tenant.id, user.id, true);
  if (hadTeams && !hasTeams(user)) world.presence.remove(user.id);
  return user;
}

/** Deletes a user; restorable unless `forGood`. */
export function removeUser(world: World, idOrName: string, forGood: boolean): void {
  const { user, tenant } = findUser(world, idOrName);
  world.presence.remove(user.id);
  world.refreshTokens.revoke(user);
  tenant.directory.remove(user.id, forGood);
}

function withTeams(user: User, teams: boolean, tenant: Tenant, now: number): AssignedPlan[] {
  if (teams) return [...user.assignedPlans, teamsPlanEntry(now, tenant)];
  return user.assignedPlans.map((plan) =>
    isTeamsPlan(plan) ? { ...plan, capabilityStatus: 'Deleted' as const } : plan,
  );
}
