// One PBX connection from dialling – ours or the PBX's – to its end: login, system name, directory,
// presence. Tells what it hears to the relay and answers why it ended; waiting and trying again are the
// supervisor's.
import type { PbxFault, PbxItem, PbxUser } from '../../shared/protocol/up.ts';
import type { Clock } from '../clock.ts';
import type { Line } from '../line.ts';
import type { Log } from '../log.ts';
import type { Ended } from '../supervise.ts';
import { dialPbx, type PbxAddress } from './dial.ts';
import { replicateUsers } from './directory.ts';
import { apiMissing, broken, notCalled, replaced, wrongPbx } from './faults.ts';
import type { AppCredentials } from './handshake.ts';
import { Licences } from './licences.ts';
import { askLocation, type PbxLocation } from './location.ts';
import { logIn } from './login.ts';
import { errorOf, getNodeInfo } from './messages.ts';
import type { Post } from './post.ts';
import { Presence, type PresenceWrite } from './presence.ts';
import type { Lacking } from './rights.ts';
import { Session } from './session.ts';
import { askSystem, type Greeting, greeted, type PbxSystem } from './system.ts';
import { watchVisibility } from './visibility.ts';

/** What can be asked of a PBX that is up. */
export interface PbxConversation {
  /** `sip` is the user's h323; with a `licence`, only who has it is watched. Idempotent. */
  watch(guid: string, sip: string, licence: string | undefined): void;
  unwatch(guid: string): void;
  /** Where another PBX of the system is, by its name. */
  locate(loc: string): Promise<PbxLocation | undefined>;
  /** `done` is told once, also when the session ends first. */
  set(write: PresenceWrite, done: (fault?: PbxFault) => void): void;
}

/** What a PBX tells, in the order in which it said it. */
export interface PbxEars {
  up(system: PbxSystem, pbx: PbxConversation): void;
  /** `lacking`: what the App object may not see of some of them, by guid. */
  list(users: PbxUser[], lacking: ReadonlyMap<string, Lacking>): void;
  user(user: PbxUser, lacking: Lacking | undefined): void;
  gone(guid: string): void;
  items(guid: string, items: PbxItem[]): void;
  noItems(guid: string): void;
  /** The PBX refuses to let a user be watched, or does so no more. */
  refused(guid: string, isRefused: boolean): void;
  /** Users, by guid or name as the PBX put it, whom our App object may not see. */
  unseen(users: string[]): void;
  /** Watched users without the licence they need; `fault`: it cannot be asked for. */
  licences(unlicensed: string[], fault?: PbxFault): void;
}

export interface PbxTarget {
  readonly name: string;
  readonly address: PbxAddress;
  readonly credentials: AppCredentials;
  /** Hang up where the PBX does not call itself `name`: the address was found, not configured. */
  readonly mustBeNamed?: boolean;
}

/** A PBX that dials us. */
export interface AwaitedTarget {
  readonly name: string;
  readonly credentials: AppCredentials;
  readonly post: Post;
  /** Where the PBX comes to, as the admin enters it at the App object. */
  readonly url: string;
}

interface IsCaller {
  /** The PBX dialled us. */
  readonly isCaller?: boolean;
}

export interface PbxDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Dials, logs in and stays until something ends it, among it a login of the same PBX at `post`, where it
 * may dial us as well. Never rejects.
 */
export async function connectOnce(
  target: PbxTarget,
  ears: PbxEars,
  deps: PbxDeps,
  signal: AbortSignal,
  post?: Post,
): Promise<Ended> {
  return untilReplaced(post, signal, async (stop) => {
    const dialled = await dialPbx(target.address, deps.clock, stop);
    if (!dialled.ok) return dialled.ended;
    const refused = await logIn(dialled.line, target.credentials, deps.clock, stop);
    if (refused) {
      dialled.line.close(1000, '');
      return refused;
    }
    return work(dialled.line, target, ears, deps, stop);
  });
}

/** How long a PBX that is to dial us may take before that is worth a word, in ms. */
const CALL_WAIT_MS = 15_000;

