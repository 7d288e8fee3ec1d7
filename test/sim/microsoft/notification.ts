// What goes into a change notification (facts/graph.md §2.3, §2.4, §2.7): which subscriptions a
// change concerns, and the item each gets.

import type { DirectoryChange } from './directory.ts';
import { encryptContent } from './encrypt.ts';
import type { Outgoing } from './notification-post.ts';
import { presenceOf } from './presence.ts';
import type { PresenceChange } from './presence-store.ts';
import type { Subscription } from './subscription-store.ts';
import type { World } from './world.ts';

export type LifecycleEvent = 'reauthorizationRequired' | 'subscriptionRemoved' | 'missed';

/** Sends an item for each subscription that watches the user. */
export function notifyPresence(world: World, change: PresenceChange): void {
  for (const one of world.subscriptions.all) {
    if (one.kind !== 'presence' || one.tenantId !== change.tenantId || !one.ids?.has(change.userId))
      continue;
    const item = one.key ? richItem(world, one, change) : basicItem(world, one, change.userId);
    world.delivery.send(one, spoil(world, item), change.userId, 'updated');
  }
}

/** Sends an item for each users subscription; created and restorably deleted come as `updated`. */
export function notifyDirectory(world: World, tenantId: string, change: DirectoryChange): void {
  const changeType = change.kind === 'deleted' ? 'deleted' : 'updated';
  for (const one of world.subscriptions.all) {
    if (one.kind !== 'users' || one.tenantId !== tenantId) continue;
    if (!one.changeType.split(',').some((type) => type.trim() === changeType)) continue;
    if (one.ids && !one.ids.has(change.id)) continue;
    const item = {
      changeType,
      clientState: one.clientState,
      resource: `Users/${change.id}`,
      resourceData: {
        '@odata.type': '#Microsoft.Graph.User',
        '@odata.id': `Users/${change.id}`,
        id: change.id,
        organizationId: tenantId,
        sequenceNumber: change.version,
      },
      subscriptionExpirationDateTime: new Date(one.expiresAt).toISOString(),
      subscriptionId: one.id,
      tenantId,
    };
    world.delivery.send(one, item, change.id, changeType);
  }
}

/** Sends a lifecycle event to the lifecycle URL; false where the subscription has none. */
export function notifyLifecycle(world: World, one: Subscription, event: LifecycleEvent): boolean {
  if (one.lifecycleNotificationUrl === null) return false;
  const outgoing: Outgoing = {
    subscription: one,
    url: one.lifecycleNotificationUrl,
    item: {
      subscriptionId: one.id,
      subscriptionExpirationDateTime: new Date(one.expiresAt).toISOString(),
      tenantId: one.tenantId,
      clientState: one.clientState,
      lifecycleEvent: event,
    },
    userId: '',
    what: event,
    rich: false,
    lifecycle: true,
    bornAt: world.now(),
  };
  world.delivery.enqueue(outgoing);
  return true;
}

function basicItem(world: World, one: Subscription, userId: string): Record<string, unknown> {
  const filtered = one.resource.includes('$filter');
  // Samples spell the type both ways.
  const type = world.random.chance(0.5) ? '#Microsoft.Graph.presence' : '#microsoft.graph.presence';
  return {
    subscriptionId: one.id,
    clientState: one.clientState,
    changeType: 'updated',
    resource: filtered
      ? `communications/presences?$filter=id+in+(%27${userId}%27)`
      : `communications/presences/${userId}`,
    // Without zone, as the sample has it.
    subscriptionExpirationDateTime: new Date(one.expiresAt).toISOString().replace('Z', '4569'),
    resourceData: { '@odata.type': type, '@odata.id': `users/${userId}/presence`, id: userId },
    tenantId: one.tenantId,
  };
}

function richItem(
  world: World,
  one: Subscription,
  change: PresenceChange,
): Record<string, unknown> {
  const { userId, availability, activity, sequenceNumber } = change;
  const all = world.knobs.richPayload === 'all' ? presenceOf(world, one.tenantId, userId) : {};
  const more = world.knobs.richPayload === 'all' ? { ...all, sequenceNumber } : {};
  const data = {
    '@odata.id': `users/${userId}/presence`,
    '@odata.type': '#microsoft.graph.presence',
    ...more,
    id: userId,
    availability,
    activity,
  };
  return {
    ...basicItem(world, one, userId),
    organizationId: one.tenantId,
    encryptedContent: encryptContent(data, one.key!),
  };
}

function spoil(world: World, item: Record<string, unknown>): Record<string, unknown> {
  const content = item['encryptedContent'] as Record<string, string> | undefined;
  switch (world.knobs.itemFault) {
    case 'none':
      return item;
    case 'clientState':
      return { ...item, clientState: 'not what you gave' };
    case 'tenant':
      return { ...item, tenantId: crypto.randomUUID() };
    case 'dataSignature':
      return content
        ? {
            ...item,
            encryptedContent: { ...content, dataSignature: Buffer.alloc(32).toString('base64') },
          }
        : item;
    case 'certificateId':
      return content
        ? { ...item, encryptedContent: { ...content, encryptionCertificateId: 'unknown' } }
        : item;
  }
}
