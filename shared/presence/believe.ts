// An observation of Teams that is true now: did our own doing make it so, or a human?
import { adoptPbx, adoptTeams, reconcile } from './adopt.ts';
import type { Decision, TeamsSeen } from './events.ts';
import { shownToBeGone, shownToBeTakenAway, shownToStand } from './lasting.ts';
import { isCall, isNoInformation, isSurelyChosen } from './mapping.ts';
import { type PairState, sameTeams, type TeamsPresence, type TeamsView } from './model.ts';
import {
  clearedAfterAll,
  hasExpired,
  hidesOurs,
  isOnlySignedIn,
  isOurPreferred,
  isUncovered,
  landedAfterAll,
  withoutReplaced,
} from './own-doing.ts';
import { looksLikeSession, type Rules } from './rules.ts';

/** What is known of Teams from now on. */
export const note = (
  event: TeamsSeen,
  underlying: TeamsPresence | null,
  call: boolean,
): TeamsView => ({
  presence: event.presence,
  sequence: event.sequence,
  at: event.at,
  underlying,
  call,
});

/** The observation is true now: who made it so? */
export function believe(rules: Rules, state: PairState, event: TeamsSeen): Decision {
  const { presence } = event;
  const underlying = state.teams?.underlying ?? null;
  const wasCall = state.teams?.call ?? false;

  if (isNoInformation(rules.mapping, presence)) return takeNoInformation(rules, state, event);
  const mayBeSession = state.written.session !== null && looksLikeSession(rules, presence);
  const arrived = mayBeSession ? undefined : landedAfterAll(state, presence);
  if (arrived) return believe(rules, arrived, event);

  const ours = isOurPreferred(state, presence, mayBeSession);
  if (!ours && mayBeSession) {
    const known = shownToBeTakenAway(state, presence, event.at);
    return { state: { ...known, teams: note(event, underlying, wasCall) }, reason: 'own-session' };
  }
  if (!ours && isCall(rules.mapping, presence)) {
    const known = shownToBeTakenAway(state, presence, event.at);
    const next = { ...known, teams: note(event, underlying, true) };
    const reason = wasCall ? 'same' : 'teams-call-began';
    return firstSight(rules, next) ?? { state: next, reason };
  }

  if (ours) {
    // What our session makes Teams show hides that something has ended beneath.
    const known = mayBeSession ? state : shownToStand(state, presence, event.at);
    const next = { ...known, teams: note(event, presence, false) };
    return { state: withoutReplaced(next, presence), reason: 'own-echo' };
  }
  const next = { ...shownToBeGone(state, event.at), teams: note(event, presence, false) };
  const first = firstSight(rules, next);
  if (first) return first;
  if (underlying && sameTeams(underlying, presence)) {
    return { state: next, reason: wasCall ? 'teams-call-ended' : 'same' };
  }
  if (isOnlySignedIn(rules.mapping, state, presence)) {
    return { state: next, reason: 'teams-without-ours' };
  }
  if (hasExpired(state, event)) {
    const written = { ...next.written, preferred: null, lasts: undefined };
    return {
      state: adoptPbx(rules, { ...next, written }, state.manual?.pbx ?? ''),
      reason: 'teams-without-ours',
    };
  }
  if (isUncovered(state, presence)) {
    const cleared = withoutReplaced(clearedAfterAll(state, next), presence);
    return { state: cleared, reason: 'teams-without-ours' };
  }
  const isNews = state.teams === null || !sameTeams(state.teams.presence, presence);
  if (underlying === null && !(isNews && isSurelyChosen(presence))) {
    const { state: settled, verdict } = reconcile(rules, next);
    return { state: settled, reason: verdict };
  }
  return { state: adoptTeams(rules, next, presence), reason: 'teams-chose' };
}

/** Offline, off work, unknown: takes back what came from Teams, undoes nothing of the PBX. */
function takeNoInformation(rules: Rules, state: PairState, event: TeamsSeen): Decision {
  const fromTeams = state.manual?.origin === 'teams';
  const known = state.teams?.underlying ?? null;
  const isOpen = known === null && hidesOurs(rules.mapping, state, event.presence);
  const underlying = fromTeams ? event.presence : isOpen ? null : (known ?? event.presence);
  const next: PairState = { ...state, teams: note(event, underlying, false) };
  const first = firstSight(rules, next);
  if (first) return first;
  if (!fromTeams || next.manual?.pbx === '') return { state: next, reason: 'teams-no-information' };
  return {
    state: { ...next, manual: { origin: 'teams', pbx: '', teams: 'leave' } },
    reason: 'teams-took-back',
  };
}

/** Both sides are known for the first time. */
function firstSight(rules: Rules, state: PairState): Decision | undefined {
  if (state.manual !== null) return undefined;
  if (state.pbx === null) return { state, reason: 'pbx-not-known-yet' };
  const { state: settled, verdict } = reconcile(rules, state);
  return { state: settled, reason: verdict };
}
