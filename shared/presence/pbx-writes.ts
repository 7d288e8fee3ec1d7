// Remembers what we write to the PBX, from the moment of sending: a list may show it before the answer,
// and where the answer is lost, only a list tells whether the PBX took it.
import type { PbxSeen, PbxWrote, Reason } from './events.ts';
import {
  ECHO_WINDOW_MS,
  normalActivity,
  ON_THE_PHONE,
  OWN_STATE_CONTACT,
  type PairState,
  PBX_ANSWER_LIMIT_MS,
  type PbxActivity,
  type PbxPending,
  type PbxView,
  type Written,
} from './model.ts';
import type { PbxReading } from './pbx-items.ts';
import { failedStill, failedWith, isProvenBy, standsForCall } from './refused.ts';
import type { Rules } from './rules.ts';

/** Faults that do not say whether the PBX took it. */
const UNANSWERED: ReadonlySet<string> = new Set(['timeout', 'unanswered']);

/** The write is on its way. What was not answered until now may have arrived. */
export function pbxWriteSent(state: PairState, activity: PbxActivity, now: number): PairState {
  const forCall = standsForCall(state, activity) ? { forCall: true } : {};
  const written = doubting(state.written, now);
  return { ...state, written: { ...written, pbxPending: { activity, at: now, ...forCall } } };
}

