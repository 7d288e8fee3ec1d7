// The app and all of `shared/` are made of web-standard parts: they load and answer where there is no
// Cloudflare.
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const PROGRAM = join(import.meta.dirname, 'fixture', 'ask-the-app.js');

/** Every module of `shared/`, as it lies there. */
const SHARED = readdirSync(join(ROOT, 'shared'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => pathToFileURL(join(ROOT, 'shared', name)).href);

const EXPECTED = [
  '200 {"status":"ok"}',
  '200 a b',
  '404 connector-unknown',
  'log notifications-dropped client-state',
  '202',
  '200 <p>the asset page.html</p>',
  '401 unauthorized',
  `loaded ${SHARED.length}`,
  'decided busy',
];

async function run(command: string, args: string[]): Promise<string[]> {
  const options = { cwd: ROOT, env: { ...process.env, NO_COLOR: '1' } };
  const { stdout } = await promisify(execFile)(command, [...args, PROGRAM, ...SHARED], options);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim());
}

it('the modules are found', () => {
  expect(SHARED.length).toBeGreaterThan(20);
});

it('answers under plain Node', async () => {
  expect(await run(process.execPath, ['--disable-warning=ExperimentalWarning'])).toEqual(EXPECTED);
});

it('answers under Deno', async () => {
  const deno = join(ROOT, 'node_modules', '.bin', 'deno');
  const options = ['--no-config', '--node-modules-dir=manual', '--allow-read'];
  expect(await run(deno, ['run', ...options])).toEqual(EXPECTED);
});
