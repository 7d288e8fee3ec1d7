// What is given up so that the rest can be subscribed – users whom Microsoft refuses, data with the items –,
// after how long, and when it is tried again (docs/decisions/0050). Pure.
import type { TeamsUserId } from '../../shared/ids.ts';
import type { Again, Failure, Named, SubscriptionState } from './account-state.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** So many refusals at least: one may name anybody. */
const REFUSALS = 3;
/** At most one in so many are few. */
const FEW = 10;
/** All others wait meanwhile: longer than a hiccup, and no more. In ms. */
const FEW_FOR_MS = MINUTE;
/** Many are rather a Microsoft that still digests our delete, and names whom it had (facts: graph §2.8). In ms. */
const MANY_FOR_MS = 3 * MINUTE;

interface Pace {
  firstMs: number;
  maxMs: number;
}
/** A try takes the subscription of the others away for seconds, or for as long as Microsoft digests a delete. */
const RARELY: Pace = { firstMs: HOUR, maxMs: 24 * HOUR };
/** More are left out than are subscribed: there is more to win than to lose. */
const SOONER: Pace = { firstMs: 10 * MINUTE, maxMs: HOUR };
/** Nobody is subscribed who could lose anything. */
const SOON: Pace = { firstMs: 5 * MINUTE, maxMs: 5 * MINUTE };

/**
 * Whether what was given up is asked for now: whenever a subscription has to be made anyway, at first;
 * otherwise when its time has come, in place of a renewal.
 */
export function isTriedAgain(
  { held, again, failures }: Pick<SubscriptionState, 'held' | 'again' | 'failures'>,
  now: number,
): boolean {
  const isDue = (again?.at ?? 0) <= now;
  const stands = held !== null && held.expiresAt > now;
  return stands ? isDue && held.renewAt <= now : isDue || failures === 0;
}

/** Whom all refusals since the last success have named. */
export function namedAgain(before: Named | null, badIds: TeamsUserId[], now: number): Named {
  const bad = new Set(badIds);
  const userIds = (before?.userIds ?? []).filter((id) => bad.has(id));
  if (!before || userIds.length === 0) return { userIds: badIds, since: now, times: 1 };
  return { userIds, since: before.since, times: before.times + 1 };
}

/** Whether they are refused for good, as far as can be told. */
export function isLastingRefusal(
  { userIds, since, times }: Named,
  asked: readonly TeamsUserId[],
  now: number,
): boolean {
  const patience = userIds.length * FEW <= asked.length ? FEW_FOR_MS : MANY_FOR_MS;
  return times >= REFUSALS && now - since >= patience;
}

/** Goes on without these of whom it was asked for, for now. */
export function withoutThem(
  state: SubscriptionState,
  refused: TeamsUserId[],
  { asked, refusal, now }: { asked: readonly TeamsUserId[]; refusal: Failure; now: number },
): SubscriptionState {
  const tried = new Set(asked);
  const known = new Set(state.excluded);
  const excluded = [...state.excluded.filter((id) => !tried.has(id)), ...refused];
  const subscribed = asked.length - refused.length;
  const pace = subscribed <= 0 ? SOON : refused.length > subscribed ? SOONER : RARELY;
  const before = refused.every((id) => known.has(id)) ? state.again : null;
  return {
    ...state,
    excluded,
    refusal,
    again: later(before, pace, now),
    named: null,
    fault: null,
    pause: state.pause?.asked ? state.pause : null,
  };
}

/** Goes on without data, for now. */
export const withoutData = (state: SubscriptionState, now: number): SubscriptionState => ({
  ...state,
  basic: true,
  again: later(state.again, RARELY, now),
});

function later(before: Again | null, { firstMs, maxMs }: Pace, now: number): Again {
  const times = (before?.times ?? 0) + 1;
  return { times, at: now + Math.min(maxMs, firstMs * 2 ** Math.min(times - 1, 10)) };
}
