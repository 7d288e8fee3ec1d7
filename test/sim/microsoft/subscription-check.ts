// What Graph demands of a subscription before it calls anybody back (facts/graph.md §2.1, §2.7, §2.8).
import { createHash, X509Certificate } from 'node:crypto';
import type { Token } from './access-token.ts';
import { hasTeams } from './directory.ts';
import { badRequest, Refusal } from './graph-error.ts';
import { checkType, isGuid, readInstant } from './schema-check.ts';
import type { RichKey } from './subscription-store.ts';
import type { World } from './world.ts';

const minute = 60_000;
const maxIds = 650;
const leastMs = 45 * minute;
const mostMs = { presence: 60 * minute, users: 41_760 * minute };

export type Body = Readonly<Record<string, unknown>>;
export type Resource =
  | { kind: 'presence'; ids: string[] }
  | { kind: 'users'; ids: string[] | null };

/** Subscription services wrap what the workload says (§2.8). */
export const extensionError = (
  operation: 'Create' | 'Update' | 'Delete',
  status: number,
  name: string,
  reason: string,
): Refusal =>
  new Refusal(
    status,
    'ExtensionError',
    `Operation: ${operation}; Exception: [Status Code: ${name}; Reason: ${reason}]`,
  );

/** Reads `resource`; throws where no workload is behind it. */
export function readResource(resource: string): Resource {
  const path = resource.replace(/^\//, '');
  if (/^users$/i.test(path)) return { kind: 'users', ids: null };
  const user = /^users\/([^/?]+)$/i.exec(path)?.[1];
  if (user && isGuid(user)) return { kind: 'users', ids: [user.toLowerCase()] };
  const single = /^communications\/presences\/([^/?]+)$/i.exec(path)?.[1];
  if (single) return { kind: 'presence', ids: checkIds([single]) };
  const list = /^communications\/presences\?\$filter=id in \(([^)]*)\)$/i.exec(path)?.[1];
  if (list === undefined) throw extensionError('Create', 400, 'BadRequest', 'Unsupported workload');
  const ids = list.split(',').map((part) => /^'([^']*)'$/.exec(part.trim())?.[1]);
  return { kind: 'presence', ids: checkIds(ids) };
}

function checkIds(ids: readonly (string | undefined)[]): string[] {
  if (ids.length > maxIds) {
    throw extensionError(
      'Create',
      400,
      'BadRequest',
      `The number of user ids exceeds the maximum of ${maxIds}.`,
    );
  }
  return ids.map((id) => {
    if (id === undefined || !isGuid(id))
      throw extensionError('Create', 400, 'BadRequest', 'Invalid user id in the resource filter.');
    return id.toLowerCase();
  });
}

/** Throws 403 where the token must not subscribe; presence is for delegated tokens only. */
export function checkSubscriber(world: World, token: Token, kind: 'presence' | 'users'): void {
  const forbidden = extensionError(
    'Create',
    403,
    'Forbidden',
    'The request is not authorized for this user or application.',
  );
  if (kind === 'users') {
    if (token.scopes.has('User.Read.All') || token.roles.has('User.Read.All')) return;
    throw forbidden;
  }
  if (!world.cloud.presenceNotifications)
    throw extensionError('Create', 400, 'BadRequest', 'Unsupported workload');
  if (token.userId === null || !token.scopes.has('Presence.Read.All')) throw forbidden;
  const user = token.tenant.directory.byId(token.userId);
  if (world.knobs.subscriberNeedsPlan && !(user && hasTeams(user))) throw forbidden;
}

/** Throws 400 for a body that no workload has to see. */
export function checkShape(body: Body): void {
  const wrong = checkType('subscription', body);
  if (wrong) throw badRequest(wrong);
  for (const name of ['changeType', 'notificationUrl', 'resource', 'expirationDateTime']) {
    if (typeof body[name] !== 'string' || body[name] === '') {
      throw badRequest(`'${name}' is a required property of a subscription.`, 'InvalidRequest');
    }
  }
  checkUrl('notificationUrl', String(body['notificationUrl']));
  if (typeof body['lifecycleNotificationUrl'] === 'string') {
    checkUrl('lifecycleNotificationUrl', body['lifecycleNotificationUrl']);
  }
  if (typeof body['clientState'] === 'string' && body['clientState'].length > 128) {
    throw badRequest('The clientState is longer than 128 characters.', 'InvalidRequest');
  }
  const tls = body['latestSupportedTlsVersion'] ?? 'v1_2';
  if (!['v1_0', 'v1_1', 'v1_2', 'v1_3'].includes(String(tls))) {
    throw badRequest('The latestSupportedTlsVersion is not valid.', 'InvalidRequest');
  }
}

function checkUrl(name: string, value: string): void {
  if (!URL.canParse(value) || new URL(value).protocol !== 'https:') {
    throw badRequest(`The '${name}' has to be an absolute https URL.`, 'InvalidRequest');
  }
}

/** Throws 400 for a change type the resource does not know. */
export function checkChangeType(changeType: string, kind: 'presence' | 'users'): void {
  const allowed = kind === 'presence' ? ['updated'] : ['updated', 'deleted'];
  if (changeType.split(',').every((one) => allowed.includes(one.trim()))) return;
  throw badRequest(
    `The changeType '${changeType}' is not supported for this resource.`,
    'InvalidRequest',
  );
}

/** End of the subscription in epoch milliseconds: raised to 45 minutes, refused beyond the maximum. */
export function readExpiry(
  value: unknown,
  kind: 'presence' | 'users',
  now: number,
  operation: 'Create' | 'Update',
): number {
  const asked = readInstant(String(value));
  if (asked === null) throw badRequest('The expirationDateTime is not valid.', 'InvalidRequest');
  if (asked <= now)
    throw badRequest('Subscription expirationDateTime must be in the future.', 'InvalidRequest');
  if (asked > now + mostMs[kind]) {
    const minutes = mostMs[kind] / minute;
    throw extensionError(
      operation,
      400,
      'BadRequest',
      `Subscription expiration can only be ${minutes} minutes in the future.`,
    );
  }
  return Math.max(asked, now + leastMs);
}

/** The key for rich notifications: X.509 in base64 DER, RSA of 2048 to 4096 bits (§2.6). */
export function readKey(certificate: unknown, certificateId: unknown): RichKey {
  const invalid = (why: string): Refusal =>
    badRequest(`The encryptionCertificate is not valid: ${why}`, 'InvalidRequest');
  if (typeof certificate !== 'string' || certificate === '') throw invalid('it is missing.');
  if (typeof certificateId !== 'string' || certificateId === '' || certificateId.length > 128) {
    throw badRequest(
      'The encryptionCertificateId is required, with at most 128 characters.',
      'InvalidRequest',
    );
  }
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(certificate))
    throw invalid('not base64, or with PEM markers.');
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(Buffer.from(certificate, 'base64'));
  } catch {
    throw invalid('not an X.509 certificate.');
  }
  const bits = parsed.publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (parsed.publicKey.asymmetricKeyType !== 'rsa' || bits < 2048 || bits > 4096) {
    throw invalid('the key has to be RSA with 2048 to 4096 bits.');
  }
  const thumbprint = createHash('sha1').update(parsed.raw).digest('hex').toUpperCase();
  return { certificate, certificateId, thumbprint, publicKey: parsed.publicKey };
}
