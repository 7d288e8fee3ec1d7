// The subscription routes (facts/graph.md §2.1, §2.7).

import type { Token } from './access-token.ts';
import type { Call } from './graph.ts';
import { badRequest, notFound, Refusal } from './graph-error.ts';
import { handshake } from './handshake.ts';
import { type Answer, empty, json } from './http.ts';
import { checkType } from './schema-check.ts';
import {
  type Body,
  checkChangeType,
  checkShape,
  checkSubscriber,
  extensionError,
  type Resource,
  readExpiry,
  readKey,
  readResource,
} from './subscription-check.ts';
import type { Subscription } from './subscription-store.ts';
import type { World } from './world.ts';

/** POST /subscriptions; calls the notification URLs back before it answers. */
export async function createSubscription({ world, token, body }: Call): Promise<Answer> {
  checkShape(body);
  const resource = readResource(String(body['resource']));
  checkSubscriber(world, token, resource.kind);
  checkChangeType(String(body['changeType']), resource.kind);
  const expiresAt = readExpiry(body['expirationDateTime'], resource.kind, world.now(), 'Create');
  const rich = body['includeResourceData'] === true;
  if (rich && (resource.kind === 'users' || world.knobs.refuseRich)) {
    throw badRequest('includeResourceData is not supported for this resource.', 'InvalidRequest');
  }
  const key = rich ? readKey(body['encryptionCertificate'], body['encryptionCertificateId']) : null;
  checkNotDeletedJustNow(world, token, resource);
  checkUsable(world, token, resource);
  checkOnlyOne(world, token, resource);

  const urls = [body['notificationUrl'], body['lifecycleNotificationUrl']].filter(
    (url) => typeof url === 'string',
  );
  for (const url of urls) {
    const problem = await handshake(world, url);
    if (problem !== null) {
      throw badRequest(`Subscription validation request failed. ${problem}`, 'ValidationError');
    }
  }
  // Another create may have come through while this one shook hands.
  const previous = checkOnlyOne(world, token, resource);
  if (previous) world.subscriptions.remove(previous);
  const subscription = make(world, token, body, resource, expiresAt, key);
  world.subscriptions.add(subscription);
  return json(201, show(world, subscription), {
    location: `${world.cloud.graph}/v1.0/subscriptions/${subscription.id}`,
  });
}

/** GET /subscriptions: those of the caller. */
export function listSubscriptions({ world, token }: Call): Answer {
  const own = world.subscriptions.all.filter((one) => isOwner(one, token));
  return json(200, {
    '@odata.context': `${world.cloud.graph}/v1.0/$metadata#subscriptions`,
    value: own.map((one) => ({ ...show(world, one), '@odata.context': undefined })),
  });
}

/** GET /subscriptions/{id}. */
export function readSubscription({ world, token, params }: Call): Answer {
  return json(200, show(world, need(world, token, params['id'])));
}

const renewable = new Set([
  'expirationDateTime',
  'encryptionCertificate',
  'encryptionCertificateId',
]);

/** PATCH /subscriptions/{id}: renews, rotates the certificate, binds delivery to the caller's token. */
export function renewSubscription({ world, token, params, body }: Call): Answer {
  const subscription = need(world, token, params['id']);
  const wrong = checkType('subscription', body);
  if (wrong) throw badRequest(wrong);
  for (const name of Object.keys(body)) {
    if (!renewable.has(name))
      throw badRequest(
        `The property '${name}' of a subscription cannot be changed.`,
        'InvalidRequest',
      );
  }
  const { kind } = subscription;
  const given = body['expirationDateTime'];
  const expiresAt =
    given === undefined ? subscription.expiresAt : readExpiry(given, kind, world.now(), 'Update');
  if (
    body['encryptionCertificate'] !== undefined ||
    body['encryptionCertificateId'] !== undefined
  ) {
    const key = readKey(body['encryptionCertificate'], body['encryptionCertificateId']);
    if (subscription.includeResourceData) subscription.key = key;
  }
  subscription.expiresAt = expiresAt;
  authorize(world, subscription, token);
  return json(200, show(world, subscription));
}

/** POST /subscriptions/{id}/reauthorize: the token only. */
export function reauthorizeSubscription({ world, token, params }: Call): Answer {
  authorize(world, need(world, token, params['id']), token);
  return empty(204);
}

/** DELETE /subscriptions/{id}. */
export function deleteSubscription({ world, token, params }: Call): Answer {
  world.subscriptions.remove(need(world, token, params['id']));
  return empty(204);
}

