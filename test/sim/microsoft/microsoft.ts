// The simulated Microsoft as a library: what a test or a demo does to it and sees of it.
// The same over HTTP: control.ts.
import type { NewUser } from './default-tenant.ts';
import type { User } from './directory.ts';
import type { Fault, HeldRequest } from './faults.ts';
import { type Knobs, turnKnobs } from './knobs.ts';
import { type LifecycleEvent, notifyLifecycle } from './notification.ts';
import { changeUser, createUser, findUser, removeUser, type UserChange } from './people.ts';
import type { PresenceChange } from './presence-store.ts';
import type { NotificationRecord, Records } from './records.ts';
import type { Subscription } from './subscription-store.ts';
import { type TeamsClient, teamsClient } from './teams.ts';
import { type App, addApp, addCertificate, type Tenant } from './tenant.ts';
import { findTenant, type World } from './world.ts';

export interface Account {
  readonly username: string;
  readonly password: string;
}

export interface TenantFacts {
  readonly tenantId: string;
  readonly domain: string;
  readonly clientIdSyncToPbx: string;
  readonly clientIdSyncToTeams: string;
  readonly clientSecret: string;
  /** The first communication user, and all of them. */
  readonly account: Account;
  readonly accounts: readonly Account[];
}

export interface Microsoft extends TenantFacts {
  /** Login and Graph, both: `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** All tenants; the first one's facts are also fields of this object. */
  readonly tenants: readonly TenantFacts[];
  readonly records: Records;
  /** Read them; change them with turn(). */
  readonly knobs: Readonly<Knobs>;
  readonly subscriptions: readonly Subscription[];

  /** Acts as a user in front of Teams; takes an object id or a userPrincipalName. */
  teams(user: string): TeamsClient;
  user(idOrName: string): User;
  users(tenant?: string): User[];
  addUser(user: NewUser, tenant?: string): User;
  changeUser(idOrName: string, change: UserChange): User;
  renameUser(idOrName: string, displayName: string): User;
  disableUser(idOrName: string): User;
  removeUser(idOrName: string, options?: { forGood?: boolean }): void;

  /** By GUID or domain; default: the first. */
  tenant(idOrDomain?: string): Tenant;
  app(clientId: string): App;
  addApp(app: Partial<App> & { id: string; name: string }, tenant?: string): App;
  addCertificate(clientId: string, pemOrDer: string | Uint8Array): { x5t: string; x5tS256: string };
  revokeRefreshTokens(user: string): void;
  rotateLoginKeys(keepOld?: boolean): Promise<void>;
  /** User codes of device sign-ins that wait for somebody. */
  readonly waitingDeviceCodes: readonly string[];
  approveDeviceCode(userCode: string, user: string): void;
  declineDeviceCode(userCode: string): void;

  turn(knobs: Partial<Knobs>): void;
  fail(fault: Fault): void;
  /** Forgets all faults and lets held requests go. */
  heal(): void;
  /** Requests that a fault of kind `hold` keeps waiting. */
  readonly held: readonly HeldRequest[];
  letGo(): void;
  setHosts(hosts: Readonly<Record<string, string>>): void;
  removeHost(host: string): void;

  /** Sends a lifecycle event; `subscriptionRemoved` also removes it. */
  lifecycle(subscriptionId: string, event: LifecycleEvent): void;
  /** Alive, but nothing arrives any more. */
  silence(subscriptionId: string, silent?: boolean): void;
  /** Gone without a word. */
  dropSubscription(subscriptionId: string): void;
  holdNotifications(): void;
  releaseNotifications(): void;
  /** Sends what waits at once, retries included, and resolves when it has been answered. */
  flush(): Promise<void>;
  /** Resolves when no notification waits for its first sending or for its answer. */
  idle(): Promise<void>;
  /** Lets expire what is due at now(). */
  tick(): void;

  on(event: 'presence', listener: (change: PresenceChange) => void): () => void;
  on(event: 'notification', listener: (record: NotificationRecord) => void): () => void;
  /** The feed of presence changes after number `n`. */
  feed(after?: number): readonly PresenceChange[];
  close(): Promise<void>;
}

