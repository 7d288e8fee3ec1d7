// What the list and the page of a user have in common to say of one. Pure.
import type { UserPage, UserView } from '../../connector/rpc.ts';
import type { UserQuery } from '../api.ts';
import type { StateTone } from '../parts/state-mark.tsx';

export const TONES: Record<UserView['state'], StateTone> = {
  paired: 'ok',
  unmatched: 'unknown',
  ambiguous: 'warning',
  unlicensed: 'unknown',
  noRights: 'warning',
};

/** Nobody looks at the presence of whom nothing would be done for. */
export const isWatched = ({ state }: UserView): boolean =>
  state === 'paired' || state === 'noRights';

export const nameOf = ({ teams, pbx }: UserView): string =>
  teams?.displayName || teams?.userPrincipalName || pbx?.cn || pbx?.sip || '';

export const keyOf = ({ teams, pbx }: UserView): string => teams?.id ?? pbx?.guid ?? '';

/** Whether somebody who is not on a page would be, because it has room for all who fit what is looked for. */
export function mayBeNewIn(
  { next }: Pick<UserPage, 'next'>,
  { query, state, cursor }: Pick<UserQuery, 'query' | 'state' | 'cursor'>,
  { state: theirs, teams, pbx }: UserView,
): boolean {
  if (next !== undefined || cursor !== '' || (state !== '' && state !== theirs)) return false;
  const names = [teams?.displayName, teams?.userPrincipalName, pbx?.cn, pbx?.sip, pbx?.number];
  return names.some((name) => name?.toLowerCase().includes(query.trim().toLowerCase()));
}
