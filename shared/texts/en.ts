// Every sentence an admin reads at a lamp, in English: what is so, and what to do about it.

/** `{name}` is filled from a lamp's params; an empty action means that there is nothing to do. */
export interface Text {
  message: string;
  action: string;
}

export const EN = {
  // settings
  'settings-complete': { message: 'The settings are complete.', action: '' },
  'client-secret-missing': {
    message: 'The client secret of the app that writes to Teams is missing.',
    action: 'Enter ClientSecretSynctoTeams: the value of the secret, not its id.',
  },

  // tokens
  'token-ok': { message: 'Microsoft accepts the sign-in.', action: '' },
  'not-tried-yet': { message: 'Not tried yet.', action: '' },
  'account-missing': {
    message: 'There is no Teams account to read presence with.',
    action: 'Add a Teams account, or choose polling, which needs none.',
  },
  'mfa-required': {
    message: 'Microsoft demands a second factor for {who}.',
    action:
      'Exclude this account from multi-factor authentication in Entra (Conditional Access), or choose polling.',
  },
  'mfa-enrolment-required': {
    message: 'Microsoft wants {who} to register for multi-factor authentication.',
    action:
      'Exclude this account from the registration, or switch security defaults off for it, or choose polling.',
  },
  'blocked-by-conditional-access': {
    message: 'A Conditional Access policy blocks {who}.',
    action: 'Change the policy in Entra under Protection > Conditional Access.',
  },
  'wrong-credentials': {
    message: 'User name or password of {who} is wrong. It was tried once and is not tried again.',
    action: 'Remove the account and add it again with the right password.',
  },
  'account-locked': {
    message: 'The account {who} is locked after too many wrong passwords.',
    action: 'Wait or unlock it in Entra, then add the account again with the right password.',
  },
  'account-unknown': {
    message: 'Microsoft knows no account {who} in this tenant.',
    action: 'Check the user name and TenantSynctoPbx.',
  },
  'password-expired': {
    message: 'The password of {who} has expired.',
    action: 'Set a new password that does not expire, then add the account again.',
  },
  'password-missing': {
    message: 'The account {who} has no password in the cloud.',
    action: 'Set a password in Entra, then add the account again.',
  },
  'account-disabled': {
    message: 'The account {who} is disabled.',
    action: 'Enable it in Entra.',
  },
  'tenant-unknown': {
    message: 'Microsoft knows no such tenant.',
    action: 'Check the tenant id and the cloud in the settings.',
  },
  'wrong-cloud': {
    message: 'The tenant lives in another Microsoft cloud.',
    action: 'Choose the right cloud in the settings.',
  },
  'client-unknown': {
    message: 'Microsoft knows no app with this client id in the tenant.',
    action: 'Copy the application (client) id from the app registration; check the tenant id.',
  },
  'public-client-off': {
    message: 'The app registration does not allow signing in with user name and password.',
    action: 'In Entra, app registration > Authentication: set "Allow public client flows" to Yes.',
  },
  'wrong-client-secret': {
    message: 'The client secret is wrong.',
    action: 'Enter the value of the secret, not its id. Make a new secret if the value is lost.',
  },
  'client-secret-expired': {
    message: 'The client secret has expired.',
    action: 'Make a new secret in Entra, app registration > Certificates & secrets, and enter it.',
  },
  'consent-missing': {
    message: 'The app lacks the consent of an administrator.',
    action: 'In Entra, app registration > API permissions: grant admin consent.',
  },
  'user-not-assigned': {
    message: 'The account {who} is not assigned to the enterprise application.',
    action: 'Assign it in Entra under Enterprise applications > Users and groups.',
  },
  'login-throttled': {
    message: 'Microsoft asks us to sign in less often.',
    action: 'Nothing: it is tried again by itself.',
  },
  'login-loop': {
    message: 'Microsoft noticed too many sign-ins in a row.',
    action: 'Nothing: it is tried again by itself.',
  },
  'login-unavailable': {
    message: "Microsoft's sign-in service does not answer.",
    action: 'Nothing: it is tried again by itself.',
  },
  'login-refused': {
    message: 'Microsoft refuses the sign-in: {detail}',
    action: 'Look the code up in Entra, Sign-in logs.',
  },

  // Graph
  'graph-unauthorized': {
    message: 'Microsoft Graph does not accept our token.',
    action: 'Check the consent of the app registration; it is tried again by itself.',
  },
  'graph-forbidden': {
    message: 'Microsoft Graph denies the request: a permission is missing.',
    action:
      'Grant admin consent: User.Read.All and Presence.Read.All (delegated) to the reading app, Presence.ReadWrite.All (application) to the writing app, for polling User.Read.All (application) as well. Then have this lamp checked again.',
  },
  'graph-not-found': { message: 'Microsoft Graph does not know what was asked for.', action: '' },
  'graph-conflict': {
    message: 'Microsoft says that this account has a presence subscription already.',
    action: 'Use this Teams account for one connector only. It is tried again by itself.',
  },
  'graph-throttled': {
    message: 'Microsoft asks us to slow down.',
    action: 'Nothing: it goes on by itself.',
  },
  'graph-bad-request': {
    message: 'Microsoft Graph refuses a request: {detail}',
    action: 'Report this to the maker, with the request id.',
  },
  'graph-unavailable': {
    message: 'Microsoft Graph answers with an error of its own.',
    action: 'Nothing: it is tried again by itself.',
  },
  'graph-timeout': {
    message: 'Microsoft Graph does not answer in time.',
    action: 'Nothing: it is tried again by itself.',
  },
  'graph-unreachable': {
    message: 'Microsoft Graph cannot be reached from the edge.',
    action: 'Check the network of the edge; it is tried again by itself.',
  },
  'graph-bad-answer': {
    message: 'Microsoft Graph answered something that makes no sense.',
    action: 'It is tried again by itself. Report this to the maker if it stays.',
  },

  'graph-gone': {
    message: 'Microsoft Graph wants the list of users to be read anew.',
    action: 'Nothing: it goes on by itself.',
  },
  'graph-not-implemented': {
    message: 'This Microsoft cloud does not offer what was asked for.',
    action: 'Check the cloud in the settings, or choose polling.',
  },

  // our own
  'client-certificate-bad': {
    message: 'The certificate of the app that writes to Teams cannot be used: {detail}',
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
    action: 'Nothing if it passes within minutes: it is renewed by itself. Else check this lamp.',
  },

  // Teams users
  'teams-users-loaded': { message: '{count} users with a Teams plan.', action: '' },
  'teams-users-none': {
    message: 'The tenant has no user with a Teams plan.',
    action: 'Assign a licence with Teams in the Microsoft 365 admin centre.',
  },

  // subscriptions and the notification URL
  subscribed: {
    message: '{users} users are subscribed. Teams accounts: {accounts}.',
    action: '',
  },
  subscribing: { message: 'The subscription is being set up.', action: '' },
  'nobody-to-subscribe': { message: 'There is nobody to subscribe yet.', action: '' },
  'not-enough-accounts': {
    message:
      '{count} users are not subscribed, among them {users}: each Teams account takes 650. What they do in Teams is noticed within five minutes instead of at once.',
    action: 'Add Teams accounts: {missing} more. In the list of users each of them says so.',
  },
  'subscription-silent': {
    message:
      'The subscription of {who} stands at Microsoft, but presences changed without a notification. It has been made anew; until one comes, all users are read every minute.',
    action:
      'Nothing to do at first. If this stays for hours: https://admin.microsoft.com, Health, Service health, Microsoft Teams – or choose polling.',
  },
  'users-refused': {
    message:
      'Microsoft refuses to subscribe {count} users, among them {users}. What they do in Teams is noticed within five minutes instead of at once.',
    action:
      'Check in the Entra portal that these users exist and have a Teams licence. They are tried again when the list of users changes.',
  },
  polling: { message: 'The presence of {users} users is asked every {seconds} s.', action: '' },
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
    action: 'Check that the service presence-agent runs and reaches the internet.',
  },
  'pbx-connected': { message: 'The PBX {name} is connected.', action: '' },
  'pbx-unknown': { message: 'Not known without an agent.', action: '' },
  'pbx-name-wrong': {
    message: 'The agent is connected to {found}, but Master PBX says {wanted}.',
    action: 'Enter the PBX name (PBX Manager > General) as Master PBX in the settings.',
  },
  'pbx-unreachable': {
    message: 'The agent cannot reach the PBX {name}.',
    action: 'Check the url in the configuration of the agent, and that the PBX is up.',
  },
  'pbx-tls': {
    message: 'The agent does not trust the certificate of the PBX {name}.',
    action: 'Give the CA certificate of the PBX to the agent as ca_file.',
  },
  'pbx-login-refused': {
    message: 'The PBX {name} refuses the login of the agent.',
    action: 'Check the name of the App object and its password in the configuration of the agent.',
  },
  'pbx-api-missing': {
    message: 'The App object on the PBX {name} lacks an API: {detail}',
    action: 'Tick PbxApi, PbxTableUsers and PbxAdminApi at the App object.',
  },
  'pbx-down': {
    message: 'The PBX {name} is not connected: {detail}',
    action: 'Nothing if the PBX is restarting: the agent comes back by itself.',
  },
  'pbx-not-called': {
    message: 'The PBX {name} does not connect to the agent.',
    action:
      'At the App object tick "Websocket" and enter the address of the agent as its URL; let the PBX through to the port of the agent.',
  },
  'rights-ok': { message: 'The presence of all paired users may be seen.', action: '' },
  'rights-missing': {
    message: 'The presence of {count} users may not be seen, among them {users}.',
    action:
      'At these users or their template, under Visibility: tick "Presence" and "On the phone" for the App object.',
  },
  'rights-no-calls': {
    message: 'The calls of {count} users may not be seen, among them {users}.',
    action:
      'At these users or their template, under Visibility: tick "On the phone" for the App object.',
  },
  'rights-ok-unlicensed': {
    message:
      'The presence of all paired users may be seen. {count} users are left out, among them {users}: they have no licence on the PBX.',
    action:
      'Assign App(innovaphone-microsoft365) to those who are to be synchronised, or take requireLicence out of the settings.',
  },
  'licence-unknown': {
    message: 'Who has a licence on the PBX cannot be asked, so nobody is left out: {detail}',
    action:
      'Tick PbxAdminApi at the App object, or take requireLicence out of the settings, where licences are not needed.',
  },

  // pairs
  paired: { message: '{count} users are paired.', action: '' },
  'pairing-none': {
    message: 'No Teams user fits a user on the PBX.',
    action: 'Check the matching rules, or the e-mail addresses and names on both sides.',
  },
  'pairing-ambiguous': {
    message: '{count} users are paired, {ambiguous} fit more than one.',
    action: 'Look at the list of users: make addresses or names unique, or set an override.',
  },
  'pairing-waiting': { message: 'Both lists of users are needed first.', action: '' },
  'in-sync': { message: 'Both sides show the same.', action: '' },
  'in-sync-with-busy': {
    message:
      'Both sides show the same. The PBX {name} does not take {activities} from the agent: busy is shown there instead.',
    action: '',
  },
  'sync-waiting': { message: '{count} changes are on their way.', action: '' },
  'sync-failing': {
    message: '{count} users could not be written, the last because: {detail}',
    action: 'Look at the lamps before this one; it is tried again by itself.',
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

/** What ends a message where more is known. `{requestId}` is what Microsoft's support asks for. */
export const EN_ENDINGS = {
  requestId: "(Microsoft's request id: {requestId})",
  retryAt: 'Next try at {retryAt} UTC.',
};
export type Endings = typeof EN_ENDINGS;

export type TextCode = keyof typeof EN;