function authorize(world: World, subscription: Subscription, token: Token): void {
  checkSubscriber(world, token, subscription.kind);
  subscription.tokenExpiresAt = token.expiresAt;
  world.delivery.unpark(subscription);
}

function checkNotDeletedJustNow(world: World, token: Token, resource: Resource): void {
  if (resource.kind !== 'presence') return;
  const owner = { tenantId: token.tenant.id, appId: token.app.id, userId: token.userId };
  const { createAfterDeleteMs, namedAfterDelete } = world.knobs;
  const deleted = world.subscriptions.lastDeleted(owner);
  if (!deleted || world.now() - deleted.at >= createAfterDeleteMs) return;
  const isNamed = (id: string) => namedAfterDelete === 'all' || deleted.ids.has(id);
  throw extensionError(
    'Create',
    500,
    'InternalServerError',
    `Failed for the users: ${resource.ids.filter(isNamed).join(', ')}`,
  );
}

function checkUsable(world: World, token: Token, resource: Resource): void {
  if (resource.kind !== 'presence') return;
  const { unknownIds, unsubscribable } = world.knobs;
  const isKnown = (id: string) =>
    unknownIds === 'accept' || token.tenant.directory.byId(id) !== undefined;
  const bad = resource.ids.filter((id) => !isKnown(id) || unsubscribable.includes(id));
  if (bad.length === 0) return;
  throw extensionError(
    'Create',
    500,
    'InternalServerError',
    `Failed for the users: ${bad.join(', ')}`,
  );
}

/** The one that a create is to replace; throws where a second one is refused. */
function checkOnlyOne(world: World, token: Token, resource: Resource): Subscription | undefined {
  if (resource.kind !== 'presence') return undefined;
  const existing = world.subscriptions.presenceOf(
    token.tenant.id,
    token.app.id,
    token.userId ?? '',
  );
  const { secondSubscription } = world.knobs;
  if (!existing || secondSubscription === 'replace') return existing;
  const name = secondSubscription === 409 ? 'Conflict' : 'Forbidden';
  throw extensionError(
    'Create',
    secondSubscription,
    name,
    'A subscription of this user and application exists already.',
  );
}

function make(
  world: World,
  token: Token,
  body: Body,
  resource: Resource,
  expiresAt: number,
  key: Subscription['key'],
): Subscription {
  const textOr = (name: string): string | null =>
    typeof body[name] === 'string' ? (body[name] as string) : null;
  return {
    id: crypto.randomUUID(),
    kind: resource.kind,
    tenantId: token.tenant.id,
    appId: token.app.id,
    userId: token.userId,
    resource: String(body['resource']),
    ids: resource.ids && new Set(resource.ids),
    changeType: String(body['changeType']),
    notificationUrl: String(body['notificationUrl']),
    lifecycleNotificationUrl: textOr('lifecycleNotificationUrl'),
    clientState: textOr('clientState'),
    includeResourceData: key !== null,
    latestSupportedTlsVersion: textOr('latestSupportedTlsVersion') ?? 'v1_2',
    notificationQueryOptions: textOr('notificationQueryOptions'),
    createdAt: world.now(),
    key,
    expiresAt,
    tokenExpiresAt: token.expiresAt,
    silent: false,
    parked: [],
  };
}

const isOwner = (one: Subscription, token: Token): boolean =>
  one.tenantId === token.tenant.id && one.appId === token.app.id && one.userId === token.userId;

function need(world: World, token: Token, id: string | undefined): Subscription {
  const found = world.subscriptions.find(id ?? '');
  if (!found) throw notFound('The object was not found.', 'ResourceNotFound');
  if (isOwner(found, token)) return found;
  throw new Refusal(403, 'ExtensionError', 'There was an error processing a storage extension.');
}

function show(world: World, one: Subscription): Record<string, unknown> {
  return {
    '@odata.context': `${world.cloud.graph}/v1.0/$metadata#subscriptions/$entity`,
    id: one.id,
    resource: one.resource,
    applicationId: one.appId,
    changeType: one.changeType,
    clientState: one.clientState,
    notificationUrl: one.notificationUrl,
    notificationQueryOptions: one.notificationQueryOptions,
    lifecycleNotificationUrl: one.lifecycleNotificationUrl,
    expirationDateTime: new Date(one.expiresAt).toISOString().replace('Z', '0000Z'),
    creatorId: one.userId ?? one.appId,
    includeResourceData: one.includeResourceData,
    latestSupportedTlsVersion: one.latestSupportedTlsVersion,
    encryptionCertificate: one.key?.certificate ?? null,
    encryptionCertificateId: one.key?.certificateId ?? null,
    notificationUrlAppId: null,
  };
}
