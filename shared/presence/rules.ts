// What an admin decides about a connector's presence, as the rules take it.
import { isCall, type Mapping } from './mapping.ts';
import { type Directions, type PbxActivity, sameTeams, type TeamsPresence } from './model.ts';

export interface Rules {
  readonly mapping: Mapping;
  readonly directions: Directions;
  /** The presence contact that we write on the PBX. */
  readonly contact: string;
  /** Activities that the user's PBX does not take, as it has shown: busy is set in their place. */
  readonly refused?: ReadonlySet<PbxActivity>;
}

export const writesPbx = (rules: Rules): boolean => rules.directions !== 'pbx-to-teams';
export const writesTeams = (rules: Rules): boolean => rules.directions !== 'teams-to-pbx';

/** How closed a state is: after a gap the more closed one wins (DESIGN §3, rule 6). */
export function closedness(activity: PbxActivity): number {
  if (activity === '') return 0;
  if (activity === 'dnd') return 3;
  if (activity === 'busy' || activity === 'meeting') return 2;
  return 1;
}

/**
 * Whether a presence may be the shadow of our own call session: In a call, or Busy/Busy, which is
 * how Teams has been seen to spell it (facts: graph §1.5).
 */
export const looksLikeSession = (rules: Rules, presence: TeamsPresence): boolean =>
  isCall(rules.mapping, presence) || SESSION_SPELLINGS.some((one) => sameTeams(one, presence));

/** By name, not by the mapping: an admin may show Teams calls on the PBX as something else. */
const SESSION_SPELLINGS: readonly TeamsPresence[] = [
  { availability: 'Busy', activity: 'InACall' },
  { availability: 'Busy', activity: 'Busy' },
];