/**
 * The same where the PBX dials us: waits for its login, and stays until something ends it, among it
 * the next login of the same PBX. `url` is where the PBX has to come to, for the admin.
 */
export async function awaitOnce(
  { name, credentials, post, url }: AwaitedTarget,
  ears: PbxEars,
  deps: PbxDeps,
  signal: AbortSignal,
): Promise<Ended> {
  const nobody = notCalled(credentials.app, url);
  const taken = await post.take(CALL_WAIT_MS, nobody, deps.clock, signal);
  if (!taken.ok) return taken.ended;
  const target = { name, credentials, isCaller: true };
  return untilReplaced(post, signal, (stop) => work(taken.line, target, ears, deps, stop));
}

/** Does `work`, and has it stop when a newer line of the same PBX arrives. */
async function untilReplaced(
  post: Post | undefined,
  signal: AbortSignal,
  work: (stop: AbortSignal) => Promise<Ended>,
): Promise<Ended> {
  if (!post) return work(signal);
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  let isReplaced = false;
  void post.arrived(either).then(() => {
    isReplaced = !either.aborted;
    over.abort();
  });
  const ended = await work(either);
  over.abort();
  return isReplaced ? replaced() : ended;
}

const NODE_TIMEOUT_MS = 10_000;

type WorkTarget = Omit<PbxTarget, 'address'> & IsCaller;

/** A session on a line that is logged in, whoever dialled it. */
async function work(
  line: Line,
  target: WorkTarget,
  ears: PbxEars,
  { clock, log }: PbxDeps,
  signal: AbortSignal,
): Promise<Ended> {
  const session = new Session(line, clock, log);
  const greeting = target.isCaller ? greeted(session) : undefined;
  const ended = session.run(signal);
  try {
    await begin(session, greeting, target, ears, log);
  } catch (error) {
    session.end(broken(`what the PBX said is not taken: ${error}`));
  }
  return ended;
}

/** Asks what is to be known at first, and has the ears told all that follows. */
async function begin(
  session: Session,
  greeting: Promise<Greeting | undefined> | undefined,
  { name, credentials: { app }, mustBeNamed = false }: WorkTarget,
  ears: PbxEars,
  log: Log,
): Promise<void> {
  // The cheapest request of PbxApi: tells now, not at the first user, that its box is not ticked.
  session.ask(getNodeInfo('node'), NODE_TIMEOUT_MS, (answer) => {
    const error = answer.ok ? errorOf(answer.message) : undefined;
    if (error) session.end(apiMissing('PbxApi', app, error));
  });
  const told = await greeting;
  const system = told?.system.name ? told.system : await askSystem(session);
  if (mustBeNamed && system?.name?.toLowerCase() !== name.toLowerCase()) {
    session.end(wrongPbx(name, system?.name));
    return;
  }
  if (system?.name && system.name !== name) {
    log.warn(`calls itself "${system.name}", the configuration calls it "${name}"`);
  }
  const presence = new Presence(session, app, ears, log);
  const licences = new Licences(session, app, ears);
  const conversation: PbxConversation = {
    watch(guid, sip, licence) {
      licences.require(guid, licence, (has) => {
        if (has) return presence.watch(guid, sip);
        presence.unwatch(guid);
        ears.noItems(guid);
      });
    },
    unwatch(guid) {
      licences.forget(guid);
      presence.unwatch(guid);
    },
    set: presence.set.bind(presence),
    locate: (loc) => askLocation(session, loc),
  };
  replicateUsers(
    session,
    { app, domain: system?.domain },
    {
      started() {
        ears.up(system ?? {}, conversation);
        if (hasAdminApi(told, system)) watchVisibility(session, app, ears.unseen);
      },
      list: ears.list,
      user: ears.user,
      gone: ears.gone,
      failed: (why) => session.end(why),
    },
  );
}

/** PbxInfo names the boxes that are ticked; without it, an answer of PbxAdminApi is the proof. */
const hasAdminApi = (told: Greeting | undefined, system: PbxSystem | undefined): boolean =>
  told?.apis ? told.apis.includes('PbxAdminApi') : system !== undefined;
