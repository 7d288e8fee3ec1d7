/**
 * The presence of one user (facts §2.1, §2.2): items by contact, newest first, and a layer of calls
 * over them. Pure; who may see it comes in as rights.
 */
import type { CallCovering, CallPosition } from './knobs.ts';

/** One item of a presence list, as it goes over the wire. */
export interface PresenceItem {
  contact: string;
  status?: string;
  activity?: string;
  note?: string;
}

/** A call the user has on this PBX, and how it shows. */
export interface Call {
  id: number;
  contact: string;
  position: CallPosition;
  covering: CallCovering;
  /** Position in the order of events: decides what is newer. */
  order: number;
}

/** Everything about one user's presence; `items` newest first. */
export interface PresenceState {
  order: number;
  items: readonly (PresenceItem & { order: number })[];
  calls: readonly Call[];
}

/** What an observer sees: rights, and whether calls are known where he looks. */
export interface View {
  presence: boolean;
  otf: boolean;
  note: boolean;
  calls: boolean;
}

/** The view of the user himself. */
export const fullView: View = { presence: true, otf: true, note: true, calls: true };

/** A user who set nothing: `tel:` without activity, and `im:` where there is a client. */
export function initialPresence(online: boolean | undefined): PresenceState {
  const im = online === undefined ? [] : [{ ...imItem(online), order: 0 }];
  return { order: 1, items: [{ contact: 'tel:', status: 'open', order: 1 }, ...im], calls: [] };
}

/** Sets activity and note of one contact; only the item of that contact changes, and becomes the newest. */
export function setItem(
  state: PresenceState,
  item: { contact: string; activity: string; note: string },
  emptyActivity: 'keep' | 'remove',
): PresenceState {
  const order = state.order + 1;
  const old = state.items.find(({ contact }) => contact === item.contact);
  const others = state.items.filter(({ contact }) => contact !== item.contact);
  if (emptyActivity === 'remove' && !item.activity && !item.note)
    return { ...state, order, items: others };
  const set = {
    contact: item.contact,
    status: old?.status ?? 'open',
    ...(item.activity ? { activity: item.activity } : {}),
    ...(item.note ? { note: item.note } : {}),
    order,
  };
  return { ...state, order, items: [set, ...others] };
}

/** Says whether the contact can be reached; keeps its activity and its place. */
export function setStatus(state: PresenceState, contact: string, open: boolean): PresenceState {
  const status = open ? 'open' : 'closed';
  if (state.items.some((item) => item.contact === contact)) {
    const items = state.items.map((item) =>
      item.contact === contact ? { ...item, status } : item,
    );
    return { ...state, items };
  }
  return { ...state, items: [...state.items, { contact, status, order: 0 }] };
}

/** A call begins. */
export function startCall(state: PresenceState, call: Omit<Call, 'order'>): PresenceState {
  const order = state.order + 1;
  const items =
    call.covering === 'overwrite'
      ? state.items.filter(({ contact }) => contact !== call.contact)
      : state.items;
  return { order, items, calls: [{ ...call, order }, ...state.calls] };
}

/** A call ends; what it covered shows again by itself. */
export function endCall(state: PresenceState, id: number): PresenceState {
  return { ...state, calls: state.calls.filter((call) => call.id !== id) };
}

/** The list as one observer gets it, newest first. */
export function listFor(state: PresenceState, view: View): PresenceItem[] {
  const calls = view.calls && view.otf ? state.calls : [];
  // One item a contact, however many calls: the PBX shows that the user is on the phone, not how often.
  const shown = calls.filter(
    (call) => calls.find(({ contact }) => contact === call.contact)?.id === call.id,
  );
  const covered = shown.filter(({ covering }) => covering === 'over').map(({ contact }) => contact);
  const stored = state.items
    .filter(({ contact }) => !covered.includes(contact))
    .map((item) => ({ item: reduced(item, view), order: item.order }));
  const at = (position: CallPosition) =>
    shown
      .filter((call) => call.position === position)
      .map((call) => ({ item: callItem(call.contact), order: call.order }));
  const byAge = [...at('newest'), ...stored].sort((left, right) => right.order - left.order);
  return [...at('front'), ...byAge, ...at('back')].map(({ item }) => item);
}

function reduced(item: PresenceItem, view: View): PresenceItem {
  return {
    contact: item.contact,
    ...(item.status === undefined ? {} : { status: item.status }),
    ...(item.activity === undefined || !view.presence ? {} : { activity: item.activity }),
    ...(item.note === undefined || !view.note ? {} : { note: item.note }),
  };
}

function callItem(contact: string): PresenceItem {
  return { contact, status: 'open', activity: 'on-the-phone' };
}

function imItem(online: boolean): PresenceItem {
  return { contact: 'im:', status: online ? 'open' : 'closed' };
}
