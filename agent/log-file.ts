// A log file that does not grow without end, for where nothing else keeps our lines (Windows).
import {
  appendFileSync,
  closeSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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
    throw new Refusal(
      `"log_file": ${file} cannot be written (${code}): make its directory, and let the user of the agent write there.`,
    );
  }
  return (line) => {
    const text = `${line}\n`;
    const bytes = Buffer.byteLength(text);
    if (size > 0 && size + bytes > limit) size = shortened(file, limit);
    try {
      appendFileSync(file, text, { mode: 0o640 });
      size += bytes;
    } catch {
      // A full disk ends the log, not the agent.
    }
  };
}

/**
 * Makes room, and answers how many bytes the file counts as having. In a directory such as /var/log the
 * file is ours and its name is not. Then its older half goes, as a disk filled by us would be everybody's
 * trouble, and the newest lines are those that somebody looks for. Where not even that can be done, lines
 * are worth more than the limit: they go on, and it is tried again after as many more.
 */
function shortened(file: string, limit: number): number {
  try {
    renameSync(file, `${file}.1`);
    return 0;
  } catch {
    try {
      const newest = endOf(file, Math.floor(limit / 2));
      writeFileSync(file, newest);
      return newest.length;
    } catch {
      return 0;
    }
  }
}

/** Its last whole lines, at most so many bytes. */
function endOf(file: string, bytes: number): Buffer {
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const end = Buffer.alloc(Math.min(bytes, size));
    const read = readSync(handle, end, 0, end.length, size - end.length);
    const cut = end.subarray(0, read);
    const lineEnd = cut.indexOf('\n');
    return lineEnd < 0 ? cut.subarray(read) : cut.subarray(lineEnd + 1);
  } finally {
    closeSync(handle);
  }
}
