// Remembers what we write to Teams, from the moment of sending: the echo may overtake the answer.
import {
  type PairState,
  type RecentWrite,
  SETTLE_AFTER_MS,
  type TeamsView,
  type TeamsWrite,
  type Written,
} from './model.ts';

/** More writes than this within the echo window are not worth telling apart. */
const RECENT_LIMIT = 8;

/** The write is on its way. */
export function teamsWriteSent(state: PairState, write: TeamsWrite, now: number): PairState {
  const recent = [...state.written.recent, { what: traceOf(write), at: now, echoedAt: null }].slice(
    -RECENT_LIMIT,
  );
  const written: Written = { ...state.written, recent };
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
        written: { ...written, preferred: { presence: write.presence, at: now } },
      };
    case 'clear-preferred':
      return {
        ...state,
        teams: withUnderlying(state.teams, null),
        written: { ...written, preferred: { presence: 'cleared', at: now } },
        settleAt: now + SETTLE_AFTER_MS,
      };
  }
}

/** Microsoft did not take it: nothing of it stands, so that it becomes due again. */
export function teamsWriteFailed(state: PairState, write: TeamsWrite): PairState {
  switch (write.kind) {
    case 'set-session':
      return { ...state, written: { ...state.written, session: null } };
    case 'clear-session':
      return { ...state, written: { ...state.written, session: { at: 0 } } };
    case 'set-preferred':
    case 'clear-preferred':
      return { ...state, written: { ...state.written, preferred: null } };
  }
}

function traceOf(write: TeamsWrite): RecentWrite['what'] {
  if (write.kind === 'set-session') return 'session';
  return write.kind === 'set-preferred' ? write.presence : 'cleared';
}

const withUnderlying = (
  teams: TeamsView | null,
  underlying: TeamsView['underlying'],
): TeamsView | null => teams && { ...teams, underlying };
