// What to do next about one subscription of an account. Pure: state and time in, a step out.
//
//   create ──▶ (held) ──every 10 or 60 min──▶ renew
//    ▲  │        │ other users or address: delete
//    │  ▼        │ now and then with those who are left out: delete
//    │  │        │ 404, 410, removed, expired: forget
//   tidy ◀───────┘
import type { TeamsUserId } from '../../shared/ids.ts';
import type { AccountSpec, Resource } from './account-rpc.ts';
import type { Held, SubscriptionState } from './account-state.ts';
import { isTriedAgain } from './second-try.ts';

interface Times {
  /** How long a subscription is asked for, in ms. */
  lifetimeMs: number;
  /** After how long it is renewed, in ms, where its token lives that long. */
  renewEveryMs: number;
}

/**
 * Presence: 60 min is the most Microsoft allows; a minute less, against clocks (facts: graph §2.1). A
 * renewal that fails can then be tried for most of an hour before notifications stop. Users: may last
 * for weeks; renewed as often as the original does, because delivery ends with the token of the
 * renewal, and kept for a day, so that an edge that was away for hours has missed nothing.
 */
export const TIMES: Readonly<Record<Resource, Times>> = {
  presence: { lifetimeMs: 59 * 60_000, renewEveryMs: 10 * 60_000 },
  users: { lifetimeMs: 24 * 60 * 60_000, renewEveryMs: 60 * 60_000 },
};

/** What a subscription is to be. */
export interface Wanted {
  resource: Resource;
  notificationUrl: string;
  /** Whose presence; `null`: it is about everybody. */
  userIds: TeamsUserId[] | null;
  /** For whom Microsoft encrypts the data of its items; `null`: they need none. */
  encryption: { id: string; certificate: string } | null;
}

/** What the spec wants of Microsoft; `null`: nothing. */
export function wantedOf(spec: AccountSpec, resource: Resource): Wanted | null {
  const { notificationUrl, userIds, encryption, watchesUsers } = spec;
  if (resource === 'presence') return { resource, notificationUrl, userIds, encryption };
  return watchesUsers ? { resource, notificationUrl, userIds: null, encryption: null } : null;
}

export type SubscriptionStep =
  | { do: 'create'; userIds: TeamsUserId[] | null; rich: boolean }
  | { do: 'renew'; id: string; rich: boolean }
  | { do: 'delete'; id: string }
  /** Find subscriptions of ours that we forgot, and delete them. */
  | { do: 'tidy' };
/** `null`: until something else happens. */
export type Wait = { do: 'wait'; at: number | null };

export function subscriptionStep(
  state: SubscriptionState,
  wanted: Wanted | null,
  now: number,
): SubscriptionStep | Wait {
  const { pause } = state;
  if (pause !== null && pause.until > now) return { do: 'wait', at: pause.until };
  const held = state.held && state.held.expiresAt > now ? state.held : null;
  const triesAll = isTriedAgain(state, now);
  const target =
    wanted && (triesAll ? ofSomebody(wanted) : withoutExcluded(wanted, state.excluded));
  const rich = target?.encryption != null && (triesAll || !state.basic);
  if (!held) {
    if (!target)
      return { do: 'wait', at: wanted && ofSomebody(wanted) && (state.again?.at ?? null) };
    return state.leftovers ? { do: 'tidy' } : { do: 'create', userIds: target.userIds, rich };
  }
  if (!target || !serves(held, target)) return { do: 'delete', id: held.id };
  // Data cannot be had with a renewal (facts: graph §2.1).
  if (state.basic && rich) return { do: 'delete', id: held.id };
  // A new certificate travels with a renewal, it needs no new subscription.
  const isRotated = held.encryptionId !== null && held.encryptionId !== target.encryption?.id;
  if (held.renewAt <= now || isRotated) {
    return { do: 'renew', id: held.id, rich: held.encryptionId !== null };
  }
  return { do: 'wait', at: held.renewAt };
}

function withoutExcluded(wanted: Wanted, excluded: readonly TeamsUserId[]): Wanted | null {
  const out = new Set(excluded);
  const userIds = wanted.userIds?.filter((id) => !out.has(id)) ?? null;
  return ofSomebody({ ...wanted, userIds });
}

/** `null` where nobody is left to subscribe. */
const ofSomebody = (wanted: Wanted): Wanted | null =>
  wanted.userIds?.length === 0 ? null : wanted;

/**
 * Whether the subscription that stands covers what is wanted. Users too many do no harm, and the
 * list of a subscription cannot be changed (facts: graph §2.1).
 */
function serves(held: Held, { userIds, notificationUrl }: Wanted): boolean {
  if (held.notificationUrl !== notificationUrl) return false;
  const covered = new Set(held.userIds);
  return (userIds ?? []).every((id) => covered.has(id));
}
