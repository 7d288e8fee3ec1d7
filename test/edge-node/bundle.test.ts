// When a bundle counts as up to date, and what is said where it cannot be made, with a small Worker that has a
// build step.
import {
  appendFile,
  cp,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundle } from '../../edge/self-hosted/bundle.ts';
import { writeConfig } from '../../edge/self-hosted/write-config.ts';

let worker: string;
let bundleDir: string;
beforeEach(async () => {
  worker = await mkdtemp(join(tmpdir(), 'bundle-'));
  bundleDir = join(worker, 'dist', 'self-hosted');
  await cp(join(import.meta.dirname, 'fixture', 'build-step'), worker, { recursive: true });
});
afterEach(() => rm(worker, { recursive: true, force: true }));

const make = (signal = new AbortController().signal) =>
  bundle(join(worker, 'wrangler.toml'), bundleDir, signal);
/** Told to stop before it begins, it can only say that nothing is to be done. */
const isOld = () =>
  make(AbortSignal.abort()).then(
    () => false,
    () => true,
  );
const step = (code: string) => appendFile(join(worker, 'make.js'), code);

test('it is old after each change of what went in, by itself or through the build step, and never by a date', async () => {
  await writeFile(join(worker, 'source', 'more'), '');
  await make();
  expect(await isOld()).toBe(false);
  for (const name of ['wrangler.toml', 'worker.js', 'source/text', 'source/more']) {
    const content = await readFile(join(worker, name));
    await writeFile(join(worker, name), 'build = {} # changed');
    expect(await isOld(), `${name} is another`).toBe(true);
    await rm(join(worker, name));
    expect(await isOld(), `${name} has gone`).toBe(true);
    // Written anew: as by an installation, or in a copy.
    await writeFile(join(worker, name), content);
    expect(await isOld(), `${name} is as it was`).toBe(false);
  }
});

test('it is old where a part of it is missing', async () => {
  await make();
  const [text = ''] = (await readdir(bundleDir)).filter((name) => name.endsWith('-made.txt'));
  for (const name of ['worker.js', text, 'assets.json', 'asset-made.json']) {
    await rename(join(bundleDir, name), join(worker, 'aside'));
    expect(await isOld(), name).toBe(true);
    await rename(join(worker, 'aside'), join(bundleDir, name));
    expect(await isOld(), name).toBe(false);
  }
});

test('whoever may read the modules may read what is handed out', async () => {
  await step("process.getBuiltinModule('node:fs').chmodSync('handed-out/made.json', 0o600);");
  const umask = process.umask(0o022);
  await make().finally(() => process.umask(umask));
  for (const name of ['worker.js', 'asset-made.json']) {
    expect((await stat(join(bundleDir, name))).mode & 0o777, name).toBe(0o644);
  }
});

test('of a bundle made anew nothing is left of the one before', async () => {
  await make();
  await writeFile(join(bundleDir, 'asset-before'), '');
  await writeFile(join(worker, 'source', 'text'), 'another');
  await make();
  const assets = (await readdir(bundleDir)).filter((name) => name.startsWith('asset-'));
  expect(assets).toEqual(['asset-made.json']);
  expect(await readFile(join(bundleDir, 'asset-made.json'), 'utf8')).toBe('"made of: another"');
});

test('what its build step makes among what it watches does not make it old', async () => {
  await step("try { writeFileSync('source/made', '', { flag: 'wx' }); } catch {}");
  await make();
  expect(await isOld()).toBe(false);
});

test('what is changed while it is made does', async () => {
  await step("writeFileSync('source/text', String(process.hrtime.bigint()));");
  const isLasting = await make();
  expect(await isOld()).toBe(true);
  expect(isLasting).toBe(false);
});

test('told to stop before it begins, it begins nothing', async () => {
  await expect(make(AbortSignal.abort())).rejects.toThrow('aborted');
  await expect(readFile(join(worker, 'made.txt'))).rejects.toThrow('ENOENT');
});

test('where the directory cannot be made, it says which and what to run', async () => {
  await writeFile(join(worker, 'dist'), 'a file');
  await expect(make()).rejects.toThrow(
    new RegExp(`^The bundle in ${bundleDir} is missing or old, and cannot be made: ENOTDIR`),
  );
  await expect(make()).rejects.toThrow(
    `Run "npm run build:edge" in ${worker} as the user who installs there.`,
  );
});

const DENIED = "EACCES: permission denied, mkdir '/opt/dist/page'";
const FULL = "ENOSPC: no space left on device, write '/opt/dist/page'";
const OF_WRANGLER =
  'A permission error occurred while accessing the file system.\n\nAffected path: /opt/.wrangler\n\nThis is';

test.each([
  ['a build step may not write', DENIED, DENIED, 'Run "npm run build:edge"'],
  ['there is no room', FULL, FULL, 'Make room there, then run "npm run build:edge"'],
  ['wrangler may not write', OF_WRANGLER, 'permission denied, /opt/.wrangler', 'Run "npm run'],
])('it says so without a stack where %s', async (_, said, why, todo) => {
  await writeFile(join(worker, 'said'), said);
  await step("throw new Error(readFileSync('said', 'utf8'));");
  const failed = await make().catch((error: Error) => error.message);
  expect(failed).toContain(`${bundleDir} is missing or old, and cannot be made: ${why}.\n${todo}`);
  expect(failed).not.toContain('    at ');
});

test('a module that is missing is not told as a STATE_DIR that cannot be written', async () => {
  const outputs = { 'dist/worker.js': { entryPoint: 'worker.js', imports: [] } };
  await writeFile(join(worker, 'bundle-meta.json'), JSON.stringify({ inputs: {}, outputs }));
  const wranglerConfig = join(worker, 'wrangler.toml');
  const where = { stateDir: bundleDir, wranglerConfig, bundleDir: worker };
  const options = { ...where, host: '127.0.0.1', port: 0, vars: {}, latestTime: 0 };
  await rm(join(worker, 'worker.js'));
  await expect(writeConfig(options, join(bundleDir, 'edge.capnp'))).rejects.toThrow(
    /^A part of the edge cannot be read: ENOENT.*worker\.js/,
  );
  await writeFile(join(worker, 'worker.js'), '');
  await expect(writeConfig(options, join(bundleDir, 'edge.capnp'))).rejects.toThrow(
    /^STATE_DIR \S+ cannot be written: ENOENT.*worker\.js/,
  );
});
