// The words of the guided set-up, in German.
import type { SetupTexts } from '../en/setup.ts';

export const setup: SetupTexts = {
  heading: 'Einrichtung',
  lead: 'Jeder Schritt zeigt von selbst, ob er erledigt ist. Man kann jederzeit aufhören und später weitermachen.',
  leadNew:
    'Diesen Connector gibt es noch nicht. Die ersten Schritte legen ihn an; jeder zeigt von selbst, ob er erledigt ist. Man kann jederzeit aufhören und später weitermachen.',
  allSettings: 'Alle Einstellungen',
  allSettingsLead: 'Jede Einstellung in einem Formular, auch die selten gebrauchten.',
  rulesAre: 'Richtungen, Zuordnung und die Tabellen der Präsenzen stehen hier:',
  backToGuide: '← Zurück zu den Schritten',
  progress: (done, all) => `${done} von ${all} Schritten sind erledigt.`,
  states: {
    open: 'Offen',
    unsaved: 'Nicht gespeichert',
    entered: 'Eingetragen',
    done: 'Erledigt',
    attention: 'Braucht Aufmerksamkeit',
    asking: 'Wird nachgesehen …',
  },
  next: 'Weiter',
  nextStep: (title) => `Weiter: ${title}`,
  saveAndCheck: 'Speichern und prüfen',
  storedWith: (steps) => `Wird gespeichert, sobald auch diese Schritte ausgefüllt sind: ${steps}.`,
  later: 'Das kommt, wenn es den Connector gibt: erst die Schritte darüber ausfüllen.',
  waitsFor: {
    pbx: 'Ob es stimmt, zeigt sich, sobald der Agent da ist.',
    reading: 'Ob es stimmt, zeigt sich, sobald sich ein Teams-Konto an dieser App anmeldet.',
    notifications:
      'Microsoft probiert diese Adresse aus, wenn das erste Teams-Konto abonniert. Bis dahin ist nichts darüber bekannt.',
  },
  steps: {
    source: {
      title: 'Quelle der Teams-Präsenz',
      lead: 'Benachrichtigungen kommen sofort, brauchen aber Teams-Konten und eine Adresse, die Microsoft erreicht. Beim Abfragen wird alle paar Sekunden nachgesehen; beides ist dann nicht nötig.',
    },
    pbx: {
      title: 'PBX',
      lead: 'Der Agent vor Ort meldet sich an der Master-PBX als App-Objekt an.',
    },
    reading: {
      title: 'App, die Präsenz liest',
      lead: 'Die erste App-Registrierung in Entra. An ihr melden sich die Teams-Konten an.',
      appName: 'Presence Connector – sync to PBX',
    },
    notifications: {
      title: 'Notification URL',
      lead: 'Die Adresse, an der Microsoft diesem Connector sagt, dass sich eine Präsenz geändert hat.',
    },
    writing: {
      title: 'App, die Präsenz schreibt',
      lead: 'Die App-Registrierung in Entra, mit der Präsenz nach Teams geschrieben wird.',
      appName: 'Presence Connector – sync to Teams',
    },
    accounts: {
      title: 'Teams-Konten verwalten',
      lead: 'Gelesen wird Präsenz als ein Teams-Konto, das sonst nichts tut: der Kommunikationsbenutzer.',
    },
    agent: {
      title: 'Agent',
      lead: 'Ein kleines Programm auf einem beliebigen Rechner, der die PBX erreicht. Es baut die Verbindung zu diesem Connector selbst auf: In der Firewall muss nichts geöffnet werden.',
    },
    finish: {
      title: 'Fertig',
      lead: 'Wer auf beiden Seiten zu wem gehört, und ob beide dasselbe zeigen.',
    },
  },
  entra: {
    heading: 'In Microsoft Entra',
    register:
      'App-Registrierungen → Neue Registrierung. Ein beliebiger Name, zum Beispiel der hier. Unterstützte Kontotypen: nur dieses Organisationsverzeichnis. Den Umleitungs-URI leer lassen. Registrieren.',
    publicClient:
      'Authentifizierung → Erweiterte Einstellungen → Öffentliche Clientflows zulassen: Ja. Speichern.',
    delegated:
      'API-Berechtigungen → Berechtigung hinzufügen → Microsoft Graph → Delegierte Berechtigungen: diese beiden.',
    application:
      'API-Berechtigungen → Berechtigung hinzufügen → Microsoft Graph → Anwendungsberechtigungen:',
    consent: 'Auf derselben Seite: Administratorzustimmung erteilen.',
    secret:
      'Zertifikate & Geheimnisse → Neuer geheimer Clientschlüssel. Seinen Wert sofort kopieren (nicht die Geheimnis-ID): Er wird nur jetzt gezeigt.',
    ids: (clientId, tenant) =>
      `Aus der Übersicht: Anwendungs-ID (Client) nach ${clientId}, Verzeichnis-ID (Mandant) nach ${tenant}.`,
  },
  onPbx: {
    heading: 'Auf der PBX',
    app: 'Auf dem Master unter PBX → Objects ein Objekt vom Typ App anlegen. Name (SIP), zum Beispiel:',
    apis: 'Ein langes zufälliges Kennwort mit höchstens 15 Zeichen vergeben, und PbxApi, TableUsers und Admin anhaken.',
    visibility:
      'Im Template der Benutzer, unter Visibility: das App-Objekt eintragen, mit Presence und On the phone.',
    name: 'PBX → Config → General zeigt den PBX-Namen. Er gehört in Master PBX.',
  },
  notifications: {
    heading: 'Welche Adresse',
    guessed:
      'Diese Seite ist mit https erreichbar, also erreicht Microsoft den Connector höchstwahrscheinlich unter:',
    noHttps:
      'Diese Seite ist nicht mit https geöffnet, also ist ihr die öffentliche Adresse des Edge nicht anzusehen. Einzutragen sind https://, der öffentliche Name und dieser Pfad:',
    path: 'Pfad',
    take: 'Diese Adresse eintragen',
    open: 'Diese Adresse öffnen',
    openHint:
      'Am besten von außen, zum Beispiel am Handy ohne WLAN. Sobald es den Connector gibt, sagt sie, dass sie erreichbar ist.',
  },
  accountsAre:
    'Es braucht eine Lizenz mit Teams. Ein Konto genügt für 650 Benutzer; bei mehr Benutzern weitere hinzufügen.',
  finish: {
    done: 'Fertig.',
    doneLead: 'Alle Lampen sind grün: Beide Seiten zeigen dieselbe Präsenz.',
    notYet:
      'Diese Punkte sind noch nicht grün. Sie ändern sich von selbst, wenn alles zusammenkommt.',
    look: {
      overview: 'alle Lampen, live. Wenn etwas nicht stimmt, zuerst hier nachsehen.',
      users: 'wer zu wem gehört, und warum jemand die Präsenz hat, die er hat.',
      rules: 'Richtungen, Zuordnung, und welche Präsenz zu welcher wird.',
    },
  },
};
