// Reads presences in bulk, and writes one user's (facts: graph §1.2, §1.3).
import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import { type TeamsUserId, teamsUserId } from '../../shared/ids.ts';
import { preferredLifetime } from '../../shared/presence/mapping.ts';
import type { TeamsPresence, TeamsWrite } from '../../shared/presence/model.ts';
import type { GraphCall } from './client.ts';
import { explainPreferred } from './graph-errors.ts';

/** Users that one bulk read may name. */
export const PRESENCES_PER_READ = 650;

/** How long a call session lasts at Microsoft when it is not refreshed: twice the refresh interval. */
const SESSION_DURATION = 'PT10M';

export interface PresenceReading {
  userId: TeamsUserId;
  presence: TeamsPresence;
  /** Version stamp, sorts as text. */
  sequence?: string;
}

/** `microsoft.graph.presence` as far as it is used; also what a rich notification decrypts to. */
export const presenceResource = z.object({
  id: z.string().min(1),
  availability: z.string(),
  activity: z.string(),
  sequenceNumber: z.string().nullish(),
});

export function readingOf(resource: z.infer<typeof presenceResource>): PresenceReading {
  const { id, availability, activity, sequenceNumber } = resource;
  const presence = { availability, activity };
  const reading = { userId: teamsUserId(id), presence };
  return sequenceNumber ? { ...reading, sequence: sequenceNumber } : reading;
}

const presencesAnswer = z.object({ value: z.array(z.unknown()) });

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
    schema: presencesAnswer,
  });
  return answer.value.flatMap((item) => {
    const resource = presenceResource.safeParse(item);
    return resource.success ? [readingOf(resource.data)] : [];
  });
}

/**
 * Writes one user's presence. A session that is not there counts as cleared.
 * @throws AppError of `client.ts`, and `preferred-not-offered`
 * @param sessionId must be the id of the app whose token writes
 */
export async function writePresence(
  call: GraphCall,
  userId: TeamsUserId,
  write: TeamsWrite,
  { clientId: sessionId }: { clientId: string },
): Promise<void> {
  const act = (action: string, body: unknown): Promise<undefined> =>
    call({
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
      return act('clearPresence', { sessionId }).catch((error: unknown) => {
        if (!(error instanceof AppError && error.code === 'graph-not-found')) throw error;
        return undefined;
      });
    case 'set-preferred': {
      const { availability, activity } = write.presence;
      const expirationDuration = preferredLifetime(write.presence).iso;
      return act('setUserPreferredPresence', { availability, activity, expirationDuration });
    }
    case 'clear-preferred':
      return act('clearUserPreferredPresence', {});
  }
}
