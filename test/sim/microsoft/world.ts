// Everything the routes share: the state and the outside things, made once in server.ts.
import type { Cloud } from './cloud.ts';
import type { Delivery } from './delivery.ts';
import type { DeviceCodes } from './device-codes.ts';
import type { Faults } from './faults.ts';
import type { Hosts } from './hosts.ts';
import type { Knobs } from './knobs.ts';
import type { PresenceStore } from './presence-store.ts';
import type { Random } from './random.ts';
import type { Records } from './records.ts';
import type { RefreshTokens } from './refresh-tokens.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { SubscriptionStore } from './subscription-store.ts';
import type { Tenant } from './tenant.ts';
import type { Throttle } from './throttle.ts';

export interface World {
  /** Epoch milliseconds; everything that expires asks it. */
  readonly now: () => number;
  /** Where the simulator itself listens. */
  readonly origin: () => string;
  readonly random: Random;
  readonly knobs: Knobs;
  readonly cloud: Cloud;
  readonly keys: SigningKeys;
  readonly tenants: Tenant[];
  readonly presence: PresenceStore;
  readonly subscriptions: SubscriptionStore;
  readonly delivery: Delivery;
  readonly deviceCodes: DeviceCodes;
  readonly refreshTokens: RefreshTokens;
  readonly records: Records;
  readonly faults: Faults;
  readonly throttle: Throttle;
  readonly hosts: Hosts;
}

/** By GUID or domain. */
export function findTenant(world: World, idOrDomain: string): Tenant | undefined {
  const wanted = idOrDomain.toLowerCase();
  return world.tenants.find(
    (one) => one.id.toLowerCase() === wanted || one.domain.toLowerCase() === wanted,
  );
}
