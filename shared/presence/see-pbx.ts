// What the PBX lists of a user: what of it is ours, what a human did, and what it means after a gap.
import { adoptPbx, reconcile } from './adopt.ts';
import type { PbxSeen, Reason } from './events.ts';
import {
  normalActivity,
  ON_THE_PHONE,
  OWN_STATE_CONTACT,
  type PairState,
  type PbxPending,
  type PbxView,
} from './model.ts';
import { type PbxReading, readItems } from './pbx-items.ts';
import { afterList, arrivedOf, pbxTook, perhapsOurs } from './pbx-writes.ts';
import { isBusyForCall, isCallAsBusy, settable } from './refused.ts';
import { closedness, type Rules, writesPbx } from './rules.ts';

interface Seen {
  state: PairState;
  reason: Reason;
}

/** Takes in the whole item list of a user. */
export function seePbx(rules: Rules, known: PairState, event: PbxSeen, now: number): Seen {
  const { tookWrite: write } = event;
  const before = write === undefined ? known : pbxTook(rules, known, write, now);
  const perhaps = perhapsOurs(before.written, event, now);
  const ours = [before.written.pbxConfirmed, ...perhaps.map(({ activity }) => activity)];
  const oursIsACall = ours.includes(ON_THE_PHONE);
  const listed = readItems(event.items, rules.contact, oursIsACall);
  // Busy in the place of on-the-phone covers the user's own state as on-the-phone does.
  const arrived = arrivedOf(perhaps, listed.item);
  const standsForCall = arrived ? isBusyForCall(arrived) : isCallAsBusy(before.written);
  const isCovered = isOwnState(rules) && listed.item === 'busy' && standsForCall;
  const reading: PbxReading = isCovered ? { ...listed, manual: 'covered' } : listed;
  const mayHaveForgotten =
    (event.afterGap && !event.sessionLasted) || before.pbx?.unseenSinceGap === true;
  const state: PairState = {
    ...before,
    pbx: viewOf(reading, before.pbx, {
      at: event.at,
      // Our own item, where it stands, was not forgotten, nor what it covers.
      mayHaveForgotten: mayHaveForgotten && !(isOwnState(rules) && !reading.hidden),
    }),
    written: afterList(before.written, reading, perhaps, {
      ...event,
      stood: before.pbx?.item ?? null,
    }),
  };
  if (before.manual === null || before.pbx === null) {
    if (state.teams === null) return { state, reason: 'teams-not-known-yet' };
    const { state: settled, verdict } = reconcile(rules, state);
    return { state: settled, reason: verdict };
  }
  const chosen = humanChoice(rules, before, reading, { mayHaveForgotten, perhaps });
  if (chosen === undefined) return { state, reason: callReason(before.pbx, reading) };
  if (chosen === 'missing') return { state, reason: 'missing-after-gap' };

  const bothChanged = event.afterGap && isUndelivered(rules, before);
  if (bothChanged && closedness(before.manual.pbx) > closedness(chosen)) {
    return { state, reason: 'both-changed-teams-more-closed' };
  }
  const next = adoptPbx(rules, event.afterGap ? state : unheld(state), chosen);
  return { state: overTeamsCall(rules, next), reason: 'pbx-chose' };
}

/** What is chosen now takes the place of whatever stands in Teams: no read has to tell first. */
function unheld({ readFirstSince: _, ...state }: PairState): PairState {
  return state;
}

const isOwnState = ({ contact }: Rules): boolean => contact === OWN_STATE_CONTACT;

/** A choice made in Teams that the PBX did not show yet when the gap began. */
function isUndelivered(rules: Rules, before: PairState): boolean {
  const { manual, pbx } = before;
  if (!writesPbx(rules) || manual?.origin !== 'teams') return false;
  const isOwn = isOwnState(rules);
  const shown = normalActivity((isOwn ? pbx?.manual : pbx?.item) ?? null);
  const covered = !isOwn && shown === ON_THE_PHONE;
  return !covered && shown !== settable(rules, before, manual.pbx);
}

/**
 * A human put a state in the place of our on-the-phone. In Teams it becomes the preferred presence,
 * which hides the call there: until Teams says otherwise, nothing is laid over it again.
 */
function overTeamsCall(rules: Rules, state: PairState): PairState {
  const hides = rules.contact === OWN_STATE_CONTACT && typeof state.manual?.teams === 'object';
  if (!hides || !state.teams?.call) return state;
  return { ...state, teams: { ...state.teams, call: false } };
}

function viewOf(
  { manual, call, item, hidden }: PbxReading,
  before: PbxView | null,
  { at, mayHaveForgotten }: { at: number; mayHaveForgotten: boolean },
): PbxView {
  if (manual !== 'covered') return { at, manual, call, item, hidden };
  const unseen = mayHaveForgotten ? { unseenSinceGap: true } : {};
  return { at, manual: before?.manual ?? null, call, item, hidden, ...unseen };
}

/** What a human chose on the PBX, if this list shows that one did. */
function humanChoice(
  rules: Rules,
  before: PairState,
  reading: PbxReading,
  { mayHaveForgotten, perhaps }: { mayHaveForgotten: boolean; perhaps: readonly PbxPending[] },
): string | 'missing' | undefined {
  if (reading.manual === 'covered') return undefined;
  const was = normalActivity(before.pbx?.manual ?? null);
  const is = normalActivity(reading.manual);
  if (is === was) return undefined;
  // A PBX that forgot in a restart lists no item, or one without activity, as for available.
  if (is === '' && mayHaveForgotten) return 'missing';
  if (rules.contact !== OWN_STATE_CONTACT) return is;
  // It stood there before, whatever is wanted in its place by now.
  const stoodAt = before.pbx?.item ?? null;
  if (stoodAt !== null && is === normalActivity(stoodAt)) return undefined;
  // Busy that stood for a call stands on while it is said again as a state.
  const stood = isCallAsBusy({ ...before.written, pbxPending: null });
  const sent = perhaps.some(({ activity }) => is === normalActivity(activity));
  const isOurs = sent || (stood && is === 'busy');
  return isOurs ? undefined : is;
}

function callReason(before: PbxView, reading: PbxReading): Reason {
  if (before.call === reading.call) return 'same';
  return reading.call ? 'pbx-call-began' : 'pbx-call-ended';
}
