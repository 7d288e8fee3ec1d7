// Die Wörter dafür, wie ein Connector entfernt wird, auf Deutsch.
import type { RemovalTexts } from '../en/removal.ts';

export const removal: RemovalTexts = {
  heading: 'Diesen Connector entfernen',
  lead: 'Das lässt sich nicht rückgängig machen:',
  effects: [
    'Die Präsenz wird nicht mehr abgeglichen. Was der Connector in Teams und auf der PBX gesetzt hat, wird zurückgenommen.',
    'Die Abonnements bei Microsoft enden.',
    'Kein Agent darf sich mehr verbinden, und kein Token dieses Connectors gilt mehr.',
    'Einstellungen, Geheimnisse, Teams-Konten, Zuordnungen von Hand, Verläufe und das Änderungsprotokoll werden gelöscht.',
  ],
  kept: 'Die App-Registrierungen in Entra und der Agent vor Ort bleiben. Sie sind dort zu entfernen.',
  field: (connector) => `Zur Bestätigung ${connector} eingeben`,
  other: (connector) => `So heißt dieser Connector nicht. Einzugeben ist ${connector}.`,
  remove: 'Connector entfernen',
  removing: 'Wird entfernt …',
  takesAMoment:
    'Was gesetzt war, wird gerade zurückgenommen. Das dauert höchstens eine Viertelminute.',
  gone: (connector) => `${connector} ist entfernt`,
  goneLead:
    'Seine Tokens gelten nicht mehr, und kein Agent ist mehr verbunden. Seine Daten werden gelöscht, sobald Microsoft zurückgenommen hat, was dort gesetzt war; antwortet Microsoft nicht, nach einer Viertelstunde, und was dann übrig ist, läuft dort von selbst ab.',
  goneNext:
    'Jetzt die App-Registrierungen in Entra entfernen und den Agenten deinstallieren. Diese Seite kann geschlossen werden.',
};
