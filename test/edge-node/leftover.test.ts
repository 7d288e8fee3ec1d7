// What an edge that was killed left running: it is ended, and where it is not ours to end, that is said.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { endLeftover, noteStarted } from '../../edge/self-hosted/leftover.ts';

let folder: string;
let pidFile: string;
let configFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leftover-'));
  [pidFile, configFile] = [join(folder, 'pid'), join(folder, 'edge.capnp')];
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** A process that was started with this configuration, and whose launcher is gone. */
async function left() {
  const shell = `"${process.execPath}" -e "setInterval(() => {}, 1000)" "${configFile}" & echo $!`;
  const parent = spawn('sh', ['-c', shell], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await parent.stdout.take(1).toArray()) as Buffer[];
  const pid = Number(String(line));
  await noteStarted(pidFile, pid);
  return pid;
}

/** One that has ended, and for which nobody has asked yet, has no command line any more. */
const isAlive = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`).byteLength > 0;
  } catch {
    return false;
  }
};

test('it is ended', async () => {
  const pid = await left();
  await endLeftover(pidFile, configFile);
  expect(isAlive(pid)).toBe(false);
});

test('of another user it is not ours to end: that is said, with what to do', async () => {
  const pid = await left();
  const { kill } = process;
  vi.spyOn(process, 'kill').mockImplementation((id, signal) => {
    if (signal !== 'SIGKILL') return kill.call(process, id, signal);
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
  });
  await expect(endLeftover(pidFile, configFile)).rejects.toMatchObject({
    name: 'StartFault',
    sentences: [
      expect.stringMatching(
        new RegExp(`process ${pid}\\) .*cannot be ended: kill EPERM\\. End it as the user`),
      ),
    ],
  });
  kill.call(process, pid, 'SIGKILL');
});

test('what has nothing to do with this edge is left alone', async () => {
  const pid = await left();
  await endLeftover(pidFile, join(folder, 'other.capnp'));
  expect(isAlive(pid)).toBe(true);
  process.kill(pid, 'SIGKILL');
});
