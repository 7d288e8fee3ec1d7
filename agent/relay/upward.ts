// What the agent tells the edge about what it remembers: snapshots and each change. A standby reports
// its PBX sessions and nothing else.
import type { DownFrame } from '../../shared/protocol/down.ts';
import { parts } from '../../shared/protocol/frame.ts';
import { pbxStateFrame, type UpFrame, unseenFrame, usersFrame } from '../../shared/protocol/up.ts';
import { Outgoing, type Pacing } from './outgoing.ts';
import { guidsOf, type PbxReplica, type PbxUp } from './replica.ts';

export type Role = Extract<DownFrame, { t: 'welcome' }>['role'];

/** Longest list one `unseen` frame carries. */
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
    this.users(replica);
    if (replica.state.at !== 'up') return;
    this.unseen(replica, replica.state);
    for (const guid of replica.state.items.keys()) this.items(replica, replica.state, guid);
  }

  users({ name, users }: PbxReplica): void {
    if (!users) return;
    const list = ++this.#lists;
    const cut = parts([...users.values()]);
    for (const [at, part] of cut.entries()) {
      this.say(usersFrame({ pbx: name, list, last: at === cut.length - 1, users: part }));
    }
  }

  unseen(replica: PbxReplica, { unseen }: PbxUp): void {
    if (!unseen) return;
    const guids = guidsOf(replica, unseen).slice(0, UNSEEN_LIMIT);
    this.say(unseenFrame({ pbx: replica.name, guids }));
  }

  /** The last item list of one user; the first one on a tunnel or of a PBX session is after a gap. */
  items({ name }: PbxReplica, { items, told, everTold, took }: PbxUp, guid: string): void {
    if (!this.#out || this.role === 'standby') return;
    const afterGap = !told.has(guid);
    const lasted = afterGap && everTold.has(guid) ? { sessionLasted: true } : {};
    const write = afterGap ? took.get(guid) : undefined;
    const heard = write === undefined ? lasted : { ...lasted, tookWrite: write };
    this.#out.presence(name, { guid, items: items.get(guid) ?? [], afterGap, ...heard });
    told.add(guid);
    everTold.add(guid);
  }
}
