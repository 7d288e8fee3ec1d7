// Hears from workerd's own lines that its storage fails, and says in a sentence what that means and what to
// do: workerd gives SQLite's code and a stack, and who asked gets "internal".
import { statfs } from 'node:fs/promises';

/** SQLite's words for a disk that is full, gone, read-only, or that does not do what it is told. */
const TROUBLE = /SQLITE_(?:FULL|IOERR|CANTOPEN|READONLY)|No space left on device|ENOSPC|EDQUOT/;
/** Some of its words for a full disk. It has others too, before it comes to them. */
const FULL = /SQLITE_FULL|No space left on device|ENOSPC|EDQUOT/;
/** With less than this, in MiB, a disk is full. */
const SPARE_MIB = 16;
/** While it lasts it is said again after so long, in ms. */
const AGAIN_MS = 60_000;

export interface StorageWatchOptions {
  stateDir: string;
  say(line: string): void;
  /** Epoch ms. */
  now(): number;
}

/** Takes each line of workerd. */
export function storageWatch({ stateDir, say, now }: StorageWatchOptions): (line: string) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (line) => {
    const [sign] = TROUBLE.exec(line) ?? [];
    if (sign === undefined || now() - saidAt < AGAIN_MS) return;
    saidAt = now();
    void roomMib(stateDir).then((free) => {
      const left = free === undefined ? 'its room is unknown' : `${free} MiB free`;
      const isFull = FULL.test(line) || (free !== undefined && free < SPARE_MIB);
      const remedy = isFull
        ? 'Make room'
        : 'Check the disk of STATE_DIR, and that the user of the edge may write there';
      const detail = `STATE_DIR ${stateDir} cannot be written (${sign}; ${left}). ${remedy}: nothing that was acknowledged is lost, what could not be stored was refused, and all goes on by itself.`;
      say(JSON.stringify({ level: 'error', event: 'storage-failed', detail }));
    });
  };
}

const roomMib = (path: string): Promise<number | undefined> =>
  statfs(path).then(
    ({ bavail, bsize }) => Math.floor((bavail * bsize) / 2 ** 20),
    () => undefined,
  );
