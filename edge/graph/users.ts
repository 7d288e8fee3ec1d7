// All users of a tenant, then what changed of them, a page at a time so that the caller can store
// in between. Delta where Graph grants it, else the plain list (facts: graph §2.7, §5).
import * as z from 'zod';
import { AppError } from '../../shared/errors.ts';
import { type TeamsUserId, teamsUserId } from '../../shared/ids.ts';
import { late } from '../../shared/late.ts';
import type { GraphCall } from './client.ts';
import { assignedPlan, hasTeamsPlan } from './teams-plan.ts';

const SELECT = 'id,displayName,userPrincipalName,mail,accountEnabled,assignedPlans';

export interface TeamsUser {
  id: TeamsUserId;
  displayName: string;
  userPrincipalName: string;
  mail: string | null;
  /** A user who may not sign in has no presence worth keeping. */
  accountEnabled: boolean;
  /** Has a Teams plan. */
  licensed: boolean;
}

/** A user as a page shows them: what did not change may be missing. */
export type TeamsUserChange = Pick<TeamsUser, 'id'> & Partial<TeamsUser>;

/** Where the next page begins. Plain data, to be stored. */
export type UsersCursor =
  | { kind: 'delta'; link: string; full: boolean }
  | { kind: 'list'; link: string };

export interface UsersPage {
  users: TeamsUserChange[];
  removed: TeamsUserId[];
  cursor: UsersCursor | null;
  /** The round ends with this page: `cursor` begins the next one, whenever the caller likes. */
  done: boolean;
  /** The round lists everybody: who is in none of its pages is gone. */
  full: boolean;
  /** The round begins with this page, also where an older one broke off. */
  first: boolean;
}

const userItem = late(() =>
  z.object({
    id: z.string().min(1),
    displayName: z.string().nullish(),
    userPrincipalName: z.string().nullish(),
    mail: z.string().nullish(),
    accountEnabled: z.boolean().nullish(),
    assignedPlans: z.array(assignedPlan()).nullish(),
    '@removed': z.unknown().optional(),
  }),
);

const usersAnswer = late(() =>
  z.object({
    value: z.array(userItem()),
    '@odata.nextLink': z.string().optional(),
    '@odata.deltaLink': z.string().optional(),
  }),
);
type UsersAnswer = z.infer<ReturnType<typeof usersAnswer>>;

/** Answers that mean "no delta here": the plain list may still be granted. */
const NO_DELTA: ReadonlySet<string> = new Set([
  'graph-bad-request',
  'graph-forbidden',
  'graph-not-found',
  'graph-not-implemented',
]);

/** Answers to a stored link that mean "begin again"; 410 is the documented one (life 7 days). */
const LINK_LOST: ReadonlySet<string> = new Set([
  'graph-gone',
  'graph-bad-request',
  'graph-not-found',
]);

/**
 * Reads one page. `null` begins with everybody.
 * @param teamsPlans plan ids, in lower case, that count as Teams besides the known ones
 * @throws AppError of `client.ts`; the same cursor may be tried again
 */
export async function readUsersPage(
  call: GraphCall,
  cursor: UsersCursor | null,
  teamsPlans: ReadonlySet<string> = new Set(),
): Promise<UsersPage> {
  if (cursor?.kind === 'list') return listPage(call, cursor.link, teamsPlans);
  if (cursor === null) return firstDeltaPage(call, teamsPlans);
  try {
    const { link, full } = cursor;
    return deltaPage(await ask(call, { url: link }), teamsPlans, { full, first: false });
  } catch (error) {
    if (!hasCode(error, LINK_LOST)) throw error;
    return firstDeltaPage(call, teamsPlans);
  }
}

/** The user after a change; what the change does not mention stays. */
export function mergeUser(known: TeamsUser | undefined, change: TeamsUserChange): TeamsUser {
  const blank = { displayName: '', userPrincipalName: '', mail: null };
  return { ...blank, accountEnabled: true, licensed: false, ...known, ...change };
}

