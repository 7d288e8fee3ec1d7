// One POST to a notification URL: items, possibly of several subscriptions, and the tokens that
// vouch for them – one per application and tenant, for rich items only (facts/graph.md §2.3, §2.5).
import type { Subscription } from './subscription-store.ts';
import { makeValidationToken } from './validation-token.ts';
import type { World } from './world.ts';

/** An item on its way. */
export interface Outgoing {
  readonly subscription: Subscription;
  readonly url: string;
  readonly item: Readonly<Record<string, unknown>>;
  readonly userId: string;
  /** Change type or lifecycle event. */
  readonly what: string;
  readonly rich: boolean;
  readonly lifecycle: boolean;
  readonly bornAt: number;
}

/** The body of a POST that carries these items. */
export async function postBody(
  world: World,
  items: readonly Outgoing[],
): Promise<Record<string, unknown>> {
  const owners = new Map<string, Subscription>();
  for (const { rich, subscription } of items) {
    if (rich) owners.set(`${subscription.tenantId} ${subscription.appId}`, subscription);
  }
  const value = items.map((one) => one.item);
  if (owners.size === 0 || world.knobs.validationTokenFault === 'missing') return { value };
  const tokens = [...owners.values()].map((one) =>
    makeValidationToken(world, one.tenantId, one.appId),
  );
  return { value, validationTokens: await Promise.all(tokens) };
}
