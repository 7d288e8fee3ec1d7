// An observation of Teams: is it old, is it our own write that comes back, or is it to be believed?
import { believe, note } from './believe.ts';
import type { Decision, TeamsSeen } from './events.ts';
import { shownToBeTakenAway } from './lasting.ts';
import { isCall, isEqual } from './mapping.ts';
import {
  type Doubted,
  ECHO_WINDOW_MS,
  type PairState,
  type RecentWrite,
  SETTLE_AFTER_MS,
  sameTeams,
  type TeamsPresence,
  type TeamsView,
} from './model.ts';
import { hidesOurs } from './own-doing.ts';
import { lastPreferred, settledFrom } from './recent-writes.ts';
import { looksLikeSession, type Rules } from './rules.ts';
import { withoutOld } from './teams-writes.ts';
import { asBefore, provesFrom, stillUnproven, unproven } from './told-late.ts';

/** Takes in what Microsoft said about the user, by notification or as the answer to a read. */
export function seeTeams(rules: Rules, before: PairState, event: TeamsSeen, now: number): Decision {
  if (isOlder(before, event))
    return { state: later(before, event, now), reason: 'older-than-known' };
  const state = withoutOld(before, now);
  const { recent } = state.written;

  if (event.source === 'read') {
    if (event.askedAt < settledFrom(recent) || isOvertaken(state, event)) {
      return { state: settle(tooEarly(rules, state, event), now), reason: 'read-too-early' };
    }
    if (isDoubtedSince(state, event, now) && isWorthWaiting(state, event)) {
      const overtakenSince = state.overtakenSince ?? event.askedAt;
      return { state: { ...heldOn(state, now), overtakenSince }, reason: 'read-too-early' };
    }
    const settleAt = provesFrom(rules, state, event, now);
    if (settleAt !== null) {
      return { state: { ...state, settleAt }, reason: 'read-too-early' };
    }
    const read = asBefore(rules, state, event, now) ?? believe(rules, state, event);
    const told = stillUnproven(rules, state, event, settled(read.state));
    const isOpen = isSaidAgainSince(state, event) || isDoubtedSince(state, event, now);
    return { ...read, state: isOpen ? askTeams(told, now, doubtSince(state, event)).state : told };
  }
  const echoes = recent.filter((write) => isEchoOf(rules, write.what, event.presence));
  if (echoes.length > 0) return takeEcho(rules, state, event, echoes, now);
  const unsure = recent.at(-1)?.echoedAt === null;
  if (!unsure && state.teams && sameTeams(state.teams.presence, event.presence)) {
    return { state: { ...state, teams: saidAgain(state.teams, event) }, reason: 'same' };
  }
  const { doubted: _, overtakenSince: __, ...told } = state;
  // Whatever Teams showed before, what we wrote since has taken its place, or is about to.
  if (!event.canAsk && isReplaced(state, event)) return { state: told, reason: 'older-than-known' };
  // What Microsoft took of us has not come back yet: what comes before it may be older.
  const mayWait = event.canAsk || now < settledFrom(recent) || isOnItsWay(recent.at(-1));
  if (mayWait && mayBeOld(state, event, now)) {
    const { presence, sequence, at } = event;
    return askTeams(state, now, { presence, at, ...(sequence && { sequence }) });
  }
  return unproven(told, believe(rules, told, event), now);
}

/** What shows besides our last write may be as old as that, or news that its echo is not to call off. */
function tooEarly(
  rules: Rules,
  state: PairState,
  { presence, askedAt }: TeamsSeen & { source: 'read' },
): PairState {
  const last = state.written.recent.at(-1);
  const isOurs = last === undefined || askedAt <= last.at || isEchoOf(rules, last.what, presence);
  return isOurs ? state : doubting(state);
}

/** Something was said that only a read tells. */
const doubting = (state: PairState): PairState => ({
  ...state,
  doubted: state.doubted ?? 'something',
});

