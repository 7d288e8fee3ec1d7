// What Microsoft had held back for hours: it is believed at first, and a read that shows what stood before
// tells that it was old.
import { adoptPbx } from './adopt.ts';
import type { Decision, TeamsSeen } from './events.ts';
import {
  ECHO_WINDOW_MS,
  type PairState,
  PROOF_WITHIN_MS,
  SETTLE_AFTER_MS,
  sameTeams,
  type TeamsPresence,
  type Unproven,
} from './model.ts';
import { looksLikeSession, type Rules } from './rules.ts';

/** Teams said something else than before, after long silence: Microsoft may have held it back for hours. */
export function unproven(before: PairState, seen: Decision, now: number): Decision {
  const { manual, teams, pbx, written } = before;
  if (!teams || !pbx || !manual || seen.reason === 'same') return seen;
  if (now - teams.at <= ECHO_WINDOW_MS) return seen;
  const { session, preferred, lasts } = written;
  const known: Unproven = { at: now, manual, teams, session, preferred, lasts };
  return { ...seen, state: { ...seen.state, unproven: known }, look: true };
}

/**
 * A read that shows what Teams showed before tells that what came since was old; so soon after it, it may be a
 * copy at Microsoft that lags behind. When to read once more, epoch ms; `null`: this one is as good as any.
 */
export function provesFrom(
  rules: Rules,
  state: PairState,
  event: TeamsSeen & { source: 'read' },
  now: number,
): number | null {
  const known = state.unproven;
  if (!known || event.askedAt >= known.at + SETTLE_AFTER_MS) return null;
  return isAsBefore(rules, state, event, now) ? known.at + SETTLE_AFTER_MS : null;
}

/** A read shows what Teams showed before: what it told since was old, and nobody's choice. */
export function asBefore(
  rules: Rules,
  state: PairState,
  event: TeamsSeen,
  now: number,
): Decision | undefined {
  const known = state.unproven;
  if (!known || !isAsBefore(rules, state, event, now)) return undefined;
  const { sequence, at } = event;
  const { manual, preferred, lasts } = known;
  const { firstAt: _, ...before } = known.teams;
  const teams = { ...before, sequence, at };
  const written = { ...state.written, preferred, lasts };
  const reason = 'teams-told-late';
  const chosen = state.manual?.origin === 'pbx' ? state.manual.pbx : null;
  if (chosen === null || (manual?.origin === 'pbx' && manual.pbx === chosen)) {
    return { state: { ...state, manual, teams, written }, reason };
  }
  // What somebody has chosen on the PBX since was held against what Teams did not show.
  return { state: adoptPbx(rules, { ...state, manual, teams, written }, chosen), reason };
}

/** `told` by a read that proves nothing: a later one may, `PROOF_WITHIN_MS` from when it was unproven. */
export function stillUnproven(
  rules: Rules,
  { unproven: known, written }: PairState,
  { presence }: TeamsSeen,
  told: PairState,
): PairState {
  const isHidden = known && mayBeNewSession(rules, written, known, presence);
  return isHidden ? { ...told, unproven: known } : told;
}

/** What shows may be a session of ours that has begun since: it looks like what stood before. */
const mayBeNewSession = (
  rules: Rules,
  { session }: PairState['written'],
  known: Unproven,
  presence: TeamsPresence,
): boolean => session !== null && !known.session && looksLikeSession(rules, presence);

function isAsBefore(rules: Rules, state: PairState, { presence }: TeamsSeen, now: number): boolean {
  const { unproven: known } = state;
  if (!known) return false;
  if (Math.abs(now - known.at) > PROOF_WITHIN_MS) return false;
  if (state.manual?.origin !== 'teams' && !isLeftSince(state, presence)) return false;
  if (mayBeNewSession(rules, state.written, known, presence)) return false;
  // What we wrote shows too, though its echo may never have come.
  const showed = [
    shownBefore(rules, state, known),
    known.teams.call ? undefined : known.preferred?.presence,
  ];
  return showed.some((one) => typeof one === 'object' && sameTeams(one, presence));
}

/** What Teams showed, without a session of ours that is over since. */
function shownBefore(rules: Rules, { written }: PairState, { teams }: Unproven): TeamsPresence {
  const { presence, underlying, call } = teams;
  const isSession = written.session === null && !call && looksLikeSession(rules, presence);
  return isSession ? (underlying ?? presence) : presence;
}

/** Somebody chose on the PBX what Teams seemed to show already, and what it shows now it has not told since. */
function isLeftSince({ manual, doubted }: PairState, shown: TeamsPresence): boolean {
  if (manual?.teams !== 'leave') return false;
  return typeof doubted !== 'object' || !sameTeams(doubted.presence, shown);
}
