// Lines for the journal, for people or for programs. Secrets never come here; what a user's presence is,
// only at debug.

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFormat = 'text' | 'json';

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

export type Log = { [level in LogLevel]: (text: string) => void } & {
  /** The same log about one part, e.g. `tunnel`. */
  about(part: string): Log;
};

export interface LogOptions {
  /** The lowest level that is written. */
  level: LogLevel;
  format?: LogFormat;
  /** Takes one finished line, without its end. */
  write(line: string): void;
  /** Epoch ms. */
  now(): number;
}

export function createLog(options: LogOptions, parts: readonly string[] = []): Log {
  const line = options.format === 'json' ? jsonLine : textLine;
  const at = (level: LogLevel) => (text: string) => {
    if (RANK[level] < RANK[options.level]) return;
    options.write(line(new Date(options.now()).toISOString(), level, parts, text));
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    about: (part) => createLog(options, [...parts, part]),
  };
}

const textLine = (time: string, level: string, parts: readonly string[], text: string): string =>
  `${time} ${level.padEnd(5)} ${parts.map((part) => `${part}: `).join('')}${oneLine(text)}`;

const jsonLine = (time: string, level: string, parts: readonly string[], text: string): string =>
  JSON.stringify({ time, level, ...(parts.length > 0 ? { part: parts.join(': ') } : {}), text });

/** Texts from outside must not forge a line of their own. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
const oneLine = (text: string) => text.replace(/[\u0000-\u001f\u007f]+/g, ' ');
