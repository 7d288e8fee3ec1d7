// Between the two conversations: what the PBXs say goes up, what the edge wants goes to the PBX the
// user belongs to. Knows both as interfaces only; does no I/O and decides nothing about presence.
import type { DownFrame } from '../../shared/protocol/down.ts';
import { USERS_PER_PBX } from '../../shared/protocol/frame.ts';
import {
  type PbxFault,
  type PbxUser,
  type UpFrame,
  userFrame,
  userGoneFrame,
  wroteFrame,
} from '../../shared/protocol/up.ts';
import type { PbxConversation, PbxEars } from '../pbx/connect.ts';
import type { PbxLocation } from '../pbx/location.ts';
import type { Lacking } from '../pbx/rights.ts';
import type { PbxSystem } from '../pbx/system.ts';
import { HomesWanted, type HomeWanted } from './homes-wanted.ts';
import type { Pacing } from './outgoing.ts';
import { emptyReplica, homeOf, newPbxUp, type PbxReplica, type PbxUp } from './replica.ts';
import { type Role, Upward } from './upward.ts';
import { Watching } from './watching.ts';

type Welcome = Extract<DownFrame, { t: 'welcome' }>;
type SetFrame = Extract<DownFrame, { t: 'set' }>;

export class Relay {
  readonly #replicas: PbxReplica[];
  readonly #watching: Watching;
  readonly #up: Upward;
  readonly #homes: HomesWanted;
  #epoch = 0;

  /** @param homeWanted told once of each PBX that homes a watched user and is not known, and who said so */
  constructor(pbxNames: readonly string[], pacing: Pacing, homeWanted: HomeWanted = () => {}) {
    this.#replicas = pbxNames.map(emptyReplica);
    this.#homes = new HomesWanted(this.#replicas, homeWanted);
    this.#watching = new Watching(this.#replicas, this.#homes);
    this.#up = new Upward(pacing);
  }

  /** One more PBX than was configured: it is reported like the others. */
  addPbx(name: string): void {
    this.#replicas.push(emptyReplica(name));
  }

  /** Asks a PBX where another one of its system is; `undefined` where it is away or does not say. */
  async locate(name: string, loc: string): Promise<PbxLocation | undefined> {
    const { state } = this.#replica(name);
    return state.at === 'up' ? state.pbx.locate(loc) : undefined;
  }

  /** A tunnel was welcomed: everything known goes up as a snapshot; the PBX sessions stay. */
  tunnelUp(send: (frame: UpFrame) => void, welcome: Welcome): void {
    this.#up.open(send);
    this.#watching.forgetParts();
    for (const { state } of this.#replicas) {
      if (state.at !== 'up') continue;
      for (const user of state.following.values()) {
        if (user.told === 'now') user.told = 'before';
      }
      state.toldUnseen = undefined;
    }
    this.#epoch = welcome.epoch;
    this.#take(welcome.role);
    this.#snapshot();
  }

  tunnelDown(): void {
    this.#up.shut();
  }

  /** A frame of the tunnel that is up. What an earlier leader was told is void. */
  tunnelSaid(frame: DownFrame): void {
    if (frame.t === 'welcome' || frame.epoch < this.#epoch) return;
    if (frame.t === 'role') this.#changeRole(frame.epoch, frame.role);
    else if (this.#up.role === 'standby') return;
    else if (frame.t === 'set') this.#set(frame);
    else this.#watch(frame);
  }

  #watch(frame: Extract<DownFrame, { t: 'watch' | 'watch-more' | 'unwatch' }>): void {
    if (frame.t === 'watch') this.#watching.list(frame);
    if (frame.t === 'unwatch') this.#watching.remove(frame.guids);
    if (frame.t === 'watch-more') {
      this.#watching.add(frame.guids);
      // Who was watched already, for a licence only, is a partner from now on: what is known of them.
      for (const guid of frame.guids) this.#sayItemsAgain(guid);
    }
    for (const replica of this.#replicas) {
      if (replica.state.at === 'up') this.#up.unseen(replica, replica.state);
    }
  }

  #sayItemsAgain(guid: string): void {
    for (const replica of this.#replicas) {
      const user = replica.state.at === 'up' ? replica.state.following.get(guid) : undefined;
      if (!user?.items) continue;
      if (user.told === 'now') user.told = 'before';
      this.#up.items(replica, guid, user);
    }
  }

  #changeRole(epoch: number, role: Role): void {
    const wasStandby = this.#up.role === 'standby';
    this.#epoch = epoch;
    this.#take(role);
    if (!wasStandby) return;
    // Whoever led meanwhile was believed instead: all is said again.
    for (const { state } of this.#replicas) if (state.at === 'up') state.toldUnseen = undefined;
    this.#snapshot();
  }

  #snapshot(): void {
    for (const replica of this.#replicas) this.#up.state(replica);
    for (const replica of this.#replicas) this.#up.snapshot(replica);
  }

  #take(role: Role): void {
    this.#up.role = role;
    if (role === 'standby') this.#watching.removeAll();
  }

