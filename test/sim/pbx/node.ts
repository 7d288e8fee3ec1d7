/**
 * One PBX: its names, App objects, knobs and records, and the directory and presences it shares with
 * the other PBXs of its system. The parts that speak get it as an argument; it speaks to nobody.
 */
import type { AppObject } from './app-objects.ts';
import type { Directory } from './directory.ts';
import type { Knobs } from './knobs.ts';
import type { Message } from './messages.ts';
import type { View } from './presence-model.ts';
import type { PresenceStore } from './presence-store.ts';
import type { Records } from './records.ts';
import { rightsOf } from './rights.ts';
import type { Signal } from './signal.ts';
import type { UnallowedMonitor } from './unallowed.ts';
import type { PbxUser } from './users.ts';

/** One connection, as the rest of the PBX sees it. */
export interface Session {
  readonly id: number;
  /** `in`: dialled by the other side (mode B); `out`: dialled by the PBX (mode A). */
  readonly direction: 'in' | 'out';
  readonly since: number;
  /** The App object logged in as; undefined before the login. */
  app(): AppObject | undefined;
  /** Destroys the socket without a word. */
  cut(): void;
  /** Reads and sends nothing any more, but leaves the connection open, for good. */
  halfOpen(): void;
  /** Does what was kept back while the PBX was held. */
  release(): void;
}

/** A login that succeeded or failed. */
export interface LoginEvent {
  at: number;
  session: number;
  direction: 'in' | 'out';
  app: string;
  ok: boolean;
}

/** The PBX. */
export interface PbxNode {
  readonly name: string;
  readonly domain: string;
  readonly dns: string;
  readonly ip4: string;
  /** Name of the PBX this one is a slave of; undefined for a master. */
  readonly parent: string | undefined;
  readonly fullReplication: boolean;
  readonly appLicences: readonly Record<string, string>[];
  readonly apps: Map<string, AppObject>;
  readonly directory: Directory;
  readonly presence: PresenceStore;
  readonly knobs: Knobs;
  readonly records: Records;
  readonly unallowed: UnallowedMonitor;
  readonly logins: Signal<LoginEvent>;
  readonly sessions: Set<Session>;
  /** All PBXs of the system, this one included. */
  readonly system: Set<PbxNode>;
  ports: { http: number; https?: number };
  /** Answers nothing: new connections wait, messages are kept. */
  held: boolean;
  /** Rebooting: connections are destroyed as they come. */
  down: boolean;
  now(): number;
  nextSessionId(): number;
  /** Set by the server; the watchdog uses it. */
  reboot(options: Reboot): Promise<void>;
}

export interface Reboot {
  /** Presences that were set are gone. */
  forgetPresence?: boolean;
  /** How long it is away, in ms of this machine. */
  downMs?: number;
  /** It is away until this settles, whatever the clocks say. */
  until?: Promise<unknown>;
}

/** What an API gets to work with: the PBX, who is logged in, and a way to answer. */
export interface ApiContext {
  readonly node: PbxNode;
  readonly session: number;
  readonly app: AppObject;
  send(message: Message): void;
  violation(code: string, detail: string): void;
}

/** One API on one connection. */
export interface Api {
  handle(request: Message): void;
  close(): void;
}

/** Whether this PBX has the user in its own table: a master all, a slave its own (facts §3.3). */
export function holds(node: PbxNode, user: PbxUser): boolean {
  return node.parent === undefined || node.fullReplication || user.loc === node.name;
}

/** What an App object sees of a user at this PBX; undefined when nothing. */
export function viewOf(node: PbxNode, user: PbxUser, app: AppObject): View | undefined {
  const rights = rightsOf(user, app, node.domain);
  return rights && { ...rights, calls: seesCalls(node, user) };
}

/** Whether this PBX knows the user's calls: they are where he is registered (facts §3.3). */
export function seesCalls(node: PbxNode, user: PbxUser): boolean {
  return node.knobs.callsOfOtherPbx || user.loc === node.name;
}
