// The same sentences as in `microsoft-en.ts`, in German, with the names of the German Entra portal.
import type { MicrosoftCode } from './microsoft-en.ts';
import type { Text } from './text.ts';

/** No app has a password, so this is not to be expected of one. */
const NOT_PROVEN: Text = {
  message: 'Microsoft nimmt nicht an, womit sich die App ausweist, die nach Teams schreibt.',
  action:
    'ClientSecretSynctoTeams neu eintragen. Einen erzeugen: Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoTeams) → Zertifikate & Geheimnisse → Neuer geheimer Clientschlüssel, und den Wert kopieren.',
};

const NOT_BY_HAND: Text = {
  message: 'Microsoft verlangt für die App eine Anmeldung von Hand, die keine App leisten kann.',
  action:
    'Entra Admin Center → Bedingter Zugriff → Richtlinien: die App (ClientIDSynctoTeams) von Richtlinien für Workloadidentitäten ausnehmen. Danach „Jetzt prüfen“.',
};

export const MICROSOFT_DE: Record<MicrosoftCode, Text> = {
  'mfa-required': {
    message:
      'Microsoft verlangt für {who} einen zweiten Faktor (Multi-Faktor-Authentifizierung, MFA). Den kann niemand eingeben, wenn sich ein Programm mit einem Kennwort anmeldet.',
    action:
      'Es gibt drei Auswege. Das Konto ausnehmen: Entra Admin Center → Bedingter Zugriff → Richtlinien → (die Richtlinie, die MFA verlangt) → Benutzer → Ausschließen → {who}, danach „Jetzt prüfen“. Oder MFA behalten: das Konto hier entfernen und mit einem Code neu hinzufügen, der einmal auf einem anderen Gerät eingegeben wird (API: POST /api/accounts {"signIn":"device"}). Oder Abfragen wählen, das kein Teams-Konto braucht (API: "source":"poll").',
  },
  'mfa-required.app': NOT_BY_HAND,
  'mfa-enrolment-required': {
    message:
      'Microsoft will, dass sich {who} zuerst für die Multi-Faktor-Authentifizierung (MFA) registriert. Oft verlangen das die „Sicherheitsstandards“.',
    action:
      'Es gibt drei Auswege. Das Konto ausnehmen: Entra Admin Center → Bedingter Zugriff → Richtlinien → (die Richtlinie, die MFA verlangt) → Benutzer → Ausschließen → {who}; Sicherheitsstandards (Übersicht → Eigenschaften → Sicherheitsstandards verwalten) erlauben keine Ausnahme, also durch Bedingten Zugriff ersetzen. Danach „Jetzt prüfen“. Oder für MFA registrieren und mit einem Code neu hinzufügen, der einmal auf einem anderen Gerät eingegeben wird (API: POST /api/accounts {"signIn":"device"}). Oder Abfragen wählen, das kein Teams-Konto braucht (API: "source":"poll").',
  },
  'mfa-enrolment-required.app': NOT_BY_HAND,
  'blocked-by-conditional-access': {
    message:
      'Eine Richtlinie für bedingten Zugriff des Mandanten sperrt {who} (wegen Ort, Gerät, App oder Risiko).',
    action:
      'Entra Admin Center → Benutzer → {who} → Anmeldeprotokolle → (der fehlgeschlagene Eintrag) → Bedingter Zugriff zeigt, welche Richtlinie es ist. Dort das Konto ausnehmen: Bedingter Zugriff → Richtlinien → (die Richtlinie) → Benutzer → Ausschließen; oder die öffentliche Adresse des Edge erlauben: Bedingter Zugriff → Benannte Standorte. Danach „Jetzt prüfen“.',
  },
  'blocked-by-conditional-access.app': {
    message:
      'Eine Richtlinie für bedingten Zugriff für Workloadidentitäten sperrt die App, die nach Teams schreibt.',
    action:
      'Entra Admin Center → Überwachung & Integrität → Anmeldeprotokolle → Dienstprinzipalanmeldungen → (der fehlgeschlagene Eintrag) zeigt, welche Richtlinie es ist. Dort die App (ClientIDSynctoTeams) ausnehmen: Bedingter Zugriff → Richtlinien → (die Richtlinie) → Workloadidentitäten → Ausschließen. Danach „Jetzt prüfen“.',
  },
  'wrong-credentials': {
    message:
      'Benutzername oder Kennwort von {who} ist falsch. Es wurde einmal versucht: Falsche Kennwörter sperren das Konto.',
    action:
      'Das Konto hier entfernen und mit dem richtigen Kennwort neu hinzufügen. Ist es verloren: Entra Admin Center → Benutzer → {who} → Kennwort zurücksetzen; einmal mit einem Browser anmelden, denn das erste Kennwort ist ein vorläufiges.',
  },
  'wrong-credentials.app': NOT_PROVEN,
  'account-locked': {
    message:
      'Das Konto {who} ist gesperrt: zu viele falsche Kennwörter oder Anmeldungen von einer Adresse, der Microsoft misstraut.',
    action:
      'Feststellen, wer ein falsches Kennwort benutzt: Entra Admin Center → Benutzer → {who} → Anmeldeprotokolle. Die Sperre vergeht von selbst, und es wird wieder versucht. Kennwort zurücksetzen beendet sie sofort: Danach das Konto hier entfernen und mit dem neuen Kennwort neu hinzufügen, oder mit einem Code, wenn es sich so angemeldet hat.',
  },
  'account-locked.app': {
    message: 'Microsoft sperrt Anmeldungen der App oder solche von der Adresse des Edge.',
    action:
      'Entra Admin Center → Überwachung & Integrität → Anmeldeprotokolle → Dienstprinzipalanmeldungen zeigt, warum. Es wird von selbst wieder versucht.',
  },
  'account-unknown': {
    message: 'Microsoft kennt in diesem Mandanten kein Konto {who}.',
    action:
      'Vergleichen mit Entra Admin Center → Benutzer → (das Konto) → Benutzerprinzipalname, und TenantSynctoPbx in den Einstellungen mit Übersicht → Mandanten-ID. Ist der Name falsch, das Konto hier entfernen und neu hinzufügen; sonst „Jetzt prüfen“.',
  },
  'account-unknown.app': {
    message: 'Microsoft findet in diesem Mandanten das Konto der App nicht.',
    action:
      'ClientIDSynctoTeams und TenantSynctoTeams in den Einstellungen vergleichen mit Entra Admin Center → App-Registrierungen → (die App) → Übersicht. Danach „Jetzt prüfen“.',
  },
  'password-expired': {
    message: 'Das Kennwort von {who} ist abgelaufen.',
    action:
      'Ein neues setzen: Entra Admin Center → Benutzer → {who} → Kennwort zurücksetzen (im eigenen Active Directory, wenn das Konto von dort kommt), einmal mit einem Browser anmelden und nicht ablaufen lassen: Microsoft 365 Admin Center → Einstellungen → Einstellungen der Organisation → Sicherheit und Datenschutz → Kennwortablaufrichtlinie. Danach das Konto hier entfernen und mit dem neuen Kennwort neu hinzufügen.',
  },
  'password-expired.app': NOT_PROVEN,
  'password-missing': {
    message:
      'Das Konto {who} hat bei Microsoft kein Kennwort, also kann sich damit nichts anmelden.',
    action:
      'Entra Admin Center → Benutzer → {who} → Kennwort zurücksetzen (ein Konto aus dem eigenen Active Directory braucht Kennworthashsynchronisierung, oder ein reines Cloud-Konto verwenden). Danach das Konto hier entfernen und neu hinzufügen.',
  },
  'password-missing.app': NOT_PROVEN,
  'account-disabled': {
    message: 'Das Konto {who} ist bei Microsoft deaktiviert.',
    action:
      'Entra Admin Center → Benutzer → {who} → Eigenschaften → Einstellungen → Konto aktiviert: anhaken. Danach „Jetzt prüfen“.',
  },
  'account-disabled.app': {
    message: 'Die App, die nach Teams schreibt, ist bei Microsoft deaktiviert.',
    action:
      'Entra Admin Center → Unternehmensanwendungen → (App mit ClientIDSynctoTeams) → Eigenschaften → Aktiviert für die Benutzeranmeldung: Ja. Danach „Jetzt prüfen“.',
  },
  'tenant-unknown': {
    message: 'Microsoft kennt diesen Mandanten in dieser Cloud nicht.',
    action:
      'Entra Admin Center → Übersicht → Mandanten-ID in TenantSynctoPbx übernehmen, und die Cloud in den Einstellungen prüfen.',
  },
  'tenant-unknown.app': {
    message: 'Microsoft kennt diesen Mandanten in dieser Cloud nicht.',
    action:
      'Entra Admin Center → Übersicht → Mandanten-ID in TenantSynctoTeams übernehmen, und die Cloud in den Einstellungen prüfen.',
  },
  'tenant-unknown.settings': {
    message: 'Microsoft kennt keinen Mandanten mit dem Domänennamen aus den Einstellungen.',
    action:
      'Entra Admin Center → Übersicht → Mandanten-ID in TenantSynctoPbx und TenantSynctoTeams übernehmen, und die Cloud in den Einstellungen prüfen.',
  },
  'wrong-cloud': {
    message: 'Der Mandant liegt in einer anderen Cloud von Microsoft: {detail}.',
    action:
      'In den Einstellungen diese Cloud wählen: global für .com (auch GCC), usgov für GCC High, usgov-dod für DoD. Auch die App-Registrierungen müssen in dieser Cloud angelegt sein.',
  },
  'no-presence-cloud': {
    message:
      'Der Mandant liegt in der Cloud in China (21Vianet), die keine Präsenz-API hat: Präsenz lässt sich dort weder lesen noch schreiben.',
    action:
      'Mit diesem Mandanten lässt sich nichts einrichten. Liegen die Benutzer in einer anderen Cloud, deren Mandanten eintragen.',
  },
  'client-unknown': {
    message: 'Microsoft kennt im Mandanten keine App mit dieser Client-ID.',
    action:
      'ClientIDSynctoPbx und TenantSynctoPbx in den Einstellungen vergleichen mit Entra Admin Center → App-Registrierungen → (die App) → Übersicht → Anwendungs-ID (Client) und Verzeichnis-ID (Mandant).',
  },
  'client-unknown.app': {
    message: 'Microsoft kennt im Mandanten keine App mit dieser Client-ID.',
    action:
      'ClientIDSynctoTeams und TenantSynctoTeams in den Einstellungen vergleichen mit Entra Admin Center → App-Registrierungen → (die App) → Übersicht → Anwendungs-ID (Client) und Verzeichnis-ID (Mandant).',
  },
  'public-client-off': {
    message:
      'Die App-Registrierung erlaubt keine öffentlichen Clientflows, und ohne sie kann sich kein Teams-Konto anmelden, weder mit Kennwort noch mit Code.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoPbx) → Authentifizierung → Öffentliche Clientflows zulassen: Ja, Speichern. Danach „Jetzt prüfen“.',
  },
  'public-client-off.app': {
    message: 'Microsoft vermisst einen geheimen Clientschlüssel oder ein Zertifikat der App.',
    action:
      'ClientSecretSynctoTeams neu eintragen. Einen erzeugen: Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoTeams) → Zertifikate & Geheimnisse → Neuer geheimer Clientschlüssel, und den Wert kopieren.',
  },
  'wrong-client-secret': {
    message: 'Microsoft hält die App für eine, die einen geheimen Clientschlüssel braucht.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoPbx) → Authentifizierung → Öffentliche Clientflows zulassen: Ja, Speichern. Danach „Jetzt prüfen“.',
  },
  'wrong-client-secret.app': {
    message: 'Der geheime Clientschlüssel der App, die nach Teams schreibt, ist falsch.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoTeams) → Zertifikate & Geheimnisse → Geheime Clientschlüssel: den Wert als ClientSecretSynctoTeams eintragen, nicht die Geheimnis-ID. Der Wert wird nur einmal gezeigt: Ist er verloren, mit „Neuer geheimer Clientschlüssel“ einen neuen erzeugen.',
  },
  'wrong-client-secret.certificate': {
    message: 'Microsoft nimmt das Zertifikat der App, die nach Teams schreibt, nicht an.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoTeams) → Zertifikate & Geheimnisse → Zertifikate → Zertifikat hochladen: dasselbe wie in „Zertifikat“ (App, die Präsenz schreibt). Danach „Jetzt prüfen“.',
  },
  'client-certificate-refused': {
    message:
      'Microsoft nimmt das Zertifikat der App, die nach Teams schreibt, nicht an: Es ist dort nicht hochgeladen oder abgelaufen, oder der private Schlüssel gehört nicht dazu, oder die Uhr des Edge geht falsch.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoTeams) → Zertifikate & Geheimnisse → Zertifikate: Fingerabdruck und Ablauf mit „Zertifikat“ (App, die Präsenz schreibt) vergleichen; Zertifikat hochladen fügt es hinzu. Danach „Jetzt prüfen“.',
  },
  'client-secret-expired': {
    message: 'Der geheime Clientschlüssel der App, die nach Teams schreibt, ist abgelaufen.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoTeams) → Zertifikate & Geheimnisse → Neuer geheimer Clientschlüssel: seinen Wert als ClientSecretSynctoTeams eintragen.',
  },
  'consent-missing': {
    message: 'Kein Administrator hat dem zugestimmt, was die App darf, die Präsenz liest.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoPbx) → API-Berechtigungen: Dort müssen die delegierten Berechtigungen User.Read.All und Presence.Read.All von Microsoft Graph stehen; „Administratorzustimmung erteilen“ drücken. Danach „Jetzt prüfen“.',
  },
  'consent-missing.app': {
    message: 'Kein Administrator hat dem zugestimmt, was die App darf, die nach Teams schreibt.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoTeams) → API-Berechtigungen: Dort muss die Anwendungsberechtigung Presence.ReadWrite.All von Microsoft Graph stehen; „Administratorzustimmung erteilen“ drücken. Danach „Jetzt prüfen“.',
  },
  'consent-missing.poll': {
    message: 'Kein Administrator hat dem zugestimmt, was die App darf.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoTeams) → API-Berechtigungen: Dort müssen die Anwendungsberechtigungen Presence.ReadWrite.All und User.Read.All von Microsoft Graph stehen; „Administratorzustimmung erteilen“ drücken. Danach „Jetzt prüfen“.',
  },
  'user-not-assigned': {
    message: 'Die App lässt nur Benutzer zu, die ihr zugewiesen sind, und {who} ist es nicht.',
    action:
      'Entra Admin Center → Unternehmensanwendungen → (App mit ClientIDSynctoPbx) → Benutzer und Gruppen → Benutzer/Gruppe hinzufügen: {who}; oder Eigenschaften → Zuweisung erforderlich: Nein. Danach „Jetzt prüfen“.',
  },
  'user-not-assigned.app': {
    message: 'Die App, die nach Teams schreibt, ist dem nicht zugewiesen, was sie verlangt.',
    action:
      'Entra Admin Center → Unternehmensanwendungen → (App mit ClientIDSynctoTeams) → Eigenschaften → Zuweisung erforderlich: Nein. Danach „Jetzt prüfen“.',
  },
  'login-bad-scope': {
    message: 'Microsoft kennt eine Berechtigung nicht, die dieses Programm verlangt ({detail}).',
    action:
      'Die Cloud in den Einstellungen prüfen. Stimmt sie, dem Hersteller melden, mit der Nummer und der Anfrage-ID.',
  },
  'login-throttled': {
    message:
      'Microsoft bittet um seltenere Anmeldungen (zu viele Anmeldungen in diesem Mandanten).',
    action: 'Nichts: Es wird von selbst wieder versucht.',
  },
  'login-loop': {
    message: 'Microsoft hat dieselbe Anmeldung zu oft hintereinander bemerkt und hält sie zurück.',
    action:
      'Nichts: Es wird von selbst wieder versucht. Bleibt es so, nachsehen, ob ein zweites Edge für denselben Connector läuft.',
  },
  'login-unavailable': {
    message: 'Der Anmeldedienst von Microsoft hat selbst Schwierigkeiten oder antwortet nicht.',
    action:
      'Nichts: Es wird von selbst wieder versucht. Bleibt es so, nachsehen im Microsoft 365 Admin Center → Integrität → Dienststatus, und ob das Edge das Internet erreicht.',
  },
  'login-refused': {
    message:
      'Microsoft lehnt die Anmeldung von {who} ab, aus einem Grund, für den dieses Programm keine Worte hat: {detail}.',
    action:
      'Entra Admin Center → Benutzer → {who} → Anmeldeprotokolle → (der fehlgeschlagene Eintrag) erklärt es; die Nummer lässt sich nachschlagen unter https://login.microsoftonline.com/error. Danach „Jetzt prüfen“.',
  },
  'login-refused.app': {
    message:
      'Microsoft lehnt die Anmeldung der App ab, aus einem Grund, für den dieses Programm keine Worte hat: {detail}.',
    action:
      'Entra Admin Center → Überwachung & Integrität → Anmeldeprotokolle → Dienstprinzipalanmeldungen → (der fehlgeschlagene Eintrag) erklärt es; die Nummer lässt sich nachschlagen unter https://login.microsoftonline.com/error. Danach „Jetzt prüfen“.',
  },

  'client-secret-expiring': {
    message:
      'Der geheime Clientschlüssel der App, die nach Teams schreibt, läuft am {day} ab (verbleibende Tage: {days}). Danach kann nichts mehr nach Teams geschrieben werden.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoTeams) → Zertifikate & Geheimnisse → Neuer geheimer Clientschlüssel: seinen Wert als ClientSecretSynctoTeams eintragen.',
  },
  'client-certificate-expiring': {
    message:
      'Das Zertifikat der App, die nach Teams schreibt, läuft am {day} ab (verbleibende Tage: {days}). Danach kann nichts mehr nach Teams geschrieben werden.',
    action:
      'Ein neues Zertifikat erzeugen, hochladen bei Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoTeams) → Zertifikate & Geheimnisse → Zertifikate → Zertifikat hochladen, dann mit seinem privaten Schlüssel unter „Zertifikat“ (App, die Präsenz schreibt) eintragen.',
  },
  'client-certificate-expired': {
    message: 'Das Zertifikat der App, die nach Teams schreibt, ist seit {day} abgelaufen.',
    action:
      'Ein neues Zertifikat erzeugen, hochladen bei Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoTeams) → Zertifikate & Geheimnisse → Zertifikate → Zertifikat hochladen, dann mit seinem privaten Schlüssel unter „Zertifikat“ (App, die Präsenz schreibt) eintragen.',
  },

  'graph-unauthorized': {
    message: 'Microsoft Graph nimmt unser Token nicht an, obwohl die Anmeldung es gegeben hat.',
    action:
      'Zunächst nichts: Ein neues Token wird von selbst geholt. Bleibt es so, Mandant und Cloud in den Einstellungen prüfen.',
  },
  'graph-forbidden': {
    message:
      'Microsoft Graph verweigert die Anfrage: Eine Berechtigung fehlt, oder die Zustimmung dazu.',
    action:
      'Entra Admin Center → App-Registrierungen → (die App) → API-Berechtigungen, dann „Administratorzustimmung erteilen“. App mit ClientIDSynctoPbx: User.Read.All und Presence.Read.All (delegiert). App mit ClientIDSynctoTeams: Presence.ReadWrite.All (Anwendung), für Abfragen auch User.Read.All (Anwendung). Danach „Jetzt prüfen“.',
  },
  'graph-forbidden.users': {
    message:
      'Microsoft Graph lässt das Teams-Konto die Benutzer nicht lesen: Eine Berechtigung fehlt, oder die Zustimmung dazu.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoPbx) → API-Berechtigungen → Berechtigung hinzufügen → Microsoft Graph → Delegierte Berechtigungen: User.Read.All; dann „Administratorzustimmung erteilen“ und „Jetzt prüfen“.',
  },
  'graph-forbidden.users-poll': {
    message:
      'Microsoft Graph lässt die App die Benutzer nicht lesen: Eine Berechtigung fehlt, oder die Zustimmung dazu.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoTeams) → API-Berechtigungen → Berechtigung hinzufügen → Microsoft Graph → Anwendungsberechtigungen: User.Read.All; dann „Administratorzustimmung erteilen“ und „Jetzt prüfen“.',
  },
  'graph-forbidden.watch': {
    message:
      'Microsoft lässt {who} die Liste der Benutzer nicht abonnieren: Eine Berechtigung fehlt, oder die Zustimmung dazu.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoPbx) → API-Berechtigungen → Berechtigung hinzufügen → Microsoft Graph → Delegierte Berechtigungen: User.Read.All; dann „Administratorzustimmung erteilen“ und „Jetzt prüfen“.',
  },
  'graph-forbidden.presence': {
    message:
      'Microsoft Graph lässt das Teams-Konto keine Präsenz lesen: Eine Berechtigung fehlt, oder die Zustimmung dazu.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoPbx) → API-Berechtigungen → Berechtigung hinzufügen → Microsoft Graph → Delegierte Berechtigungen: Presence.Read.All; dann „Administratorzustimmung erteilen“ und „Jetzt prüfen“.',
  },
  'graph-forbidden.presence-poll': {
    message:
      'Microsoft Graph lässt die App keine Präsenz lesen: Eine Berechtigung fehlt, oder die Zustimmung dazu.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoTeams) → API-Berechtigungen → Berechtigung hinzufügen → Microsoft Graph → Anwendungsberechtigungen: Presence.ReadWrite.All; dann „Administratorzustimmung erteilen“ und „Jetzt prüfen“.',
  },
  'graph-forbidden.subscription': {
    message:
      'Microsoft lässt {who} keine Präsenz abonnieren: Eine Berechtigung fehlt, oder die Zustimmung dazu, oder das Konto hat keine Lizenz mit Teams.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoPbx) → API-Berechtigungen: Dort muss die delegierte Berechtigung Presence.Read.All von Microsoft Graph stehen (eine Anwendungsberechtigung genügt nicht); „Administratorzustimmung erteilen“ drücken. Und Microsoft 365 Admin Center → Benutzer → Aktive Benutzer → {who} → Lizenzen und Apps: eine Lizenz mit Teams. Danach „Jetzt prüfen“.',
  },
  'graph-forbidden.write': {
    message:
      'Microsoft Graph lässt die App keine Präsenz schreiben: Eine Berechtigung fehlt, oder die Zustimmung dazu.',
    action:
      'Entra Admin Center → App-Registrierungen → (App mit ClientIDSynctoTeams) → API-Berechtigungen → Berechtigung hinzufügen → Microsoft Graph → Anwendungsberechtigungen: Presence.ReadWrite.All (eine delegierte Berechtigung genügt nicht); dann „Administratorzustimmung erteilen“ und „Jetzt prüfen“.',
  },
  'subscription-quota': {
    message:
      'Microsoft erlaubt kein weiteres Abonnement: Eine Grenze der App oder des Mandanten ist erreicht.',
    action:
      'Auch andere Programme dieses Mandanten halten Abonnements; wer sie betreibt, muss einige beenden. Für diesen Connector eine eigene App-Registrierung verwenden (ClientIDSynctoPbx).',
  },
  'resource-data-refused': {
    message:
      'Microsoft lehnt ein Abonnement ab, dessen Benachrichtigungen die Präsenz selbst enthalten.',
    action:
      'Nichts: Eines ohne wird von selbst angelegt, und Präsenzen werden gelesen, wenn es sich meldet.',
  },
  'subscription-foreign': {
    message:
      'Microsoft gibt uns ein Abonnement nicht heraus: Es gehört einer anderen App oder einem anderen Konto, oder sein Speicher ist gestört.',
    action: 'Nichts: Nach einigen Versuchen wird von selbst ein neues Abonnement angelegt.',
  },
  'graph-unsupported': {
    message: 'Microsoft bietet für das Angefragte kein Abonnement an ({detail}).',
    action:
      'Die Cloud in den Einstellungen prüfen. Stimmt sie, Abfragen wählen und dem Hersteller melden, mit der Anfrage-ID.',
  },
  'graph-not-found': {
    message: 'Microsoft Graph kennt das Angefragte nicht ({detail}).',
    action:
      'Mandant und Cloud in den Einstellungen prüfen. Stimmen sie, dem Hersteller melden, mit der Anfrage-ID.',
  },
  'graph-not-found.subscription': {
    message: 'Das Abonnement ist bei Microsoft zu Ende gegangen.',
    action: 'Nichts: Es wird von selbst ein neues angelegt.',
  },
  'graph-not-found.write': {
    message: 'Microsoft Graph kennt diesen Benutzer nicht, oder er hat kein Teams.',
    action:
      'Microsoft 365 Admin Center → Benutzer → Aktive Benutzer → (der Benutzer) → Lizenzen und Apps: eine Lizenz mit Teams. Wer gelöscht ist, fällt von selbst heraus.',
  },
  'graph-conflict': {
    message: 'Microsoft sagt, dass dieses Teams-Konto schon ein Präsenz-Abonnement hat.',
    action:
      'Dieses Teams-Konto nur für einen Connector verwenden, und andere Programme beenden, die es benutzen (etwa die ursprüngliche App auf der PBX). Es wird von selbst wieder versucht.',
  },
  'graph-throttled': {
    message: 'Microsoft bittet um ein langsameres Tempo: zu viele Anfragen in diesem Mandanten.',
    action: 'Nichts: Es geht von selbst weiter, Anrufe zuerst.',
  },
  'graph-bad-request': {
    message: 'Microsoft Graph lehnt eine Anfrage als falsch ab ({detail}).',
    action: 'Dem Hersteller melden, mit der Anfrage-ID.',
  },
  'graph-bad-request.subscription': {
    message: 'Microsoft lehnt das Abonnement als falsch ab ({detail}).',
    action:
      'Die Notification URL in den Einstellungen prüfen, danach „Jetzt prüfen“. Bleibt es so, dem Hersteller melden, mit der Anfrage-ID.',
  },
  'graph-bad-request.write': {
    message:
      'Microsoft lehnt eine Präsenz als falsch ab: ihren Wert, ihre Dauer oder die Client-ID der App ({detail}).',
    action:
      'ClientIDSynctoTeams vergleichen mit Entra Admin Center → App-Registrierungen → (die App) → Übersicht → Anwendungs-ID (Client), und die Tabelle „PBX → Teams“ unter Regeln ansehen. Stimmt beides, dem Hersteller melden, mit der Anfrage-ID.',
  },
  'graph-unavailable': {
    message: 'Microsoft Graph hat selbst Schwierigkeiten ({detail}).',
    action:
      'Nichts: Es wird von selbst wieder versucht. Bleibt es so, nachsehen im Microsoft 365 Admin Center → Integrität → Dienststatus.',
  },
  'graph-timeout': {
    message: 'Microsoft Graph antwortet nicht rechtzeitig oder hat von selbst aufgegeben.',
    action:
      'Nichts: Es wird von selbst wieder versucht. Bleibt es so, nachsehen im Microsoft 365 Admin Center → Integrität → Dienststatus.',
  },
  'graph-unreachable': {
    message: 'Microsoft Graph ist vom Edge aus nicht erreichbar.',
    action:
      'Das Netz des Edge prüfen: Namensauflösung, Firewall und Proxy in Richtung graph.microsoft.com (US-Regierung: graph.microsoft.us, dod-graph.microsoft.us). Es wird von selbst wieder versucht.',
  },
  'graph-bad-answer': {
    message:
      'Microsoft Graph, oder etwas dazwischen, hat etwas geantwortet, das keinen Sinn ergibt ({detail}).',
    action:
      'Es wird von selbst wieder versucht. Bleibt es so, nachsehen, ob ein Proxy den Verkehr des Edge verändert; sonst dem Hersteller melden.',
  },
  'graph-gone': {
    message: 'Microsoft Graph will, dass die Benutzerliste neu gelesen wird.',
    action: 'Nichts: Es geht von selbst weiter.',
  },
  'graph-not-implemented': {
    message: 'Diese Microsoft-Cloud bietet das Angefragte nicht an ({detail}).',
    action: 'Die Cloud in den Einstellungen prüfen oder Abfragen wählen.',
  },
  'preferred-not-offered': {
    message:
      'Diese Cloud lässt eine App keinen Status wählen (setUserPreferredPresence): Microsoft beschreibt das nur für die globale Cloud. Anrufe werden in Teams weiter angezeigt.',
    action:
      'Einrichten lässt sich nichts. Um die Versuche zu beenden, die Richtung „Nur Teams → PBX“ wählen; dann zeigt Teams auch keine Anrufe mehr.',
  },
};
