// The subscriptions that are ours now, as the accounts told them: what a notification is held against.
import type { TeamsUserId } from '../../shared/ids.ts';
import type { AccountReport, Resource, SubscriptionReport } from '../graph/account-rpc.ts';
import type { Origin } from './rpc.ts';

interface Live {
  generation: number;
  /** `null` while Microsoft has not answered the create. */
  id: string | null;
  users: ReadonlySet<TeamsUserId>;
}
type Known = Record<Resource, Live | null>;

const NONE: Known = { presence: null, users: null };

export class LiveSubscriptions {
  readonly #reportOf: (accountId: string) => AccountReport | null;
  /** Kept in memory: each notification asks. */
  readonly #known = new Map<string, Known>();

  /** @param reportOf what an account told last */
  constructor(reportOf: (accountId: string) => AccountReport | null) {
    this.#reportOf = reportOf;
  }

  /** Another report came, or the account went. */
  forget(accountId: string): void {
    this.#known.delete(accountId);
  }

  /** Whether a user's presence belongs to a subscription that is ours now. */
  covers(item: Origin & { userId: TeamsUserId }): boolean {
    const live = this.#of(item.accountId).presence;
    return isFrom(live, item) && live.users.has(item.userId);
  }

  /** Whether this account's subscription is the one that covers a user. */
  holds(accountId: string, userId: TeamsUserId): boolean {
    return this.#of(accountId).presence?.users.has(userId) ?? false;
  }

  /** Whether an item about the list of users, or a lifecycle event, belongs to one that is ours now. */
  owns(resource: Resource, origin: Origin): boolean {
    return isFrom(this.#of(origin.accountId)[resource], origin);
  }

  #of(accountId: string): Known {
    const known = this.#known.get(accountId);
    if (known) return known;
    const report = this.#reportOf(accountId);
    const live = report ? { presence: liveOf(report.presence), users: liveOf(report.users) } : NONE;
    this.#known.set(accountId, live);
    return live;
  }
}

function liveOf(subscription: SubscriptionReport): Live | null {
  if (subscription.state !== 'creating' && subscription.state !== 'active') return null;
  const id = subscription.state === 'active' ? subscription.id : null;
  return { generation: subscription.generation, id, users: new Set(subscription.userIds) };
}

const isFrom = (live: Live | null, { generation, subscriptionId }: Origin): live is Live =>
  live !== null &&
  live.generation === generation &&
  (live.id === null || live.id === subscriptionId);
