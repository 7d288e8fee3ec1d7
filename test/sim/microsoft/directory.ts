// The users of one tenant, and the log of changes that /users/delta and users subscriptions live on.

export interface AssignedPlan {
  assignedDateTime: string;
  capabilityStatus: 'Enabled' | 'Warning' | 'Suspended' | 'Deleted' | 'LockedOut';
  service: string;
  servicePlanId: string;
}

/** What happens when this user signs in. */
export interface SignIn {
  password: string | null;
  mfa: boolean;
  passwordExpired: boolean;
  /** Any AADSTS code of login-error.ts that every sign-in of this user ends in, e.g. 53003. */
  blockedBy: number | null;
  wrongTries: number;
  lockedUntil: number;
}

export interface User {
  readonly id: string;
  /** Order of creation; pages follow it. */
  readonly ordinal: number;
  displayName: string;
  givenName: string | null;
  surname: string | null;
  userPrincipalName: string;
  mail: string | null;
  accountEnabled: boolean;
  createdDateTime: string;
  assignedPlans: AssignedPlan[];
  /** Any other property of Graph's user type. */
  other: Record<string, unknown>;
  readonly signIn: SignIn;
}

export interface DirectoryChange {
  readonly id: string;
  readonly version: number;
  readonly kind: 'created' | 'updated' | 'softDeleted' | 'deleted';
  /** Names of the properties that changed. */
  readonly properties: readonly string[];
}

/** Service plan ids by which a user counts as a Teams user (§5). */
export const teamsPlan = '57ff2da0-773e-42df-b2af-ffb7a2317929';
export const teamsPlans: ReadonlySet<string> = new Set([
  teamsPlan,
  '304767db-7d23-49e8-a945-4a7eb65f9f28',
  '9953b155-8aef-4c56-92f3-72b0487fce41',
  'fd500458-c24c-478e-856c-a6067a8376cd',
]);

/** Plans of this service are Teams, whatever their id: free and future ones have others (§5). */
export const teamsService = 'TeamspaceAPI';

export const isTeamsPlan = (plan: AssignedPlan): boolean =>
  teamsPlans.has(plan.servicePlanId) || plan.service === teamsService;

/** True when any entry of a Teams plan is usable: history keeps deleted ones, Warning still works (§5). */
export const hasTeams = (user: User): boolean =>
  user.assignedPlans.some(
    (plan) => isTeamsPlan(plan) && /^(Enabled|Warning)$/.test(plan.capabilityStatus),
  );

export class Directory {
  readonly #users = new Map<string, User>();
  readonly #byName = new Map<string, User>();
  /** Latest change of each object, gone ones included. */
  readonly #changes = new Map<string, DirectoryChange>();
  #version = 1;
  #ordinal = 0;
  readonly #listeners: ((change: DirectoryChange) => void)[] = [];

  onChange(listener: (change: DirectoryChange) => void): void {
    this.#listeners.push(listener);
  }

  get version(): number {
    return this.#version;
  }
  get size(): number {
    return this.#users.size;
  }
  /** In order of creation. */
  all(): IterableIterator<User> {
    return this.#users.values();
  }
  byId(id: string): User | undefined {
    return this.#users.get(id.toLowerCase());
  }
  /** By object id or userPrincipalName, without regard to case. */
  find(idOrName: string): User | undefined {
    return this.byId(idOrName) ?? this.#byName.get(idOrName.toLowerCase());
  }
  changesAfter(version: number): DirectoryChange[] {
    const later = [...this.#changes.values()].filter((change) => change.version > version);
    return later.sort((a, b) => a.version - b.version);
  }

  add(user: Omit<User, 'ordinal'>): User {
    if (this.find(user.id) || this.find(user.userPrincipalName)) {
      throw new Error(`${user.userPrincipalName} exists already.`);
    }
    this.#ordinal += 1;
    const added: User = { ...user, id: user.id.toLowerCase(), ordinal: this.#ordinal };
    this.#users.set(added.id, added);
    this.#byName.set(added.userPrincipalName.toLowerCase(), added);
    this.#log(added.id, 'created', []);
    return added;
  }

  update(id: string, change: Partial<Omit<User, 'id' | 'ordinal' | 'signIn'>>): User {
    const user = this.#need(id);
    this.#byName.delete(user.userPrincipalName.toLowerCase());
    Object.assign(user, change);
    this.#byName.set(user.userPrincipalName.toLowerCase(), user);
    this.#log(user.id, 'updated', Object.keys(change));
    return user;
  }

  /** Deletes a user: restorable at first (`softDeleted`), or for good. */
  remove(id: string, forGood: boolean): void {
    const user = this.#need(id);
    this.#users.delete(user.id);
    this.#byName.delete(user.userPrincipalName.toLowerCase());
    this.#log(user.id, forGood ? 'deleted' : 'softDeleted', []);
  }

  #need(id: string): User {
    const user = this.find(id);
    if (!user) throw new Error(`There is no user "${id}".`);
    return user;
  }

  #log(id: string, kind: DirectoryChange['kind'], properties: string[]): void {
    this.#version += 1;
    const change = { id, version: this.#version, kind, properties };
    this.#changes.set(id, change);
    for (const listener of this.#listeners) listener(change);
  }
}
