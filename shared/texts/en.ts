// Every sentence an admin reads at a lamp, in English: what is so, and what to do about it.

import { CODE_EN } from './code-en.ts';
import { MICROSOFT_EN } from './microsoft-en.ts';
import type { Text } from './text.ts';

export const EN = {
  // settings
  'settings-complete': { message: 'The settings are complete.', action: '' },
  'connector-not-answering': {
    message: 'This connector does not answer just now.',
    action: 'Ask again in a minute; if it stays so, look into the log of the edge.',
  },
  'client-secret-missing': {
    message: 'The client secret of the app that writes to Teams is missing.',
    action: 'Enter ClientSecretSynctoTeams: the value of the secret, not its ID.',
  },

  // tokens
  'token-ok': { message: 'Microsoft accepts the sign-in.', action: '' },
  'not-tried-yet': { message: 'Not tried yet.', action: '' },
  'account-missing': {
    message: 'There is no Teams account to read presence with.',
    action: 'Add a Teams account, or choose polling, which needs none.',
  },
  ...MICROSOFT_EN,
  ...CODE_EN,
  'sign-in-waiting': {
    message: 'A Teams account waits for its user to sign in with a code.',
    action: 'The page Teams accounts shows the code and where to enter it.',
  },
  'code-expired': {
    message: 'The code for signing in a Teams account has expired or was used up.',
    action: 'On the page Teams accounts, get a new code and enter it within 15 minutes.',
  },
  'code-declined': {
    message: 'The sign-in with a code was declined at Microsoft.',
    action: 'On the page Teams accounts, get a new code, sign in with it and confirm.',
  },
  'sign-in-revoked': {
    message:
      'The sign-in of {who} was ended at Microsoft, for example by a new password or by an administrator.',
    action: 'Sign in again with a code on the page Teams accounts.',
  },
  'sign-in-too-old': {
    message:
      'The sign-in of {who} has become too old: it was not used for 90 days, or a policy asks for it more often.',
    action:
      'Sign in again with a code on the page Teams accounts. If this comes back soon, exclude the account from sign-in frequency in Entra (Conditional Access).',
  },
  'sign-in-demanded': {
    message: '{who} has to sign in again: {detail}.',
    action: 'Sign in again with a code on the page Teams accounts.',
  },

  // our own
  'client-certificate-bad': {
    message:
      'The certificate of the app that writes to Teams, or its private key, cannot be used: RSA in PEM (PKCS #8) is needed.',
    action: 'Enter certificate and private key in PEM again, or use a client secret.',
  },
  'sealed-unreadable': {
    message: 'A stored secret does not open with the SETTINGS_KEY of this edge.',
    action:
      'Give the former key as SETTINGS_KEY_PREVIOUS, or enter the secrets and Teams accounts again.',
  },
  'account-not-configured': { message: 'The Teams account is being set up.', action: '' },
  'connector-unreachable': {
    message: 'The edge could not note that the subscription is being made.',
    action: 'Nothing: it is tried again by itself.',
  },
  internal: {
    message: 'The edge met a fault of its own.',
    action: 'It is tried again by itself. If it stays, look into the log of the edge.',
  },
  'subscription-expired': {
    message: 'A subscription has expired and was not renewed.',
    action:
      'Nothing if it passes within minutes: it is renewed by itself. If it stays, press “Check now”.',
  },

  // Teams users
  'teams-users-loaded': { message: 'Users with a Teams plan: {count}.', action: '' },
  'teams-users-asked': {
    message:
      'Users with a Teams plan: {count}. They are asked for every minute, because Microsoft does not tell of changes: {because}',
    action: 'Changes show all the same, within a minute or so. {remedy}',
  },
  'teams-users-none': {
    message: 'The tenant has no user with a Teams plan.',
    action: 'Assign a licence with Teams in the Microsoft 365 admin center.',
  },

  // subscriptions and the notification URL
  subscribed: {
    message: 'Subscribed users: {users}. Teams accounts: {accounts}.',
    action: '',
  },
  subscribing: { message: 'The subscription is being set up.', action: '' },
  'nobody-to-subscribe': { message: 'There is nobody to subscribe yet.', action: '' },
  'not-enough-accounts': {
    message:
      'Not subscribed: {count} ({users}). Each Teams account takes 650 users. What they do in Teams is noticed within five minutes instead of at once.',
    action:
      'Add Teams accounts: {missing} more. Users, Show: “Not subscribed”, lists who waits for them.',
  },
  'account-unable': {
    message:
      '{who} cannot sign in. Not subscribed: {count} ({users}). What they do in Teams is noticed within five minutes, if another account can sign in.',
    action:
      'The lamp “Sign-in for reading Teams” says why. Put that right, or add a Teams account. Users, Show: “Not subscribed”, lists who waits for it.',
  },
  'account-without-teams': {
    message:
      '{who} has no licence with Teams. Microsoft may refuse such a Teams account what it subscribes to, or tell it nothing.',
    action:
      'Microsoft 365 admin center → Users → Active users → {who} → Licenses and apps: a licence with Teams. Where it has one by another plan: “Further Teams service plans” (Setup → All settings). It is seen here within five minutes.',
  },
  'renewal-failing': {
    message: 'The subscription of {who} stands until {ends} UTC, but cannot be renewed: {because}',
    action: '{remedy}',
  },
  'subscription-silent': {
    message:
      'The subscription of {who} stands at Microsoft, but presences changed without a notification. It has been made anew; until one comes, all users are read every minute.',
    action:
      'Nothing to do at first. If this stays for hours: Microsoft 365 admin center → Health → Service health → Microsoft Teams – or choose polling.',
  },
  'users-refused': {
    message:
      'Users whom Microsoft refuses to subscribe: {count} ({users}). What they do in Teams is noticed within five minutes instead of at once.',
    action:
      'Microsoft 365 admin center → Users → Active users: check that these users exist, and under Licenses and apps that they have a licence with Teams. Users, Show: “Not subscribed”, lists them; they are tried again by themselves, more and more seldom, at least once a day, and at once with “Check now”.',
  },
  polling: { message: 'Presence is asked every {seconds} s. Users: {users}.', action: '' },
  'notification-url-reached': { message: 'Microsoft reaches the notification URL.', action: '' },
  'notification-url-not-needed': { message: 'Polling needs no notification URL.', action: '' },
  'notification-url-unreachable': {
    message: 'Microsoft cannot reach the notification URL.',
    action:
      'Check that the URL in the settings leads to this edge, with a public certificate: open it in a browser from outside.',
  },

  'subscription-elsewhere': {
    message: 'Another program has subscribed with the Teams account.',
    action: 'Use a Teams account of its own for this connector, or end the other program.',
  },

  // agent and PBX
  'agent-connected': { message: 'The agent {name} is connected.', action: '' },
  'agent-not-enrolled': {
    message: 'No agent has been enrolled.',
    action:
      'Make an enrolment code and run the command that comes with it on a machine beside the PBX.',
  },
  'agent-offline': {
    message: 'The agent is not connected.',
    action:
      'Check that the service presence-agent runs and reaches the internet: its log says what stops it. If the edge refuses it, enrol it again.',
  },
  'pbx-connected': { message: 'The PBX {name} is connected.', action: '' },
  'pbx-unknown': { message: 'Not known without an agent.', action: '' },
  'pbx-name-wrong': {
    message: 'The agent is connected to {found}, but Master PBX says {wanted}.',
    action:
      'Enter the PBX name (PBX → Config → General) as Master PBX in the settings, or correct url in the configuration of the agent.',
  },
  'pbx-unreachable': {
    message: 'The agent cannot reach the PBX {name}.',
    action: 'Check the url in the configuration of the agent, and that the PBX is up.',
  },
  'pbx-tls': {
    message: 'The agent does not trust the certificate of the PBX {name}.',
    action:
      'Give the CA certificate of the PBX to the agent as ca_file, and use in url a name or address that the certificate has.',
  },
  'pbx-login-refused': {
    message: 'The PBX {name} refuses the login of the agent.',
    action: 'Check the name of the App object and its password in the configuration of the agent.',
  },
  'pbx-api-missing': {
    message: 'The App object on the PBX {name} lacks an API: {detail}',
    action: 'Tick PbxApi, TableUsers and Admin at the App object.',
  },
  'pbx-down': {
    message: 'The PBX {name} is not connected: {detail}',
    action:
      'Nothing if the PBX is restarting: the agent comes back by itself. Otherwise run presence-agent doctor beside the PBX: it says what to do.',
  },
  'pbx-not-called': {
    message: 'The PBX {name} does not connect to the agent.',
    action:
      'At the App object tick "Websocket" and enter the address of the agent as its URL; let the PBX through to the port of the agent.',
  },
  'rights-ok': { message: 'The presence of all paired users may be seen.', action: '' },
  'rights-missing': {
    message: 'Users whose presence may not be seen: {count} ({users}).',
    action:
      'At these users or their template, under Visibility: tick "Presence" and "On the phone" for the App object.',
  },
  'rights-no-calls': {
    message: 'Users whose calls may not be seen: {count} ({users}).',
    action:
      'At these users or their template, under Visibility: tick "On the phone" for the App object.',
  },
  'rights-ok-unlicensed': {
    message:
      'The presence of all paired users may be seen. Left out, without a licence on the PBX: {count} ({users}).',
    action:
      'Assign App(innovaphone-microsoft365) to those who are to be synchronised, or switch off “Only users with a licence on the PBX” (Setup → All settings).',
  },
  'licence-unknown': {
    message: 'Who has a licence on the PBX cannot be asked, so nobody is left out: {detail}',
    action:
      'Tick "Admin" at the App object. Where licences are not needed, switch off “Only users with a licence on the PBX” (Setup → All settings).',
  },

  // pairs
  paired: { message: 'Paired users: {count}.', action: '' },
  'pairing-none': {
    message: 'No Teams user fits a user on the PBX.',
    action: 'Check the matching rules, or the e-mail addresses and names on both sides.',
  },
  'pairing-ambiguous': {
    message: 'Paired users: {count}. Users who fit more than one: {ambiguous}.',
    action: 'Look at the list of users: make addresses or names unique, or pair by hand.',
  },
  'pairing-waiting': { message: 'Both lists of users are needed first.', action: '' },
  'sync-not-yet': {
    message: 'Nothing can be synchronised until an agent is connected and users are paired.',
    action: '',
  },
  'in-sync': { message: 'Both sides show the same.', action: '' },
  'in-sync-with-busy': {
    message:
      'Both sides show the same. The PBX {name} does not take {activities} from the agent: busy is shown there instead.',
    action: '',
  },
  'sync-waiting': { message: 'Changes on their way: {count}.', action: '' },
  'sync-failing': {
    message: 'Users whose presence could not be written: {count}. {because}',
    action: '{remedy}',
  },

  'settings-copy-failing': {
    message: 'The settings are stored, but their copy for the network of the edge is not.',
    action: 'Nothing: it is tried again by itself. Until then notifications may be refused.',
  },
  'account-object-unreachable': {
    message: 'The part of the edge that looks after a Teams account does not answer.',
    action: 'Nothing: it is tried again by itself.',
  },
} as const satisfies Record<string, Text>;

/**
 * What ends a message where more is known (`{requestId}` is what Microsoft's support asks for), and what stands for the
 * name of an account that has none yet.
 */
export const EN_WORDS = {
  requestId: "(Microsoft's request ID: {requestId})",
  retryAt: 'Next try at {retryAt} UTC.',
  notAgain: 'It is not tried again by itself.',
  unnamed: '(new account)',
};
export type Words = typeof EN_WORDS;

export type TextCode = keyof typeof EN;
