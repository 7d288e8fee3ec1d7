// What the agent remembers of one PBX, so that a tunnel that comes back gets a snapshot without a
// question to the PBX. Data only.
import type { PbxFault, PbxItem, PbxUser } from '../../shared/protocol/up.ts';
import type { PbxConversation } from '../pbx/connect.ts';
import type { Lacking } from '../pbx/rights.ts';
import type { PbxSystem } from '../pbx/system.ts';

/** A user who is subscribed at a PBX. */
export interface Followed {
  /** The last item list; `undefined` while there is none. */
  items: PbxItem[] | undefined;
  /** When a list went up: on this tunnel, so that the next one comes after no gap, or on one before it. */
  told: 'never' | 'before' | 'now';
}

/** What lasts as long as one PBX session. */
export interface PbxUp {
  readonly at: 'up';
  readonly system: PbxSystem;
  readonly pbx: PbxConversation;
  /** By guid. One entry a user and not a map a fact: with 10,000 users that is a megabyte. */
  readonly following: Map<string, Followed>;
  /** Whom the App object may not see; `undefined` where the PBX does not say. */
  unseen: string[] | undefined;
  /** Whom the PBX refuses to let us watch. */
  readonly refused: Set<string>;
  /** Who has not the licence that the edge asked for; `undefined` while it asked for none. */
  licences: { guids: string[]; fault?: PbxFault } | undefined;
  /** The `unseen` frame that went up last on this tunnel, as text. */
  toldUnseen: string | undefined;
}

export interface PbxReplica {
  /** As configured. */
  readonly name: string;
  /** `unknown` until the first try came to an end. */
  state: { at: 'unknown' } | PbxUp | { at: 'down'; fault: PbxFault };
  /** What the PBX called itself last. */
  systemName: string;
  /** By guid; outlives the session. `undefined` until the list was complete once. */
  users: Map<string, PbxUser> | undefined;
  /** What the App object may not see, of users of whom it is known. */
  lacking: Map<string, Lacking>;
  /**
   * By guid, the last write of that user that the PBX took; outlives the session. An edge that died may not have
   * stored the answer.
   */
  took: Map<string, number>;
}

export const emptyReplica = (name: string): PbxReplica => ({
  name,
  state: { at: 'unknown' },
  systemName: name,
  users: undefined,
  lacking: new Map(),
  took: new Map(),
});

export const newPbxUp = (system: PbxSystem, pbx: PbxConversation): PbxUp => ({
  at: 'up',
  system,
  pbx,
  following: new Map(),
  unseen: undefined,
  refused: new Set(),
  licences: undefined,
  toldUnseen: undefined,
});

/**
 * The PBX a user belongs to: where one that replicates everything and the user's home (`loc`) both
 * have the row, home, because only there calls show; else the first one that delivered it. Where that is, those say
 * that are up: the row of one that is down is of then.
 */
export function homeOf(replicas: Iterable<PbxReplica>, guid: string): PbxReplica | undefined {
  const holders = [...replicas].filter(({ users }) => users?.has(guid));
  const locOf = ({ users }: PbxReplica) => users?.get(guid)?.loc;
  const up = holders.filter(({ state }) => state.at === 'up');
  const asked = up.length > 0 ? up : holders;
  const [first] = asked;
  if (!first) return undefined;
  const home = asked.find((holder) => locOf(holder) === holder.systemName);
  return home ?? holders.find(({ systemName }) => systemName === locOf(first)) ?? first;
}

/** Guids behind what MonitorUnallowed calls `user`: the guid, the h323 or the cn. */
export function guidsOf(replica: PbxReplica, names: readonly string[]): string[] {
  const wanted = new Set(names);
  const rows = [...(replica.users?.values() ?? [])];
  return rows
    .filter(({ guid, h323, cn }) => wanted.has(guid) || wanted.has(h323) || wanted.has(cn))
    .map(({ guid }) => guid);
}
