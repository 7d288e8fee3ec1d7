// One launcher for a STATE_DIR: two would run two workerds over one storage. The lock is the kernel's, which
// SQLite takes for us, as Node has none of its own. It ends with the process that holds it, however that ends,
// so that none is ever left over; a process id in a file may be anybody's after a power cut, or in a container.
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { cannotWrite, inUse } from './fault.ts';

/** SQLite's code for a file that somebody else has locked; the bits above say how. */
const SQLITE_BUSY = 5;

/** One that nobody refers to any more would be closed, and its lock with it. */
const held = new Set<DatabaseSync>();

/** Takes the lock and returns what gives it back; throws `StartFault` where another one has it. */
export function lockState(stateDir: string): () => void {
  const file = join(stateDir, 'launcher.lock');
  const pidFile = join(stateDir, 'launcher.pid');
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file);
    // Nothing is ever written, a journal neither: that works on a full disk, and leaves nothing to repair.
    lock.exec('PRAGMA journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock?.close();
    const { errcode = 0 } = cause as { errcode?: number };
    throw (errcode & 0xff) === SQLITE_BUSY
      ? inUse(stateDir, readPid(pidFile))
      : cannotWrite(stateDir, cause);
  }
  try {
    // Whoever may read it could lock it.
    chmodSync(file, 0o600);
  } catch {
    // Another one's file, or a file system without modes: the lock is there all the same.
  }
  held.add(lock);
  notePid(pidFile);
  return () => {
    if (!held.delete(lock)) return;
    forget(pidFile);
    lock.close();
  };
}

/** For the sentence of the one that comes second only: where there is no room for it, it is not said. */
function notePid(file: string): void {
  try {
    writeFileSync(file, String(process.pid));
  } catch {
    forget(file);
  }
}

function forget(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It names a process that nobody asks for.
  }
}

function readPid(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}
