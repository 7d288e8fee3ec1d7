// Reads presences in bulk, and writes those of one user or of several (facts: graph §1.2, §1.3).
import * as z from 'zod';
import { AppError } from '../../shared/errors.ts';
import { type TeamsUserId, teamsUserId } from '../../shared/ids.ts';
import { late } from '../../shared/late.ts';
import { preferredLifetime } from '../../shared/presence/mapping.ts';
import type { TeamsPresence, TeamsWrite } from '../../shared/presence/model.ts';
import { type BatchRequest, callBatch } from './batch.ts';
import type { GraphCall } from './client.ts';
import { explainPreferred } from './graph-errors.ts';

/** Users that one bulk read may name. */
export const PRESENCES_PER_READ = 650;

/** How long a call session lasts at Microsoft when it is not refreshed: twice the refresh interval. */
const SESSION_DURATION = 'PT10M';

/** Of the few requests that may be under way, one that hears nothing holds up others: in ms. */
const TIMEOUT_MS = 10_000;

export interface PresenceReading {
  userId: TeamsUserId;
  presence: TeamsPresence;
  /** Version stamp, sorts as text. */
  sequence?: string;
}

/** `microsoft.graph.presence` as far as it is used; also what a rich notification decrypts to. */
export const presenceResource = late(() =>
  z.object({
    id: z.string().min(1),
    availability: z.string(),
    activity: z.string(),
    sequenceNumber: z.string().nullish(),
  }),
);

export function readingOf(resource: z.infer<ReturnType<typeof presenceResource>>): PresenceReading {
  const { id, availability, activity, sequenceNumber } = resource;
  const presence = { availability, activity };
  const reading = { userId: teamsUserId(id), presence };
  return sequenceNumber ? { ...reading, sequence: sequenceNumber } : reading;
}

const presencesAnswer = late(() => z.object({ value: z.array(z.unknown()) }));

/**
 * The presence of up to 650 users. Neither order nor completeness is promised: who is missing in the
 * answer, or stands in it without a presence, is missing in the result.
 */
export async function readPresences(
  call: GraphCall,
  ids: readonly TeamsUserId[],
): Promise<PresenceReading[]> {
  if (ids.length === 0) return [];
  if (ids.length > PRESENCES_PER_READ) throw new RangeError(`${ids.length} users in one read.`);
  const answer = await call({
    method: 'POST',
    path: '/communications/getPresencesByUserId',
    body: { ids },
    schema: presencesAnswer(),
    timeoutMs: TIMEOUT_MS,
  });
  return answer.value.flatMap((item) => {
    const resource = presenceResource().safeParse(item);
    return resource.success ? [readingOf(resource.data)] : [];
  });
}

/** A write and whose presence it is. */
export interface PresenceWrite {
  readonly userId: TeamsUserId;
  readonly write: TeamsWrite;
}

/**
 * Writes presences: one in a request of its own, up to 20 in a batch. Answers, in their order, what
 * went wrong with each, mostly an AppError; `null`: done.
 * @param clientId id of the app whose token writes
 */
export async function writePresences(
  call: GraphCall,
  writes: readonly PresenceWrite[],
  { clientId, now }: { clientId: string; now: () => number },
): Promise<unknown[]> {
  const requests = writes.map((one) => requestOf(one, clientId));
  const errors = await send(call, requests, now).catch((error: unknown) => writes.map(() => error));
  return writes.map((one, at) => (isDone(one, errors[at]) ? null : errors[at]));
}

async function send(
  call: GraphCall,
  requests: readonly BatchRequest[],
  now: () => number,
): Promise<unknown[]> {
  const [first, ...others] = requests;
  const patient: GraphCall = (request) => call({ ...request, timeoutMs: TIMEOUT_MS });
  if (others.length > 0) return callBatch(patient, requests, now);
  if (first) await patient(first);
  return [null];
}

/** What Graph is asked for a write. `sessionId` must be the id of the app that asks. */
function requestOf({ userId, write }: PresenceWrite, sessionId: string): BatchRequest {
  const act = (action: string, body: unknown): BatchRequest => ({
    method: 'POST',
    path: `/users/${encodeURIComponent(userId)}/presence/${action}`,
    body,
    ...(action.includes('Preferred') ? { explain: explainPreferred } : {}),
  });
  switch (write.kind) {
    case 'set-session':
      return act('setPresence', {
        sessionId,
        availability: 'Busy',
        activity: 'InACall',
        expirationDuration: SESSION_DURATION,
      });
    case 'clear-session':
      return act('clearPresence', { sessionId });
    case 'set-preferred': {
      const { availability, activity } = write.presence;
      const expirationDuration = preferredLifetime(write.presence).iso;
      return act('setUserPreferredPresence', { availability, activity, expirationDuration });
    }
    case 'clear-preferred':
      return act('clearUserPreferredPresence', {});
  }
}

/** A session that is not there counts as cleared. */
const isDone = ({ write }: PresenceWrite, error: unknown): boolean =>
  error === null ||
  (write.kind === 'clear-session' && error instanceof AppError && error.code === 'graph-not-found');