/** The PBX took our write, or says why not. Answers come in the order in which it spoke. */
export function pbxAnswered(
  rules: Rules,
  state: PairState,
  event: PbxWrote,
  now: number,
): { state: PairState; reason: Reason } {
  const { pbxPending } = state.written;
  if (pbxPending?.at !== event.write) return { state, reason: 'answer-nobody-waits-for' };
  const { activity } = pbxPending;
  if (event.fault) {
    const pbxFailed = failedWith(state.written.pbxFailed, activity, event.fault, now);
    const known = UNANSWERED.has(event.fault) ? doubting(state.written, now) : state.written;
    const written = { ...known, pbxPending: null, pbxFailed };
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

/** The last write that the PBX took, as the agent tells after a gap: its answer may be lost, or given up. */
export function pbxTook(rules: Rules, state: PairState, write: number, now: number): PairState {
  const { pbxPending, pbxDoubts = [] } = state.written;
  const doubted = pbxDoubts.find(({ at }) => at === write);
  if (doubted === undefined) {
    return pbxAnswered(rules, state, { kind: 'pbx-wrote', write }, now).state;
  }
  const later = pbxDoubts.slice(pbxDoubts.indexOf(doubted) + 1);
  const written = withDoubts(
    { ...confirmed(state.written, doubted), pbxPending },
    later.toReversed(),
  );
  return { ...state, pbx: withItem(rules, state.pbx, doubted), written };
}

/** The list that shows our write may come before or after the answer; both are the same news. */
function withItem(
  rules: Rules,
  pbx: PbxView | null,
  { activity, forCall = false }: PbxPending,
): PbxView | null {
  if (pbx === null) return pbx;
  const item = normalActivity(activity);
  const isManual = rules.contact === OWN_STATE_CONTACT && item !== ON_THE_PHONE && !forCall;
  return { ...pbx, item, manual: isManual ? item : pbx.manual };
}

/**
 * The clock's share: what the PBX did not answer in time may have arrived; what no list has shown since, while it
 * could be heard, it did not take. How long a gap lasts says nothing.
 */
export function givenUp(
  state: PairState,
  { isUp, now }: { isUp: boolean; now: number },
): PairState {
  const { pbxPending } = state.written;
  const isLate = pbxPending !== null && now - pbxPending.at >= PBX_ANSWER_LIMIT_MS;
  const written = isLate ? doubting(state.written, now) : state.written;
  const { pbxDoubts = [] } = written;
  const open = pbxDoubts.filter((one) => !isUp || one.unseen || isFresh(one, now));
  if (open.length < pbxDoubts.length) {
    return { ...state, written: withDoubts(written, open.toReversed()) };
  }
  return isLate ? { ...state, written } : state;
}

/** When `givenUp` forgets something while the line is up, epoch ms. */
export const forgottenAt = ({ pbxDoubts = [] }: Written): number[] =>
  pbxDoubts.filter(({ unseen }) => !unseen).map(({ at }) => at + ECHO_WINDOW_MS);

/**
 * What we sent and this list may show for the first time, newest first. A write that was lost long ago is
 * nobody's excuse; how long a gap was, says nothing.
 */
export function perhapsOurs(
  { pbxPending, pbxDoubts = [] }: Written,
  { afterGap }: Pick<PbxSeen, 'afterGap'>,
  now: number,
): PbxPending[] {
  const sent = pbxPending ? [...pbxDoubts, pbxPending] : [...pbxDoubts];
  return sent.filter((one) => afterGap || one.unseen || isFresh(one, now)).reverse();
}

/** Which of these an item shows. Of two that are equal the older one comes first. */
export const arrivedOf = (
  perhaps: readonly PbxPending[],
  item: PbxActivity | null,
): PbxPending | undefined =>
  perhaps.findLast(({ activity }) => normalActivity(activity) === normalActivity(item));

export interface AfterWhat extends Pick<PbxSeen, 'afterGap' | 'sessionLasted' | 'tookWrite'> {
  /** What stood at our contact before. */
  stood: PbxActivity | null;
}

/**
 * A list that shows what we wrote is as good as the answer; one that does not, ends what we wrote.
 * @param perhaps what `perhapsOurs` says of `written`
 */
export function afterList(
  written: Written,
  { hidden, item }: Pick<PbxReading, 'hidden' | 'item'>,
  perhaps: readonly PbxPending[],
  { afterGap, sessionLasted = false, tookWrite, stood }: AfterWhat,
): Written {
  // Nobody answers what was asked before a gap.
  const known = afterGap ? { ...written, pbxPending: null, pbxFailed: null } : written;
  if (hidden) return withNothingSeen(known, perhaps);
  const shown = normalActivity(item);
  // Where the agent says what stands there, an equal one that was sent later may still come.
  const isTold = tookWrite !== undefined && normalActivity(known.pbxConfirmed) === shown;
  const shows = isTold ? undefined : arrivedOf(perhaps, shown);
  const arrived = shows && isProvenBy(known, shows, normalActivity(stood)) ? shows : undefined;
  const later = perhaps.slice(0, arrived ? perhaps.indexOf(arrived) : perhaps.length);
  // A session that is over takes nothing any more.
  const mayCome = afterGap ? sessionLasted : true;
  const open = later.filter((one) => mayCome && !one.unseen && one !== known.pbxPending);
  const next = withDoubts(arrived ? taken(known, arrived) : unconfirmed(known, shown), open);
  return next.pbxPending ? { ...next, pbxPending: seen(next.pbxPending) } : next;
}

function taken(written: Written, one: PbxPending): Written {
  const { pbxPending, pbxFailed } = written;
  if (pbxPending && isSame(one, pbxPending)) return confirmed(written, pbxPending);
  const failed = failedStill(pbxFailed, one.activity);
  return { ...confirmed(written, one), pbxPending, pbxFailed: failed };
}

const isSame = (a: PbxPending, b: PbxPending): boolean =>
  a.activity === b.activity && (a.forCall ?? false) === (b.forCall ?? false);

function unconfirmed(written: Written, shown: PbxActivity): Written {
  const { pbxConfirmed } = written;
  const stands = pbxConfirmed !== null && normalActivity(pbxConfirmed) === shown;
  return stands ? written : { ...written, pbxConfirmed: null, confirmedForCall: false };
}

const confirmed = (written: Written, { activity, forCall = false }: PbxPending): Written => ({
  ...withDoubts(written, []),
  pbxPending: null,
  pbxFailed: null,
  pbxConfirmed: activity,
  confirmedForCall: forCall,
});

/** Nobody waits for the answer any more, and the PBX may have taken it all the same. */
function doubting(written: Written, now: number): Written {
  const { pbxPending, pbxDoubts = [] } = written;
  if (pbxPending === null) return written;
  const others = pbxDoubts.filter(
    (one) => one.activity !== pbxPending.activity && (one.unseen || isFresh(one, now)),
  );
  return { ...withDoubts(written, [pbxPending, ...others.toReversed()]), pbxPending: null };
}

/** `newestFirst`, as `perhapsOurs` gives them. */
function withDoubts(written: Written, newestFirst: readonly PbxPending[]): Written {
  const { pbxDoubts: _, ...others } = written;
  return newestFirst.length > 0 ? { ...others, pbxDoubts: newestFirst.toReversed() } : others;
}

/** Whatever of these is not awaited any more may stand beneath. */
function withNothingSeen(written: Written, perhaps: readonly PbxPending[]): Written {
  const { pbxPending } = written;
  const open = perhaps.filter((one) => one !== pbxPending);
  return {
    ...withDoubts(written, open.map(unseen)),
    pbxPending: pbxPending && unseen(pbxPending),
  };
}

const seen = ({ unseen: _, ...one }: PbxPending): PbxPending => one;
const unseen = (one: PbxPending): PbxPending => ({ ...one, unseen: true });

const isFresh = ({ at }: PbxPending, now: number): boolean => Math.abs(now - at) < ECHO_WINDOW_MS;
