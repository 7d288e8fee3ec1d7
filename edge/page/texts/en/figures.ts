// Words of the figures of the last hour, in English.

export interface FiguresTexts {
  heading: string;
  toPbx: string;
  toTeams: string;
  none: string;
  changes: (count: number) => string;
  took: (count: number, median: string, worst: string) => string;
  /** What the drawing shows, for those who do not see it. */
  drawing: (direction: string) => string;
  perMinute: string;
  latency: string;
  anHourAgo: string;
  now: string;
  table: string;
  columns: { minute: string; count: string; median: string; worst: string };
}

export const figures: FiguresTexts = {
  heading: 'The last hour',
  toPbx: 'Teams → PBX',
  toTeams: 'PBX → Teams',
  none: 'No changes.',
  changes: (count) => (count === 1 ? '1 change' : `${count} changes`),
  took: (count, median, worst) =>
    count === 1 ? `took ${worst}` : `half of them within ${median}, the slowest ${worst}`,
  drawing: (direction) => `${direction}, minute by minute. The table below says the same.`,
  perMinute: 'changes a minute',
  latency: 'from seen to taken: median and slowest',
  anHourAgo: '60 min ago',
  now: 'now',
  table: 'As a table',
  columns: { minute: 'Minute', count: 'Changes', median: 'Median', worst: 'Slowest' },
};
