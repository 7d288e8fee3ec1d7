// What Microsoft had held back for hours: it is believed at first, and a read that shows what stood before
// tells that it was old.
import type { Decision, TeamsSeen } from './events.ts';
import {
  ECHO_WINDOW_MS,
  type PairState,
  PROOF_WITHIN_MS,
  SETTLE_AFTER_MS,
  sameTeams,
  type Unproven,
} from './model.ts';

/** Teams said something else than before, after long silence: Microsoft may have held it back for hours. */
export function unproven(before: PairState, seen: Decision, now: number): Decision {
  const { manual, teams, pbx, written } = before;
  if (!teams || !pbx || !manual || seen.reason === 'same') return seen;
  if (now - teams.at <= ECHO_WINDOW_MS) return seen;
  const { preferred } = written;
  const known: Unproven = { at: now, manual, teams, onPbx: pbx.manual, preferred };
  return { ...seen, state: { ...seen.state, unproven: known }, look: true };
}

/** A read shows what Teams showed before: what it told since was old, and nobody's choice. */
export function asBefore(
  state: PairState,
  known: Unproven | undefined,
  event: TeamsSeen,
  now: number,
): Decision | undefined {
  if (known === undefined || Math.abs(now - known.at) > PROOF_WITHIN_MS) return undefined;
  // A copy at Microsoft that lags behind proves nothing.
  if (event.source === 'read' && event.askedAt < known.at + SETTLE_AFTER_MS) return undefined;
  // What we wrote shows too, though its echo may never have come.
  const showed = [known.teams.presence, known.teams.call ? undefined : known.preferred?.presence];
  const isAsBefore = showed.some(
    (one) => typeof one === 'object' && sameTeams(one, event.presence),
  );
  if (!isAsBefore) return undefined;
  // Somebody has chosen on the PBX since.
  if (state.manual?.origin !== 'teams') return undefined;
  const { sequence, at } = event;
  const { manual, teams, onPbx, preferred } = known;
  return {
    state: {
      ...state,
      manual,
      teams: { ...teams, sequence, at },
      pbx: state.pbx && { ...state.pbx, manual: onPbx },
      written: { ...state.written, preferred },
    },
    reason: 'teams-told-late',
  };
}
