// The same sentences as in `en.ts`, in German.
import { CODE_DE } from './code-de.ts';
import type { TextCode, Words } from './en.ts';
import { MICROSOFT_DE } from './microsoft-de.ts';
import type { Text } from './text.ts';

export const DE: Record<TextCode, Text> = {
  'settings-complete': { message: 'Die Einstellungen sind vollständig.', action: '' },
  'connector-not-answering': {
    message: 'Dieser Connector antwortet gerade nicht.',
    action: 'In einer Minute noch einmal fragen; bleibt es so, im Protokoll des Edge nachsehen.',
  },
  'client-secret-missing': {
    message: 'Der geheime Clientschlüssel der App, die nach Teams schreibt, fehlt.',
    action: 'ClientSecretSynctoTeams eintragen: den Wert des Schlüssels, nicht seine ID.',
  },

  'token-ok': { message: 'Microsoft nimmt die Anmeldung an.', action: '' },
  'not-tried-yet': { message: 'Noch nicht versucht.', action: '' },
  'account-missing': {
    message: 'Es gibt kein Teams-Konto, mit dem Präsenz gelesen werden kann.',
    action: 'Ein Teams-Konto hinzufügen oder Abfragen wählen, das keines braucht.',
  },
  ...MICROSOFT_DE,
  ...CODE_DE,
  'sign-in-waiting': {
    message: 'Ein Teams-Konto wartet darauf, dass sich sein Benutzer mit einem Code anmeldet.',
    action: 'Die Seite Teams-Konten zeigt den Code und wo er einzugeben ist.',
  },
  'code-expired': {
    message: 'Der Code zum Anmelden eines Teams-Kontos ist abgelaufen oder verbraucht.',
    action:
      'Auf der Seite Teams-Konten einen neuen Code holen und innerhalb von 15 Minuten eingeben.',
  },
  'code-declined': {
    message: 'Die Anmeldung mit einem Code wurde bei Microsoft abgelehnt.',
    action:
      'Auf der Seite Teams-Konten einen neuen Code holen, sich damit anmelden und bestätigen.',
  },
  'sign-in-revoked': {
    message:
      'Die Anmeldung von {who} wurde bei Microsoft beendet, etwa durch ein neues Kennwort oder von einem Administrator.',
    action: 'Auf der Seite Teams-Konten mit einem Code neu anmelden.',
  },
  'sign-in-too-old': {
    message:
      'Die Anmeldung von {who} ist zu alt: Sie wurde 90 Tage nicht benutzt, oder eine Richtlinie verlangt sie öfter.',
    action:
      'Auf der Seite Teams-Konten mit einem Code neu anmelden. Kommt das bald wieder, das Konto in Entra (Bedingter Zugriff) von der Anmeldehäufigkeit ausnehmen.',
  },
  'sign-in-demanded': {
    message: '{who} muss sich neu anmelden: {detail}.',
    action: 'Auf der Seite Teams-Konten mit einem Code neu anmelden.',
  },

  'client-certificate-bad': {
    message:
      'Das Zertifikat der App, die nach Teams schreibt, oder sein privater Schlüssel ist unbrauchbar: Nötig ist RSA in PEM (PKCS #8).',
    action:
      'Zertifikat und privaten Schlüssel in PEM neu eintragen oder einen geheimen Clientschlüssel verwenden.',
  },
  'sealed-unreadable': {
    message:
      'Ein gespeichertes Geheimnis lässt sich mit dem SETTINGS_KEY dieses Edge nicht öffnen.',
    action:
      'Den früheren Schlüssel als SETTINGS_KEY_PREVIOUS angeben oder Geheimnisse und Teams-Konten neu eintragen.',
  },
  'account-not-configured': { message: 'Das Teams-Konto wird eingerichtet.', action: '' },
  'connector-unreachable': {
    message: 'Das Edge konnte nicht vermerken, dass das Abonnement angelegt wird.',
    action: 'Nichts: Es wird von selbst wieder versucht.',
  },
  internal: {
    message: 'Das Edge hatte einen eigenen Fehler.',
    action: 'Es wird von selbst wieder versucht. Bleibt es so, im Protokoll des Edge nachsehen.',
  },
  'subscription-expired': {
    message: 'Ein Abonnement ist abgelaufen und wurde nicht erneuert.',
    action:
      'Nichts, wenn es in Minuten vergeht: Es wird von selbst erneuert. Bleibt es so, „Jetzt prüfen“.',
  },

  'teams-users-loaded': { message: 'Benutzer mit Teams-Plan: {count}.', action: '' },
  'teams-users-asked': {
    message:
      'Benutzer mit Teams-Plan: {count}. Sie werden jede Minute abgefragt, weil Microsoft Änderungen nicht meldet: {because}',
    action: 'Änderungen sind trotzdem da, nach etwa einer Minute. {remedy}',
  },
  'teams-users-none': {
    message: 'Im Mandanten gibt es keinen Benutzer mit Teams-Plan.',
    action: 'Im Microsoft 365 Admin Center eine Lizenz mit Teams zuweisen.',
  },

  subscribed: {
    message: 'Abonnierte Benutzer: {users}. Teams-Konten: {accounts}.',
    action: '',
  },
  subscribing: { message: 'Das Abonnement wird eingerichtet.', action: '' },
  'nobody-to-subscribe': { message: 'Es gibt noch niemanden zu abonnieren.', action: '' },
  'not-enough-accounts': {
    message:
      'Nicht abonniert: {count} ({users}). Ein Teams-Konto reicht für 650 Benutzer. Was sie in Teams tun, wird binnen fünf Minuten bemerkt statt sofort.',
    action:
      'Teams-Konten hinzufügen: {missing} weitere. Wer darauf wartet, zeigt „Benutzer“, Anzeigen: „Nicht abonniert“.',
  },
  'account-unable': {
    message:
      '{who} kann sich nicht anmelden. Nicht abonniert: {count} ({users}). Was sie in Teams tun, wird binnen fünf Minuten bemerkt, wenn ein anderes Konto sich anmelden kann.',
    action:
      'Die Lampe „Anmeldung zum Lesen aus Teams“ sagt, warum. Das beheben oder ein Teams-Konto hinzufügen. Wer darauf wartet, zeigt „Benutzer“, Anzeigen: „Nicht abonniert“.',
  },
  'account-without-teams': {
    message:
      '{who} hat keine Lizenz mit Teams. Einem solchen Teams-Konto kann Microsoft das Abonnement verweigern oder nichts melden.',
    action:
      'Microsoft 365 Admin Center → Benutzer → Aktive Benutzer → {who} → Lizenzen und Apps: eine Lizenz mit Teams. Hat es eine durch einen anderen Plan: „Weitere Teams-Dienstpläne“ (Einrichtung → Alle Einstellungen). Hier zeigt sie sich binnen fünf Minuten.',
  },
  'renewal-failing': {
    message:
      'Das Abonnement von {who} besteht bis {ends} UTC, lässt sich aber nicht erneuern: {because}',
    action: '{remedy}',
  },
  'subscription-silent': {
    message:
      'Das Abonnement von {who} besteht bei Microsoft, aber Präsenzen änderten sich ohne Benachrichtigung. Es wurde neu angelegt; bis eine kommt, werden alle Benutzer jede Minute gelesen.',
    action:
      'Zunächst nichts zu tun. Wenn es über Stunden so bleibt: Microsoft 365 Admin Center → Integrität → Dienststatus → Microsoft Teams – oder Abfragen wählen.',
  },
  'users-refused': {
    message:
      'Benutzer, deren Abonnement Microsoft ablehnt: {count} ({users}). Was sie in Teams tun, wird binnen fünf Minuten bemerkt statt sofort.',
    action:
      'Microsoft 365 Admin Center → Benutzer → Aktive Benutzer: prüfen, ob es diese Benutzer gibt und ob sie unter Lizenzen und Apps eine Lizenz mit Teams haben. „Benutzer“, Anzeigen: „Nicht abonniert“ zeigt sie; sie werden von selbst wieder versucht, immer seltener, mindestens einmal am Tag, und mit „Jetzt prüfen“ sofort.',
  },
  polling: {
    message: 'Die Präsenz wird alle {seconds} s abgefragt. Benutzer: {users}.',
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
      'Für diesen Connector ein eigenes Teams-Konto verwenden oder das andere Programm beenden.',
  },

  'agent-connected': { message: 'Der Agent {name} ist verbunden.', action: '' },
  'agent-not-enrolled': {
    message: 'Es wurde noch kein Agent registriert.',
    action:
      'Einen Registrierungscode erzeugen und den dazugehörigen Befehl auf einem Rechner neben der PBX ausführen.',
  },
  'agent-offline': {
    message: 'Der Agent ist nicht verbunden.',
    action:
      'Prüfen, ob der Dienst presence-agent läuft und das Internet erreicht: Sein Protokoll sagt, woran es liegt. Weist das Edge ihn ab, einen neuen Registrierungscode erzeugen und den Befehl dazu ausführen.',
  },
  'pbx-connected': { message: 'Die PBX {name} ist verbunden.', action: '' },
  'pbx-unknown': { message: 'Ohne Agent nicht bekannt.', action: '' },
  'pbx-name-wrong': {
    message: 'Der Agent ist mit {found} verbunden, aber Master PBX lautet {wanted}.',
    action:
      'Den PBX-Namen (PBX → Config → General) als Master PBX in die Einstellungen eintragen oder die url in der Konfiguration des Agenten berichtigen.',
  },
  'pbx-unreachable': {
    message: 'Der Agent erreicht die PBX {name} nicht.',
    action: 'Die url in der Konfiguration des Agenten prüfen, und ob die PBX läuft.',
  },
  'pbx-tls': {
    message: 'Der Agent vertraut dem Zertifikat der PBX {name} nicht.',
    action:
      'Dem Agenten das CA-Zertifikat der PBX als ca_file geben und in url einen Namen oder eine Adresse verwenden, auf die das Zertifikat lautet.',
  },
  'pbx-login-refused': {
    message: 'Die PBX {name} lehnt die Anmeldung des Agenten ab.',
    action: 'Namen des App-Objekts und Kennwort in der Konfiguration des Agenten prüfen.',
  },
  'pbx-api-missing': {
    message: 'Dem App-Objekt auf der PBX {name} fehlt eine API: {detail}',
    action: 'Am App-Objekt PbxApi, TableUsers und Admin anhaken.',
  },
  'pbx-down': {
    message: 'Die PBX {name} ist nicht verbunden: {detail}',
    action:
      'Nichts, falls die PBX gerade startet: Der Agent kommt von selbst wieder. Sonst neben der PBX presence-agent doctor ausführen: Er sagt, was zu tun ist.',
  },
  'pbx-not-called': {
    message: 'Die PBX {name} verbindet sich nicht mit dem Agenten.',
    action:
      'Am App-Objekt „Websocket“ anhaken und als URL die Adresse des Agenten eintragen; die PBX zum Port des Agenten durchlassen.',
  },
  'rights-ok': { message: 'Die Präsenz aller zugeordneten Benutzer ist sichtbar.', action: '' },
  'rights-missing': {
    message: 'Benutzer, deren Präsenz nicht sichtbar ist: {count} ({users}).',
    action:
      'An diesen Benutzern oder ihrem Template unter Visibility für das App-Objekt „Presence“ und „On the phone“ anhaken.',
  },
  'rights-no-calls': {
    message: 'Benutzer, deren Gespräche nicht sichtbar sind: {count} ({users}).',
    action:
      'An diesen Benutzern oder ihrem Template unter Visibility für das App-Objekt „On the phone“ anhaken.',
  },
  'rights-ok-unlicensed': {
    message:
      'Die Präsenz aller zugeordneten Benutzer ist sichtbar. Außen vor, ohne Lizenz auf der PBX: {count} ({users}).',
    action:
      'Denen, die abgeglichen werden sollen, App(innovaphone-microsoft365) zuweisen oder „Nur Benutzer mit Lizenz auf der PBX“ ausschalten (Einrichtung → Alle Einstellungen).',
  },
  'licence-unknown': {
    message:
      'Wer auf der PBX eine Lizenz hat, lässt sich nicht erfragen, deshalb bleibt niemand außen vor: {detail}',
    action:
      'Am App-Objekt „Admin“ anhaken. Wo keine Lizenzen nötig sind, „Nur Benutzer mit Lizenz auf der PBX“ ausschalten (Einrichtung → Alle Einstellungen).',
  },

  paired: { message: 'Zugeordnete Benutzer: {count}.', action: '' },
  'pairing-none': {
    message: 'Kein Teams-Benutzer passt zu einem Benutzer der PBX.',
    action: 'Die Zuordnungsregeln prüfen oder E-Mail-Adressen und Namen auf beiden Seiten.',
  },
  'pairing-ambiguous': {
    message: 'Zugeordnete Benutzer: {count}. Benutzer, zu denen mehrere passen: {ambiguous}.',
    action:
      'In der Benutzerliste nachsehen: Adressen oder Namen eindeutig machen oder von Hand zuordnen.',
  },
  'pairing-waiting': { message: 'Dafür werden erst beide Benutzerlisten gebraucht.', action: '' },
  'sync-not-yet': {
    message:
      'Abgeglichen wird, sobald ein Agent verbunden ist und Benutzer einander zugeordnet sind.',
    action: '',
  },
  'in-sync': { message: 'Beide Seiten zeigen dasselbe.', action: '' },
  'in-sync-with-busy': {
    message:
      'Beide Seiten zeigen dasselbe. Die PBX {name} nimmt {activities} vom Agenten nicht an: Dort steht dafür busy.',
    action: '',
  },
  'sync-waiting': { message: 'Änderungen unterwegs: {count}.', action: '' },
  'sync-failing': {
    message: 'Benutzer, deren Präsenz nicht geschrieben werden konnte: {count}. {because}',
    action: '{remedy}',
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

export const DE_WORDS: Words = {
  requestId: '(Anfrage-ID bei Microsoft: {requestId})',
  retryAt: 'Nächster Versuch um {retryAt} UTC.',
  notAgain: 'Es wird nicht von selbst wieder versucht.',
  unnamed: '(neues Konto)',
};
