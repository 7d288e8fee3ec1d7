// How long a preferred presence of ours stands in Teams. Microsoft ends it by itself, a day or a week after taking it,
// and tells nobody. Where answers were lost it may have taken any of the attempts: so `lasts.since` and `firstAt`
// say since when it may stand at the earliest, and what Teams shows moves them on.
import { preferredLifetime } from './mapping.ts';
import {
  ECHO_WINDOW_MS,
  ENDS_WITHIN_MS,
  type PairState,
  type RecentWrite,
  sameTeams,
  type TeamsPresence,
  type Written,
} from './model.ts';
import {
  isPreferred,
  lastPreferred,
  type PreferredWrite,
  perhapsStanding,
} from './recent-writes.ts';

type Lasts = NonNullable<Written['lasts']>;

/** It stands in Teams, for as long as Microsoft lets it. */
export const standing = (state: PairState, write: PreferredWrite): PairState => ({
  ...state,
  written: { ...state.written, lasts: lastsOf(write) },
});

/** One of the attempts has arrived: since the first of them it may stand. */
export const landed = (state: PairState, write: PreferredWrite): PairState =>
  standing(state, { ...write, at: firstOf(write) });

/** When it was said first of all that may have arrived, epoch ms. */
export const firstOf = ({ firstAt, at }: RecentWrite): number => firstAt ?? at;

/**
 * Since when our preferred presence stands at the earliest, epoch ms: it is renewed in time for that. What is under
 * way has just begun. `null`: none does.
 */
export function standsSince({ preferred, lasts, recent }: Written): number | null {
  if (preferred === null || preferred.takenAway) return null;
  const isUnderWay = lastPreferred(recent)?.answeredAt === null;
  return isUnderWay || !lasts ? preferred.at : lasts.since;
}

/** Whether by then, epoch ms, something of ours has ended in Teams that stood there, or may have. */
export function hasEnded({ teams, written }: PairState, at: number): boolean {
  const { lasts, recent, preferred } = written;
  // An attempt that Teams has shown may be the first of them.
  const sinceOf = (write: PreferredWrite): PreferredWrite =>
    teams && isOf(write, teams.presence) ? { ...write, at: firstOf(write) } : write;
  return (
    (isOver(lasts, at) && !preferred?.takenAway) ||
    perhapsStanding(recent).some((write) => isOver(lastsOf(sinceOf(write)), at))
  );
}

/**
 * Teams shows it, at that time, epoch ms: nobody has taken it away, and what would be over by then has been renewed
 * since, by us or by a human who picked just that. It may show for a while after its end.
 */
export function shownToStand(before: PairState, presence: TeamsPresence, at: number): PairState {
  const endedBy = at - ENDS_WITHIN_MS;
  const state = attemptsFrom(withoutEnded(before, endedBy), ({ what }) =>
    typeof what === 'object' ? endedBy - preferredLifetime(what).ms : endedBy,
  );
  const { lasts, recent, preferred } = state.written;
  const shown = perhapsStanding(recent).findLast((write) => isOf(write, presence));
  if (lasts === undefined && shown) return landed(state, shown);
  // It is there after all, unless it would be over: then somebody has picked just that.
  if (lasts === undefined || !preferred?.takenAway) return state;
  const { takenAway: _, ...there } = preferred;
  return { ...state, written: { ...state.written, preferred: there } };
}

/**
 * Teams shows something else, at that time, epoch ms: what would be over by then is, and of the attempts that long
 * before none has arrived.
 */
export const shownToBeGone = (state: PairState, at: number): PairState =>
  attemptsFrom(withoutEnded(state, at), () => at - ECHO_WINDOW_MS);

/**
 * A call shows, at that time, epoch ms, which every preferred presence hides (facts: graph §1.4): if ours has not
 * ended by then, somebody has taken it away. What was written within 90 s may not have got there yet.
 */
export function shownToBeTakenAway(
  state: PairState,
  presence: TeamsPresence,
  at: number,
): PairState {
  const { preferred, lasts } = state.written;
  if (preferred === null || preferred.presence === 'cleared') return state;
  // Where nothing says that it stands, it may have ended.
  if (lasts === undefined || isOver(lasts, at)) return state;
  if (sameTeams(preferred.presence, presence) || at <= preferred.at + ECHO_WINDOW_MS) return state;
  return { ...state, written: { ...state.written, preferred: { ...preferred, takenAway: true } } };
}

/** No attempt that counts was made before `earliest`, epoch ms. */
function attemptsFrom(state: PairState, earliest: (write: PreferredWrite) => number): PairState {
  const recent = state.written.recent.map((write) => {
    if (write.firstAt === undefined || !isPreferred(write)) return write;
    const firstAt = Math.max(write.firstAt, earliest(write));
    const { firstAt: _, ...alone } = write;
    return firstAt < write.at ? { ...write, firstAt } : alone;
  });
  return { ...state, written: { ...state.written, recent } };
}

/** What has ended by then, epoch ms, stands no more, and nor does what may have. */
function withoutEnded(state: PairState, at: number): PairState {
  const { written } = state;
  const recent = written.recent.map((write) => {
    // It surely does not stand any more.
    const { failed: _over, ...others } = write;
    return isPreferred(write) && isOver(lastsOf(write), at) ? others : write;
  });
  const lasts = isOver(written.lasts, at) ? undefined : written.lasts;
  return { ...state, written: { ...written, lasts, recent } };
}

const isOf = ({ what }: PreferredWrite, presence: TeamsPresence): boolean =>
  what !== 'cleared' && sameTeams(what, presence);

const lastsOf = ({ what, at: since }: PreferredWrite): Lasts | undefined =>
  what === 'cleared' ? undefined : { since, ms: preferredLifetime(what).ms };

const isOver = (lasts: Lasts | undefined, at: number): boolean =>
  lasts !== undefined && lasts.since + lasts.ms <= at;
