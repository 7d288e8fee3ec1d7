// The app is made of web-standard parts: it loads and answers where there is no Cloudflare.
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const PROGRAM = join(import.meta.dirname, 'fixture', 'ask-the-app.js');
const EXPECTED = [
  '200 {"status":"ok"}',
  '200 a b',
  '404 connector-unknown',
  '200 <p>the page</p>',
  '401 unauthorized',
];

async function run(command: string, args: string[]): Promise<string[]> {
  const options = { cwd: ROOT, env: { ...process.env, NO_COLOR: '1' } };
  const { stdout } = await promisify(execFile)(command, [...args, PROGRAM], options);
  return stdout.trim().split('\n');
}

it('answers under plain Node', async () => {
  expect(await run(process.execPath, ['--disable-warning=ExperimentalWarning'])).toEqual(EXPECTED);
});

it('answers under Deno', async () => {
  const deno = join(ROOT, 'node_modules', '.bin', 'deno');
  expect(await run(deno, ['run', '--no-config', '--node-modules-dir=manual'])).toEqual(EXPECTED);
});
