// What follows from the reports of the Teams accounts: who may subscribe and read, who is told of. Pure.
import type { TeamsUserId } from '../../shared/ids.ts';
import type { SubscriptionReport } from '../graph/account-rpc.ts';
import type { Account } from './account.ts';

type Active = Extract<SubscriptionReport, { state: 'active' }>;

/** Somebody has signed in with it; a code that nobody has entered yet is of no use to anybody. */
export const hasUser = ({ username }: Pick<Account, 'username'>): boolean => username !== null;

/** Whether Microsoft tells of it at `now`, epoch ms. */
export const isLive = (
  subscription: SubscriptionReport | undefined,
  now: number,
): subscription is Active => subscription?.state === 'active' && subscription.expiresAt > now;

/** Its sign-in does not work, and nothing of before is left. */
export const isUnable = ({ report }: Pick<Account, 'report'>, now: number): boolean =>
  report?.signIn.state === 'failed' && !isLive(report.presence, now);

/** Unable until an admin helps: others take over its users. */
export const isDead = (account: Pick<Account, 'report'>, now: number): boolean => {
  const signIn = account.report?.signIn;
  return signIn?.state === 'failed' && signIn.fault.retryAt === null && isUnable(account, now);
};

/** When an account will be dead that is not yet, epoch ms; `null`: none will. */
export function nextDeath(accounts: readonly Account[], now: number): number | null {
  const ends = accounts.flatMap(({ report }) => {
    if (report?.signIn.state !== 'failed' || report.signIn.fault.retryAt !== null) return [];
    return isLive(report.presence, now) ? [report.presence.expiresAt] : [];
  });
  return ends.length > 0 ? Math.min(...ends) : null;
}

/** Users and presences are read with the first account whose sign-in works. */
export function readerAmong(accounts: readonly Account[]): Account | undefined {
  const all = accounts.filter(hasUser);
  return all.find(({ report }) => report?.signIn.state === 'ok') ?? all[0];
}

/** Users of accounts that cannot subscribe them. */
export const usersOfUnable = (accounts: readonly Account[], now: number): TeamsUserId[] =>
  accounts.flatMap((account) => (isUnable(account, now) ? account.users : []));

/** Users whom Microsoft refuses to subscribe. */
export const refusedUsers = (accounts: readonly Account[]): TeamsUserId[] =>
  presences(accounts).flatMap(({ refusedIds }) => refusedIds);

/** Ids of the keys that items may be encrypted for. */
export const keysInUse = (accounts: readonly Account[]): Set<string> =>
  new Set(presences(accounts).flatMap(({ encryptionId }) => encryptionId ?? []));

const presences = (accounts: readonly Account[]): Active[] =>
  accounts.flatMap(({ report }) => (report?.presence.state === 'active' ? [report.presence] : []));
