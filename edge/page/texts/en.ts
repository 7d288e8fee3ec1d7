// Every word of the page that does not come from the server, in English. Names of the original's fields
// are names: they stand in the components, untranslated.
import type { LampId, LampState } from '../../../shared/lamps.ts';
import type { Part } from '../route.ts';
import { type AccessTexts, access } from './en/access.ts';
import { type AccountsTexts, accounts } from './en/accounts.ts';
import { type AdvancedTexts, advanced } from './en/advanced.ts';
import { type AgentsTexts, agents } from './en/agents.ts';
import { type FiguresTexts, figures } from './en/figures.ts';
import { type OperatorTexts, operator } from './en/operator.ts';
import { type RemovalTexts, removal } from './en/removal.ts';
import { type RulesTexts, rules } from './en/rules.ts';
import { type SetupTexts, setup } from './en/setup.ts';
import { type TimelineTexts, timeline } from './en/timeline.ts';
import { type UsersTexts, users } from './en/users.ts';

export interface Texts {
  title: string;
  language: string;
  nav: Record<Part, string>;
  unsavedMark: string;
  common: {
    loading: string;
    cancel: string;
    remove: string;
    retry: string;
    copy: string;
    copied: string;
    since: (when: string) => string;
    stale: string;
    none: string;
  };
  problems: {
    offline: string;
    /** Where it is asked again by itself. */
    offlineNow: string;
    tooMany: (seconds: number) => string;
    unavailable: string;
    /** @param id under which the log has it; empty where it is not told */
    internal: (id: string) => string;
    wrongToken: string;
    plainHttp: string;
    otherConnector: string;
    unknownConnector: string;
    gone: string;
    answer: (status: number) => string;
  };
  signIn: {
    heading: string;
    lead: string;
    token: string;
    hint: string;
    submit: string;
    ended: string;
    other: string;
    empty: string;
  };
  session: { signOut: string; by: (who: string) => string; operator: string; token: string };
  overview: {
    heading: string;
    good: string;
    goodLead: string;
    bad: (count: number) => string;
    badLead: (name: string) => string;
    waiting: string;
    waitingLead: string;
    check: string;
    checking: string;
    checkNamed: (name: string) => string;
    toDo: string;
  };
  access: AccessTexts;
  figures: FiguresTexts;
  operator: OperatorTexts;
  lamps: Record<LampId, string>;
  lampStates: Record<LampState, string>;
  settings: {
    createButton: string;
    save: string;
    saving: string;
    discard: string;
    saved: string;
    created: string;
    changed: (names: string) => string;
    invalid: (count: number) => string;
    otherErrors: string;
    stale: string;
    staleKeys: (names: string) => string;
    takeTheirs: string;
    keepMine: string;
    groups: { pbx: string; toPbx: string; toPbxLead: string; toTeams: string; toTeamsLead: string };
    how: string;
    masterPbx: string;
    clientIdSyncToPbx: string;
    tenant: string;
    notificationUrl: string;
    clientIdSyncToTeams: string;
    clientSecretNew: string;
    clientSecretKept: string;
    source: string;
    sources: Record<'subscribe' | 'poll', { name: string; hint: string }>;
    pollSeconds: string;
    pollSecondsHint: string;
    cloud: string;
    cloudHint: string;
    cloudPolls: string;
    clouds: Record<'global' | 'usgov' | 'usgov-dod', string>;
  };
  setup: SetupTexts;
  advanced: AdvancedTexts;
  accounts: AccountsTexts;
  agents: AgentsTexts;
  users: UsersTexts;
  timeline: TimelineTexts;
  rules: RulesTexts;
  removal: RemovalTexts;
  /** By Teams activity or PBX activity, in lower case. */
  presence: Record<string, string>;
}