  #set({ guid, write, contact, activity }: SetFrame): void {
    const done = (fault?: PbxFault) =>
      this.#up.say(wroteFrame({ guid, write, ...(fault ? { fault } : {}) }));
    const home = homeOf(this.#replicas, guid);
    if (home?.state.at !== 'up') {
      done(this.#away(home));
      return;
    }
    home.state.pbx.set({ guid, contact, activity }, (fault) => {
      if (!fault && home.users?.has(guid)) home.took.set(guid, write);
      done(fault);
    });
  }

  /** Why nobody can be written to now. */
  #away(home: PbxReplica | undefined): PbxFault {
    const away = home ?? this.#replicas.find(({ users }) => users === undefined);
    if (!away) return { code: 'unknown-user', detail: 'no PBX has a user with this guid' };
    const { state } = away;
    const detail = state.at === 'down' ? state.fault.detail : 'its users are not read yet';
    return { code: 'pbx-away', detail };
  }

  /** What a session of this PBX tells its news to. */
  earsOf(name: string): PbxEars {
    const replica = this.#replica(name);
    const whileUp = (act: (up: PbxUp) => void) => {
      if (replica.state.at === 'up') act(replica.state);
    };
    return {
      up: (system, pbx) => this.#pbxUp(replica, system, pbx),
      list: (users, lacking) => this.#list(replica, users, lacking),
      user: (user, lacking) => this.#user(replica, user, lacking),
      gone: (guid) => {
        replica.lacking.delete(guid);
        replica.took.delete(guid);
        if (!replica.users?.delete(guid)) return;
        this.#up.say(userGoneFrame({ pbx: name, guid }));
        this.#watching.settle(guid);
      },
      items: (guid, items) =>
        whileUp((up) => {
          const user = up.following.get(guid);
          if (!user) return;
          user.items = items;
          this.#up.items(replica, guid, user);
        }),
      noItems: (guid) =>
        whileUp((up) => {
          const user = up.following.get(guid);
          if (!user) return;
          // As of a PBX that has forgotten: no choice is undone, but a call whose end nobody would see is over.
          if (user.items && user.items.length > 0) {
            this.#up.items(replica, guid, { items: [], told: 'never' });
          }
          user.items = undefined;
          user.told = 'never';
        }),
      refused: (guid, isRefused) =>
        whileUp((up) => {
          const isNews = isRefused ? !up.refused.has(guid) : up.refused.has(guid);
          if (!isNews) return;
          if (isRefused) up.refused.add(guid);
          else up.refused.delete(guid);
          this.#up.unseen(replica, up);
        }),
      unseen: (users) =>
        whileUp((up) => {
          up.unseen = users;
          this.#up.unseen(replica, up);
        }),
      licences: (guids, fault) =>
        whileUp((up) => {
          up.licences = { guids, ...(fault ? { fault } : {}) };
          this.#up.licences(replica, up);
        }),
    };
  }

  /** A session of this PBX ended, or could not be had. Said again it goes up only when it differs. */
  pbxDown(name: string, { code, detail }: PbxFault): void {
    const replica = this.#replica(name);
    const { state } = replica;
    const same = state.at === 'down' && state.fault.code === code && state.fault.detail === detail;
    replica.state = { at: 'down', fault: { code, detail } };
    if (!same) this.#up.state(replica);
    // Its row is of then: another one that is up may say that the user lives elsewhere.
    if (state.at === 'up') this.#watching.settleAll();
  }

  #pbxUp(replica: PbxReplica, system: PbxSystem, pbx: PbxConversation): void {
    replica.state = newPbxUp(system, pbx);
    replica.systemName = system.name ?? replica.name;
    this.#up.state(replica);
    // With the rows of the session before, if there was one: reading them again takes its time.
    this.#watching.settleAll();
  }

  #list(
    replica: PbxReplica,
    users: readonly PbxUser[],
    lacking: ReadonlyMap<string, Lacking>,
  ): void {
    replica.lacking = new Map(lacking);
    replica.users = new Map(users.map((user) => [user.guid, user]));
    for (const guid of replica.took.keys()) {
      if (!replica.users.has(guid)) replica.took.delete(guid);
    }
    this.#up.users(replica);
    this.#watching.settleAll();
    if (replica.state.at === 'up') this.#up.unseen(replica, replica.state);
  }

  #user(replica: PbxReplica, user: PbxUser, lacking: Lacking | undefined): void {
    // Beyond that the edge takes none either.
    if (isOneTooMany(replica.users, user.guid)) return;
    const lacked = replica.lacking.get(user.guid);
    if (lacking) replica.lacking.set(user.guid, lacking);
    else replica.lacking.delete(user.guid);
    const before = replica.users?.get(user.guid);
    replica.users?.set(user.guid, user);
    // The PBX pushes a row for changes in columns that we never asked for, too.
    if (JSON.stringify(before) !== JSON.stringify(user)) {
      this.#up.say(userFrame({ pbx: replica.name, user }));
    }
    this.#watching.settle(user.guid);
    if (replica.state.at === 'up' && lacked !== lacking) {
      this.#up.unseen(replica, replica.state);
    }
  }

  #replica(name: string): PbxReplica {
    const replica = this.#replicas.find((one) => one.name === name);
    if (!replica) throw new Error(`no PBX "${name}" is configured`);
    return replica;
  }
}

const isOneTooMany = (users: PbxReplica['users'], guid: string): boolean =>
  users !== undefined && users.size >= USERS_PER_PBX && !users.has(guid);
