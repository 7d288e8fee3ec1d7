// A log file that does not grow without end, for where nothing else keeps our lines (Windows).
import { appendFileSync, renameSync, statSync } from 'node:fs';
import { Refusal } from './refusal.ts';

/** Beyond this many bytes the file becomes `<file>.1`, and the one before that is forgotten. */
export const LOG_FILE_LIMIT = 10 * 1_048_576;

/**
 * Takes lines. Written at once and one by one: there are few, and the last one before a crash is the
 * one that matters. A file that cannot be written at the start is a Refusal; later it is no reason to
 * stop working.
 */
export function openLogFile(file: string, limit = LOG_FILE_LIMIT): (line: string) => void {
  let size: number;
  try {
    appendFileSync(file, '', { mode: 0o640 });
    ({ size } = statSync(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Refusal(`"log_file": ${file} cannot be written (${code}).`);
  }
  return (line) => {
    const text = `${line}\n`;
    try {
      if (size > 0 && size + text.length > limit) {
        renameSync(file, `${file}.1`);
        size = 0;
      }
      appendFileSync(file, text, { mode: 0o640 });
      size += Buffer.byteLength(text);
    } catch {
      // A full disk ends the log, not the agent.
    }
  };
}
