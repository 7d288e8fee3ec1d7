// Remembers what we write to Teams, from the moment of sending: the echo may overtake the answer.
import {
  type PairState,
  type RecentWrite,
  SETTLE_AFTER_MS,
  sameTeams,
  type TeamsPresence,
  type TeamsView,
  type TeamsWrite,
  type Written,
} from './model.ts';

/** More writes than this within the echo window are not worth telling apart. */
const RECENT_LIMIT = 8;

/** The write is on its way. */
export function teamsWriteSent(state: PairState, write: TeamsWrite, now: number): PairState {
  const what = traceOf(write);
  // Said again, it stands for the attempts before.
  const others = state.written.recent.filter((one) => !(one.failed && sameTrace(one.what, what)));
  const recent = [...others, { what, at: now, echoedAt: null }].slice(-RECENT_LIMIT);
  const written: Written = { ...state.written, recent };
  const before = state.teams?.underlying ?? null;
  switch (write.kind) {
    case 'set-session':
      return { ...state, written: { ...written, session: { at: now } } };
    case 'clear-session':
      // What the call covered may have changed without a notification: look.
      return { ...state, written: { ...written, session: null }, settleAt: now + SETTLE_AFTER_MS };
    case 'set-preferred':
      return {
        ...state,
        teams: withUnderlying(state.teams, write.presence),
        written: { ...written, preferred: { presence: write.presence, at: now, before } },
      };
    case 'clear-preferred':
      return {
        ...state,
        teams: withUnderlying(state.teams, null),
        written: { ...written, preferred: { presence: 'cleared', at: now, before } },
        settleAt: now + SETTLE_AFTER_MS,
      };
  }
}

/**
 * Microsoft did not take it, or took it and its answer was lost: it becomes due again. A session may
 * stand all the same, so that one nobody wants any more is cleared rather than left to expire.
 */
export function teamsWriteFailed(state: PairState, write: TeamsWrite): PairState {
  const recent = withDoubt(state.written.recent, traceOf(write));
  switch (write.kind) {
    case 'set-session':
    case 'clear-session':
      return { ...state, written: { ...state.written, session: { at: 0 }, recent } };
    case 'set-preferred':
    case 'clear-preferred':
      return {
        ...state,
        teams: withoutWrite(state, write),
        written: { ...state.written, preferred: null, recent },
      };
  }
}

type PreferredWrite = RecentWrite & { what: TeamsPresence | 'cleared' };

const isPreferred = (write: RecentWrite): write is PreferredWrite =>
  typeof write.what === 'object' || write.what === 'cleared';

function withDoubt(recent: readonly RecentWrite[], what: RecentWrite['what']): RecentWrite[] {
  const last = recent.findLastIndex((write) => sameTrace(write.what, what));
  return recent.map((write, at) => (at === last ? { ...write, failed: true } : write));
}

/** Writes of a preferred presence that nobody confirmed, and that no later write replaced. */
export function perhapsStanding(recent: readonly RecentWrite[]): PreferredWrite[] {
  const preferred = recent.filter(isPreferred);
  const confirmed = preferred.findLastIndex(({ failed }) => failed !== true);
  return preferred.slice(confirmed + 1);
}

/** What Teams was last asked for with success, as long as it is remembered. */
export const lastConfirmed = (recent: readonly RecentWrite[]): PreferredWrite['what'] | undefined =>
  recent.filter(isPreferred).findLast(({ failed }) => failed !== true)?.what;

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

const sameTrace = (a: RecentWrite['what'], b: RecentWrite['what']): boolean =>
  typeof a === 'object' && typeof b === 'object' ? sameTeams(a, b) : a === b;

const withUnderlying = (
  teams: TeamsView | null,
  underlying: TeamsView['underlying'],
): TeamsView | null => teams && { ...teams, underlying };
