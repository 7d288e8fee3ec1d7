// Die Wörter der Zahlen der letzten Stunde, auf Deutsch.
import type { FiguresTexts } from '../en/figures.ts';

export const figures: FiguresTexts = {
  heading: 'Die letzte Stunde',
  toPbx: 'Teams → PBX',
  toTeams: 'PBX → Teams',
  none: 'Keine Änderungen.',
  changes: (count) => (count === 1 ? '1 Änderung' : `${count} Änderungen`),
  took: (count, median, worst) =>
    count === 1 ? `in ${worst}` : `die Hälfte in höchstens ${median}, die langsamste ${worst}`,
  drawing: (direction) => `${direction}, Minute für Minute. Die Tabelle darunter sagt dasselbe.`,
  perMinute: 'Änderungen je Minute',
  latency: 'von gesehen bis angenommen: Median und langsamste',
  anHourAgo: 'vor 60 Min.',
  now: 'jetzt',
  table: 'Als Tabelle',
  columns: { minute: 'Minute', count: 'Änderungen', median: 'Median', worst: 'Langsamste' },
};
