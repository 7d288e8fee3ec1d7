// One PBX connection from dialling to its end: login, system name, directory, presence. Tells what it
// hears to the relay and answers why it ended; waiting and trying again are the supervisor's.
import type { PbxFault, PbxItem, PbxUser } from '../../shared/protocol/up.ts';
import type { Clock } from '../clock.ts';
import type { Line } from '../line.ts';
import type { Log } from '../log.ts';
import type { Ended } from '../supervise.ts';
import { dialPbx, type PbxAddress } from './dial.ts';
import { replicateUsers } from './directory.ts';
import { apiMissing } from './faults.ts';
import type { AppCredentials } from './handshake.ts';
import { logIn } from './login.ts';
import { errorOf, getNodeInfo } from './messages.ts';
import { Presence, type PresenceWrite } from './presence.ts';
import { Session } from './session.ts';
import { askSystem, type PbxSystem } from './system.ts';
import { watchVisibility } from './visibility.ts';

/** What can be asked of a PBX that is up. */
export interface PbxConversation {
  /** `sip` is the user's h323. Idempotent. */
  watch(guid: string, sip: string): void;
  unwatch(guid: string): void;
  /** `done` is told once, also when the session ends first. */
  set(write: PresenceWrite, done: (fault?: PbxFault) => void): void;
}

/** What a PBX tells, in the order in which it said it. */
export interface PbxEars {
  up(system: PbxSystem, pbx: PbxConversation): void;
  list(users: PbxUser[]): void;
  user(user: PbxUser): void;
  gone(guid: string): void;
  items(guid: string, items: PbxItem[]): void;
  noItems(guid: string): void;
  /** Users, by guid or name as the PBX put it, whom our App object may not see. */
  unseen(users: string[]): void;
}

export interface PbxTarget {
  readonly name: string;
  readonly address: PbxAddress;
  readonly credentials: AppCredentials;
}

export interface PbxDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/** Dials, logs in and stays until something ends it. Never rejects. */
export async function connectOnce(
  target: PbxTarget,
  ears: PbxEars,
  { clock, log }: PbxDeps,
  signal: AbortSignal,
): Promise<Ended> {
  const dialled = await dialPbx(target.address, signal);
  if (!dialled.ok) return dialled.ended;
  const refused = await logIn(dialled.line, target.credentials, clock, signal);
  if (refused) {
    dialled.line.close(1000, '');
    return refused;
  }
  return work(dialled.line, target, ears, { clock, log }, signal);
}

const NODE_TIMEOUT_MS = 10_000;

/** A session on a line that is logged in, whoever dialled it. */
async function work(
  line: Line,
  { name, credentials: { app } }: PbxTarget,
  ears: PbxEars,
  { clock, log }: PbxDeps,
  signal: AbortSignal,
): Promise<Ended> {
  const session = new Session(line, clock, log);
  const ended = session.run(signal);
  // The cheapest request of PbxApi: tells now, not at the first user, that its box is not ticked.
  session.ask(getNodeInfo('node'), NODE_TIMEOUT_MS, (answer) => {
    const error = answer.ok ? errorOf(answer.message) : undefined;
    if (error) session.end(apiMissing('PbxApi', app, error));
  });
  const system = await askSystem(session);
  if (system?.name && system.name !== name) {
    log.warn(`calls itself "${system.name}", the configuration calls it "${name}"`);
  }
  const presence = new Presence(session, app, ears, log);
  replicateUsers(
    session,
    { app, domain: system?.domain },
    {
      started() {
        ears.up(system ?? {}, presence);
        if (system) watchVisibility(session, app, ears.unseen);
      },
      list: ears.list,
      user: ears.user,
      gone: ears.gone,
      failed: (why) => session.end(why),
    },
  );
  return ended;
}
