// What to do where the PBX does not take an activity. Whether it takes on-the-phone and meeting from
// others is not documented (facts: innovaphone §7, unknown 2), nor which error it would give: so busy is
// tried in its place, and where the PBX takes that, the activity was the reason.
import type { PairState, PbxActivity, PbxFailed, PbxPending, Written } from './model.ts';
import type { Rules } from './rules.ts';

/** What stands for an activity that is refused. */
const IN_ITS_PLACE: PbxActivity = 'busy';
/** What innovaphone's own client sets: a PBX that refuses these refuses the user. */
const ORDINARY: ReadonlySet<PbxActivity> = new Set(['', 'away', 'busy', 'dnd']);
/** The fault with which a PBX says no, and not that it is away. */
const REFUSED = 'refused';

/** After a refusal that may pass, in ms; doubled each time, as few of them do. */
export const PBX_RETRY_MS = 30_000;
const PBX_RETRY_LIMIT_MS = 300_000;

/** What can be set where `activity` is wanted. */
export function settable(rules: Rules, state: PairState, activity: PbxActivity): PbxActivity {
  if (ORDINARY.has(activity)) return activity;
  if (rules.refused?.has(activity)) return IN_ITS_PLACE;
  return isTried(state, activity) ? IN_ITS_PLACE : activity;
}

/** Whether `activity`, about to be set, is what stands for on-the-phone. */
export const standsForCall = ({ teams }: PairState, activity: PbxActivity): boolean =>
  (teams?.call ?? false) && activity === IN_ITS_PLACE;

/** Whether a busy at our contact is there for a call in Teams, as far as we set it. */
export function isCallAsBusy({ pbxPending, pbxConfirmed, confirmedForCall }: Written): boolean {
  if (pbxPending?.activity === IN_ITS_PLACE) return isBusyForCall(pbxPending);
  return pbxConfirmed === IN_ITS_PLACE && confirmedForCall === true;
}

/** Sent as busy, in the place of on-the-phone. */
export const isBusyForCall = ({ activity, forCall = false }: PbxPending): boolean =>
  activity === IN_ITS_PLACE && forCall;

/** Whether busy is to be tried in the place of `activity`, which was refused. */
export const isTried = ({ written: { pbxFailed } }: PairState, activity: PbxActivity): boolean =>
  isOnTrial(pbxFailed) && pbxFailed.activity === activity;

/** Refused, and busy is tried in its place. */
const isOnTrial = (failed: PbxFailed | null): failed is PbxFailed =>
  failed !== null && failed.code === REFUSED && !failed.busyToo && !ORDINARY.has(failed.activity);

/** Refused, and whether the PBX takes busy in its place is open. */
const isOpen = (failed: PbxFailed | null): failed is PbxFailed =>
  failed !== null && (failed.busyToo === 'unanswered' || isOnTrial(failed));

/**
 * Whether a list that shows `sent` tells that the PBX took it: busy on trial that stood there already tells
 * nothing, its answer does.
 */
export const isProvenBy = (
  { pbxFailed }: Written,
  { activity }: PbxPending,
  stood: PbxActivity,
): boolean => !(isOpen(pbxFailed) && activity === IN_ITS_PLACE && stood === IN_ITS_PLACE);

/** What is left of a failure when the PBX is seen to have taken `activity` after all. */
export const failedStill = (failed: PbxFailed | null, activity: PbxActivity): PbxFailed | null =>
  failed?.activity === activity || (isOpen(failed) && activity === IN_ITS_PLACE) ? null : failed;

/** The PBX did not take `activity`. */
export function failedWith(
  before: PbxFailed | null,
  activity: PbxActivity,
  code: string,
  now: number,
): PbxFailed {
  if (isOnTrial(before) && activity === IN_ITS_PLACE) {
    return { ...before, busyToo: code === REFUSED ? 'refused' : 'unanswered' };
  }
  const again = before?.activity === activity && before.code === code && code === REFUSED;
  const times = again ? (before.times ?? 1) + 1 : 1;
  const waitMs = Math.min(PBX_RETRY_LIMIT_MS, PBX_RETRY_MS * 2 ** Math.min(times - 1, 20));
  return { activity, code, retryAt: now + waitMs, ...(times > 1 ? { times } : {}) };
}

/** The activity that the PBX is now known to refuse, as it took busy in its place; else `undefined`. */
export function refusalLearned(before: PairState, after: PairState): PbxActivity | undefined {
  const { pbxFailed } = before.written;
  const tookBusy =
    timesSent(before.written) > timesSent(after.written) &&
    after.written.pbxFailed === null &&
    after.written.pbxConfirmed === IN_ITS_PLACE;
  return tookBusy && isOpen(pbxFailed) ? pbxFailed.activity : undefined;
}

/** How many times busy was sent of which nobody knows yet whether the PBX took it. */
const timesSent = ({ pbxPending, pbxDoubts = [] }: Written): number =>
  [...pbxDoubts, ...(pbxPending ? [pbxPending] : [])].filter(
    ({ activity }) => activity === IN_ITS_PLACE,
  ).length;
