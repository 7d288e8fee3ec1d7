// An observation of Teams: is it ours, is it old, or did a human do something?
import { adoptTeams, reconcile } from './adopt.ts';
import type { Reason, TeamsSeen } from './events.ts';
import { isCall, isEqual, isNoInformation } from './mapping.ts';
import {
  ECHO_WINDOW_MS,
  type PairState,
  type RecentWrite,
  SETTLE_AFTER_MS,
  sameTeams,
  type TeamsPresence,
} from './model.ts';
import { looksLikeSession, type Rules } from './rules.ts';

interface Seen {
  state: PairState;
  reason: Reason;
}

/** Takes in what Microsoft said about the user, by notification or as the answer to a read. */
export function seeTeams(rules: Rules, before: PairState, event: TeamsSeen, now: number): Seen {
  if (isOlder(before, event)) return { state: before, reason: 'older-than-known' };
  const recent = before.written.recent.filter((write) => now - write.at < ECHO_WINDOW_MS);
  const state: PairState = { ...before, written: { ...before.written, recent } };

  if (event.source === 'read') {
    if (event.askedAt < settledFrom(recent.at(-1))) {
      return { state: settle(state, now), reason: 'read-too-early' };
    }
    return believe(rules, { ...state, settleAt: null }, event);
  }
  const echo = recent.findLast((write) => isEchoOf(rules, write.what, event.presence));
  if (echo) return takeEcho(rules, state, event, echo, now);
  if (state.teams && sameTeams(state.teams.presence, event.presence)) {
    const sequence = event.sequence ?? state.teams.sequence;
    return {
      state: { ...state, teams: { ...state.teams, sequence, at: event.at } },
      reason: 'same',
    };
  }
  if (event.canAsk && mayBeOld(state, event, now)) {
    return { state: settle(state, now), reason: 'asking-what-is-true' };
  }
  return believe(rules, state, event);
}

/**
 * Notifications come late, twice and out of order, up to 90 s. With Microsoft's version stamp the
 * order is known; without it, one that follows closely on anything may be older than that.
 */
function mayBeOld(state: PairState, event: TeamsSeen, now: number): boolean {
  const lastWrite = state.written.recent.at(-1);
  if (event.sequence && state.teams?.sequence) return lastWrite?.echoedAt === null;
  return lastWrite !== undefined || (state.teams !== null && now - state.teams.at < ECHO_WINDOW_MS);
}

function isOlder(state: PairState, event: TeamsSeen): boolean {
  const known = state.teams?.sequence;
  if (!known || !event.sequence) return false;
  return event.source === 'read' ? event.sequence < known : event.sequence <= known;
}

function isEchoOf(rules: Rules, what: RecentWrite['what'], presence: TeamsPresence): boolean {
  if (what === 'session') return looksLikeSession(rules, presence);
  if (what === 'cleared') return rules.mapping.toPbx(presence) === '';
  return sameTeams(what, presence);
}

/**
 * From when on a read tells what is true: once our last write has come back, or has had its time
 * to. Microsoft's answers may lag behind its own writes.
 */
const settledFrom = (lastWrite: RecentWrite | undefined): number =>
  lastWrite ? (lastWrite.echoedAt ?? lastWrite.at + SETTLE_AFTER_MS) : 0;

/** Reads once more, as soon as the answer is worth believing. */
const settle = (state: PairState, now: number): PairState => ({
  ...state,
  settleAt: Math.max(now, settledFrom(state.written.recent.at(-1))),
});

/** Our own write came back. If the sides differ all the same, a human's change may hide behind it. */
function takeEcho(
  rules: Rules,
  state: PairState,
  event: TeamsSeen,
  echo: RecentWrite,
  now: number,
): Seen {
  const recent = state.written.recent.map((write) =>
    write === echo ? { ...write, echoedAt: write.echoedAt ?? now } : write,
  );
  const known = state.teams?.underlying ?? null;
  const agreed = sidesAgree(rules, state, event.presence);
  const underlying = agreed && echo.what !== 'session' ? event.presence : known;
  const seen: PairState = {
    ...state,
    written: { ...state.written, recent },
    teams: note(event, underlying, false),
  };
  if (!agreed) return { state: settle(seen, now), reason: 'own-echo-but-different' };
  const settled = echo === state.written.recent.at(-1);
  return { state: settled ? { ...seen, settleAt: null } : seen, reason: 'own-echo' };
}

function sidesAgree(rules: Rules, state: PairState, presence: TeamsPresence): boolean {
  if (state.pbx?.call && looksLikeSession(rules, presence)) return true;
  return state.manual === null || isEqual(rules.mapping, presence, state.manual.pbx);
}

const note = (event: TeamsSeen, underlying: TeamsPresence | null, call: boolean) => ({
  presence: event.presence,
  sequence: event.sequence,
  at: event.at,
  underlying,
  call,
});

/** The observation is true now: who made it so? */
function believe(rules: Rules, state: PairState, event: TeamsSeen): Seen {
  const { presence } = event;
  const underlying = state.teams?.underlying ?? null;
  const wasCall = state.teams?.call ?? false;

  if (isNoInformation(presence)) return takeNoInformation(rules, state, event);

  const ours = state.written.preferred?.presence;
  const isOurPreferred = ours !== undefined && ours !== 'cleared' && sameTeams(ours, presence);
  if (state.written.session && !isOurPreferred && looksLikeSession(rules, presence)) {
    return { state: { ...state, teams: note(event, underlying, false) }, reason: 'own-session' };
  }
  if (isCall(rules.mapping, presence)) {
    const teams = note(event, underlying, true);
    const known = firstSight(rules, { ...state, teams });
    return known ?? { state: { ...state, teams }, reason: wasCall ? 'same' : 'teams-call-began' };
  }

  const next: PairState = { ...state, teams: note(event, presence, false) };
  if (isOurPreferred) return { state: next, reason: 'own-echo' };
  const first = firstSight(rules, next);
  if (first) return first;
  if (underlying && sameTeams(underlying, presence)) {
    return { state: next, reason: wasCall ? 'teams-call-ended' : 'same' };
  }
  if (underlying === null) {
    const { state: settled, verdict } = reconcile(rules, next);
    return { state: settled, reason: verdict };
  }
  return { state: adoptTeams(rules, next, presence), reason: 'teams-chose' };
}

/** Offline, off work, unknown: takes back what came from Teams, undoes nothing of the PBX. */
function takeNoInformation(rules: Rules, state: PairState, event: TeamsSeen): Seen {
  const fromTeams = state.manual?.origin === 'teams';
  const underlying = fromTeams || !state.teams ? event.presence : state.teams.underlying;
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
function firstSight(rules: Rules, state: PairState): Seen | undefined {
  if (state.manual !== null) return undefined;
  if (state.pbx === null) return { state, reason: 'pbx-not-known-yet' };
  const { state: settled, verdict } = reconcile(rules, state);
  return { state: settled, reason: verdict };
}
