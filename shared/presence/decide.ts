// The decision function: one pair of users, one event, one moment → the new state and why. What has
// to be done then is the difference between wanted and standing, see `due.ts`.
import { meetAnew } from './adopt.ts';
import { memoryLost } from './at-rest.ts';
import type { Decision, PresenceEvent } from './events.ts';
import type { PairState } from './model.ts';
import { pbxAnswered, pbxWriteSent } from './pbx-writes.ts';
import type { Rules } from './rules.ts';
import { seePbx } from './see-pbx.ts';
import { askTeams, seeTeams } from './see-teams.ts';
import {
  teamsWriteArrived,
  teamsWriteFailed,
  teamsWriteSent,
  teamsWriteTaken,
} from './teams-writes.ts';

/** Says what an event means for a pair. Pure; `now` in epoch ms. */
export function decide(
  rules: Rules,
  state: PairState,
  event: PresenceEvent,
  now: number,
): Decision {
  switch (event.kind) {
    case 'teams-seen':
      return seeTeams(rules, state, event, now);
    case 'teams-changed':
      return askTeams(state, now);
    case 'pbx-seen':
      return seePbx(rules, state, event, now);
    case 'pbx-wrote':
      return pbxAnswered(rules, state, event, now);
    case 'pbx-sent':
      return { state: pbxWriteSent(state, event.activity, now), reason: 'sent' };
    case 'teams-sent':
      return { state: teamsWriteSent(state, event.write, now), reason: 'sent' };
    case 'teams-took':
      return { state: teamsWriteTaken(state, event.write, now), reason: 'same' };
    case 'teams-arrived':
      return { state: teamsWriteArrived(state, event.write, now), reason: 'same' };
    case 'memory-lost':
      return { state: memoryLost(rules, state, event, now), reason: 'not-sent' };
    case 'teams-failed':
      return { state: teamsWriteFailed(state, event.write, now), reason: 'not-sent' };
    case 'rules-changed': {
      if (state.teams === null || state.pbx === null) return { state, reason: 'same' };
      return meetAnew(rules, state);
    }
  }
}
