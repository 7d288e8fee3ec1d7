// Teams shows something else than before: whether it is our own doing – a write arrived after all, ended by itself,
// was cleared – so that no human has chosen it.
import type { TeamsSeen } from './events.ts';
import { hasEnded, landed } from './lasting.ts';
import { isNoInformation, isSurelyChosen, type Mapping } from './mapping.ts';
import { type PairState, sameTeams, type TeamsPresence } from './model.ts';
import { lastConfirmed, perhapsStanding } from './recent-writes.ts';

/**
 * What we wrote, or what we want there and Microsoft may have taken after all: that it has is not told by
 * what our session makes it show.
 */
export const isOurPreferred = (
  { written, manual }: PairState,
  presence: TeamsPresence,
  mayBeSession: boolean,
): boolean =>
  [written.preferred?.presence, mayBeSession ? undefined : manual?.teams].some(
    (ours) => typeof ours === 'object' && sameTeams(ours, presence),
  );

/** Teams shows one preferred presence at a time: another one that we wrote stands no more, if this is not it. */
export function withoutReplaced(state: PairState, presence: TeamsPresence): PairState {
  const stood = state.written.preferred?.presence;
  if (typeof stood !== 'object' || sameTeams(stood, presence)) return state;
  return { ...state, written: { ...state.written, preferred: null } };
}

/**
 * A write that failed has arrived, as this shows; `undefined` where none did. What was wanted then may
 * have been replaced since, so that nothing else tells it from a human's choice. Whether what was to be renewed
 * was, its being there does not show.
 */
export function landedAfterAll(state: PairState, presence: TeamsPresence): PairState | undefined {
  const { written, manual, teams } = state;
  if (manual === null || manual.teams === 'leave') return undefined;
  if (teams?.underlying && sameTeams(teams.underlying, presence)) return undefined;
  const stoodSince = written.preferred?.at ?? 0;
  const write = perhapsStanding(written.recent).findLast(
    ({ what, at }) => at > stoodSince && what !== 'cleared' && sameTeams(what, presence),
  );
  if (write === undefined) return undefined;
  const preferred = { presence: write.what, at: write.at, before: null };
  return landed({ ...state, written: { ...written, preferred } }, write);
}

/**
 * Signed out, Teams could show nothing of what we want there, and that has not arrived: what it shows first by
 * itself, at the next sign-in, is nobody's choice.
 */
export function isOnlySignedIn(
  mapping: Mapping,
  { manual, teams, written }: PairState,
  presence: TeamsPresence,
): boolean {
  const isWanted = manual?.origin === 'pbx' && typeof manual.teams === 'object';
  const wasSignedOut = teams !== null && isNoInformation(mapping, teams.presence);
  return isWanted && wasSignedOut && !written.preferred && !isSurelyChosen(presence);
}

/** Signed out, Teams shows nothing of what was written, and whether that arrived is open. */
export const hidesOurs = (
  mapping: Mapping,
  { written }: PairState,
  presence: TeamsPresence,
): boolean => isNoInformation(mapping, presence) && perhapsStanding(written.recent).length > 0;

/** Nobody renewed what we wrote, and this is what Teams shows by itself since it is over: nobody's choice. */
export const hasExpired = (state: PairState, { presence, at }: TeamsSeen): boolean =>
  state.manual?.origin === 'pbx' && !isSurelyChosen(presence) && hasEnded(state, at);

/**
 * We cleared the preferred presence, or may have, and this is what Teams shows by itself: our own doing,
 * and nobody's choice, unless nothing but a choice makes Teams show it.
 */
export function isUncovered(
  { written, manual, teams }: PairState,
  presence: TeamsPresence,
): boolean {
  if (manual === null || manual.teams === 'leave' || isSurelyChosen(presence)) return false;
  const stands = written.preferred?.presence ?? lastConfirmed(written.recent);
  if (stands === 'cleared' && (teams?.underlying ?? null) === null) return true;
  const stoodSince = written.preferred?.at ?? 0;
  return perhapsStanding(written.recent).some(
    ({ what, at }) => at > stoodSince && what === 'cleared',
  );
}

/**
 * A clearing that failed has arrived where what stood before shows no more: to say it again would take away what a
 * human chooses meanwhile. Where something else of ours may stand as well, it is said again.
 */
export function clearedAfterAll({ teams, written }: PairState, next: PairState): PairState {
  const perhaps = perhapsStanding(written.recent);
  const last = perhaps.at(-1);
  const isAlone = perhaps.every(({ what }) => what === 'cleared');
  if (last === undefined || !isAlone || !teams?.underlying || written.preferred) return next;
  const preferred = { presence: last.what, at: last.at, before: null };
  return { ...next, written: { ...next.written, preferred } };
}
