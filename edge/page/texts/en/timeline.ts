// A user's timeline in English: what came in, what was decided and why, what went out. The rules are those
// of docs/presence-rules.md.
import type { Reason } from '../../../../shared/presence/events.ts';

export interface TimelineTexts {
  heading: string;
  lead: string;
  off: string;
  toSettings: string;
  empty: string;
  noPair: string;
  columns: { at: string; saw: string; why: string; wrote: string; took: string };
  from: Record<'teams' | 'pbx' | 'settings', string>;
  reasons: Record<Reason, string>;
  rule: (number: string) => string;
  saw: {
    nothing: string;
    changed: string;
    rules: string;
    refusedByPbx: string;
    refusedByTeams: string;
    at: (contact: string) => string;
  };
  wrote: {
    nothing: string;
    again: string;
    pbx: (presence: string) => string;
    call: string;
    callEnd: string;
    chosen: (presence: string) => string;
    chosenEnd: string;
  };
  span: (ms: number) => string;
  tookTeams: (span: string) => string;
  tookPbx: (span: string) => string;
  noAnswer: string;
}

export const timeline: TimelineTexts = {
  heading: 'Timeline',
  lead: 'The last 50 decisions of at most 7 days. Presence only: notes and messages are not kept.',
  off: 'The timeline is switched off for this connector: no decision is kept of anybody, and there is nothing to show.',
  toSettings: 'To the settings',
  empty:
    'There is nothing in the timeline: in 7 days nothing changed, or it was switched on only now.',
  noPair: 'There is no timeline without a pair: nothing is decided for this user.',
  columns: {
    at: 'When',
    saw: 'What came in',
    why: 'What was decided, and why',
    wrote: 'What went out',
    took: 'How long it took',
  },
  from: { teams: 'Teams', pbx: 'PBX', settings: 'Rules' },
  reasons: {
    equal: 'Both sides showed the same already.',
    'teams-more-closed':
      'Nobody knows who changed last, and Teams showed the less available state: it counts.',
    'pbx-more-closed':
      'Nobody knows who changed last, and the PBX showed the less available state: it counts.',
    'nothing-chosen': 'Nobody had chosen anything on either side.',
    same: 'Nothing new.',
    'older-than-known': 'It was older than what is known already.',
    'teams-told-late':
      'What Teams had told last was old, and nobody’s choice: Teams shows what it showed before.',
    'read-too-early': 'It was read too early after a change of ours to be believed.',
    'asking-what-is-true': 'It may be old or incomplete: Teams is asked what is true now.',
    'own-echo': 'It was our own change coming back.',
    'own-echo-but-different':
      'It was our own change coming back, but the sides differ: Teams is asked what is true now.',
    'own-session': 'Teams showed the call on the PBX that we show there.',
    'teams-chose': 'The user chose this in Teams, and the last choice counts.',
    'teams-call-began': 'A call in Teams began: it lies over the state on the PBX.',
    'teams-call-ended': 'The call in Teams ended: what it covered comes back.',
    'teams-no-information':
      'Signed out or unknown in Teams is nobody’s choice: what was chosen on the PBX stays.',
    'teams-took-back': 'Signed out or unknown in Teams: what had come from Teams is taken back.',
    'teams-without-ours':
      'Teams shows this by itself, because nothing of ours stands there: nobody chose it.',
    'teams-not-known-yet': 'Teams has not said anything yet.',
    'pbx-chose': 'The user chose this on the PBX, and the last choice counts.',
    'pbx-call-began': 'A call on the PBX began: Teams shows it for as long as it lasts.',
    'pbx-call-ended': 'The call on the PBX ended: what we showed of it in Teams is taken off.',
    'pbx-not-known-yet': 'The PBX has not said anything yet.',
    'pbx-took-it': 'The PBX took what was sent.',
    'pbx-refused': 'The PBX refused what was sent: it is tried again, ever more rarely.',
    'missing-after-gap':
      'The PBX had forgotten the state, as after a restart: it is set again, and Teams stays as it is.',
    'both-changed-teams-more-closed':
      'Both sides changed while they were apart, and Teams shows the less available state: it counts.',
    'answer-nobody-waits-for': 'An answer that nobody waits for any more.',
    sent: 'It was sent.',
    'not-sent': 'Microsoft refused what was sent: it is tried again.',
  },
  rule: (number) => `Rule ${number}`,
  saw: {
    nothing: 'no state',
    changed: 'something changed',
    rules: 'the rules were changed',
    refusedByPbx: 'refused',
    refusedByTeams: 'refused',
    at: (contact) => `at ${contact}`,
  },
  wrote: {
    nothing: 'Nothing had to be written.',
    again: 'It is tried again.',
    pbx: (presence) => `To the PBX: ${presence}`,
    call: 'To Teams: in a call',
    callEnd: 'To Teams: call taken off',
    chosen: (presence) => `To Teams: ${presence}`,
    chosenEnd: 'To Teams: state taken off, Teams shows its own',
  },
  span: (ms) => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`),
  tookTeams: (span) => `in Teams after ${span}`,
  tookPbx: (span) => `on the PBX after ${span}`,
  noAnswer: 'no answer yet',
};
