// What Microsoft's refusals mean, in English: what happened, and what to do in the Entra admin center
// (facts: graph §1.6, §2.8, §3.3). A bare code speaks of a Teams account that signs in with a password;
// `code.app` of the app that writes, `code.certificate` where it shows a certificate, `code.poll` where
// it reads as well; `code.users`, `code.presence`, `code.subscription`, `code.write` of what Graph was
// asked for, with `-poll` where the app asks.
import type { Text } from './text.ts';

/** No app has a password, so this is not to be expected of one. */
const NOT_PROVEN: Text = {
  message: 'Microsoft does not accept what the app that writes to Teams proves itself with.',
  action:
    'Enter ClientSecretSynctoTeams anew. Make one at Entra admin center → App registrations → (app with ClientIDSynctoTeams) → Certificates & secrets → New client secret, and copy the Value.',
};

const NOT_BY_HAND: Text = {
  message: 'Microsoft demands an interactive sign-in for the app, which no app can do.',
  action:
    'Entra admin center → Conditional Access → Policies: exclude the app (ClientIDSynctoTeams) from policies for workload identities. Then press “Check now”.',
};

export const MICROSOFT_EN = {
  // signing in
  'mfa-required': {
    message:
      'Microsoft demands a second factor (multi-factor authentication, MFA) for {who}. Nobody can answer that when a program signs in with a password.',
    action:
      'There are three ways out. Exclude the account: Entra admin center → Conditional Access → Policies → (the policy that demands MFA) → Users → Exclude → {who}, then press “Check now”. Or keep MFA: remove the account here and add it again with a code, which is entered once on another device (API: POST /api/accounts {"signIn":"device"}). Or choose polling, which needs no Teams account (API: "source":"poll").',
  },
  'mfa-required.app': NOT_BY_HAND,
  'mfa-enrolment-required': {
    message:
      'Microsoft wants {who} to register for multi-factor authentication (MFA) before anything else. Often “security defaults” demand that.',
    action:
      'There are three ways out. Exclude the account: Entra admin center → Conditional Access → Policies → (the policy that demands MFA) → Users → Exclude → {who}; with security defaults (Overview → Properties → Manage security defaults) no exclusion is possible, so replace them by Conditional Access. Then press “Check now”. Or register it for MFA and add it again with a code, which is entered once on another device (API: POST /api/accounts {"signIn":"device"}). Or choose polling, which needs no Teams account (API: "source":"poll").',
  },
  'mfa-enrolment-required.app': NOT_BY_HAND,
  'blocked-by-conditional-access': {
    message:
      'A Conditional Access policy of the tenant blocks {who} (by place, device, app or risk).',
    action:
      'Entra admin center → Users → {who} → Sign-in logs → (the failed entry) → Conditional Access shows which policy. Exclude the account there: Conditional Access → Policies → (the policy) → Users → Exclude; or allow the public address of the edge: Conditional Access → Named locations. Then press “Check now”.',
  },
  'blocked-by-conditional-access.app': {
    message:
      'A Conditional Access policy for workload identities blocks the app that writes to Teams.',
    action:
      'Entra admin center → Monitoring & health → Sign-in logs → Service principal sign-ins → (the failed entry) shows which policy. Exclude the app (ClientIDSynctoTeams) there: Conditional Access → Policies → (the policy) → Workload identities → Exclude. Then press “Check now”.',
  },
  'wrong-credentials': {
    message:
      'User name or password of {who} is wrong. It was tried once: wrong passwords lock the account.',
    action:
      'Remove the account here and add it again with the right password. Lost it? Entra admin center → Users → {who} → Reset password; sign in once with a browser, because the first password is a temporary one.',
  },
  'wrong-credentials.app': NOT_PROVEN,
  'account-locked': {
    message:
      'The account {who} is locked: too many wrong passwords, or sign-ins from an address that Microsoft distrusts.',
    action:
      'Find out who uses a wrong password: Entra admin center → Users → {who} → Sign-in logs. The lock passes by itself, and it is tried again. Reset password ends it at once: then remove the account here and add it again with the new password, or with a code if it signed in with one.',
  },
  'account-locked.app': {
    message: 'Microsoft has blocked sign-ins of the app, or from the address of the edge.',
    action:
      'Entra admin center → Monitoring & health → Sign-in logs → Service principal sign-ins shows why. It is tried again by itself.',
  },
  'account-unknown': {
    message: 'Microsoft knows no account {who} in this tenant.',
    action:
      'Compare with Entra admin center → Users → (the account) → User principal name, and TenantSynctoPbx in the settings with Overview → Tenant ID. If the name is wrong, remove the account here and add it again; else press “Check now”.',
  },
  'account-unknown.app': {
    message: 'Microsoft does not find the account of the app in this tenant.',
    action:
      'Compare ClientIDSynctoTeams and TenantSynctoTeams in the settings with Entra admin center → App registrations → (the app) → Overview. Then press “Check now”.',
  },
  'password-expired': {
    message: 'The password of {who} has expired.',
    action:
      'Set a new one: Entra admin center → Users → {who} → Reset password (in your own Active Directory if the account comes from there), sign in once with a browser, and let it not expire: Microsoft 365 admin center → Settings → Org settings → Security & privacy → Password expiration policy. Then remove the account here and add it again with the new password.',
  },
  'password-expired.app': NOT_PROVEN,
  'password-missing': {
    message: 'The account {who} has no password at Microsoft, so nothing can sign in with one.',
    action:
      'Entra admin center → Users → {who} → Reset password (an account of your own Active Directory needs password hash synchronisation, or use a cloud-only account). Then remove the account here and add it again.',
  },
  'password-missing.app': NOT_PROVEN,
  'account-disabled': {
    message: 'The account {who} is disabled at Microsoft.',
    action:
      'Entra admin center → Users → {who} → Properties → Settings → Account enabled: tick it. Then press “Check now”.',
  },
  'account-disabled.app': {
    message: 'The app that writes to Teams is disabled at Microsoft.',
    action:
      'Entra admin center → Enterprise applications → (app with ClientIDSynctoTeams) → Properties → Enabled for users to sign-in: Yes. Then press “Check now”.',
  },
  'tenant-unknown': {
    message: 'Microsoft knows no such tenant in this cloud.',
    action:
      'Copy Entra admin center → Overview → Tenant ID into TenantSynctoPbx, and check the cloud in the settings.',
  },
  'tenant-unknown.app': {
    message: 'Microsoft knows no such tenant in this cloud.',
    action:
      'Copy Entra admin center → Overview → Tenant ID into TenantSynctoTeams, and check the cloud in the settings.',
  },
  'tenant-unknown.settings': {
    message: 'Microsoft knows no tenant with the domain name that the settings give.',
    action:
      'Copy Entra admin center → Overview → Tenant ID into TenantSynctoPbx and TenantSynctoTeams, and check the cloud in the settings.',
  },
  'wrong-cloud': {
    message: 'The tenant lives in another cloud of Microsoft: {detail}.',
    action:
      'Choose that cloud in the settings: global for .com (GCC too), usgov for GCC High, usgov-dod for DoD. The app registrations have to be made in that cloud as well.',
  },
  'no-presence-cloud': {
    message:
      'The tenant lives in the cloud in China (21Vianet), which has no presence API: presence can neither be read nor written there.',
    action:
      'Nothing can be set up with this tenant. Enter a tenant of another cloud, if the users are in one.',
  },
  'client-unknown': {
    message: 'Microsoft knows no app with this client ID in the tenant.',
    action:
      'Compare ClientIDSynctoPbx and TenantSynctoPbx in the settings with Entra admin center → App registrations → (the app) → Overview → Application (client) ID and Directory (tenant) ID.',
  },
  'client-unknown.app': {
    message: 'Microsoft knows no app with this client ID in the tenant.',
    action:
      'Compare ClientIDSynctoTeams and TenantSynctoTeams in the settings with Entra admin center → App registrations → (the app) → Overview → Application (client) ID and Directory (tenant) ID.',
  },
  'public-client-off': {
    message:
      'The app registration does not allow public client flows, and without them no Teams account can sign in, neither with a password nor with a code.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoPbx) → Authentication → Allow public client flows: Yes, Save. Then press “Check now”.',
  },
  'public-client-off.app': {
    message: 'Microsoft misses a client secret or a certificate of the app.',
    action:
      'Enter ClientSecretSynctoTeams anew. Make one at Entra admin center → App registrations → (app with ClientIDSynctoTeams) → Certificates & secrets → New client secret, and copy the Value.',
  },
  'wrong-client-secret': {
    message: 'Microsoft takes the app for one that needs a client secret.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoPbx) → Authentication → Allow public client flows: Yes, Save. Then press “Check now”.',
  },
  'wrong-client-secret.app': {
    message: 'The client secret of the app that writes to Teams is wrong.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoTeams) → Certificates & secrets → Client secrets: enter the Value as ClientSecretSynctoTeams, not the Secret ID. The value is shown only once: if it is lost, make one with New client secret.',
  },
  'wrong-client-secret.certificate': {
    message: 'Microsoft does not accept the certificate of the app that writes to Teams.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoTeams) → Certificates & secrets → Certificates → Upload certificate: the same one as in “Certificate” (app that writes presence). Then press “Check now”.',
  },
  'client-certificate-refused': {
    message:
      'Microsoft does not accept the certificate of the app that writes to Teams: it is not uploaded there, or has expired, or the private key is not its own, or the clock of the edge is wrong.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoTeams) → Certificates & secrets → Certificates: compare the thumbprint and the end date with “Certificate” (app that writes presence); Upload certificate adds it. Then press “Check now”.',
  },
  'client-secret-expired': {
    message: 'The client secret of the app that writes to Teams has expired.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoTeams) → Certificates & secrets → New client secret: enter its Value as ClientSecretSynctoTeams.',
  },
  'consent-missing': {
    message: 'No administrator has consented to what the app that reads presence may do.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoPbx) → API permissions: the delegated permissions User.Read.All and Presence.Read.All of Microsoft Graph must stand there; press Grant admin consent. Then press “Check now”.',
  },
  'consent-missing.app': {
    message: 'No administrator has consented to what the app that writes to Teams may do.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoTeams) → API permissions: the application permission Presence.ReadWrite.All of Microsoft Graph must stand there; press Grant admin consent. Then press “Check now”.',
  },
  'consent-missing.poll': {
    message: 'No administrator has consented to what the app may do.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoTeams) → API permissions: the application permissions Presence.ReadWrite.All and User.Read.All of Microsoft Graph must stand there; press Grant admin consent. Then press “Check now”.',
  },
  'user-not-assigned': {
    message: 'The app admits only users who are assigned to it, and {who} is not.',
    action:
      'Entra admin center → Enterprise applications → (app with ClientIDSynctoPbx) → Users and groups → Add user/group: {who}; or Properties → Assignment required: No. Then press “Check now”.',
  },
  'user-not-assigned.app': {
    message: 'The app that writes to Teams is not assigned to what it asks for.',
    action:
      'Entra admin center → Enterprise applications → (app with ClientIDSynctoTeams) → Properties → Assignment required: No. Then press “Check now”.',
  },
  'login-bad-scope': {
    message: 'Microsoft does not know a permission that this program asks for ({detail}).',
    action:
      'Check the cloud in the settings. If it is right, report this to the maker with the number and the request ID.',
  },
  'login-throttled': {
    message: 'Microsoft asks us to sign in less often (too many sign-ins in this tenant).',
    action: 'Nothing: it is tried again by itself.',
  },
  'login-loop': {
    message: 'Microsoft noticed the same sign-in too many times in a row and holds it back.',
    action:
      'Nothing: it is tried again by itself. If it stays, look whether a second edge runs for the same connector.',
  },
  'login-unavailable': {
    message: "Microsoft's sign-in service has trouble of its own, or does not answer.",
    action:
      'Nothing: it is tried again by itself. If it stays, see the Microsoft 365 admin center → Health → Service health, and whether the edge reaches the internet.',
  },
  'login-refused': {
    message:
      'Microsoft refuses to sign {who} in, for a reason this program has no words for: {detail}.',
    action:
      'Entra admin center → Users → {who} → Sign-in logs → (the failed entry) explains it; the number can be looked up at https://login.microsoftonline.com/error. Then press “Check now”.',
  },
  'login-refused.app': {
    message:
      'Microsoft refuses to sign the app in, for a reason this program has no words for: {detail}.',
    action:
      'Entra admin center → Monitoring & health → Sign-in logs → Service principal sign-ins → (the failed entry) explains it; the number can be looked up at https://login.microsoftonline.com/error. Then press “Check now”.',
  },

  // what ends some day
  'client-secret-expiring': {
    message:
      'The client secret of the app that writes to Teams expires on {day} (days left: {days}). After that nothing can be written to Teams.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoTeams) → Certificates & secrets → New client secret: enter its Value as ClientSecretSynctoTeams.',
  },
  'client-certificate-expiring': {
    message:
      'The certificate of the app that writes to Teams expires on {day} (days left: {days}). After that nothing can be written to Teams.',
    action:
      'Make a new certificate, upload it at Entra admin center → App registrations → (app with ClientIDSynctoTeams) → Certificates & secrets → Certificates → Upload certificate, then enter it with its private key under “Certificate” (app that writes presence).',
  },
  'client-certificate-expired': {
    message: 'The certificate of the app that writes to Teams expired on {day}.',
    action:
      'Make a new certificate, upload it at Entra admin center → App registrations → (app with ClientIDSynctoTeams) → Certificates & secrets → Certificates → Upload certificate, then enter it with its private key under “Certificate” (app that writes presence).',
  },

  // Graph
  'graph-unauthorized': {
    message: 'Microsoft Graph does not accept our token, though the sign-in gave it.',
    action:
      'Nothing at first: a new token is fetched by itself. If it stays, check the tenant and the cloud in the settings.',
  },
  'graph-forbidden': {
    message: 'Microsoft Graph denies the request: a permission is missing, or the consent to it.',
    action:
      'Entra admin center → App registrations → (the app) → API permissions, then Grant admin consent. App with ClientIDSynctoPbx: User.Read.All and Presence.Read.All (delegated). App with ClientIDSynctoTeams: Presence.ReadWrite.All (application), for polling User.Read.All (application) as well. Then press “Check now”.',
  },
  'graph-forbidden.users': {
    message:
      'Microsoft Graph does not let the Teams account read the users: a permission is missing, or the consent to it.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoPbx) → API permissions → Add a permission → Microsoft Graph → Delegated permissions: User.Read.All; then Grant admin consent, and press “Check now”.',
  },
  'graph-forbidden.users-poll': {
    message:
      'Microsoft Graph does not let the app read the users: a permission is missing, or the consent to it.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoTeams) → API permissions → Add a permission → Microsoft Graph → Application permissions: User.Read.All; then Grant admin consent, and press “Check now”.',
  },
  'graph-forbidden.watch': {
    message:
      'Microsoft does not let {who} subscribe to the list of users: a permission is missing, or the consent to it.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoPbx) → API permissions → Add a permission → Microsoft Graph → Delegated permissions: User.Read.All; then Grant admin consent, and press “Check now”.',
  },
  'graph-forbidden.presence': {
    message:
      'Microsoft Graph does not let the Teams account read presence: a permission is missing, or the consent to it.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoPbx) → API permissions → Add a permission → Microsoft Graph → Delegated permissions: Presence.Read.All; then Grant admin consent, and press “Check now”.',
  },
  'graph-forbidden.presence-poll': {
    message:
      'Microsoft Graph does not let the app read presence: a permission is missing, or the consent to it.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoTeams) → API permissions → Add a permission → Microsoft Graph → Application permissions: Presence.ReadWrite.All; then Grant admin consent, and press “Check now”.',
  },
  'graph-forbidden.subscription': {
    message:
      'Microsoft does not let {who} subscribe to presence: a permission is missing, or the consent to it, or the account has no licence with Teams.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoPbx) → API permissions: the delegated permission Presence.Read.All of Microsoft Graph must stand there (an application permission does not do); press Grant admin consent. And Microsoft 365 admin center → Users → Active users → {who} → Licenses and apps: a licence with Teams. Then press “Check now”.',
  },
  'graph-forbidden.write': {
    message:
      'Microsoft Graph does not let the app write presence: a permission is missing, or the consent to it.',
    action:
      'Entra admin center → App registrations → (app with ClientIDSynctoTeams) → API permissions → Add a permission → Microsoft Graph → Application permissions: Presence.ReadWrite.All (a delegated permission does not do); then Grant admin consent, and press “Check now”.',
  },
  'subscription-quota': {
    message: 'Microsoft allows no further subscription: a limit of the app or tenant is reached.',
    action:
      'Other programs of this tenant hold subscriptions too; whoever runs them has to end some. Use an app registration of its own for this connector (ClientIDSynctoPbx).',
  },
  'resource-data-refused': {
    message: 'Microsoft refuses a subscription whose notifications carry the presence itself.',
    action: 'Nothing: one without is made by itself, and presences are read when it tells.',
  },
  'subscription-foreign': {
    message:
      'Microsoft does not give a subscription back to us: it belongs to another app or account, or its store is out of order.',
    action: 'Nothing: after some tries a new subscription is made by itself.',
  },
  'graph-unsupported': {
    message: 'Microsoft offers no subscription to what was asked for ({detail}).',
    action:
      'Check the cloud in the settings. If it is right, choose polling, and report this to the maker with the request ID.',
  },
  'graph-not-found': {
    message: 'Microsoft Graph does not know what was asked for ({detail}).',
    action:
      'Check the tenant and the cloud in the settings. If they are right, report this to the maker with the request ID.',
  },
  'graph-not-found.subscription': {
    message: 'The subscription has ended at Microsoft.',
    action: 'Nothing: a new one is made by itself.',
  },
  'graph-not-found.write': {
    message: 'Microsoft Graph knows no such user, or the user has no Teams.',
    action:
      'Microsoft 365 admin center → Users → Active users → (the user) → Licenses and apps: a licence with Teams. Users who are gone drop out by themselves.',
  },
  'graph-conflict': {
    message: 'Microsoft says that this Teams account has a presence subscription already.',
    action:
      'Use this Teams account for one connector only, and end other programs that use it (the original app on the PBX, for one). It is tried again by itself.',
  },
  'graph-throttled': {
    message: 'Microsoft asks us to slow down: too many requests in this tenant.',
    action: 'Nothing: it goes on by itself, calls first.',
  },
  'graph-bad-request': {
    message: 'Microsoft Graph refuses a request as wrong ({detail}).',
    action: 'Report this to the maker, with the request ID.',
  },
  'graph-bad-request.subscription': {
    message: 'Microsoft refuses the subscription as wrong ({detail}).',
    action:
      'Check the notification URL in the settings, then press “Check now”. If it stays, report this to the maker with the request ID.',
  },
  'graph-bad-request.write': {
    message:
      'Microsoft refuses a presence as wrong: its value, how long it is to last, or the client ID of the app ({detail}).',
    action:
      'Compare ClientIDSynctoTeams with Entra admin center → App registrations → (the app) → Overview → Application (client) ID, and look at the table “PBX → Teams” under Rules. If they are right, report this to the maker with the request ID.',
  },
  'graph-unavailable': {
    message: 'Microsoft Graph has trouble of its own ({detail}).',
    action:
      'Nothing: it is tried again by itself. If it stays, see the Microsoft 365 admin center → Health → Service health.',
  },
  'graph-timeout': {
    message: 'Microsoft Graph does not answer in time, or has given up by itself.',
    action:
      'Nothing: it is tried again by itself. If it stays, see the Microsoft 365 admin center → Health → Service health.',
  },
  'graph-unreachable': {
    message: 'Microsoft Graph cannot be reached from the edge.',
    action:
      'Check the network of the edge: name resolution, firewall and proxy towards graph.microsoft.com (US Government: graph.microsoft.us, dod-graph.microsoft.us). It is tried again by itself.',
  },
  'graph-bad-answer': {
    message: 'Microsoft Graph, or something in between, answered what makes no sense ({detail}).',
    action:
      'It is tried again by itself. If it stays, see whether a proxy changes the traffic of the edge; else report this to the maker.',
  },
  'graph-gone': {
    message: 'Microsoft Graph wants the list of users to be read anew.',
    action: 'Nothing: it goes on by itself.',
  },
  'graph-not-implemented': {
    message: 'This Microsoft cloud does not offer what was asked for ({detail}).',
    action: 'Check the cloud in the settings, or choose polling.',
  },
  'preferred-not-offered': {
    message:
      'This cloud does not let an app choose a status (setUserPreferredPresence): Microsoft describes that for the global cloud only. Calls are still shown in Teams.',
    action:
      'Nothing can be set up. To stop the attempts, choose the direction “Teams → PBX only”; then calls are not shown in Teams either.',
  },
} as const satisfies Record<string, Text>;

export type MicrosoftCode = keyof typeof MICROSOFT_EN;
