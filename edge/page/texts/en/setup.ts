// The words of the guided set-up, in English.
import type { StepId, StepState } from '../../setup/steps.ts';

export interface SetupTexts {
  heading: string;
  lead: string;
  leadNew: string;
  allSettings: string;
  allSettingsLead: string;
  rulesAre: string;
  backToGuide: string;
  progress: (done: number, all: number) => string;
  states: Record<StepState, string>;
  next: string;
  nextStep: (title: string) => string;
  saveAndCheck: string;
  storedWith: (steps: string) => string;
  later: string;
  waitsFor: Partial<Record<StepId, string>>;
  steps: Record<Exclude<StepId, 'reading' | 'writing'>, StepTexts> &
    Record<'reading' | 'writing', StepTexts & { appName: string }>;
  entra: {
    heading: string;
    register: string;
    publicClient: string;
    delegated: string;
    application: string;
    consent: string;
    secret: string;
    ids: (clientId: string, tenant: string) => string;
  };
  onPbx: { heading: string; app: string; apis: string; visibility: string; name: string };
  notifications: {
    heading: string;
    guessed: string;
    noHttps: string;
    path: string;
    take: string;
    open: string;
    openHint: string;
  };
  accountsAre: string;
  finish: {
    done: string;
    doneLead: string;
    notYet: string;
    look: Record<'overview' | 'users' | 'rules', string>;
  };
}

interface StepTexts {
  title: string;
  lead: string;
}

export const setup: SetupTexts = {
  heading: 'Setup',
  lead: 'Each step shows by itself whether it is done. You can leave at any step and come back.',
  leadNew:
    'This connector does not exist yet. The first steps create it; each shows by itself whether it is done. You can leave at any step and come back.',
  allSettings: 'All settings',
  allSettingsLead: 'Every setting in one form, the rarely needed ones included.',
  rulesAre: 'Directions, matching and the tables of presences are here:',
  backToGuide: '← Back to the steps',
  progress: (done, all) => `${done} of ${all} steps are done.`,
  states: {
    open: 'To do',
    unsaved: 'Not saved',
    entered: 'Entered',
    done: 'Done',
    attention: 'Needs attention',
    asking: 'Looking …',
  },
  next: 'Next',
  nextStep: (title) => `Next: ${title}`,
  saveAndCheck: 'Save and check',
  storedWith: (steps) => `Stored as soon as these steps are filled in too: ${steps}.`,
  later: 'This comes once the connector exists: fill in the steps above first.',
  waitsFor: {
    pbx: 'Whether it is right shows as soon as the agent is there.',
    reading: 'Whether it is right shows as soon as a Teams account signs in to this app.',
    notifications:
      'Microsoft tries this address when the first Teams account subscribes. Until then nothing is known of it.',
  },
  steps: {
    source: {
      title: 'Source of Teams presence',
      lead: 'Notifications come at once, but need Teams accounts and an address that Microsoft reaches. Polling asks every few seconds and needs neither.',
    },
    pbx: {
      title: 'PBX',
      lead: 'The agent on site logs in to the master PBX as an App object.',
    },
    reading: {
      title: 'App that reads presence',
      lead: 'The first app registration in Entra. The Teams accounts sign in to it.',
      appName: 'Presence Connector – sync to PBX',
    },
    notifications: {
      title: 'Notification URL',
      lead: 'The address at which Microsoft tells this connector that a presence has changed.',
    },
    writing: {
      title: 'App that writes presence',
      lead: 'The app registration in Entra with which presence is written to Teams.',
      appName: 'Presence Connector – sync to Teams',
    },
    accounts: {
      title: 'Manage Teams accounts',
      lead: 'Presence is read as a Teams account that does nothing else: the communication user.',
    },
    agent: {
      title: 'Agent',
      lead: 'A small program on any machine that reaches the PBX. It dials out to this connector: nothing has to be opened in your firewall.',
    },
    finish: {
      title: 'Ready',
      lead: 'Who belongs to whom on both sides, and whether both show the same.',
    },
  },
  entra: {
    heading: 'In Microsoft Entra',
    register:
      'App registrations → New registration. Any name, for example the one below. Supported account types: this organizational directory only. Leave the Redirect URI empty. Register.',
    publicClient: 'Authentication → Advanced settings → Allow public client flows: Yes. Save.',
    delegated:
      'API permissions → Add a permission → Microsoft Graph → Delegated permissions: both of these.',
    application: 'API permissions → Add a permission → Microsoft Graph → Application permissions:',
    consent: 'On the same page: Grant admin consent.',
    secret:
      'Certificates & secrets → New client secret. Copy its Value at once (not the Secret ID): it is shown only now.',
    ids: (clientId, tenant) =>
      `From Overview: Application (client) ID into ${clientId}, Directory (tenant) ID into ${tenant}.`,
  },
  onPbx: {
    heading: 'On the PBX',
    app: 'On the master, PBX → Objects: create an object of type App. Name (SIP), for example:',
    apis: 'Give it a long random password of at most 15 characters, and tick PbxApi, TableUsers and Admin.',
    visibility:
      'In the template of the users, under Visibility: add the App object, with Presence and On the phone.',
    name: 'PBX → Config → General shows the PBX name. It belongs in Master PBX.',
  },
  notifications: {
    heading: 'Which address',
    guessed: 'This page is reached by https, so Microsoft most likely reaches the connector at:',
    noHttps:
      'This page is not open by https, so the public address of the edge cannot be told from it. Enter https://, its public name, and this path:',
    path: 'Path',
    take: 'Enter this address',
    open: 'Open this address',
    openHint:
      'Do it from outside, on a phone without Wi-Fi for example. Once the connector exists it says that it can be reached.',
  },
  accountsAre:
    'It needs a licence with Teams. One account is enough for 650 users; with more users add more accounts.',
  finish: {
    done: 'Done.',
    doneLead: 'All lamps are green: both sides show the same presence.',
    notYet: 'These points are not green yet. They change by themselves as things come together.',
    look: {
      overview: 'all lamps, live. Look here first when something is wrong.',
      users: 'who is matched with whom, and why somebody’s presence is what it is.',
      rules: 'directions, matching, and which presence becomes which.',
    },
  },
};
