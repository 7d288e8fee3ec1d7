// What follows from the reports of the Teams accounts: who may subscribe and read, who is told of. Pure.
import type { TeamsUserId } from '../../shared/ids.ts';
import type { AccountReport, Fault, SubscriptionReport } from '../graph/account-rpc.ts';
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

/** Its sign-in works no more until an admin helps. */
export const isLockedOut = (report: AccountReport | null): boolean =>
  report?.signIn.state === 'failed' && report.signIn.fault.retryAt === null;

/** Unable until an admin helps: others take over its users. */
export const isDead = (account: Pick<Account, 'report'>, now: number): boolean =>
  isLockedOut(account.report) && isUnable(account, now);

/** When an account will be dead that is not yet, epoch ms; `null`: none will. */
export function nextDeath(accounts: readonly Account[], now: number): number | null {
  const ends = accounts.flatMap(({ report }) => {
    if (!report || !isLockedOut(report) || !isLive(report.presence, now)) return [];
    return [report.presence.expiresAt];
  });
  return ends.length > 0 ? Math.min(...ends) : null;
}

/**
 * Users and presences are read with the first account whose sign-in works.
 * @param isRefused whether Graph refuses an account what it reads: then rather with another one
 */
export function readerAmong(
  accounts: readonly Account[],
  isRefused: (id: string) => boolean,
): Account | undefined {
  const all = accounts.filter(hasUser);
  const able = all.filter(({ report }) => report?.signIn.state === 'ok');
  return able.find(({ id }) => !isRefused(id)) ?? able[0] ?? all[0];
}

/** Users of accounts that cannot subscribe them. */
export const usersOfUnable = (accounts: readonly Account[], now: number): TeamsUserId[] =>
  accounts.flatMap((account) => (isUnable(account, now) ? account.users : []));

/** Users whom Microsoft refuses to subscribe. Whoever has another account now is none of them. */
export const refusedUsers = (accounts: readonly Account[]): TeamsUserId[] =>
  accounts.flatMap(({ report, users }) => {
    const refused = report?.presence.refused;
    if (!refused) return [];
    const has = new Set(users);
    return refused.userIds.filter((id) => has.has(id));
  });

/** What Microsoft said of the first of them; `null`: there is nobody. */
export const refusalAmong = (accounts: readonly Account[]): Fault | null => {
  const first = accounts.find((account) => refusedUsers([account]).length > 0);
  return first?.report?.presence.refused?.fault ?? null;
};

/** Ids of the keys that items may be encrypted for. */
export const keysInUse = (accounts: readonly Account[]): Set<string> =>
  new Set(presences(accounts).flatMap(({ encryptionId }) => encryptionId ?? []));

const presences = (accounts: readonly Account[]): Active[] =>
  accounts.flatMap(({ report }) => (report?.presence.state === 'active' ? [report.presence] : []));
