/** The words of the simulator's control: how a PBX is started, and what can be done with a running one. */
import type { AppObjectInput } from './app-objects.ts';
import type { Dialled, DialOptions } from './dial-out.ts';
import type { Knobs } from './knobs.ts';
import type { LoginEvent, PbxNode, Reboot } from './node.ts';
import type { PresenceItem } from './presence-model.ts';
import type { Cause } from './presence-store.ts';
import type { MessageRecord, SetPresenceRecord, Violation } from './records.ts';
import type { Rights } from './rights.ts';
import type { UserControl } from './user-control.ts';
import type { PbxUser, UserInput } from './users.ts';

/** What can be said when starting; nothing must be. */
export interface PbxOptions {
  /** PBX name; `pbx`. */
  name?: string;
  /** System name; `example.com`. */
  domain?: string;
  dns?: string;
  host?: string;
  port?: number;
  /** PEM; opens a second port for wss. */
  tls?: { cert: string; key: string; port?: number };
  /** App objects; `microsoft365` with all three APIs. */
  apps?: AppObjectInput[];
  /** Users, or how many to generate; six by default, none for a slave. */
  users?: UserInput[] | number;
  knobs?: Partial<Knobs>;
  /** Makes this PBX a slave: directory and stored presences are the master's. */
  master?: Pbx;
  /** A slave that holds all users, not only its own. */
  fullReplication?: boolean;
  /** What GetAppLics answers; empty = no `lic` at all, as in test mode. */
  appLicences?: Record<string, string>[];
  now?: () => number;
  /** How many entries each list of records keeps. */
  recordLimit?: number;
}

/** A presence that changed, as it is displayed after the change. */
export interface PresenceEvent {
  at: number;
  cause: Cause;
  guid: string;
  h323: string;
  activity: string;
  manual: string;
  items: PresenceItem[];
}

/** What `on` can listen to. */
export interface PbxEvents {
  presence: PresenceEvent;
  message: MessageRecord;
  violation: Violation;
  login: LoginEvent;
}

/** Changes of a user row; `null` removes a value. */
export type UserPatch = { [K in keyof PbxUser]?: PbxUser[K] | null };

/** A running PBX. */
export interface Pbx {
  readonly name: string;
  readonly domain: string;
  /** ws://…/PBX0/APPS/websocket */
  readonly url: string;
  /** wss://…, when started with `tls`. */
  readonly secureUrl: string | undefined;
  /** http origin of the control, `<origin>/control`. */
  readonly origin: string;
  /** Name and password of the first App object. */
  readonly app: string;
  readonly password: string;
  readonly knobs: Knobs;
  readonly messages: readonly MessageRecord[];
  readonly violations: readonly Violation[];
  readonly setPresenceHistory: readonly SetPresenceRecord[];
  /** The parts, for other simulators of the same system. */
  readonly node: PbxNode;
  clearRecords(): void;
  on<E extends keyof PbxEvents>(event: E, listener: (value: PbxEvents[E]) => void): () => void;
  /** Finds by h323, guid, number, name or e-mail address; throws when there is none. */
  user(who: string): UserControl;
  users(): PbxUser[];
  addUser(user: UserInput): UserControl;
  updateUser(who: string, patch: UserPatch): void;
  removeUser(who: string): void;
  /** The visibility entry of an App object at a user; `null` removes it. Rights left out are granted. */
  setRights(who: string, rights: Partial<Rights> | null, app?: string): void;
  /** Connections that stand: login or not yet. */
  sessions(): { id: number; direction: 'in' | 'out'; app: string | undefined; since: number }[];
  /** Destroys all connections. */
  cut(): void;
  /** Accepts and never answers, until released. */
  hold(): void;
  release(): void;
  /** The connections of this moment stay open but nothing is read or sent on them any more. */
  halfOpen(): void;
  /** Another certificate for connections from now on; started with `tls` only. */
  changeTls(tls: { cert: string; key: string }): void;
  /** Cuts everything and ends all calls; resolves when the PBX is there again. */
  reboot(options?: Reboot): Promise<void>;
  /** Mode A: connects to an app service. */
  dial(url: string, options?: DialOptions): Dialled;
  close(): Promise<void>;
}
