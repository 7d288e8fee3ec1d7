// What is taken back when a user leaves the pairing: nothing of ours may stay behind.
import {
  OWN_STATE_CONTACT,
  type PairState,
  type TeamsWrite,
  type Written,
} from '../../shared/presence/model.ts';
import { type PreferredWrite, perhapsStanding } from '../../shared/presence/recent-writes.ts';
import type { Rules } from '../../shared/presence/rules.ts';

export interface Farewell {
  teams: TeamsWrite[];
  /** Whether our item on the PBX is to be cleared. */
  clearPbx: boolean;
}

/** What stands of our own doing. A state that a human has chosen since is not ours to take. */
export function farewell(rules: Rules, state: PairState): Farewell {
  const { session, pbxConfirmed, pbxPending, pbxDoubts = [] } = state.written;
  const teams: TeamsWrite[] = [];
  if (session) teams.push({ kind: 'clear-session' });
  const isOurs = mayBePreferred(state.written).some((what) => what !== 'cleared');
  if (isOurs) teams.push({ kind: 'clear-preferred' });
  const stands = pbxConfirmed !== null && pbxConfirmed !== '' && state.pbx?.item === pbxConfirmed;
  // What is on its way may have arrived.
  const sent = pbxPending ? [...pbxDoubts, pbxPending] : pbxDoubts;
  const isItem = stands || sent.some(({ activity }) => activity !== '');
  const stillOurs = rules.contact !== OWN_STATE_CONTACT || state.manual?.origin !== 'pbx';
  return { teams, clearPbx: isItem && (stillOurs || (state.teams?.call ?? false)) };
}

/** What of ours may stand in Teams as the preferred presence. What somebody took away does not. */
function mayBePreferred({ preferred, recent }: Written): PreferredWrite['what'][] {
  if (preferred === null) return perhapsStanding(recent).map(({ what }) => what);
  return preferred.takenAway ? [] : [preferred.presence];
}
