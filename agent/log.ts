// Readable lines for the journal. Secrets never come here; what a user's presence is, only at debug.

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

export type Log = { [level in LogLevel]: (text: string) => void } & {
  /** The same log with `<name>: ` before each text. */
  about(name: string): Log;
};

export interface LogOptions {
  /** The lowest level that is written. */
  level: LogLevel;
  /** Takes one finished line, without its end. */
  write(line: string): void;
  /** Epoch ms. */
  now(): number;
}

export function createLog(options: LogOptions, prefix = ''): Log {
  const at = (level: LogLevel) => (text: string) => {
    if (RANK[level] < RANK[options.level]) return;
    const time = new Date(options.now()).toISOString();
    options.write(`${time} ${level.padEnd(5)} ${prefix}${oneLine(text)}`);
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    about: (name) => createLog(options, `${prefix}${name}: `),
  };
}

/** Texts from outside must not forge a line of their own. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
const oneLine = (text: string) => text.replace(/[\u0000-\u001f\u007f]+/g, ' ');
