// What is said to Graph about presence subscriptions (facts: graph §2.1, §2.8).
import { z } from 'zod';
import { type TeamsUserId, teamsUserId } from '../../shared/ids.ts';
import type { GraphCall } from './client.ts';
import type { GraphRefusal } from './graph-errors.ts';

/** Graph calls back twice within the create, 10 s each, and was seen to think for 60 s. */
const CREATE_TIMEOUT_MS = 60_000;

/** Somebody may be waiting for it, and what is not deleted ends by itself within the hour. */
const DELETE_TIMEOUT_MS = 5_000;

export interface NewSubscription {
  notificationUrl: string;
  userIds: readonly TeamsUserId[];
  encryption: { id: string; certificate: string };
  clientState: string;
  /** Epoch ms */
  expiresAt: number;
}

export interface Granted {
  id: string;
  /** As Graph granted it: less than 45 min is raised to that. */
  expiresAt: number;
}

const granted = z.object({ id: z.string().min(1), expirationDateTime: z.string() });

/**
 * Creates one; Graph shakes hands with the notification URL before it answers.
 * @param onBadIds hears which users a refusal names, before the error is thrown
 * @throws AppError of `client.ts`, and `notification-url-unreachable`
 */
export async function createSubscription(
  call: GraphCall,
  wanted: NewSubscription,
  onBadIds: (ids: TeamsUserId[]) => void,
): Promise<Granted> {
  const quoted = wanted.userIds.map((id) => `'${id}'`).join(',');
  const answer = await call({
    method: 'POST',
    path: '/subscriptions',
    timeoutMs: CREATE_TIMEOUT_MS,
    schema: granted,
    body: {
      changeType: 'updated',
      notificationUrl: wanted.notificationUrl,
      lifecycleNotificationUrl: wanted.notificationUrl,
      resource: `/communications/presences?$filter=id in (${quoted})`,
      expirationDateTime: new Date(wanted.expiresAt).toISOString(),
      includeResourceData: true,
      encryptionCertificate: wanted.encryption.certificate,
      encryptionCertificateId: wanted.encryption.id,
      clientState: wanted.clientState,
    },
    explain: (refusal) => {
      onBadIds(idsNamedIn(refusal, wanted.userIds));
      return isHandshakeRefusal(refusal) ? 'notification-url-unreachable' : undefined;
    },
  });
  return { id: answer.id, expiresAt: utcMs(answer.expirationDateTime) ?? wanted.expiresAt };
}

/** Renews, and with a certificate also rotates. The token in the call is what delivery then needs. */
export async function renewSubscription(
  call: GraphCall,
  id: string,
  { expiresAt, encryption }: Pick<NewSubscription, 'expiresAt' | 'encryption'>,
): Promise<Granted> {
  const answer = await call({
    method: 'PATCH',
    path: `/subscriptions/${encodeURIComponent(id)}`,
    schema: granted,
    body: {
      expirationDateTime: new Date(expiresAt).toISOString(),
      encryptionCertificate: encryption.certificate,
      encryptionCertificateId: encryption.id,
    },
  });
  return { id: answer.id, expiresAt: utcMs(answer.expirationDateTime) ?? expiresAt };
}

export const deleteSubscription = (call: GraphCall, id: string): Promise<undefined> =>
  call({
    method: 'DELETE',
    path: `/subscriptions/${encodeURIComponent(id)}`,
    timeoutMs: DELETE_TIMEOUT_MS,
  });

const listed = z.object({
  value: z.array(
    z.object({
      id: z.string(),
      resource: z.string().catch(''),
      notificationUrl: z.string().nullish(),
    }),
  ),
});

export interface ListedSubscription {
  id: string;
  notificationUrl: string;
}

/** The presence subscriptions of the token's user and app: at most one may exist. */
export async function listPresenceSubscriptions(call: GraphCall): Promise<ListedSubscription[]> {
  const { value } = await call({ method: 'GET', path: '/subscriptions', schema: listed });
  return value
    .filter(({ resource }) => /^\/?communications\/presences\b/i.test(resource))
    .map(({ id, notificationUrl }) => ({ id, notificationUrl: notificationUrl ?? '' }));
}

/** Graph's text is all there is to tell it from other faults of the request (facts: graph §2.2). */
const isHandshakeRefusal = ({ status, message }: GraphRefusal): boolean =>
  status === 400 && /validation request|notification (endpoint|url)/i.test(message);

/** A 500 may list the users that cannot be subscribed. */
function idsNamedIn({ status, message }: GraphRefusal, asked: readonly TeamsUserId[]) {
  if (status < 500) return [];
  const named = message.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi) ?? [];
  const ids = new Set(named.map(teamsUserId));
  return asked.filter((id) => ids.has(id));
}

/** Graph's times are UTC also where the `Z` is missing. */
function utcMs(text: string): number | undefined {
  const ms = Date.parse(/(?:z|[+-]\d\d:\d\d)$/i.test(text) ? text : `${text}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
