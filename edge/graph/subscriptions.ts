// What is said to Graph about subscriptions to presences and to users (facts: graph §2.1, §2.7, §2.8).
import * as z from 'zod';
import { type TeamsUserId, teamsUserId } from '../../shared/ids.ts';
import { late } from '../../shared/late.ts';
import type { Resource } from './account-rpc.ts';
import type { GraphCall } from './client.ts';
import type { GraphRefusal } from './graph-errors.ts';

/** Graph calls back twice within the create, 10 s each, and was seen to think for 60 s. */
const CREATE_TIMEOUT_MS = 60_000;

/** Somebody may be waiting for it, and what is not deleted ends by itself within the hour. */
const DELETE_TIMEOUT_MS = 5_000;

export interface NewSubscription {
  notificationUrl: string;
  /** Whose presence; `null`: changes of anybody in the list of users. */
  userIds: readonly TeamsUserId[] | null;
  /** For whom the items' data is encrypted; `null`: they carry none. */
  encryption: { id: string; certificate: string } | null;
  clientState: string;
  /** Epoch ms */
  expiresAt: number;
}

export interface Granted {
  id: string;
  /** As Graph granted it: less than 45 min is raised to that. */
  expiresAt: number;
}

const granted = late(() => z.object({ id: z.string().min(1), expirationDateTime: z.string() }));

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
  const answer = await call({
    method: 'POST',
    path: '/subscriptions',
    timeoutMs: CREATE_TIMEOUT_MS,
    schema: granted(),
    body: {
      ...subject(wanted.userIds),
      notificationUrl: wanted.notificationUrl,
      lifecycleNotificationUrl: wanted.notificationUrl,
      expirationDateTime: new Date(wanted.expiresAt).toISOString(),
      ...(wanted.encryption ? { includeResourceData: true, ...keyOf(wanted.encryption) } : {}),
      clientState: wanted.clientState,
    },
    explain: (refusal) => {
      onBadIds(idsNamedIn(refusal, wanted.userIds ?? []));
      if (isHandshakeRefusal(refusal)) return 'notification-url-unreachable';
      return wanted.encryption && isDataRefusal(refusal) ? 'resource-data-refused' : undefined;
    },
  });
  return { id: answer.id, expiresAt: utcMs(answer.expirationDateTime) ?? wanted.expiresAt };
}

function subject(userIds: readonly TeamsUserId[] | null) {
  // A user who is created, or deleted for the time being, comes as updated (facts: graph §2.7).
  if (userIds === null) return { changeType: 'updated,deleted', resource: '/users' };
  const quoted = userIds.map((id) => `'${id}'`).join(',');
  const resource = `/communications/presences?$filter=id in (${quoted})`;
  return { changeType: 'updated', resource };
}

const keyOf = ({ id, certificate }: { id: string; certificate: string }) => ({
  encryptionCertificate: certificate,
  encryptionCertificateId: id,
});

/** Renews, and with a certificate also rotates. The token in the call is what delivery then needs. */
export async function renewSubscription(
  call: GraphCall,
  id: string,
  { expiresAt, encryption }: Pick<NewSubscription, 'expiresAt' | 'encryption'>,
): Promise<Granted> {
  const answer = await call({
    method: 'PATCH',
    path: `/subscriptions/${encodeURIComponent(id)}`,
    schema: granted(),
    body: {
      expirationDateTime: new Date(expiresAt).toISOString(),
      ...(encryption ? keyOf(encryption) : {}),
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

const listed = late(() =>
  z.object({
    value: z.array(
      z.object({
        id: z.string(),
        resource: z.string().catch(''),
        notificationUrl: z.string().nullish(),
      }),
    ),
  }),
);

export interface ListedSubscription {
  id: string;
  notificationUrl: string;
}

const PATHS: Readonly<Record<Resource, RegExp>> = {
  presence: /^\/?communications\/presences\b/i,
  users: /^\/?users\/?$/i,
};

/** The subscriptions of the token's user and app: of presences at most one may exist. */
export async function listSubscriptions(
  call: GraphCall,
  about: Resource,
): Promise<ListedSubscription[]> {
  const { value } = await call({ method: 'GET', path: '/subscriptions', schema: listed() });
  return value
    .filter(({ resource }) => PATHS[about].test(resource))
    .map(({ id, notificationUrl }) => ({ id, notificationUrl: notificationUrl ?? '' }));
}

/** Graph's text is all there is to tell it from other faults of the request (facts: graph §2.2). */
const isHandshakeRefusal = ({ status, message }: GraphRefusal): boolean =>
  status === 400 && /validation request|notification (endpoint|url)/i.test(message);

/** No page shows this refusal; the words are those of the request's own properties. */
const isDataRefusal = ({ status, message }: GraphRefusal): boolean =>
  (status === 400 || status === 403) &&
  /includeResourceData|resource data|encryptionCertificate/i.test(message);

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
