// What the PBX says: its presence lists, and its answers to our writes.
import { adoptPbx, reconcile } from './adopt.ts';
import type { PbxSeen, PbxWrote, Reason } from './events.ts';
import {
  ECHO_WINDOW_MS,
  normalActivity,
  ON_THE_PHONE,
  OWN_STATE_CONTACT,
  type PairState,
  type PbxActivity,
  type PbxPending,
  type PbxView,
  type Written,
} from './model.ts';
import { type PbxReading, readItems } from './pbx-items.ts';
import { failedWith, isCallAsBusy, settable } from './refused.ts';
import { closedness, type Rules, writesPbx } from './rules.ts';

interface Seen {
  state: PairState;
  reason: Reason;
}

/** Takes in the whole item list of a user. */
export function seePbx(rules: Rules, known: PairState, event: PbxSeen, now: number): Seen {
  const { tookWrite: write } = event;
  const before =
    write === undefined
      ? known
      : pbxAnswered(rules, known, { kind: 'pbx-wrote', write }, now).state;
  const ours = [before.written.pbxConfirmed, onItsWay(before.written, now)];
  const oursIsACall = ours.includes(ON_THE_PHONE);
  const listed = readItems(event.items, rules.contact, oursIsACall);
  // Busy in the place of on-the-phone covers the user's own state as on-the-phone does.
  const isCovered = isOwnState(rules) && listed.item === 'busy' && isCallAsBusy(before.written);
  const reading: PbxReading = isCovered ? { ...listed, manual: 'covered' } : listed;
  const written = arrived(before.written, reading);
  const mayHaveForgotten =
    (event.afterGap && !event.sessionLasted) || before.pbx?.unseenSinceGap === true;
  const state: PairState = {
    ...before,
    pbx: viewOf(reading, before.pbx, {
      at: event.at,
      // Our own item, where it stands, was not forgotten, nor what it covers.
      mayHaveForgotten: mayHaveForgotten && !(isOwnState(rules) && !reading.hidden),
    }),
    written: event.afterGap ? { ...written, pbxPending: null, pbxFailed: null } : written,
  };
  if (before.manual === null || before.pbx === null) {
    if (state.teams === null) return { state, reason: 'teams-not-known-yet' };
    const { state: settled, verdict } = reconcile(rules, state);
    return { state: settled, reason: verdict };
  }
  const chosen = humanChoice(rules, before, reading, { mayHaveForgotten, now });
  if (chosen === undefined) return { state, reason: callReason(before.pbx, reading) };
  if (chosen === 'missing') return { state, reason: 'missing-after-gap' };

  const bothChanged = event.afterGap && isUndelivered(rules, before);
  if (bothChanged && closedness(before.manual.pbx) > closedness(chosen)) {
    return { state, reason: 'both-changed-teams-more-closed' };
  }
  return { state: overTeamsCall(rules, adoptPbx(rules, state, chosen)), reason: 'pbx-chose' };
}

/** A list that shows what we wrote is as good as the answer; one that does not, ends what we wrote. */
function arrived(written: Written, reading: PbxReading): Written {
  const { pbxPending, pbxConfirmed } = written;
  if (reading.hidden) return written;
  const shown = normalActivity(reading.item);
  if (pbxPending && normalActivity(pbxPending.activity) === shown) {
    return confirmed(written, pbxPending);
  }
  const stands = pbxConfirmed !== null && normalActivity(pbxConfirmed) === shown;
  return stands ? written : { ...written, pbxConfirmed: null, confirmedForCall: false };
}

const confirmed = (written: Written, { activity, forCall = false }: PbxPending): Written => ({
  ...written,
  pbxPending: null,
  pbxFailed: null,
  pbxConfirmed: activity,
  confirmedForCall: forCall,
});

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

/** What we sent and the PBX may still show; a write that was lost long ago is nobody's excuse. */
const onItsWay = ({ pbxPending }: Written, now: number): PbxActivity | null =>
  pbxPending !== null && now - pbxPending.at < ECHO_WINDOW_MS ? pbxPending.activity : null;

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
  { mayHaveForgotten, now }: { mayHaveForgotten: boolean; now: number },
): string | 'missing' | undefined {
  if (reading.manual === 'covered') return undefined;
  const was = normalActivity(before.pbx?.manual ?? null);
  const is = normalActivity(reading.manual);
  if (is === was) return undefined;
  // A PBX that forgot in a restart lists no item, or one without activity, as for available.
  if (is === '' && mayHaveForgotten) return 'missing';
  if (rules.contact !== OWN_STATE_CONTACT) return is;
  const ours = onItsWay(before.written, now);
  // Busy that stood for a call stands on while it is said again as a state.
  const stood = isCallAsBusy({ ...before.written, pbxPending: null });
  const isOurs = (ours !== null && is === normalActivity(ours)) || (stood && is === 'busy');
  return isOurs ? undefined : is;
}

function callReason(before: PbxView, reading: PbxReading): Reason {
  if (before.call === reading.call) return 'same';
  return reading.call ? 'pbx-call-began' : 'pbx-call-ended';
}

/** The PBX took our write, or says why not. Answers come in the order in which it spoke. */
export function pbxAnswered(rules: Rules, state: PairState, event: PbxWrote, now: number): Seen {
  const { pbxPending } = state.written;
  if (pbxPending?.at !== event.write) return { state, reason: 'answer-nobody-waits-for' };
  const { activity } = pbxPending;
  if (event.fault) {
    const pbxFailed = failedWith(state.written.pbxFailed, activity, event.fault, now);
    const written = { ...state.written, pbxPending: null, pbxFailed };
    return { state: { ...state, written }, reason: 'pbx-refused' };
  }
  return {
    state: {
      ...state,
      pbx: withItem(rules, state.pbx, pbxPending),
      written: confirmed(state.written, pbxPending),
    },
    reason: 'pbx-took-it',
  };
}

/** The list that shows our write may come before or after the answer; both are the same news. */
function withItem(
  rules: Rules,
  pbx: PbxView | null,
  { activity, forCall = false }: PbxPending,
): PbxView | null {
  if (pbx === null) return pbx;
  const item = normalActivity(activity);
  const isManual = isOwnState(rules) && item !== ON_THE_PHONE && !forCall;
  return { ...pbx, item, manual: isManual ? item : pbx.manual };
}
