// Remembers what we write to Teams, from the moment of sending: the echo may overtake the answer.
import { firstOf, landed, standing } from './lasting.ts';
import {
  ECHO_WINDOW_MS,
  type PairState,
  type RecentWrite,
  sameTeams,
  type TeamsView,
  type TeamsWrite,
  type Written,
} from './model.ts';
import { confirmed, isPreferred, perhapsStanding, settledFrom } from './recent-writes.ts';

/** More writes than this within the echo window are not worth telling apart. */
const RECENT_LIMIT = 8;

/** The write is on its way. */
export function teamsWriteSent(state: PairState, write: TeamsWrite, now: number): PairState {
  const what = traceOf(write);
  // Said again, it stands for the attempts before, unless something else has taken their place since.
  const isAttempt = (one: RecentWrite) => one.failed === true && sameTrace(one.what, what);
  const others = state.written.recent.filter((one) => !isAttempt(one));
  const perhaps = new Set<RecentWrite>(perhapsStanding(state.written.recent));
  const attempt = state.written.recent.find(
    (one) => isAttempt(one) && (!isPreferred(one) || perhaps.has(one)),
  );
  const first = attempt && { firstAt: firstOf(attempt) };
  const sent: RecentWrite = { what, at: now, echoedAt: null, answeredAt: null, ...first };
  const recent = [...others, sent].slice(-RECENT_LIMIT);
  const written: Written = { ...state.written, recent };
  const covered = state.teams?.underlying ?? null;
  switch (write.kind) {
    case 'set-session':
      return { ...state, written: { ...written, session: { at: now } } };
    case 'clear-session':
      // What the call covered may have changed without a notification: look.
      return { ...state, written: { ...written, session: null }, settleAt: settledFrom(recent) };
    case 'set-preferred':
      return {
        ...state,
        teams: withUnderlying(state.teams, write.presence),
        written: { ...written, preferred: { presence: write.presence, at: now, before: covered } },
      };
    case 'clear-preferred':
      return {
        ...state,
        teams: withUnderlying(state.teams, null),
        written: { ...written, preferred: { presence: 'cleared', at: now, before: covered } },
        settleAt: settledFrom(recent),
      };
  }
}

/** Microsoft took it. */
export const teamsWriteTaken = (state: PairState, write: TeamsWrite, now: number): PairState =>
  taken(state, write, now, standing);

/** Microsoft is taken to have taken it, or one of the attempts before. */
export const teamsWriteAssumed = (state: PairState, write: TeamsWrite, now: number): PairState =>
  taken(state, write, now, landed);

function taken(before: PairState, write: TeamsWrite, now: number, stand: typeof landed): PairState {
  const state = answered(before, write, { answeredAt: now });
  const what = traceOf(write);
  const sent = state.written.recent.findLast((one) => sameTrace(one.what, what));
  // Where a human has chosen meanwhile, it stands no more.
  const isReplaced = sent === undefined || state.written.preferred?.at !== sent.at;
  return isReplaced || !isPreferred(sent) ? state : stand(state, sent);
}

/**
 * Microsoft took it after it was given up: it stands as if it had been said again. Where it was, that one's
 * own answer counts.
 */
export function teamsWriteArrived(state: PairState, write: TeamsWrite, now: number): PairState {
  const what = traceOf(write);
  const last = state.written.recent.findLast((one) => sameTrace(one.what, what));
  return last?.failed ? teamsWriteTaken(teamsWriteSent(state, write, now), write, now) : state;
}

/** What waited for the answer waits no longer. */
function answered(
  state: PairState,
  write: TeamsWrite,
  answer: Pick<RecentWrite, 'answeredAt' | 'failed'>,
): PairState {
  const what = traceOf(write);
  const last = state.written.recent.findLastIndex((one) => sameTrace(one.what, what));
  const recent = state.written.recent.map((one, at) => (at === last ? { ...one, ...answer } : one));
  const settleAt = state.settleAt && Math.min(state.settleAt, settledFrom(recent));
  return { ...state, settleAt, written: { ...state.written, recent } };
}

/** What is under way. */
const unanswered = ({ written }: PairState): TeamsWrite[] =>
  written.recent.filter(({ answeredAt }) => answeredAt === null).map(({ what }) => writeOf(what));

