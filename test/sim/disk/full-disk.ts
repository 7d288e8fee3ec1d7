// A full disk for a real program, at the moment a test wants and without a disk of its own: full-disk.c
// stands between the program and its libc. Does not model a disk on which a little fits still.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { preloaded } from '../preloaded.ts';

export type FullFor = 'growth' | 'every write';

const DIAL: Record<FullFor, number> = { growth: 1, 'every write': 2 };

export interface FullDisk {
  /** What the environment of a process needs to write to it. */
  env: Record<string, string>;
  /**
   * ENOSPC from now on: for every file that would have to grow, or, as where files are copied on write, for
   * every write at all.
   */
  fill(what?: FullFor): Promise<void>;
  makeRoom(): Promise<void>;
  close(): Promise<void>;
}

/** A disk with room, until it is told; its dial is a file in `directory`. */
export async function fullDisk(directory: string): Promise<FullDisk> {
  const library = await preloaded(join(import.meta.dirname, 'full-disk.c'));
  const dial = join(directory, 'disk-dial');
  const file = await open(dial, 'w+');
  const turn = async (to: number) => {
    await file.write(Buffer.of(to), 0, 1, 0);
  };
  await turn(0);
  return {
    env: { LD_PRELOAD: library, DISK_DIAL: dial },
    fill: (what = 'growth') => turn(DIAL[what]),
    makeRoom: () => turn(0),
    close: () => file.close(),
  };
}
