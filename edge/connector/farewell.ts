// What is taken back when a user leaves the pairing: nothing of ours may stay behind.
import { OWN_STATE_CONTACT, type PairState, type TeamsWrite } from '../../shared/presence/model.ts';
import { perhapsStanding } from '../../shared/presence/recent-writes.ts';
import type { Rules } from '../../shared/presence/rules.ts';

export interface Farewell {
  teams: TeamsWrite[];
  /** Whether our item on the PBX is to be cleared. */
  clearPbx: boolean;
}

/** What stands of our own doing. A state that a human has chosen since is not ours to take. */
export function farewell(rules: Rules, state: PairState): Farewell {
  const { session, preferred, recent, pbxConfirmed, pbxPending, pbxDoubts = [] } = state.written;
  const teams: TeamsWrite[] = [];
  if (session) teams.push({ kind: 'clear-session' });
  const mayStand = preferred
    ? [preferred.presence]
    : perhapsStanding(recent).map(({ what }) => what);
  if (mayStand.some((what) => what !== 'cleared')) teams.push({ kind: 'clear-preferred' });
  const stands = pbxConfirmed !== null && pbxConfirmed !== '' && state.pbx?.item === pbxConfirmed;
  // What is on its way may have arrived.
  const sent = pbxPending ? [...pbxDoubts, pbxPending] : pbxDoubts;
  const ours = stands || sent.some(({ activity }) => activity !== '');
  const stillOurs = rules.contact !== OWN_STATE_CONTACT || state.manual?.origin !== 'pbx';
  return { teams, clearPbx: ours && (stillOurs || (state.teams?.call ?? false)) };
}