/** Microsoft is taken to have taken all that was under way. */
export const teamsWritesAssumed = (state: PairState, now: number): PairState =>
  unanswered(state).reduce((known, write) => teamsWriteAssumed(known, write, now), state);

/**
 * Nobody will hear of what was under way, or has left since: a read tells what of it stands, before anything is
 * written there.
 * @param open what was to be written at `storedAt`, epoch ms
 */
export function teamsWritesLost(
  state: PairState,
  open: readonly TeamsWrite[],
  { storedAt, now }: { storedAt: number; now: number },
): PairState {
  const underWay = unanswered(state);
  // Refreshed or not, a session that is known stands since it was.
  const perhapsSent = open.filter(({ kind }) => kind !== 'set-session' || !state.written.session);
  if (underWay.length + perhapsSent.length === 0) {
    const { readFirstSince: _, ...unheld } = state;
    return state.readFirstSince === undefined ? state : unheld;
  }
  const known = underWay.reduce((before, write) => teamsWriteFailed(before, write, now), state);
  const lost = perhapsSent.reduce(
    (before, write) => teamsWriteFailed(teamsWriteSent(before, write, storedAt), write, now),
    known,
  );
  const settleAt = Math.max(now, settledFrom(lost.written.recent));
  return { ...lost, settleAt, readFirstSince: now };
}

/**
 * Microsoft did not take it, or took it and its answer was lost: it becomes due again. A session may
 * stand all the same, so that one nobody wants any more is cleared rather than left to expire.
 */
export function teamsWriteFailed(before: PairState, write: TeamsWrite, now: number): PairState {
  const state = answered(before, write, { answeredAt: now, failed: true });
  switch (write.kind) {
    case 'set-session':
    case 'clear-session':
      return { ...state, written: { ...state.written, session: { at: 0 } } };
    case 'set-preferred':
    case 'clear-preferred':
      return {
        ...state,
        teams: withoutWrite(state, write),
        written: { ...state.written, preferred: null },
      };
  }
}

/**
 * Writes are remembered as long as their echo may come, and as long as nobody confirmed them, together with what
 * stands if they did not arrive. What never came back shows in Teams all the same, unless something else was seen
 * there since.
 */
export function withoutOld(state: PairState, now: number): PairState {
  const { recent } = state.written;
  const perhaps = new Set<RecentWrite | undefined>(perhapsStanding(recent));
  if (perhaps.size > 0) perhaps.add(confirmed(recent));
  const kept = recent.filter((one) => now - one.at <= ECHO_WINDOW_MS || perhaps.has(one));
  const last = recent.at(-1);
  const isOver = last !== undefined && !kept.includes(last);
  return {
    ...state,
    teams: isOver ? shown(state.teams, last) : state.teams,
    written: { ...state.written, recent: kept },
  };
}

function shown(teams: TeamsView | null, { what, at, echoedAt }: RecentWrite): TeamsView | null {
  const isUnseen =
    teams !== null && echoedAt === null && typeof what === 'object' && teams.at <= at;
  return isUnseen ? { ...teams, presence: what } : teams;
}

/** As if the write had not been sent, unless something was seen since that is none of it. */
function withoutWrite({ teams, written }: PairState, write: TeamsWrite): TeamsView | null {
  const expected = write.kind === 'set-preferred' ? write.presence : null;
  const { underlying = null } = teams ?? {};
  const untouched =
    expected === null || underlying === null
      ? expected === underlying
      : sameTeams(expected, underlying);
  return untouched ? withUnderlying(teams, written.preferred?.before ?? null) : teams;
}

function traceOf(write: TeamsWrite): RecentWrite['what'] {
  if (write.kind === 'set-preferred') return write.presence;
  if (write.kind === 'clear-preferred') return 'cleared';
  return write.kind === 'set-session' ? 'session' : 'session-cleared';
}

function writeOf(what: RecentWrite['what']): TeamsWrite {
  if (typeof what === 'object') return { kind: 'set-preferred', presence: what };
  if (what === 'cleared') return { kind: 'clear-preferred' };
  return { kind: what === 'session' ? 'set-session' : 'clear-session' };
}

const sameTrace = (a: RecentWrite['what'], b: RecentWrite['what']): boolean =>
  typeof a === 'object' && typeof b === 'object' ? sameTeams(a, b) : a === b;

const withUnderlying = (
  teams: TeamsView | null,
  underlying: TeamsView['underlying'],
): TeamsView | null => teams && { ...teams, underlying };
