// The agent as an executable of its own, after https://nodejs.org/api/single-executable-applications.html:
// the Node that runs this, with the script inside. For the system and processor this runs on.
import { execFile } from 'node:child_process';
import { chmod, copyFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import packageFile from '../../package.json' with { type: 'json' };
import { type BuiltAgent, buildAgent } from './build-agent.ts';

/** Puts a resource into an executable; named by Node's documentation, so not a dependency of ours. */
const POSTJECT = 'postject@1.0.0-alpha.6';
/** Where Node looks whether there is something inside it. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

const run = promisify(execFile);

export async function buildExecutable(): Promise<BuiltAgent> {
  const script = await buildAgent('cjs');
  const folder = dirname(script.file);
  const blob = join(folder, 'presence-agent.blob');
  const recipe = join(folder, 'sea.json');
  await writeFile(
    recipe,
    JSON.stringify({ main: script.file, output: blob, disableExperimentalSEAWarning: true }),
  );
  await run(process.execPath, ['--experimental-sea-config', recipe]);
  const file = join(folder, `presence-agent${process.platform === 'win32' ? '.exe' : ''}`);
  await copyFile(process.execPath, file);
  await chmod(file, 0o755);
  const mac = process.platform === 'darwin' ? ['--macho-segment-name', 'NODE_SEA'] : [];
  if (mac.length > 0) await run('codesign', ['--remove-signature', file]);
  const words = [file, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE, ...mac];
  await run('npx', ['--yes', POSTJECT, ...words], { shell: process.platform === 'win32' });
  if (mac.length > 0) await run('codesign', ['--sign', '-', file]);
  await mustStart(file);
  return { file, bytes: (await stat(file)).size };
}

/** A blob that went in wrong makes a plain Node of it, or nothing that runs. */
async function mustStart(file: string): Promise<void> {
  const { stdout } = await run(file, ['--version']);
  if (stdout.trim() === packageFile.version) return;
  throw new Error(`${file} --version says "${stdout.trim()}", not ${packageFile.version}.`);
}