export const en: Texts = {
  title: 'Presence connector',
  language: 'Language',
  nav: {
    overview: 'Overview',
    setup: 'Setup',
    users: 'Users',
    rules: 'Rules',
    accounts: 'Teams accounts',
    agents: 'Agents',
    access: 'Access',
  },
  unsavedMark: 'unsaved changes',
  common: {
    loading: 'Loading …',
    cancel: 'Cancel',
    remove: 'Remove',
    retry: 'Try again',
    copy: 'Copy',
    copied: 'Copied',
    since: (when) => `since ${when}`,
    stale: 'What you see here is from before.',
    none: 'none',
  },
  problems: {
    offline: 'The connector does not answer. Try again.',
    offlineNow: 'The connector does not answer. It is asked again by itself.',
    tooMany: (seconds) => `Too many wrong tokens. Wait ${seconds} seconds, then try again.`,
    unavailable: 'The connector is busy just now. Try again shortly.',
    internal: (id) =>
      `Something went wrong in the connector. Try again; if it stays so, look into the log of the edge${id && ` under ${id}`}.`,
    wrongToken: 'This token is not valid.',
    plainHttp:
      'This page was opened over plain http: there the browser keeps no sign-in. Open it by https, through a reverse proxy in front of the edge; docs/operating.md, Self-hosted, says how.',
    otherConnector: 'This token is for another connector.',
    unknownConnector: 'This connector does not exist (any more).',
    gone: 'It is not there any more.',
    answer: (status) => `The connector answered ${status}.`,
  },
  signIn: {
    heading: 'Sign in',
    lead: 'To look after the connector',
    token: 'Admin token',
    hint: 'The ADMIN_TOKEN of the edge, or the token of this connector.',
    submit: 'Sign in',
    ended: 'Your session has ended. Sign in again; what you entered is still there.',
    other:
      'You are signed in to another connector in this browser. Sign in here to go on with this one.',
    empty: 'Enter the token.',
  },
  session: {
    signOut: 'Sign out',
    by: (who) => `Signed in as ${who}`,
    operator: 'operator',
    token: 'admin of this connector',
  },
  overview: {
    heading: 'Overview',
    good: 'Everything works.',
    goodLead: 'Presence is kept the same on both sides.',
    bad: (count) =>
      count === 1 ? 'One thing needs attention.' : `${count} things need attention.`,
    badLead: (name) => `Each step needs the ones above it. Begin with: ${name}.`,
    waiting: 'Not everything is known yet.',
    waitingLead: 'The connector is still finding out. This page shows it by itself.',
    check: 'Check now',
    checking: 'Checking …',
    checkNamed: (name) => `Check now: ${name}`,
    toDo: 'What to do',
  },
  access,
  removal,
  figures,
  operator,
  lamps: {
    settings: 'Settings',
    tokenForReading: 'Sign-in for reading Teams',
    tokenForWriting: 'Sign-in for writing to Teams',
    teamsUsers: 'Users in Teams',
    subscriptions: 'Presence from Teams',
    notificationUrl: 'Notification URL',
    agent: 'Agent',
    pbx: 'PBX',
    rights: 'Rights on the PBX',
    pairing: 'Pairing of users',
    sync: 'Synchronisation',
  },
  lampStates: { ok: 'OK', warning: 'Warning', error: 'Error', unknown: 'Not known yet' },
  settings: {
    createButton: 'Create connector',
    save: 'Save',
    saving: 'Saving …',
    discard: 'Discard changes',
    saved: 'Saved.',
    created: 'The connector is created.',
    changed: (names) => `Not saved yet: ${names}`,
    invalid: (count) =>
      count === 1
        ? 'Nothing was saved: one field is not valid.'
        : `Nothing was saved: ${count} fields are not valid.`,
    otherErrors: 'Also not valid:',
    stale: 'Somebody else saved these settings in the meantime. Nothing of yours was saved.',
    staleKeys: (names) => `They changed: ${names}.`,
    takeTheirs: 'Discard my changes',
    keepMine: 'Put my changes on top',
    groups: {
      pbx: 'PBX',
      toPbx: 'Teams → PBX',
      toPbxLead: 'The first app registration and where Microsoft sends what changed.',
      toTeams: 'PBX → Teams',
      toTeamsLead: 'The app registration that writes presence; with polling it reads as well.',
    },
    how: 'How it works',
    masterPbx: 'Name of the PBX, not its DNS name.',
    clientIdSyncToPbx: 'Application (client) ID of the app that reads presence.',
    tenant: 'Directory (tenant) ID, or a domain name of the tenant.',
    notificationUrl: 'Where Microsoft reaches this connector; https, ends in /subscriptions.',
    clientIdSyncToTeams: 'Application (client) ID of the app that writes presence.',
    clientSecretNew: 'The value of the client secret, not its ID.',
    clientSecretKept: 'A secret is stored. Leave this empty to keep it.',
    source: 'Source of Teams presence',
    sources: {
      subscribe: {
        name: 'Notifications (subscribe)',
        hint: 'Microsoft notifies the connector at once. Needs two app registrations, a Teams account for each 650 users, and the Notification URL.',
      },
      poll: {
        name: 'Polling',
        hint: 'The connector asks every few seconds. Needs one app registration, no Teams account and no Notification URL.',
      },
    },
    pollSeconds: 'Seconds between two polls',
    pollSecondsHint: '2 to 300. The fewer, the sooner a change in Teams shows on the PBX.',
    cloud: 'Microsoft cloud',
    cloudHint: 'Where your tenant lives. Nearly always Global.',
    cloudPolls: 'This cloud sends no presence notifications: the connector polls.',
    clouds: {
      global: 'Global',
      usgov: 'US Government (GCC High)',
      'usgov-dod': 'US Government (DoD)',
    },
  },
  setup,
  advanced,
  accounts,
  agents,
  users,
  timeline,
  rules,
  presence: {
    available: 'Available',
    online: 'Available',
    availableinactive: 'Available, inactive',
    inactive: 'Inactive',
    away: 'Away',
    berightback: 'Be right back',
    outofoffice: 'Out of office',
    busy: 'Busy',
    focusing: 'Focusing',
    donotdisturb: 'Do not disturb',
    dnd: 'Do not disturb',
    urgentinterruptionsonly: 'Urgent interruptions only',
    inameeting: 'In a meeting',
    meeting: 'In a meeting',
    inacall: 'In a call',
    inaconferencecall: 'In a conference call',
    'on-the-phone': 'On the phone',
    presenting: 'Presenting',
    lunch: 'At lunch',
    vacation: 'On vacation',
    offline: 'Offline',
    offwork: 'Off work',
    presenceunknown: 'Unknown',
  },
};
