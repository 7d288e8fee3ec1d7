// Spreads users over Teams accounts. Pure. A changed list costs a deleted and a new subscription at
// Microsoft, so that users stay where they are as long as they can.
import type { TeamsUserId } from '../../shared/ids.ts';

/** Microsoft's limit of users in one presence subscription (facts: graph §2.1). */
export const USERS_PER_ACCOUNT = 650;

export interface Spread {
  lists: Map<string, TeamsUserId[]>;
  /** Users for whom no account has room. */
  leftOut: TeamsUserId[];
}

/**
 * @param wanted users to subscribe
 * @param now what each account has today
 */
export function spread(
  wanted: readonly TeamsUserId[],
  now: ReadonlyMap<string, readonly TeamsUserId[]>,
): Spread {
  const homeless = new Set(wanted);
  const lists = new Map<string, TeamsUserId[]>();
  for (const [account, users] of now) {
    const kept = users.filter((user) => homeless.has(user)).slice(0, USERS_PER_ACCOUNT);
    for (const user of kept) homeless.delete(user);
    lists.set(account, kept);
  }
  const leftOut: TeamsUserId[] = [];
  // Whose list changes is told nothing for a moment: the fewer, the better.
  const emptiestFirst = [...lists.values()].sort((a, b) => a.length - b.length);
  for (const user of homeless) {
    const roomy = emptiestFirst.find((list) => list.length < USERS_PER_ACCOUNT);
    if (roomy) roomy.push(user);
    else leftOut.push(user);
  }
  return { lists, leftOut };
}
