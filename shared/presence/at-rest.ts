// What of a pair's state has to be in storage at once, and what storage may learn later: the answers and the
// echoes, as they were to be expected. Whoever starts anew from the older state comes to the same end.
import { due, lastRenewal } from './due.ts';
import type { MemoryLost } from './events.ts';
import {
  type PairState,
  PBX_ANSWER_LIMIT_MS,
  TEAMS_ANSWER_LIMIT_MS,
  type TeamsWrite,
} from './model.ts';
import { pbxAnswered } from './pbx-writes.ts';
import type { Rules } from './rules.ts';
import {
  teamsWriteAssumed,
  teamsWriteSent,
  teamsWritesAssumed,
  teamsWritesLost,
} from './teams-writes.ts';

/** Whether `next` is what `stored` leads to by itself: it need not be stored before something else is. */
export function isForeseen(rules: Rules, stored: PairState, next: PairState): boolean {
  const isToBeAsked = stored.settleAt !== null || openWrites(rules, stored, 0).length > 0;
  const isAsked = next.settleAt !== null && !isToBeAsked;
  const isNewDoubt = next.doubted !== undefined && differs(next.doubted, stored.doubted);
  // A restart reads in any case.
  const isDoubted = isNewDoubt && !(next.doubted === 'something' && isToBeAsked);
  return !isAsked && !isDoubted && !differs(gist(rules, stored), gist(rules, next));
}

/**
 * Starts anew from what is stored. What both sides were told long before memory was lost they took: a refusal would
 * have been stored. What was to be written to Teams later may have arrived there or not: a read tells, before it is
 * said again. Of what the PBX was told later the agent and its next list tell.
 */
export function memoryLost(
  rules: Rules,
  stored: PairState,
  { storedAt, lostAt, answeredUntil, refused }: MemoryLost,
  now: number,
): PairState {
  const { pbxPending } = stored.written;
  const isOld = pbxPending !== null && pbxPending.at < lostAt - PBX_ANSWER_LIMIT_MS;
  const known = isOld ? withPbxAnswered(rules, stored) : stored;
  if (storedAt < answeredUntil) {
    const written = withTeamsWritten(rules, known, storedAt, refused);
    return renewalsLost(rules, written, { answeredUntil, now });
  }
  // Who was still waiting for a read had lost more than what was refused.
  const isWaiting = stored.readFirstSince !== undefined;
  const open = openWrites(rules, stored, storedAt, isWaiting ? [] : refused);
  return teamsWritesLost(known, open, { storedAt, now });
}

const isRenewal = (write: TeamsWrite): write is TeamsWrite & { kind: 'set-preferred' } =>
  write.kind === 'set-preferred';

/** What was to be written to Teams at that time, epoch ms, and was not refused. */
function openWrites(
  rules: Rules,
  state: PairState,
  at: number,
  refused: readonly TeamsWrite[] = [],
): TeamsWrite[] {
  // What waited for a read may have left after it.
  const { readFirstSince: _, ...unheld } = state;
  const isRefused = (write: TeamsWrite) => refused.some((one) => !differs(one, write));
  return due(rules, unheld, at).teams.filter((write) => !isRefused(write));
}

/** Whether anything is to be stored of it at all, now or later: more than when unchanged things were seen again. */
export function isUnchanged(stored: PairState, next: PairState): boolean {
  if (stored === next) return true;
  const [before, after] = [withoutTimes(stored), withoutTimes(next)];
  const parts = Object.keys({ ...before, ...after }) as (keyof typeof before)[];
  return !parts.some((part) => differs(before[part], after[part]));
}

const withoutTimes = (state: PairState) => ({
  ...state,
  unproven: undefined,
  overtakenSince: undefined,
  teams: state.teams && { ...state.teams, at: 0, firstAt: 0, sequence: '' },
  pbx: state.pbx && { ...state.pbx, at: 0 },
});

/**
 * What decides: what Teams shows at the moment and what of ours has come back are found again by a read, and
 * whatever is to be written is taken for done.
 */
function gist(rules: Rules, state: PairState) {
  const { pbx, teams, manual, written } = withTeamsWritten(rules, withPbxAnswered(rules, state), 0);
  const { recent: _, lasts: __, preferred, session, ...others } = written;
  return {
    manual,
    written: others,
    preferred: preferred?.presence,
    session: session !== null,
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

/** What was under way to Teams, and what was to be written there at that time, epoch ms, stands. */
function withTeamsWritten(
  rules: Rules,
  state: PairState,
  at: number,
  refused: readonly TeamsWrite[] = [],
): PairState {
  const answered = teamsWritesAssumed(state, at);
  return openWrites(rules, answered, at, refused).reduce(
    (known, write) => teamsWriteAssumed(teamsWriteSent(known, write, at), write, at),
    answered,
  );
}

/** What stands in Teams was renewed until then, epoch ms, as the clock asks for. */
function withRenewed(rules: Rules, state: PairState, until: number): PairState {
  const write = due(rules, state, until).teams.find(isRenewal);
  if (write === undefined) return state;
  const at = lastRenewal(state.written, write.presence, until);
  return at === null ? state : teamsWriteAssumed(teamsWriteSent(state, write, at), write, at);
}

/** What the clock asked for, no row tells: a renewal that was due shortly before may have had no answer. */
function renewalsLost(
  rules: Rules,
  state: PairState,
  { answeredUntil, now }: { answeredUntil: number; now: number },
): PairState {
  const renewed = withRenewed(rules, state, answeredUntil - TEAMS_ANSWER_LIMIT_MS);
  if (withRenewed(rules, renewed, answeredUntil) === renewed) return renewed;
  const open = openWrites(rules, renewed, answeredUntil).filter(isRenewal);
  return teamsWritesLost(renewed, open, { storedAt: answeredUntil, now });
}

/** What Teams shows by itself after that, a read tells. */
const isCleared = ({ manual, written }: PairState): boolean =>
  manual?.teams === 'clear' && written.preferred?.presence === 'cleared';

/** What an event did not touch is the very same object, and need not be looked into. */
const differs = (a: unknown, b: unknown): boolean =>
  a !== b && JSON.stringify(a) !== JSON.stringify(b);
