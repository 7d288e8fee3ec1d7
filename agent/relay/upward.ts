// What the agent tells the edge about what it remembers: snapshots and each change. A standby reports
// its PBX sessions and nothing else.
import type { DownFrame } from '../../shared/protocol/down.ts';
import { parts } from '../../shared/protocol/frame.ts';
import {
  pbxStateFrame,
  type UpFrame,
  unlicensedFrame,
  unseenFrame,
  usersFrame,
} from '../../shared/protocol/up.ts';
import type { Lacking } from '../pbx/rights.ts';
import { Outgoing, type Pacing } from './outgoing.ts';
import { type Followed, guidsOf, type PbxReplica, type PbxUp } from './replica.ts';

export type Role = Extract<DownFrame, { t: 'welcome' }>['role'];

/** How many users one `unseen` or `unlicensed` frame carries. */
const UNSEEN_LIMIT = 20_000;

export class Upward {
  role: Role = 'standby';
  readonly #pacing: Pacing;
  #out: Outgoing | undefined;
  #lists = 0;

  constructor(pacing: Pacing) {
    this.#pacing = pacing;
  }

  /** Without a tunnel, what is said is dropped: the next one begins with a snapshot. */
  open(send: (frame: UpFrame) => void): void {
    this.#out = new Outgoing(send, this.#pacing);
  }

  shut(): void {
    this.#out = undefined;
  }

  say(frame: UpFrame): void {
    if (this.role === 'leading' || frame.t === 'pbx') this.#out?.add(frame);
  }

  state({ name, state }: PbxReplica): void {
    if (state.at === 'up') {
      this.say(pbxStateFrame({ pbx: name, state: { state: 'up', ...state.system } }));
    }
    if (state.at === 'down') {
      this.say(pbxStateFrame({ pbx: name, state: { state: 'down', fault: state.fault } }));
    }
  }

  /** Everything but the state of the PBX. */
  snapshot(replica: PbxReplica): void {
    // At once: the edge has forgotten it with the frame before.
    if (replica.state.at === 'up') this.unseen(replica, replica.state);
    this.users(replica);
    if (replica.state.at !== 'up') return;
    this.licences(replica, replica.state);
    for (const [guid, user] of replica.state.following) this.items(replica, guid, user);
  }

  users({ name, users }: PbxReplica): void {
    if (!users) return;
    const list = ++this.#lists;
    const cut = parts([...users.values()]);
    for (const [at, part] of cut.entries()) {
      this.say(usersFrame({ pbx: name, list, last: at === cut.length - 1, users: part }));
    }
  }

  /** What may not be seen of the watched users, where it is another list than was told. */
  unseen(replica: PbxReplica, up: PbxUp): void {
    if (!this.#out || this.role === 'standby') return;
    const watched = [...up.following.keys()];
    const lacking = (what: Lacking) => watched.filter((guid) => replica.lacking.get(guid) === what);
    const hidden = new Set([
      ...guidsOf(replica, up.unseen ?? []),
      ...watched.filter((guid) => up.refused.has(guid)),
      ...lacking('presence'),
    ]);
    const guids = [...hidden].slice(0, UNSEEN_LIMIT);
    const calls = lacking('calls').filter((guid) => !hidden.has(guid));
    const noCalls = calls.slice(0, UNSEEN_LIMIT - guids.length);
    // Where neither the PBX nor a row said anything, silence is no statement that all is seen.
    if (!up.unseen && up.toldUnseen === undefined && hidden.size + calls.length === 0) return;
    const some = noCalls.length > 0 ? { noCalls } : {};
    const frame = unseenFrame({ pbx: replica.name, guids, ...some });
    const text = JSON.stringify(frame);
    if (text === up.toldUnseen) return;
    up.toldUnseen = text;
    this.say(frame);
  }

  licences({ name }: PbxReplica, { licences }: PbxUp): void {
    if (!licences) return;
    const { guids, fault } = licences;
    const some = guids.slice(0, UNSEEN_LIMIT);
    this.say(unlicensedFrame({ pbx: name, guids: some, ...(fault ? { fault } : {}) }));
  }

  /** The last item list of one user; the first one on a tunnel or of a PBX session is after a gap. */
  items({ name, took }: PbxReplica, guid: string, user: Followed): void {
    const { items, told } = user;
    if (!this.#out || this.role === 'standby' || !items) return;
    const afterGap = told !== 'now';
    const lasted = told === 'before' ? { sessionLasted: true } : {};
    const tookWrite = afterGap ? took.get(guid) : undefined;
    const heard = tookWrite === undefined ? lasted : { ...lasted, tookWrite };
    this.#out.presence(name, { guid, items, afterGap, ...heard });
    user.told = 'now';
  }
}