/** Reads get answers: what waits for one goes on waiting. */
const heldOn = (state: PairState, now: number): PairState =>
  state.readFirstSince === undefined ? state : { ...state, readFirstSince: now };

/** A read has told what is true. */
function settled(state: PairState): PairState {
  const { doubted: _, overtakenSince: __, readFirstSince: ___, unproven: ____, ...told } = state;
  return { ...told, settleAt: null };
}

/**
 * Notifications come late, twice and out of order, up to 90 s. With Microsoft's version stamp the
 * order is known; without it, one that follows closely on anything may be older than that.
 */
function mayBeOld(state: PairState, event: TeamsSeen, now: number): boolean {
  const lastWrite = state.written.recent.at(-1);
  if (event.sequence && state.teams?.sequence) return lastWrite?.echoedAt === null;
  return (
    lastWrite !== undefined || (state.teams !== null && now - state.teams.at <= ECHO_WINDOW_MS)
  );
}

const isOnItsWay = (write: RecentWrite | undefined): boolean =>
  write !== undefined && write.echoedAt === null && !write.failed;

/** Seen before our last write left, or before its echo came. */
function isReplaced({ written: { recent, preferred } }: PairState, { at }: TeamsSeen): boolean {
  const ours = lastPreferred(recent);
  return at <= Math.max(preferred?.at ?? 0, ours?.at ?? 0, ours?.echoedAt ?? 0);
}

/** A copy at Microsoft lags behind for seconds: after that its stamps go back, and it says what is so. */
function isOlder({ teams }: PairState, event: TeamsSeen): boolean {
  const known = teams?.sequence;
  if (!known || !event.sequence) return false;
  if (event.source === 'notification') return event.sequence <= known;
  return event.sequence < known && Math.abs(event.askedAt - teams.at) <= ECHO_WINDOW_MS;
}

/** A copy at Microsoft that lags behind answered a settling read: ask again, but not at once. */
function later(state: PairState, event: TeamsSeen, now: number): PairState {
  const wasAsked = event.source === 'read' && state.settleAt !== null && state.settleAt <= now;
  return wasAsked ? { ...state, settleAt: now + SETTLE_AFTER_MS } : state;
}

/** Without a stamp it may be a copy, as late as anybody sends it: no news. */
function saidAgain(teams: TeamsView, { sequence, at }: TeamsSeen): TeamsView {
  const { firstAt = teams.at, ...known } = teams;
  return sequence ? { ...known, sequence, at } : { ...known, at, firstAt };
}

/** News came while the read was under way: its answer may be older than that. */
const isOvertaken = ({ teams }: PairState, { presence, askedAt }: TeamsSeen & { source: 'read' }) =>
  teams !== null && askedAt < (teams.firstAt ?? teams.at) && !sameTeams(teams.presence, presence);

/** What is known was said again while it was under way: a copy, or a choice made once more. */
const isSaidAgainSince = (
  { teams }: PairState,
  { presence, askedAt }: TeamsSeen & { source: 'read' },
): boolean => teams !== null && askedAt < teams.at && !sameTeams(teams.presence, presence);

/** What was said while it was under way asks for another one. */
const isDoubtedSince = (
  { settleAt }: PairState,
  { askedAt }: TeamsSeen & { source: 'read' },
  now: number,
): boolean => settleAt !== null && askedAt < settleAt && settleAt <= now;

/** Where something else is said faster than reads are answered, one is believed all the same. */
const isWorthWaiting = (
  { overtakenSince }: PairState,
  { askedAt }: TeamsSeen & { source: 'read' },
): boolean => overtakenSince === undefined || askedAt < overtakenSince + SETTLE_AFTER_MS;

/** What is still to be believed where the next read fails: not what was said before this one was asked. */
const doubtSince = (
  { doubted }: PairState,
  { askedAt }: TeamsSeen & { source: 'read' },
): Doubted => (typeof doubted === 'object' && doubted.at >= askedAt ? doubted : 'something');

