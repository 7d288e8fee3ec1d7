// The words about the Teams accounts, in German.
import type { AccountsTexts } from '../en/accounts.ts';

export const accounts: AccountsTexts = {
  heading: 'Teams-Konten',
  lead: 'Mit diesen Konten liest der Connector die Präsenz. Ein Konto genügt für 650 Benutzer; auf mehrere werden die Benutzer verteilt.',
  notForPolling: 'Als Quelle ist Abfragen eingestellt; dafür ist kein Teams-Konto nötig.',
  empty: 'Noch gibt es kein Teams-Konto.',
  unnamed: 'Neues Konto',
  how: 'Wie es sich anmeldet',
  ways: {
    password: {
      name: 'Mit Benutzername und Kennwort',
      hint: 'Nur für ein Konto ohne zweiten Faktor.',
    },
    code: {
      name: 'Mit einem Code',
      hint: 'Der bessere Weg: Sein Benutzer meldet sich einmal in einem beliebigen Browser an, auch mit zweitem Faktor. Kein Kennwort wird gespeichert.',
    },
  },
  code: {
    get: 'Code holen',
    getting: 'Code wird geholt …',
    ready: 'Der Code steht oben beim neuen Konto.',
    state: 'Wartet auf die Anmeldung',
    open: 'Diese Seite öffnen, sich dort als das Teams-Konto anmelden und den Code eingeben:',
    validUntil: (when) => `Gültig bis ${when}.`,
    left: 'Noch:',
    waiting: 'Diese Seite merkt von selbst, wenn es geschehen ist.',
    renew: 'Neuer Code',
    renewNamed: (name) => `Einen neuen Code holen: ${name}`,
  },
  username: 'Benutzername',
  password: 'Kennwort',
  passwordHint:
    'Wird versiegelt gespeichert, niemand kann es wieder lesen. Das Konto muss sich ohne zweiten Faktor anmelden können.',
  add: 'Teams-Konto hinzufügen',
  addHeading: 'Ein Teams-Konto hinzufügen',
  adding: 'Wird hinzugefügt …',
  added: (name) => `${name} ist hinzugefügt. Die erste Anmeldung dauert ein paar Sekunden.`,
  users: (count) => `liest ${count} Benutzer`,
  states: {
    active: 'Aktiv',
    waiting: 'Meldet sich an',
    expired: 'Abgelaufen',
    signInAgain: 'Neu anmelden',
    error: 'Fehler',
  },
  removeNamed: (name) => `Das Konto ${name} entfernen`,
  removeTitle: (name) => `${name} entfernen?`,
  removeText:
    'Der Connector beendet das Abonnement dieses Kontos und vergisst seine Anmeldung. Hat kein anderes Konto Platz, wird binnen fünf Minuten statt sofort bemerkt, was seine Benutzer in Teams tun; ganz ohne Konto gar nicht.',
};
