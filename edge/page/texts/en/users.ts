// The words of the users and of a user's page, in English.
import type { MatchingStep } from '../../../../shared/settings/schema.ts';
import type { LastChange, UserView } from '../../../connector/rpc.ts';

export interface UsersTexts {
  heading: string;
  search: string;
  searchHint: string;
  state: string;
  all: string;
  states: Record<UserView['state'], string>;
  /** Paired, and no subscription tells of them. */
  notSubscribed: string;
  columns: {
    teams: string;
    teamsPresence: string;
    pbx: string;
    pbxPresence: string;
    match: string;
    lastChange: string;
  };
  matchedBy: Record<MatchingStep, string>;
  notSeen: string;
  onThePhone: string;
  number: (number: string) => string;
  range: (from: number, to: number, total: number) => string;
  nobody: string;
  previous: string;
  next: string;
  seenAt: (when: string) => string;
  directions: Record<LastChange['direction'], string>;
  nothingYet: string;
  pair: string;
  pairNamed: (name: string) => string;
  one: {
    back: string;
    gone: string;
    inTeams: string;
    onPbx: string;
    noTeams: string;
    noPbx: string;
    pairing: string;
    lastChange: string;
    why: Record<MatchingStep, string>;
    another: string;
    undo: string;
    undoTitle: (name: string) => string;
    undoText: string;
    notWatched: string;
  };
  picker: {
    title: (name: string) => string;
    ofTeams: string;
    ofPbx: string;
    searchTeams: string;
    searchPbx: string;
    found: (count: number) => string;
    more: string;
    none: string;
    taken: (name: string) => string;
    save: string;
    saving: string;
    switchedOff: string;
    toRules: string;
  };
}

export const users: UsersTexts = {
  heading: 'Users',
  search: 'Search',
  searchHint: 'Name, address, SIP name or number',
  state: 'Show',
  all: 'All',
  states: {
    paired: 'Paired',
    unmatched: 'No partner',
    ambiguous: 'More than one fits',
    unlicensed: 'No licence',
    noRights: 'Presence not visible',
  },
  notSubscribed: 'Not subscribed',
  columns: {
    teams: 'In Teams',
    teamsPresence: 'Presence in Teams',
    pbx: 'On the PBX',
    pbxPresence: 'Presence on the PBX',
    match: 'Match',
    lastChange: 'Last change',
  },
  matchedBy: {
    override: 'by hand',
    email: 'by e-mail',
    displayName: 'by display name',
    sip: 'by SIP name',
  },
  notSeen: 'not seen yet',
  onThePhone: 'On the phone',
  number: (number) => `No. ${number}`,
  range: (from, to, total) => `${from}–${to} of ${total}`,
  nobody: 'Nobody fits.',
  previous: 'Previous',
  next: 'Next',
  seenAt: (when) => `seen ${when}`,
  directions: { 'teams-to-pbx': 'Teams → PBX', 'pbx-to-teams': 'PBX → Teams' },
  nothingYet: 'Nothing was written yet.',
  pair: 'Pair by hand',
  pairNamed: (name) => `Pair by hand: ${name}`,
  one: {
    back: 'All users',
    gone: 'There is no such user in Teams, or they cannot sign in or have no Teams.',
    inTeams: 'In Teams',
    onPbx: 'On the PBX',
    noTeams: 'Nobody in Teams.',
    noPbx: 'Nobody on the PBX.',
    pairing: 'Pairing',
    lastChange: 'Last change',
    why: {
      override: 'An admin paired these two by hand.',
      email: 'The user name or the mail address in Teams is an address on the PBX.',
      displayName: 'Both have the same display name.',
      sip: 'The user name in Teams before the @ is the SIP name on the PBX.',
    },
    another: 'Choose another partner',
    undo: 'Undo pairing by hand',
    undoTitle: (name) => `Undo the pairing of ${name}?`,
    undoText: 'From then on the other steps of the matching decide who the partner is, if anybody.',
    notWatched: 'not looked at without a pair',
  },
  picker: {
    title: (name) => `Pair ${name} by hand`,
    ofTeams: 'Who is this in Teams?',
    ofPbx: 'Who is this on the PBX?',
    searchTeams: 'Search in Teams',
    searchPbx: 'Search on the PBX',
    found: (count) => (count === 1 ? '1 user' : `${count} users`),
    more: 'There are more: search for some of the name.',
    none: 'Nobody fits.',
    taken: (name) => `Now the partner of ${name}, who will lose it.`,
    save: 'Pair',
    saving: 'Pairing …',
    switchedOff:
      '“By hand” is switched off in the matching. This pair is kept, and counts once the step is switched on.',
    toRules: 'To the rules',
  },
};