/** Whether this user's presence is kept equal: may sign in, and has Teams. */
export const hasPresence = (user: TeamsUser): boolean => user.accountEnabled && user.licensed;

async function firstDeltaPage(
  call: GraphCall,
  teamsPlans: ReadonlySet<string>,
): Promise<UsersPage> {
  try {
    const answer = await ask(call, { path: '/users/delta', query: { $select: SELECT } });
    return deltaPage(answer, teamsPlans, { full: true, first: true });
  } catch (error) {
    if (!hasCode(error, NO_DELTA)) throw error;
    return listPage(call, null, teamsPlans);
  }
}

function deltaPage(
  answer: UsersAnswer,
  teamsPlans: ReadonlySet<string>,
  { full, first }: Pick<UsersPage, 'full' | 'first'>,
): UsersPage {
  const next = answer['@odata.nextLink'];
  const link = next ?? answer['@odata.deltaLink'];
  if (link === undefined) {
    const detail = 'Graph, users: a page of changes has neither nextLink nor deltaLink.';
    throw new AppError({ code: 'graph-bad-answer', retry: 'backoff', detail });
  }
  const done = next === undefined;
  // The round behind a deltaLink brings changes only.
  const cursor = { kind: 'delta', link, full: full && !done } as const;
  return { ...contents(answer, teamsPlans), cursor, done, full, first };
}

async function listPage(
  call: GraphCall,
  link: string | null,
  teamsPlans: ReadonlySet<string>,
): Promise<UsersPage> {
  const start = { path: '/users', query: { $select: SELECT, $top: '999' } };
  const answer = await ask(call, link === null ? start : { url: link });
  const next = answer['@odata.nextLink'] ?? null;
  return {
    ...contents(answer, teamsPlans),
    // The next round asks for delta again: what refused it may have passed.
    cursor: next === null ? null : { kind: 'list', link: next },
    done: next === null,
    full: true,
    first: link === null,
  };
}

const ask = (
  call: GraphCall,
  where: { url: string } | { path: string; query: Record<string, string> },
): Promise<UsersAnswer> => call({ method: 'GET', ...where, schema: usersAnswer() });

/** What a page says. The same user may stand in it several times: the last word counts. */
function contents(
  { value }: UsersAnswer,
  teamsPlans: ReadonlySet<string>,
): Pick<UsersPage, 'users' | 'removed'> {
  const users = new Map<TeamsUserId, TeamsUserChange>();
  const removed = new Set<TeamsUserId>();
  for (const item of value) {
    const id = teamsUserId(item.id);
    if (item['@removed'] !== undefined) {
      users.delete(id);
      removed.add(id);
    } else {
      removed.delete(id);
      users.set(id, { ...users.get(id), ...changeOf(id, item, teamsPlans) });
    }
  }
  return { users: [...users.values()], removed: [...removed] };
}

/** Graph says `null` for empty; a property that is missing altogether did not change. */
function changeOf(
  id: TeamsUserId,
  item: z.infer<ReturnType<typeof userItem>>,
  teamsPlans: ReadonlySet<string>,
): TeamsUserChange {
  const change: TeamsUserChange = { id };
  if (item.displayName !== undefined) change.displayName = item.displayName ?? '';
  if (item.userPrincipalName !== undefined) {
    change.userPrincipalName = item.userPrincipalName ?? '';
  }
  if (item.mail !== undefined) change.mail = item.mail ?? null;
  if (item.accountEnabled !== undefined) change.accountEnabled = item.accountEnabled ?? true;
  if (item.assignedPlans !== undefined) {
    change.licensed = hasTeamsPlan(item.assignedPlans ?? [], teamsPlans);
  }
  return change;
}

const hasCode = (error: unknown, codes: ReadonlySet<string>): boolean =>
  error instanceof AppError && codes.has(error.code);
