// What the PBX says: its presence lists, and its answers to our writes.
import { adoptPbx, reconcile } from './adopt.ts';
import { due } from './due.ts';
import type { PbxSeen, PbxWrote, Reason } from './events.ts';
import {
  normalActivity,
  ON_THE_PHONE,
  OWN_STATE_CONTACT,
  type PairState,
  type PbxView,
} from './model.ts';
import { type PbxReading, readItems } from './pbx-items.ts';
import { closedness, type Rules } from './rules.ts';

interface Seen {
  state: PairState;
  reason: Reason;
}

/** After a refusal that may pass, in ms. */
export const PBX_RETRY_MS = 30_000;

/** Takes in the whole item list of a user. */
export function seePbx(rules: Rules, before: PairState, event: PbxSeen, now: number): Seen {
  const { pbxPending, pbxConfirmed } = before.written;
  const oursIsACall = (pbxPending?.activity ?? pbxConfirmed) === ON_THE_PHONE;
  const reading = readItems(event.items, rules.contact, oursIsACall);
  const state: PairState = {
    ...before,
    pbx: viewOf(reading, before.pbx, event.at),
    written: event.afterGap
      ? { ...before.written, pbxPending: null, pbxFailed: null }
      : before.written,
  };
  if (before.manual === null || before.pbx === null) {
    if (state.teams === null) return { state, reason: 'teams-not-known-yet' };
    const { state: settled, verdict } = reconcile(rules, state);
    return { state: settled, reason: verdict };
  }
  const chosen = humanChoice(rules, before, reading, event.afterGap);
  if (chosen === undefined) return { state, reason: callReason(before.pbx, reading) };
  if (chosen === 'missing') return { state: forget(state), reason: 'missing-after-gap' };

  const human: PairState = { ...state, written: { ...state.written, pbxConfirmed: null } };
  const undelivered = event.afterGap && due(rules, before, now).pbx !== null;
  if (undelivered && closedness(before.manual.pbx) > closedness(chosen)) {
    return { state: human, reason: 'both-changed-teams-more-closed' };
  }
  return { state: adoptPbx(rules, human, chosen), reason: 'pbx-chose' };
}

const viewOf = (reading: PbxReading, before: PbxView | null, at: number): PbxView => ({
  at,
  manual: reading.manual === 'covered' ? (before?.manual ?? null) : reading.manual,
  call: reading.call,
  item: reading.item,
  hidden: reading.hidden,
});

const forget = (state: PairState): PairState => ({
  ...state,
  written: { ...state.written, pbxConfirmed: null },
});

/** What a human chose on the PBX, if this list shows that one did. */
function humanChoice(
  rules: Rules,
  before: PairState,
  reading: PbxReading,
  afterGap: boolean,
): string | 'missing' | undefined {
  if (reading.manual === 'covered') return undefined;
  const was = normalActivity(before.pbx?.manual ?? null);
  const is = normalActivity(reading.manual);
  if (is === was) return undefined;
  if (reading.manual === null && afterGap) return 'missing';
  const weWriteIt = rules.contact === OWN_STATE_CONTACT;
  if (weWriteIt && is === normalActivity(before.written.pbxPending?.activity ?? null)) {
    if (before.written.pbxPending) return undefined;
  }
  return is;
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
    const pbxFailed = { activity, code: event.fault, retryAt: now + PBX_RETRY_MS };
    const written = { ...state.written, pbxPending: null, pbxFailed };
    return { state: { ...state, written }, reason: 'pbx-refused' };
  }
  const written = { ...state.written, pbxPending: null, pbxFailed: null, pbxConfirmed: activity };
  return {
    state: { ...state, pbx: withItem(rules, state.pbx, activity), written },
    reason: 'pbx-took-it',
  };
}

/** The list that shows our write may come before or after the answer; both are the same news. */
function withItem(rules: Rules, pbx: PbxView | null, activity: string): PbxView | null {
  if (pbx === null || pbx.hidden) return pbx;
  const item = normalActivity(activity);
  const isManual = rules.contact === OWN_STATE_CONTACT && item !== ON_THE_PHONE;
  return { ...pbx, item, manual: isManual ? item : pbx.manual };
}
