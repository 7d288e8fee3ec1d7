// A user's timeline in German.
import type { TimelineTexts } from '../en/timeline.ts';

export const timeline: TimelineTexts = {
  heading: 'Verlauf',
  lead: 'Die letzten 50 Entscheidungen aus höchstens 7 Tagen. Nur Präsenz: Notizen und Nachrichten werden nicht aufbewahrt.',
  off: 'Der Verlauf ist für diesen Connector ausgeschaltet: Von niemandem wird eine Entscheidung aufbewahrt, und es gibt nichts zu zeigen.',
  toSettings: 'Zu den Einstellungen',
  empty:
    'Im Verlauf steht nichts: In 7 Tagen hat sich nichts geändert, oder er wurde eben erst eingeschaltet.',
  noPair: 'Ohne Zuordnung gibt es keinen Verlauf: Für diesen Benutzer wird nichts entschieden.',
  columns: {
    at: 'Wann',
    saw: 'Was hereinkam',
    why: 'Was entschieden wurde, und warum',
    wrote: 'Was hinausging',
    took: 'Wie lange es dauerte',
  },
  from: { teams: 'Teams', pbx: 'PBX', settings: 'Regeln' },
  reasons: {
    equal: 'Beide Seiten zeigten schon dasselbe.',
    'teams-more-closed':
      'Wer zuletzt geändert hat, ist unbekannt, und Teams zeigte den stärker abschirmenden Zustand: Er gilt.',
    'pbx-more-closed':
      'Wer zuletzt geändert hat, ist unbekannt, und die PBX zeigte den stärker abschirmenden Zustand: Er gilt.',
    'nothing-chosen': 'Auf keiner der beiden Seiten hatte jemand etwas gewählt.',
    same: 'Nichts Neues.',
    'older-than-known': 'Es war älter als das, was schon bekannt ist.',
    'teams-told-late':
      'Was Teams zuletzt gemeldet hatte, war alt und von niemandem gewählt: Teams zeigt wieder, was es davor zeigte.',
    'read-too-early':
      'Es wurde zu früh nach einer Änderung von uns gelesen, um geglaubt zu werden.',
    'asking-what-is-true':
      'Es könnte alt oder unvollständig sein: Teams wird gefragt, was jetzt stimmt.',
    'own-echo': 'Es war unsere eigene Änderung, die zurückkam.',
    'own-echo-but-different':
      'Es war unsere eigene Änderung, die zurückkam, aber die Seiten unterscheiden sich: Teams wird gefragt, was jetzt stimmt.',
    'own-session': 'Teams zeigte das Gespräch auf der PBX, das wir dort anzeigen.',
    'teams-chose': 'Der Benutzer hat das in Teams gewählt, und die letzte Wahl gilt.',
    'teams-call-began': 'In Teams begann ein Anruf: Er liegt über dem Zustand auf der PBX.',
    'teams-call-ended': 'Der Anruf in Teams endete: Was er verdeckte, kommt wieder.',
    'teams-no-information':
      'Abgemeldet oder unbekannt in Teams hat niemand gewählt: Was auf der PBX gewählt wurde, bleibt.',
    'teams-took-back':
      'Abgemeldet oder unbekannt in Teams: Was aus Teams gekommen war, wird zurückgenommen.',
    'teams-without-ours':
      'Teams zeigt das von selbst, weil dort nichts von uns steht: Niemand hat es gewählt.',
    'teams-not-known-yet': 'Teams hat noch nichts gesagt.',
    'pbx-chose': 'Der Benutzer hat das auf der PBX gewählt, und die letzte Wahl gilt.',
    'pbx-call-began': 'Auf der PBX begann ein Gespräch: Teams zeigt es, solange es dauert.',
    'pbx-call-ended':
      'Das Gespräch auf der PBX endete: Was wir davon in Teams zeigten, wird weggenommen.',
    'pbx-not-known-yet': 'Die PBX hat noch nichts gesagt.',
    'pbx-took-it': 'Die PBX hat angenommen, was gesendet wurde.',
    'pbx-refused':
      'Die PBX hat abgelehnt, was gesendet wurde: Es wird wieder versucht, immer seltener.',
    'missing-after-gap':
      'Die PBX hatte den Zustand vergessen, wie nach einem Neustart: Er wird wieder gesetzt, und Teams bleibt, wie es ist.',
    'both-changed-teams-more-closed':
      'Beide Seiten haben sich geändert, während sie getrennt waren, und Teams zeigt den stärker abschirmenden Zustand: Er gilt.',
    'answer-nobody-waits-for': 'Eine Antwort, auf die niemand mehr wartet.',
    sent: 'Es wurde gesendet.',
    'not-sent': 'Microsoft hat abgelehnt, was gesendet wurde: Es wird wieder versucht.',
  },
  rule: (number) => `Regel ${number}`,
  saw: {
    nothing: 'kein Zustand',
    changed: 'etwas hat sich geändert',
    rules: 'die Regeln wurden geändert',
    refusedByPbx: 'abgelehnt',
    refusedByTeams: 'abgelehnt',
    at: (contact) => `bei ${contact}`,
  },
  wrote: {
    nothing: 'Nichts war zu schreiben.',
    again: 'Es wird wieder versucht.',
    pbx: (presence) => `An die PBX: ${presence}`,
    call: 'An Teams: in einem Anruf',
    callEnd: 'An Teams: Anruf weggenommen',
    chosen: (presence) => `An Teams: ${presence}`,
    chosenEnd: 'An Teams: Zustand weggenommen, Teams zeigt den eigenen',
  },
  span: (ms) => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1).replace('.', ',')} s`),
  tookTeams: (span) => `in Teams nach ${span}`,
  tookPbx: (span) => `auf der PBX nach ${span}`,
  noAnswer: 'noch keine Antwort',
};
