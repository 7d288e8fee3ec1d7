// The same sentences as in `en.ts`, in German.
import type { Endings, Text, TextCode } from './en.ts';

export const DE: Record<TextCode, Text> = {
  'settings-complete': { message: 'Die Einstellungen sind vollständig.', action: '' },
  'client-secret-missing': {
    message: 'Der geheime Clientschlüssel der App, die nach Teams schreibt, fehlt.',
    action: 'ClientSecretSynctoTeams eintragen: den Wert des Schlüssels, nicht seine ID.',
  },

  'token-ok': { message: 'Microsoft nimmt die Anmeldung an.', action: '' },
  'not-tried-yet': { message: 'Noch nicht versucht.', action: '' },
  'account-missing': {
    message: 'Es gibt kein Teams-Konto, mit dem Präsenz gelesen werden kann.',
    action: 'Ein Teams-Konto hinzufügen, oder Abfragen wählen, das keines braucht.',
  },
  'mfa-required': {
    message: 'Microsoft verlangt für {who} einen zweiten Faktor.',
    action:
      'Dieses Konto in Entra (Bedingter Zugriff) von der Mehrfaktor-Anmeldung ausnehmen, oder Abfragen wählen.',
  },
  'mfa-enrolment-required': {
    message: 'Microsoft will, dass sich {who} für die Mehrfaktor-Anmeldung registriert.',
    action:
      'Dieses Konto von der Registrierung ausnehmen oder die Sicherheitsstandards dafür abschalten, oder Abfragen wählen.',
  },
  'blocked-by-conditional-access': {
    message: 'Eine Richtlinie für bedingten Zugriff sperrt {who}.',
    action: 'Die Richtlinie in Entra unter Schutz > Bedingter Zugriff ändern.',
  },
  'wrong-credentials': {
    message:
      'Benutzername oder Kennwort von {who} ist falsch. Es wurde einmal versucht und wird nicht wiederholt.',
    action: 'Das Konto entfernen und mit dem richtigen Kennwort neu hinzufügen.',
  },
  'account-locked': {
    message: 'Das Konto {who} ist nach zu vielen falschen Kennwörtern gesperrt.',
    action:
      'Warten oder in Entra entsperren, dann das Konto mit dem richtigen Kennwort neu hinzufügen.',
  },
  'account-unknown': {
    message: 'Microsoft kennt in diesem Mandanten kein Konto {who}.',
    action: 'Benutzernamen und TenantSynctoPbx prüfen.',
  },
  'password-expired': {
    message: 'Das Kennwort von {who} ist abgelaufen.',
    action: 'Ein neues Kennwort ohne Ablauf setzen, dann das Konto neu hinzufügen.',
  },
  'password-missing': {
    message: 'Das Konto {who} hat in der Cloud kein Kennwort.',
    action: 'In Entra ein Kennwort setzen, dann das Konto neu hinzufügen.',
  },
  'account-disabled': {
    message: 'Das Konto {who} ist deaktiviert.',
    action: 'In Entra aktivieren.',
  },
  'tenant-unknown': {
    message: 'Microsoft kennt diesen Mandanten nicht.',
    action: 'Mandanten-ID und Cloud in den Einstellungen prüfen.',
  },
  'wrong-cloud': {
    message: 'Der Mandant liegt in einer anderen Microsoft-Cloud.',
    action: 'In den Einstellungen die richtige Cloud wählen.',
  },
  'client-unknown': {
    message: 'Microsoft kennt im Mandanten keine App mit dieser Client-ID.',
    action: 'Die Anwendungs-ID (Client) aus der App-Registrierung kopieren; Mandanten-ID prüfen.',
  },
  'public-client-off': {
    message: 'Die App-Registrierung erlaubt keine Anmeldung mit Benutzername und Kennwort.',
    action:
      'In Entra, App-Registrierung > Authentifizierung: „Öffentliche Clientflows zulassen“ auf Ja stellen.',
  },
  'wrong-client-secret': {
    message: 'Der geheime Clientschlüssel ist falsch.',
    action:
      'Den Wert des Schlüssels eintragen, nicht seine ID. Ist der Wert verloren, einen neuen erzeugen.',
  },
  'client-secret-expired': {
    message: 'Der geheime Clientschlüssel ist abgelaufen.',
    action:
      'In Entra, App-Registrierung > Zertifikate & Geheimnisse, einen neuen erzeugen und eintragen.',
  },
  'consent-missing': {
    message: 'Der App fehlt die Zustimmung eines Administrators.',
    action: 'In Entra, App-Registrierung > API-Berechtigungen: Administratorzustimmung erteilen.',
  },
  'user-not-assigned': {
    message: 'Das Konto {who} ist der Unternehmensanwendung nicht zugewiesen.',
    action: 'In Entra unter Unternehmensanwendungen > Benutzer und Gruppen zuweisen.',
  },
  'login-throttled': {
    message: 'Microsoft bittet um seltenere Anmeldungen.',
    action: 'Nichts: es wird von selbst wieder versucht.',
  },
  'login-loop': {
    message: 'Microsoft hat zu viele Anmeldungen hintereinander bemerkt.',
    action: 'Nichts: es wird von selbst wieder versucht.',
  },
  'login-unavailable': {
    message: 'Der Anmeldedienst von Microsoft antwortet nicht.',
    action: 'Nichts: es wird von selbst wieder versucht.',
  },
  'login-refused': {
    message: 'Microsoft lehnt die Anmeldung ab: {detail}',
    action: 'Den Code in Entra unter Anmeldeprotokolle nachsehen.',
  },

  'graph-unauthorized': {
    message: 'Microsoft Graph nimmt unser Token nicht an.',
    action: 'Die Zustimmung der App-Registrierung prüfen; es wird von selbst wieder versucht.',
  },
  'graph-forbidden': {
    message: 'Microsoft Graph verweigert die Anfrage: eine Berechtigung fehlt.',
    action:
      'Administratorzustimmung erteilen: User.Read.All und Presence.Read.All (delegiert) für die lesende App, Presence.ReadWrite.All (Anwendung) für die schreibende App, für Abfragen auch User.Read.All (Anwendung). Danach diese Lampe neu prüfen lassen.',
  },
  'graph-not-found': { message: 'Microsoft Graph kennt das Gefragte nicht.', action: '' },
  'graph-conflict': {
    message: 'Microsoft sagt, dass dieses Konto schon ein Präsenz-Abonnement hat.',
    action:
      'Dieses Teams-Konto nur für einen Connector verwenden. Es wird von selbst wieder versucht.',
  },
  'graph-throttled': {
    message: 'Microsoft bittet um ein langsameres Tempo.',
    action: 'Nichts: es geht von selbst weiter.',
  },
  'graph-bad-request': {
    message: 'Microsoft Graph lehnt eine Anfrage ab: {detail}',
    action: 'Dem Hersteller melden, mit der Request-ID.',
  },
  'graph-unavailable': {
    message: 'Microsoft Graph antwortet mit einem eigenen Fehler.',
    action: 'Nichts: es wird von selbst wieder versucht.',
  },
  'graph-timeout': {
    message: 'Microsoft Graph antwortet nicht rechtzeitig.',
    action: 'Nichts: es wird von selbst wieder versucht.',
  },
  'graph-unreachable': {
    message: 'Microsoft Graph ist vom Edge aus nicht erreichbar.',
    action: 'Das Netz des Edge prüfen; es wird von selbst wieder versucht.',
  },
  'graph-bad-answer': {
    message: 'Microsoft Graph hat etwas geantwortet, das keinen Sinn ergibt.',
    action: 'Es wird von selbst wieder versucht. Bleibt es so, dem Hersteller melden.',
  },

  'graph-gone': {
    message: 'Microsoft Graph will, dass die Benutzerliste neu gelesen wird.',
    action: 'Nichts: es geht von selbst weiter.',
  },
  'graph-not-implemented': {
    message: 'Diese Microsoft-Cloud bietet das Gefragte nicht an.',
    action: 'Die Cloud in den Einstellungen prüfen, oder Abfragen wählen.',
  },

  'client-certificate-bad': {
    message: 'Das Zertifikat der App, die nach Teams schreibt, ist unbrauchbar: {detail}',
    action:
      'Zertifikat und privaten Schlüssel in PEM neu eintragen, oder einen geheimen Clientschlüssel verwenden.',
  },
  'sealed-unreadable': {
    message:
      'Ein gespeichertes Geheimnis lässt sich mit dem SETTINGS_KEY dieses Edge nicht öffnen.',
    action:
      'Den früheren Schlüssel als SETTINGS_KEY_PREVIOUS angeben, oder Geheimnisse und Teams-Konten neu eintragen.',
  },
  'account-not-configured': { message: 'Das Teams-Konto wird eingerichtet.', action: '' },
  'connector-unreachable': {
    message: 'Das Edge konnte nicht vermerken, dass das Abonnement angelegt wird.',
    action: 'Nichts: es wird von selbst wieder versucht.',
  },
  internal: {
    message: 'Das Edge hatte einen eigenen Fehler.',
    action: 'Es wird von selbst wieder versucht. Bleibt es so, ins Protokoll des Edge sehen.',
  },
  'subscription-expired': {
    message: 'Ein Abonnement ist abgelaufen und wurde nicht erneuert.',
    action:
      'Nichts, wenn es in Minuten vergeht: Es wird von selbst erneuert. Sonst diese Lampe prüfen.',
  },

  'teams-users-loaded': { message: '{count} Benutzer mit Teams-Plan.', action: '' },
  'teams-users-none': {
    message: 'Im Mandanten gibt es keinen Benutzer mit Teams-Plan.',
    action: 'Im Microsoft 365 Admin Center eine Lizenz mit Teams zuweisen.',
  },

  subscribed: {
    message: '{users} Benutzer sind abonniert. Teams-Konten: {accounts}.',
    action: '',
  },
  subscribing: { message: 'Das Abonnement wird eingerichtet.', action: '' },
  'nobody-to-subscribe': { message: 'Es gibt noch niemanden zu abonnieren.', action: '' },
  'not-enough-accounts': {
    message:
      '{count} Benutzer sind nicht abonniert, darunter {users}: ein Teams-Konto reicht für 650. Was sie in Teams tun, wird binnen fünf Minuten bemerkt statt sofort.',
    action: 'Teams-Konten hinzufügen: {missing} weitere. In der Benutzerliste steht es bei jedem.',
  },
  'subscription-silent': {
    message:
      'Das Abonnement von {who} besteht bei Microsoft, aber Präsenzen änderten sich ohne Benachrichtigung. Es wurde neu angelegt; bis eine kommt, werden alle Benutzer jede Minute gelesen.',
    action:
      'Zunächst nichts zu tun. Wenn es über Stunden so bleibt: https://admin.microsoft.com, Integrität, Dienststatus, Microsoft Teams – oder Abfragen wählen.',
  },
  'users-refused': {
    message:
      'Microsoft lehnt es ab, {count} Benutzer zu abonnieren, darunter {users}. Was sie in Teams tun, wird binnen fünf Minuten bemerkt statt sofort.',
    action:
      'Im Entra-Portal prüfen, ob es diese Benutzer gibt und ob sie eine Teams-Lizenz haben. Sie werden wieder versucht, wenn sich die Benutzerliste ändert.',
  },
  polling: {
    message: 'Die Präsenz von {users} Benutzern wird alle {seconds} s abgefragt.',
    action: '',
  },
  'notification-url-reached': { message: 'Microsoft erreicht die Notification URL.', action: '' },
  'notification-url-not-needed': {
    message: 'Abfragen braucht keine Notification URL.',
    action: '',
  },
  'notification-url-unreachable': {
    message: 'Microsoft erreicht die Notification URL nicht.',
    action:
      'Prüfen, ob die URL in den Einstellungen zu diesem Edge führt und ein öffentliches Zertifikat hat: von außen im Browser öffnen.',
  },

  'subscription-elsewhere': {
    message: 'Ein anderes Programm hat mit dem Teams-Konto abonniert.',
    action:
      'Für diesen Connector ein eigenes Teams-Konto verwenden, oder das andere Programm beenden.',
  },

  'agent-connected': { message: 'Der Agent {name} ist verbunden.', action: '' },
  'agent-not-enrolled': {
    message: 'Es wurde noch kein Agent angemeldet.',
    action:
      'Einen Anmeldecode erzeugen und den dazugehörigen Befehl auf einem Rechner neben der PBX ausführen.',
  },
  'agent-offline': {
    message: 'Der Agent ist nicht verbunden.',
    action: 'Prüfen, ob der Dienst presence-agent läuft und das Internet erreicht.',
  },
  'pbx-connected': { message: 'Die PBX {name} ist verbunden.', action: '' },
  'pbx-unknown': { message: 'Ohne Agent nicht bekannt.', action: '' },
  'pbx-name-wrong': {
    message: 'Der Agent ist mit {found} verbunden, aber Master PBX lautet {wanted}.',
    action: 'Den PBX-Namen (PBX Manager > General) als Master PBX in die Einstellungen eintragen.',
  },
  'pbx-unreachable': {
    message: 'Der Agent erreicht die PBX {name} nicht.',
    action: 'Die url in der Konfiguration des Agenten prüfen, und ob die PBX läuft.',
  },
  'pbx-tls': {
    message: 'Der Agent vertraut dem Zertifikat der PBX {name} nicht.',
    action: 'Dem Agenten das CA-Zertifikat der PBX als ca_file geben.',
  },
  'pbx-login-refused': {
    message: 'Die PBX {name} lehnt die Anmeldung des Agenten ab.',
    action: 'Namen des App-Objekts und Kennwort in der Konfiguration des Agenten prüfen.',
  },
  'pbx-api-missing': {
    message: 'Dem App-Objekt auf der PBX {name} fehlt ein API: {detail}',
    action: 'Am App-Objekt PbxApi, PbxTableUsers und PbxAdminApi anhaken.',
  },
  'pbx-down': {
    message: 'Die PBX {name} ist nicht verbunden: {detail}',
    action: 'Nichts, falls die PBX gerade startet: der Agent kommt von selbst wieder.',
  },
  'pbx-not-called': {
    message: 'Die PBX {name} verbindet sich nicht mit dem Agenten.',
    action:
      'Am App-Objekt „Websocket“ anhaken und als URL die Adresse des Agenten eintragen; die PBX zum Port des Agenten durchlassen.',
  },
  'rights-ok': { message: 'Die Präsenz aller gepaarten Benutzer ist sichtbar.', action: '' },
  'rights-missing': {
    message: 'Die Präsenz von {count} Benutzern ist nicht sichtbar, darunter {users}.',
    action:
      'An diesen Benutzern oder ihrem Template unter Visibility für das App-Objekt „Presence“ und „On the phone“ anhaken.',
  },
  'rights-no-calls': {
    message: 'Die Gespräche von {count} Benutzern sind nicht sichtbar, darunter {users}.',
    action:
      'An diesen Benutzern oder ihrem Template unter Visibility für das App-Objekt „On the phone“ anhaken.',
  },
  'rights-ok-unlicensed': {
    message:
      'Die Präsenz aller gepaarten Benutzer ist sichtbar. {count} Benutzer bleiben außen vor, darunter {users}: Sie haben auf der PBX keine Lizenz.',
    action:
      'Denen, die abgeglichen werden sollen, App(innovaphone-microsoft365) zuweisen, oder requireLicence aus den Einstellungen nehmen.',
  },
  'licence-unknown': {
    message:
      'Wer auf der PBX eine Lizenz hat, lässt sich nicht erfragen, deshalb bleibt niemand außen vor: {detail}',
    action:
      'Am App-Objekt PbxAdminApi anhaken, oder requireLicence aus den Einstellungen nehmen, wo keine Lizenzen nötig sind.',
  },

  paired: { message: '{count} Benutzer sind gepaart.', action: '' },
  'pairing-none': {
    message: 'Kein Teams-Benutzer passt zu einem Benutzer der PBX.',
    action: 'Die Zuordnungsregeln prüfen, oder E-Mail-Adressen und Namen auf beiden Seiten.',
  },
  'pairing-ambiguous': {
    message: '{count} Benutzer sind gepaart, {ambiguous} passen zu mehreren.',
    action:
      'In der Benutzerliste nachsehen: Adressen oder Namen eindeutig machen, oder eine feste Zuordnung setzen.',
  },
  'pairing-waiting': { message: 'Dafür werden erst beide Benutzerlisten gebraucht.', action: '' },
  'in-sync': { message: 'Beide Seiten zeigen dasselbe.', action: '' },
  'in-sync-with-busy': {
    message:
      'Beide Seiten zeigen dasselbe. Die PBX {name} nimmt {activities} vom Agenten nicht an: Dort steht dafür busy.',
    action: '',
  },
  'sync-waiting': { message: '{count} Änderungen sind unterwegs.', action: '' },
  'sync-failing': {
    message: '{count} Benutzer konnten nicht geschrieben werden, zuletzt weil: {detail}',
    action: 'Die Lampen davor ansehen; es wird von selbst wieder versucht.',
  },

  'settings-copy-failing': {
    message: 'Die Einstellungen sind gespeichert, ihre Kopie für das Netz des Edge noch nicht.',
    action:
      'Nichts: Es wird von selbst wieder versucht. Bis dahin werden Benachrichtigungen vielleicht abgewiesen.',
  },
  'account-object-unreachable': {
    message: 'Der Teil des Edge, der sich um ein Teams-Konto kümmert, antwortet nicht.',
    action: 'Nichts: Es wird von selbst wieder versucht.',
  },
};

export const DE_ENDINGS: Endings = {
  requestId: '(Anfrage-Id bei Microsoft: {requestId})',
  retryAt: 'Nächster Versuch um {retryAt} UTC.',
};
