// A workerd whose launcher was killed holds the port and the storage. It is recognised by the
// configuration it was started with, and by having lost its parent.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inUse, leftRunning } from './fault.ts';

interface Started {
  pid: number;
  launcher: number;
}

interface Running {
  parent: number;
  command: string;
}

export const noteStarted = (file: string, pid: number): Promise<void> =>
  writeFile(file, JSON.stringify({ pid, launcher: process.pid } satisfies Started));

/** Ends what the pid file names, if it is ours and nobody's any more. */
export async function endLeftover(file: string, configFile: string): Promise<void> {
  const started = await readStarted(file);
  const found = started && running(started.pid);
  if (!started || !found?.command.includes(configFile)) return;
  if (found.parent === started.launcher && running(started.launcher)) {
    // One from before there was a lock.
    throw inUse(dirname(file), started.launcher);
  }
  try {
    process.kill(started.pid, 'SIGKILL');
  } catch (error) {
    // It may have ended in this very moment; of another user it is not ours to end.
    if (running(started.pid)) throw leftRunning(started.pid, error);
  }
  while (running(started.pid)) await delay(10);
  await rm(file, { force: true });
}

async function readStarted(file: string): Promise<Started | undefined> {
  try {
    const { pid, launcher } = JSON.parse(await readFile(file, 'utf8')) as Partial<Started>;
    return Number.isInteger(pid) && Number.isInteger(launcher)
      ? ({ pid, launcher } as Started)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What runs under this id; a zombie does not run. */
function running(pid: number): Running | undefined {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

function fromProc(pid: number): Running | undefined {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    // The name in parentheses may hold anything; what follows it is state and parent.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : { parent: Number(parent), command };
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): Running | undefined {
  try {
    const args = ['-o', 'ppid=,command=', '-p', String(pid)];
    const line = execFileSync('ps', args, { encoding: 'utf8' }).trim();
    const [, parent, command = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    return parent === undefined ? undefined : { parent: Number(parent), command };
  } catch {
    return undefined;
  }
}
