// The subscriptions that exist. Expired ones are gone at the next look.
import type { KeyObject } from 'node:crypto';
import type { Outgoing } from './notification-post.ts';

export interface RichKey {
  readonly certificate: string;
  readonly certificateId: string;
  /** SHA-1 in hexadecimal, as Microsoft shows it. */
  readonly thumbprint: string;
  readonly publicKey: KeyObject;
}

export interface Subscription {
  readonly id: string;
  readonly kind: 'presence' | 'users';
  readonly tenantId: string;
  readonly appId: string;
  /** Null where an application made it for itself. */
  readonly userId: string | null;
  readonly resource: string;
  /** Users it is about; null for all. */
  readonly ids: ReadonlySet<string> | null;
  readonly changeType: string;
  readonly notificationUrl: string;
  readonly lifecycleNotificationUrl: string | null;
  readonly clientState: string | null;
  readonly includeResourceData: boolean;
  readonly latestSupportedTlsVersion: string;
  readonly notificationQueryOptions: string | null;
  readonly createdAt: number;
  key: RichKey | null;
  expiresAt: number;
  /** Delivery is bound to the token of the last create or renew (§2.3). */
  tokenExpiresAt: number;
  /** Alive, but nothing arrives (§2.8). */
  silent: boolean;
  /** Items that wait for a fresh token. */
  readonly parked: Outgoing[];
}

/** `at`: epoch ms; `ids`: the users it was about. */
interface Deleted {
  at: number;
  ids: ReadonlySet<string>;
}

export class SubscriptionStore {
  readonly #now: () => number;
  readonly #subscriptions = new Map<string, Subscription>();
  /** When a subscription of this owner was deleted last, and whom it named. */
  readonly #deleted = new Map<string, Deleted>();

  constructor(now: () => number) {
    this.#now = now;
  }

  add(subscription: Subscription): void {
    this.#subscriptions.set(subscription.id, subscription);
  }

  find(id: string): Subscription | undefined {
    this.#expire();
    return this.#subscriptions.get(id.toLowerCase());
  }

  get all(): readonly Subscription[] {
    this.#expire();
    return [...this.#subscriptions.values()];
  }

  /** The one presence subscription a user may have with an application (§2.1). */
  presenceOf(tenantId: string, appId: string, userId: string): Subscription | undefined {
    return this.all.find(
      (one) =>
        one.kind === 'presence' &&
        one.tenantId === tenantId &&
        one.appId === appId &&
        one.userId === userId,
    );
  }

  remove(subscription: Subscription): void {
    this.#subscriptions.delete(subscription.id);
    const { ids } = subscription;
    this.#deleted.set(ownerOf(subscription), { at: this.#now(), ids: ids ?? new Set() });
  }

  /** This owner's last subscription that was deleted. */
  lastDeleted(owner: Pick<Subscription, 'tenantId' | 'appId' | 'userId'>): Deleted | undefined {
    return this.#deleted.get(ownerOf(owner));
  }

  #expire(): void {
    const now = this.#now();
    for (const one of this.#subscriptions.values()) {
      if (one.expiresAt <= now) this.#subscriptions.delete(one.id);
    }
  }
}

const ownerOf = (one: Pick<Subscription, 'tenantId' | 'appId' | 'userId'>): string =>
  `${one.tenantId} ${one.appId} ${one.userId ?? ''}`;
