// A log that remembers its lines as `level prefix: text`.
import { createLog, type Log } from '../../agent/log.ts';

export function fakeLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line.slice('2026-11-23T12:00:00.000Z '.length));
  return { log: createLog({ level: 'info', write, now: () => 0 }), lines };
}
