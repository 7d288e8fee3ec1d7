// One line of JSON for each event, for whoever runs the edge. Fields are plain and never secret.

export type LogFields = Record<string, string | number>;

export function consoleLog(
  level: 'info' | 'warn' | 'error',
  event: string,
  fields: LogFields = {},
): void {
  console[level](JSON.stringify({ level, event, ...fields }));
}
