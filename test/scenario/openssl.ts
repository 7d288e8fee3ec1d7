// openssl as an admin has it: certificates of another make than ours.
import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Why nothing can be made here; empty where it can. */
export const whyNoOpenssl: string = spawnSync('openssl', ['version']).error
  ? 'there is no openssl on this machine'
  : '';

/** Runs a command there; its words are separated by single spaces. */
export async function openssl(directory: string, command: string): Promise<void> {
  await promisify(execFile)('openssl', command.split(' '), { cwd: directory });
}

/** What docs/setup-microsoft.md tells an admin to type, after the word openssl. */
export async function commandOfTheSetup(): Promise<string> {
  const page = join(import.meta.dirname, '../../docs/setup-microsoft.md');
  const command = /^\s*openssl (req -x509 .*)$/m.exec(await readFile(page, 'utf8'))?.[1];
  if (command === undefined) throw new Error('The setup names no command.');
  return command;
}
