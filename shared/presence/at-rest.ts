// What of a pair's state has to be in storage at once, and what storage may learn later: the PBX's answer and the
// echoes, as they were to be expected. Whoever starts anew from the older state comes to the same end.
import type { MemoryLost } from './events.ts';
import { type PairState, PBX_ANSWER_LIMIT_MS } from './model.ts';
import { pbxAnswered } from './pbx-writes.ts';
import type { Rules } from './rules.ts';
import { teamsAnswersLost } from './teams-writes.ts';

/** Whether `next` is what `stored` leads to by itself: it need not be stored before something else is. */
export function isForeseen(rules: Rules, stored: PairState, next: PairState): boolean {
  const isAsked = next.settleAt !== null && stored.settleAt === null;
  const isDoubted = next.doubted !== undefined && differs(next.doubted, stored.doubted);
  return !isAsked && !isDoubted && !differs(gist(rules, stored), gist(rules, next));
}

/**
 * Starts anew from what is stored. What was on its way to Teams may not have arrived, and is said again. What the
 * PBX was told long before memory was lost it took: a refusal would have been stored. Of what it was told shortly
 * before that, its next list tells.
 */
export function memoryLost(
  rules: Rules,
  stored: PairState,
  { lostAt }: MemoryLost,
  now: number,
): PairState {
  const { pbxPending } = stored.written;
  const isOld = pbxPending !== null && pbxPending.at < lostAt - PBX_ANSWER_LIMIT_MS;
  return teamsAnswersLost(isOld ? withPbxAnswered(rules, stored) : stored, now);
}

/** When something was last seen or written of this, epoch ms. */
export const lastHeard = ({ teams, pbx, written }: PairState): number =>
  Math.max(
    teams?.at ?? 0,
    pbx?.at ?? 0,
    written.pbxPending?.at ?? 0,
    ...written.recent.map(({ at }) => at),
  );

/** Whether anything is to be stored of it at all, now or later: more than when unchanged things were seen again. */
export const isUnchanged = (stored: PairState, next: PairState): boolean =>
  stored === next || !differs(withoutTimes(stored), withoutTimes(next));

const withoutTimes = (state: PairState) => ({
  ...state,
  unproven: undefined,
  teams: state.teams && { ...state.teams, at: 0, sequence: '' },
  pbx: state.pbx && { ...state.pbx, at: 0 },
});

/**
 * What decides: what Teams shows at the moment and what of ours has come back are found again by a read, and
 * a write to the PBX is taken for done.
 */
function gist(rules: Rules, state: PairState) {
  const { pbx, teams, manual, written } = withPbxAnswered(rules, state);
  const { recent: _, ...others } = written;
  return {
    manual,
    written: others,
    // What the PBX did not answer in time was not to be expected.
    unanswered: state.written.pbxDoubts,
    teams: teams && { call: teams.call, underlying: isCleared(state) ? null : teams.underlying },
    pbx: pbx && { ...pbx, at: 0 },
  };
}

function withPbxAnswered(rules: Rules, state: PairState): PairState {
  const { pbxPending } = state.written;
  if (pbxPending === null) return state;
  const { at } = pbxPending;
  return pbxAnswered(rules, state, { kind: 'pbx-wrote', write: at }, at).state;
}

/** What Teams shows by itself after that, a read tells. */
const isCleared = ({ manual, written }: PairState): boolean =>
  manual?.teams === 'clear' && written.preferred?.presence === 'cleared';

const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
