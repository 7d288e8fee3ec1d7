// Why an edge does not start, in sentences for whoever typed the command.
import { dirname } from 'node:path';

export class StartFault extends Error {
  override readonly name = 'StartFault';
  readonly sentences: readonly string[];

  constructor(sentences: readonly string[], options?: ErrorOptions) {
    super(sentences.join('\n'), options);
    this.sentences = sentences;
  }
}

export const reason = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

export const cannotWrite = (stateDir: string, cause: unknown): StartFault => {
  const what = isFull(reason(cause))
    ? 'Make room there.'
    : 'Let the user of the edge write there, or name another STATE_DIR.';
  return new StartFault([`STATE_DIR ${stateDir} cannot be written: ${reason(cause)}. ${what}`], {
    cause,
  });
};

/** @param launcher the process that has it, where that is known */
export function inUse(stateDir: string, launcher: number | undefined): StartFault {
  const who =
    launcher === undefined
      ? 'another process; or its file system has no locks, as NFS may'
      : `process ${launcher}`;
  return new StartFault([
    `STATE_DIR is in use: an edge runs or starts from ${stateDir} already (${who}). End that one, or name another STATE_DIR.`,
  ]);
}

/** @param pid the workerd that its launcher left behind */
export const leftRunning = (pid: number, cause: unknown): StartFault =>
  new StartFault(
    [
      `A workerd that an earlier edge left behind (process ${pid}) has this storage, and cannot be ended: ${reason(cause)}. End it as the user who started it, then start the edge again.`,
    ],
    { cause },
  );

/** Where the bundle is missing or old, and the disk or the rights of this user do not let it be made. */
export function cannotBuild(wranglerConfig: string, directory: string, why: string): StartFault {
  const build = `"npm run build:edge" in ${dirname(wranglerConfig)} as the user who installs there`;
  return new StartFault([
    `The bundle in ${directory} is missing or old, and cannot be made: ${why}.`,
    isFull(why) ? `Make room there, then run ${build}.` : `Run ${build}.`,
  ]);
}

/** In the words of the system and of SQLite. */
const isFull = (why: string): boolean => /ENOSPC|EDQUOT|disk is full/.test(why);
