/** The presence subscriptions of one connection, found by user and by `src`. Knows no messages. */

/** One SubscribePresence that stands. */
export interface Subscription {
  src: string | undefined;
  guid: string;
  /** What PresenceState said last; undefined = nothing yet. */
  up: boolean | undefined;
  /** Counted as pending without visibility. */
  unallowed: boolean;
  /** The list that was sent last, as text. */
  sent: string;
}

/** The table. */
export interface Subscriptions {
  all(): Subscription[];
  ofUser(guid: string): Subscription[];
  ofSrc(src: string | undefined): Subscription[];
  add(subscription: Subscription): void;
  remove(subscription: Subscription): void;
}

/** Makes an empty table. */
export function createSubscriptions(): Subscriptions {
  const byUser = new Map<string, Subscription[]>();
  const bySrc = new Map<string | undefined, Subscription[]>();

  function without<K>(map: Map<K, Subscription[]>, key: K, subscription: Subscription): void {
    const rest = (map.get(key) ?? []).filter((entry) => entry !== subscription);
    if (rest.length > 0) map.set(key, rest);
    else map.delete(key);
  }

  return {
    all: () => [...byUser.values()].flat(),
    ofUser: (guid) => byUser.get(guid) ?? [],
    // Requests without src are no key to anything.
    ofSrc: (src) => (src === undefined ? [] : (bySrc.get(src) ?? [])),
    add(subscription) {
      const { guid, src } = subscription;
      byUser.set(guid, [...(byUser.get(guid) ?? []), subscription]);
      if (src !== undefined) bySrc.set(src, [...(bySrc.get(src) ?? []), subscription]);
    },
    remove(subscription) {
      without(byUser, subscription.guid, subscription);
      without(bySrc, subscription.src, subscription);
    },
  };
}