/** The library's face of a world. */
export function makeMicrosoft(
  world: World,
  facts: readonly TenantFacts[],
  signedIn: boolean,
  close: () => Promise<void>,
): Microsoft {
  const tenantOf = (name: string | undefined): Tenant => {
    const found = name === undefined ? world.tenants[0] : findTenant(world, name);
    if (!found) throw new Error(`There is no tenant "${name}".`);
    return found;
  };
  const appOf = (clientId: string): App => {
    const found = world.tenants
      .map((one) => one.apps.get(clientId.toLowerCase()))
      .find((one) => one);
    if (!found) throw new Error(`There is no app "${clientId}".`);
    return found;
  };
  const subscriptionOf = (id: string): Subscription => {
    const found = world.subscriptions.find(id);
    if (!found) throw new Error(`There is no subscription "${id}".`);
    return found;
  };
  function on(event: 'presence', listener: (change: PresenceChange) => void): () => void;
  function on(event: 'notification', listener: (record: NotificationRecord) => void): () => void;
  function on(event: 'presence' | 'notification', listener: (value: never) => void): () => void {
    if (event === 'presence')
      return world.presence.on(listener as (change: PresenceChange) => void);
    return world.delivery.on(listener as (record: NotificationRecord) => void);
  }
  const change = (idOrName: string, what: UserChange): User => changeUser(world, idOrName, what);

  return {
    ...facts[0]!,
    tenants: facts,
    origin: world.origin(),
    records: world.records,
    knobs: world.knobs,
    get subscriptions() {
      return world.subscriptions.all;
    },

    teams: (user) => teamsClient(world.presence, findUser(world, user).user.id, world.now),
    user: (idOrName) => findUser(world, idOrName).user,
    users: (tenant) => [...tenantOf(tenant).directory.all()],
    addUser: (user, tenant) => createUser(world, tenantOf(tenant), user, signedIn),
    changeUser: change,
    renameUser: (idOrName, displayName) => change(idOrName, { displayName }),
    disableUser: (idOrName) => change(idOrName, { accountEnabled: false }),
    removeUser: (idOrName, options) => removeUser(world, idOrName, options?.forGood ?? false),

    tenant: tenantOf,
    app: appOf,
    addApp: (app, tenant) => addApp(tenantOf(tenant), app),
    addCertificate: (clientId, pemOrDer) => addCertificate(appOf(clientId), pemOrDer),
    revokeRefreshTokens: (user) => world.refreshTokens.revoke(findUser(world, user).user),
    rotateLoginKeys: (keepOld) => world.keys.rotate(keepOld),
    get waitingDeviceCodes() {
      const waiting = world.deviceCodes.all.filter((code) => code.state.kind === 'waiting');
      return waiting.map((code) => code.userCode);
    },
    approveDeviceCode: (userCode, user) => world.deviceCodes.approve(userCode, user),
    declineDeviceCode: (userCode) => world.deviceCodes.decline(userCode),

    turn: (knobs) => turnKnobs(world.knobs, knobs),
    fail: (fault) => world.faults.add(fault),
    heal: () => world.faults.clear(),
    get held() {
      return world.faults.held;
    },
    letGo: () => world.faults.release(),
    setHosts: (hosts) => world.hosts.set(hosts),
    removeHost: (host) => world.hosts.remove(host),

    lifecycle: (id, event) => {
      const subscription = subscriptionOf(id);
      if (!notifyLifecycle(world, subscription, event)) {
        throw new Error('This subscription has no lifecycleNotificationUrl.');
      }
      if (event === 'subscriptionRemoved') world.subscriptions.remove(subscription);
    },
    silence: (id, silent = true) => {
      subscriptionOf(id).silent = silent;
    },
    dropSubscription: (id) => world.subscriptions.remove(subscriptionOf(id)),
    holdNotifications: () => world.delivery.hold(),
    releaseNotifications: () => world.delivery.release(),
    flush: () => world.delivery.flush(),
    idle: () => world.delivery.idle(),
    tick: () => world.presence.tick(),

    on,
    feed: (after = 0) => world.presence.feed(after),
    close,
  };
}
