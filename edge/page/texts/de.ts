// The same words as in `en.ts`, in German.
import { access } from './de/access.ts';
import { accounts } from './de/accounts.ts';
import { advanced } from './de/advanced.ts';
import { agents } from './de/agents.ts';
import { figures } from './de/figures.ts';
import { operator } from './de/operator.ts';
import { removal } from './de/removal.ts';
import { rules } from './de/rules.ts';
import { setup } from './de/setup.ts';
import { timeline } from './de/timeline.ts';
import { users } from './de/users.ts';
import type { Texts } from './en.ts';

export const de: Texts = {
  title: 'Presence Connector',
  language: 'Sprache',
  nav: {
    overview: 'Übersicht',
    setup: 'Einrichtung',
    users: 'Benutzer',
    rules: 'Regeln',
    accounts: 'Teams-Konten',
    agents: 'Agenten',
    access: 'Zugang',
  },
  unsavedMark: 'nicht gespeicherte Änderungen',
  common: {
    loading: 'Wird geladen …',
    cancel: 'Abbrechen',
    remove: 'Entfernen',
    retry: 'Noch einmal versuchen',
    copy: 'Kopieren',
    copied: 'Kopiert',
    since: (when) => `seit ${when}`,
    stale: 'Was hier steht, ist der Stand von vorher.',
    none: 'keine',
  },
  problems: {
    offline: 'Der Connector antwortet nicht. Noch einmal versuchen.',
    offlineNow: 'Der Connector antwortet nicht. Er wird von selbst wieder gefragt.',
    tooMany: (seconds) =>
      `Zu viele falsche Tokens. ${seconds} Sekunden warten, dann noch einmal versuchen.`,
    unavailable: 'Der Connector ist gerade beschäftigt. Gleich noch einmal versuchen.',
    internal: (id) =>
      `Im Connector ist etwas schiefgegangen. Noch einmal versuchen; bleibt es so, im Protokoll des Edge${id && ` unter ${id}`} nachsehen.`,
    wrongToken: 'Dieses Token gilt nicht.',
    plainHttp:
      'Diese Seite wurde über http ohne Verschlüsselung geöffnet: Dort behält der Browser keine Anmeldung. Sie über https öffnen, durch einen Reverse Proxy vor dem Edge; wie, steht in docs/operating.md unter „Self-hosted“.',
    otherConnector: 'Dieses Token gehört zu einem anderen Connector.',
    unknownConnector: 'Diesen Connector gibt es nicht (mehr).',
    gone: 'Das gibt es nicht mehr.',
    answer: (status) => `Der Connector hat mit ${status} geantwortet.`,
  },
  signIn: {
    heading: 'Anmelden',
    lead: 'Zum Verwalten des Connectors',
    token: 'Admin-Token',
    hint: 'Das ADMIN_TOKEN des Edge oder das Token dieses Connectors.',
    submit: 'Anmelden',
    ended: 'Die Sitzung ist zu Ende. Noch einmal anmelden; die Eingaben sind noch da.',
    other:
      'In diesem Browser besteht eine Anmeldung für einen anderen Connector. Hier anmelden, um mit diesem weiterzumachen.',
    empty: 'Das Token eingeben.',
  },
  session: {
    signOut: 'Abmelden',
    by: (who) => `Angemeldet als ${who}`,
    operator: 'Betreiber',
    token: 'Admin dieses Connectors',
  },
  overview: {
    heading: 'Übersicht',
    good: 'Alles funktioniert.',
    goodLead: 'Beide Seiten zeigen dieselbe Präsenz.',
    bad: (count) =>
      count === 1
        ? 'Ein Punkt braucht Aufmerksamkeit.'
        : `${count} Punkte brauchen Aufmerksamkeit.`,
    badLead: (name) => `Jeder Schritt braucht die über ihm. Beginnen mit: ${name}.`,
    waiting: 'Noch ist nicht alles bekannt.',
    waitingLead: 'Der Connector findet es gerade heraus. Diese Seite zeigt es von selbst.',
    check: 'Jetzt prüfen',
    checking: 'Wird geprüft …',
    checkNamed: (name) => `Jetzt prüfen: ${name}`,
    toDo: 'Was zu tun ist',
  },
  access,
  removal,
  figures,
  operator,
  lamps: {
    settings: 'Einstellungen',
    tokenForReading: 'Anmeldung zum Lesen aus Teams',
    tokenForWriting: 'Anmeldung zum Schreiben nach Teams',
    teamsUsers: 'Benutzer in Teams',
    subscriptions: 'Präsenz aus Teams',
    notificationUrl: 'Notification URL',
    agent: 'Agent',
    pbx: 'PBX',
    rights: 'Rechte auf der PBX',
    pairing: 'Zuordnung der Benutzer',
    sync: 'Abgleich',
  },
  lampStates: { ok: 'In Ordnung', warning: 'Warnung', error: 'Fehler', unknown: 'Noch unbekannt' },
  settings: {
    createButton: 'Connector anlegen',
    save: 'Speichern',
    saving: 'Wird gespeichert …',
    discard: 'Änderungen verwerfen',
    saved: 'Gespeichert.',
    created: 'Der Connector ist angelegt.',
    changed: (names) => `Noch nicht gespeichert: ${names}`,
    invalid: (count) =>
      count === 1
        ? 'Nichts wurde gespeichert: Ein Feld ist ungültig.'
        : `Nichts wurde gespeichert: ${count} Felder sind ungültig.`,
    otherErrors: 'Ebenfalls ungültig:',
    stale:
      'Jemand anderes hat diese Einstellungen inzwischen gespeichert. Von den eigenen Änderungen wurde nichts gespeichert.',
    staleKeys: (names) => `Geändert wurde: ${names}.`,
    takeTheirs: 'Meine Änderungen verwerfen',
    keepMine: 'Meine Änderungen darüberlegen',
    groups: {
      pbx: 'PBX',
      toPbx: 'Teams → PBX',
      toPbxLead: 'Die erste App-Registrierung, und wohin Microsoft meldet, was sich ändert.',
      toTeams: 'PBX → Teams',
      toTeamsLead: 'Die App-Registrierung, die Präsenz schreibt; beim Abfragen liest sie auch.',
    },
    how: 'Arbeitsweise',
    masterPbx: 'Name der PBX, nicht ihr DNS-Name.',
    clientIdSyncToPbx: 'Anwendungs-ID (Client) der App, die Präsenz liest.',
    tenant: 'Verzeichnis-ID (Mandant) oder ein Domänenname des Mandanten.',
    notificationUrl: 'Wo Microsoft diesen Connector erreicht; https, endet auf /subscriptions.',
    clientIdSyncToTeams: 'Anwendungs-ID (Client) der App, die Präsenz schreibt.',
    clientSecretNew: 'Der Wert des geheimen Clientschlüssels, nicht seine ID.',
    clientSecretKept: 'Ein Schlüssel ist gespeichert. Leer lassen, um ihn zu behalten.',
    source: 'Quelle der Teams-Präsenz',
    sources: {
      subscribe: {
        name: 'Benachrichtigungen (Abonnieren)',
        hint: 'Microsoft benachrichtigt den Connector sofort. Braucht zwei App-Registrierungen, ein Teams-Konto je 650 Benutzer und die Notification URL.',
      },
      poll: {
        name: 'Abfragen',
        hint: 'Der Connector fragt alle paar Sekunden. Braucht eine App-Registrierung, kein Teams-Konto und keine Notification URL.',
      },
    },
    pollSeconds: 'Sekunden zwischen zwei Abfragen',
    pollSecondsHint: '2 bis 300. Je weniger, desto eher zeigt die PBX eine Änderung in Teams.',
    cloud: 'Microsoft-Cloud',
    cloudHint: 'Wo der Mandant liegt. Fast immer Global.',
    cloudPolls: 'Diese Cloud sendet keine Präsenz-Benachrichtigungen: Der Connector fragt ab.',
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
    available: 'Verfügbar',
    online: 'Verfügbar',
    availableinactive: 'Verfügbar, inaktiv',
    inactive: 'Inaktiv',
    away: 'Abwesend',
    berightback: 'Bin gleich zurück',
    outofoffice: 'Außer Haus',
    busy: 'Beschäftigt',
    focusing: 'Fokuszeit',
    donotdisturb: 'Nicht stören',
    dnd: 'Nicht stören',
    urgentinterruptionsonly: 'Nur dringende Unterbrechungen',
    inameeting: 'In einer Besprechung',
    meeting: 'In einer Besprechung',
    inacall: 'In einem Anruf',
    inaconferencecall: 'In einer Telefonkonferenz',
    'on-the-phone': 'Im Gespräch',
    presenting: 'Präsentiert',
    lunch: 'Mittagspause',
    vacation: 'Im Urlaub',
    offline: 'Offline',
    offwork: 'Nicht im Dienst',
    presenceunknown: 'Unbekannt',
  },
};
