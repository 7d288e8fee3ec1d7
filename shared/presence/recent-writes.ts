// What the log of our writes to Teams tells: which of them may stand there, and from when on a read can tell.
import {
  type RecentWrite,
  SETTLE_AFTER_MS,
  TEAMS_ANSWER_LIMIT_MS,
  type TeamsPresence,
} from './model.ts';

/**
 * From when on a read tells what is true: once all that we wrote is answered, and the last of it has come
 * back, or has had its time to. Microsoft's answers may lag behind its own writes.
 */
export function settledFrom(recent: readonly RecentWrite[]): number {
  const last = recent.at(-1);
  const answers = recent.map(({ at, answeredAt = at }) => answeredAt ?? at + TEAMS_ANSWER_LIMIT_MS);
  return Math.max(last ? (last.echoedAt ?? last.at + SETTLE_AFTER_MS) : 0, ...answers);
}

export type PreferredWrite = RecentWrite & { what: TeamsPresence | 'cleared' };

export const isPreferred = (write: RecentWrite): write is PreferredWrite =>
  typeof write.what === 'object' || write.what === 'cleared';

/** Under way, or failed and perhaps taken all the same. */
const isInDoubt = ({ failed, answeredAt }: RecentWrite): boolean =>
  failed === true || answeredAt === null;

/** Writes of a preferred presence that nobody confirmed, and that no later write replaced. */
export function perhapsStanding(recent: readonly RecentWrite[]): PreferredWrite[] {
  const preferred = recent.filter(isPreferred);
  const last = preferred.findLastIndex((write) => !isInDoubt(write));
  return preferred.slice(last + 1);
}

/** What was written over all older ones. */
export const lastPreferred = (recent: readonly RecentWrite[]): RecentWrite | undefined =>
  recent.findLast(isPreferred);

export const confirmed = (recent: readonly RecentWrite[]): PreferredWrite | undefined =>
  recent.filter(isPreferred).findLast((write) => !isInDoubt(write));

/** What Teams was last asked for with success, as long as it is remembered. */
export const lastConfirmed = (recent: readonly RecentWrite[]): PreferredWrite['what'] | undefined =>
  confirmed(recent)?.what;
