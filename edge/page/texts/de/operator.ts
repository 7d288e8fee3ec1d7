// Die Wörter der Seite des Betreibers, auf Deutsch.
import type { OperatorTexts } from '../en/operator.ts';

export const operator: OperatorTexts = {
  heading: 'Alle Connectoren',
  lead: 'Jeder mit dem Schritt, der am meisten zu tun gibt; die mit etwas zu tun stehen vorn.',
  link: 'Alle Connectoren',
  signIn: {
    lead: 'Um alle Connectoren dieses Edge zu sehen',
    hint: 'Das ADMIN_TOKEN des Edge.',
    other:
      'In diesem Browser ist jemand an einem einzelnen Connector angemeldet. Hier anmelden, um alle zu sehen.',
    wrongToken: 'Dieses Token ist für einen einzelnen Connector. Hier gilt nur das ADMIN_TOKEN.',
  },
  empty: 'Es gibt noch keinen Connector. Unten den ersten anlegen.',
  columns: { connector: 'Connector', worst: 'Schritt', what: 'Was ist' },
  allGood: 'Alles funktioniert.',
  notAsked: 'Keine Antwort',
  again: 'Neu nachsehen',
  reading: 'Wird nachgesehen …',
  previous: 'Zurück',
  next: 'Weiter',
  open: {
    heading: 'Neuer Connector',
    lead: 'Ein Connector ist ein Kunde, benannt mit einer Domäne und einer Instanz. Er entsteht, wenn seine Einstellungen gespeichert werden.',
    domain: 'Domäne',
    instance: 'Instanz',
    submit: 'Zu seiner Seite',
    wrong:
      'Die Domäne sieht aus wie example.com, die Instanz ist ein Wort aus Buchstaben, Ziffern, - und _, etwa microsoft365.',
  },
};