function isEchoOf(rules: Rules, what: RecentWrite['what'], presence: TeamsPresence): boolean {
  if (what === 'session') return looksLikeSession(rules, presence);
  if (typeof what === 'object') return sameTeams(what, presence);
  return rules.mapping.toPbx(presence) === '';
}

/** Reads once more, as soon as the answer is worth believing. */
const settle = (state: PairState, now: number): PairState => ({
  ...state,
  settleAt: Math.max(now, settledFrom(state.written.recent)),
});

/** Something changed: what it is now, a read tells. */
export const askTeams = (
  state: PairState,
  now: number,
  doubted: Doubted = 'something',
): Decision => ({
  state: { ...settle(state, now), doubted },
  reason: 'asking-what-is-true',
});

/** Our own write came back. If the sides differ all the same, a human's change may hide behind it. */
function takeEcho(
  rules: Rules,
  state: PairState,
  event: TeamsSeen,
  echoes: readonly RecentWrite[],
  now: number,
): Decision {
  // Of two that are equal the older one comes back first: what is newer may still be on its way.
  const echo = echoes.find(({ echoedAt }) => echoedAt === null) ?? echoes.at(-1);
  // One that is not known to have arrived may have older copies of itself: a read tells.
  const mayBeOlder = echoes.some(({ failed, firstAt }) => failed || firstAt !== undefined);
  const recent = state.written.recent.map((write) =>
    write === echo && !mayBeOlder ? { ...write, echoedAt: write.echoedAt ?? now } : write,
  );
  const known = state.teams?.underlying ?? null;
  const wasCall = state.teams?.call ?? false;
  const isShadow = mayBeShadow(rules, state, event.presence);
  const agreed = isShadow || (sidesAgree(rules, state, event.presence) && !mayBeOlder);
  const saysMore =
    agreed &&
    !isShadow &&
    !hidesOurs(rules.mapping, state, event.presence) &&
    echo === lastPreferred(state.written.recent);
  // Without our session it may be what is underneath, or as late as that session.
  const isOpen =
    agreed && echo?.what === 'session-cleared' && known && !sameTeams(known, event.presence);
  const underlying = saysMore ? event.presence : isOpen ? null : known;
  const told: PairState = {
    ...state,
    written: { ...state.written, recent },
    teams: note(event, underlying, wasCall),
  };
  const seen = isShadow ? shownToBeTakenAway(told, event.presence, event.at) : told;
  if (!agreed) {
    // What has come back before, or what others may show as well, may be a human's choice: no other echo calls it off.
    const isSurelyOurs = echo?.echoedAt === null && typeof echo.what === 'object';
    const asked = isSurelyOurs ? seen : doubting(seen);
    return { state: settle(asked, now), reason: 'own-echo-but-different' };
  }
  // What our clearing left has not been seen, and the next presence would pass for it: a read is to tell, the one
  // that the write planned where that has not been called off.
  const isUnseen = echo?.what === 'session-cleared' && underlying === null && !isShadow;
  if (isUnseen && state.settleAt === null) return { state: settle(seen, now), reason: 'own-echo' };
  const settled = echo === state.written.recent.at(-1) && !state.doubted && !isUnseen;
  return { state: settled ? { ...seen, settleAt: null } : seen, reason: 'own-echo' };
}

/** During a call on the PBX: our session, or what it hides. It says nothing of what is underneath. */
const mayBeShadow = (rules: Rules, { pbx }: PairState, presence: TeamsPresence): boolean =>
  pbx?.call === true && looksLikeSession(rules, presence);

function sidesAgree(rules: Rules, state: PairState, presence: TeamsPresence): boolean {
  // An echo may be late: that a call in Teams has ended is not its news.
  if (state.teams?.call && !isCall(rules.mapping, presence)) return false;
  return state.manual === null || isEqual(rules.mapping, presence, state.manual.pbx);
}
