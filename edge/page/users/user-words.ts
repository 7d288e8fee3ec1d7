// What the list and the page of a user have in common to say of one. Pure.
import type { UserView } from '../../connector/rpc.ts';
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
