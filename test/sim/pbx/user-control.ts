/** The human at a phone, for tests: sets the own presence, makes calls, and looks at what the PBX shows. */
import { defer } from './deferred.ts';
import type { CallCovering, CallPosition } from './knobs.ts';
import type { PbxNode } from './node.ts';
import {
  endCall,
  fullView,
  listFor,
  type PresenceItem,
  setItem,
  setStatus,
  startCall,
} from './presence-model.ts';
import type { SetPresenceRecord } from './records.ts';
import type { PbxUser } from './users.ts';

/** How the on-the-phone item of a call shows; what is left out the knobs say. */
export interface CallOptions {
  contact?: string;
  position?: CallPosition;
  covering?: CallCovering;
}

/** A running call. */
export interface RunningCall {
  readonly id: number;
  hangUp(): void;
}

/** One user, as a test drives and reads him. */
export interface UserControl {
  readonly guid: string;
  /** The row as it is now; throws when the user is gone. */
  row(): PbxUser;
  /** The user's own state: the `tel:` item. `""` is available. */
  setPresence(activity: string, note?: string): void;
  /** Any item, as a calendar app would set one. */
  setItem(item: { contact: string; activity: string; note?: string }): void;
  /** Whether a client is signed in: the `im:` item. */
  setOnline(online: boolean): void;
  /** Whether an endpoint is registered: status of the `tel:` item. */
  setRegistered(registered: boolean): void;
  call(options?: CallOptions): RunningCall;
  /** Ends all calls. */
  hangUp(): void;
  calls(): number;
  /** The whole list, newest first, as somebody with all rights gets it. */
  items(): PresenceItem[];
  /** Activity of the first item: what is displayed. */
  activity(): string;
  /** Activity and note of the stored `tel:` item, also where a call covers it. */
  manual(): string;
  note(): string;
  onThePhone(): boolean;
  /** SetPresence requests that arrived for this user, oldest first. */
  history(): SetPresenceRecord[];
  /** Resolves when the displayed activity is this one, or the condition holds; rejects after `ms`. */
  until(wanted: string | ((user: UserControl) => boolean), ms?: number): Promise<void>;
}

let lastCallId = 0;

/** Drives the user with this guid. */
export function controlUser(node: PbxNode, guid: string): UserControl {
  const presence = () => node.presence.get(guid);
  const items = () => listFor(presence(), fullView);
  const stored = () => presence().items.find(({ contact }) => contact === 'tel:');

  const control: UserControl = {
    guid,
    row() {
      const user = node.directory.byGuid(guid);
      if (!user) throw new Error(`user ${guid} is gone`);
      return user;
    },
    setPresence: (activity, note = '') => control.setItem({ contact: 'tel:', activity, note }),
    setItem: ({ contact, activity, note = '' }) =>
      node.presence.change(guid, 'human', (state) =>
        setItem(state, { contact, activity, note }, node.knobs.emptyActivity),
      ),
    setOnline: (online) =>
      node.presence.change(guid, 'client', (state) => setStatus(state, 'im:', online)),
    setRegistered: (registered) =>
      node.presence.change(guid, 'client', (state) => setStatus(state, 'tel:', registered)),
    call(options = {}) {
      const call = {
        id: ++lastCallId,
        contact: options.contact ?? node.knobs.callContact,
        position: options.position ?? node.knobs.callPosition,
        covering: options.covering ?? node.knobs.callCovering,
      };
      node.presence.change(guid, 'call', (state) => startCall(state, call));
      return {
        id: call.id,
        hangUp: () => node.presence.change(guid, 'call', (state) => endCall(state, call.id)),
      };
    },
    hangUp: () => node.presence.change(guid, 'call', (state) => ({ ...state, calls: [] })),
    calls: () => presence().calls.length,
    items,
    activity: () => items()[0]?.activity ?? '',
    manual: () => stored()?.activity ?? '',
    note: () => stored()?.note ?? '',
    onThePhone: () => items().some(({ activity }) => activity === 'on-the-phone'),
    history: () => node.records.setPresence.filter((entry) => entry.guid === guid),
    async until(wanted, ms = 2000) {
      const holds = () =>
        typeof wanted === 'string' ? control.activity() === wanted : wanted(control);
      if (holds()) return;
      const { promise, resolve, reject } = defer<void>();
      const stop = node.presence.changes.on((change) => {
        if (change.guid === guid && holds()) resolve();
      });
      const timer = setTimeout(
        () => reject(new Error(`still ${JSON.stringify(items())} after ${ms} ms`)),
        ms,
      );
      return promise.finally(() => {
        clearTimeout(timer);
        stop();
      });
    },
  };
  return control;
}
