// The agent as it is installed: one file, under every runtime that is promised.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltAgent, buildAgent } from '../../agent/build/build-agent.ts';
import packageFile from '../../package.json' with { type: 'json' };
import { startPbx } from '../sim/pbx/server.ts';
import { startEdge } from './fake-edge.ts';
import { temporaryDirectory } from './temporary.ts';

const MODULES = resolve('node_modules');
let built: BuiltAgent;
beforeAll(async () => {
  built = await buildAgent();
});

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
const tried: string[] = [];
afterAll(() => console.log(`The one file ran under ${tried.join(', ')}.`));

/** The Node that somebody installed here, not the one that came with `npm ci`. */
async function nodeOfTheMachine(): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder.startsWith(MODULES)) continue;
    const names: string[] = await readdir(folder).catch(() => []);
    if (names.includes('node')) return join(folder, 'node');
  }
  return process.execPath;
}

async function deno(): Promise<string> {
  const [folder = ''] = await readdir(join(MODULES, '@deno'));
  return join(MODULES, '@deno', folder, process.platform === 'win32' ? 'deno.exe' : 'deno');
}

test('it is far below a megabyte', () => {
  expect(built.bytes).toBeGreaterThan(100_000);
  expect(built.bytes).toBeLessThan(1_000_000);
});

describe.each([
  ['the Node of `npm ci`', async () => [process.execPath]],
  ['the Node of this machine', async () => [await nodeOfTheMachine()]],
  ['Deno', async () => [await deno(), 'run', '--allow-all', '--no-lock']],
] as const)('under %s', (name, runtime) => {
  async function start(...words: string[]) {
    // Away from everything that could stand beside it.
    const file = join(await temporaryDirectory(), 'presence-agent.mjs');
    await copyFile(built.file, file);
    const [program = '', ...first] = await runtime();
    const env = { PATH: '/usr/bin:/bin', HOME: await temporaryDirectory() };
    const child = spawn(program, [...first, file, ...words], { env, cwd: env.HOME });
    ends.push(() => child.kill('SIGKILL'));
    const said = { text: '' };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        said.text += data;
      });
    }
    return { child, said };
  }
  const over = async (child: ChildProcess) => ((await once(child, 'close')) as [number | null])[0];

  test('it says its version, enrols, joins edge and PBX, and ends when told', async () => {
    const version = await start('--version');
    expect(await over(version.child)).toBe(0);
    expect(version.said.text).toBe(`${packageFile.version}\n`);
    tried.push(name);

    const edge = await startEdge();
    const pbx = await startPbx();
    ends.push(edge.close, pbx.close);
    const folder = await temporaryDirectory();
    const config = join(folder, 'config.toml');
    await writeFile(
      config,
      `state_dir = "${folder}/state"\nhealth = "127.0.0.1:0"\n[[pbx]]\nname = "pbx"\nurl = "${pbx.url}"\napp = "${pbx.app}"\npassword = "${pbx.password}"\n`,
    );
    const enrol = await start('enrol', edge.url, 'code', '--config', config);
    expect([await over(enrol.child), enrol.said.text]).toEqual([0, expect.any(String)]);
    const { child, said } = await start('run', '--config', config, '--log', 'json');
    await expect
      .poll(() => edge.frames.map(({ t }) => t), { timeout: 10_000 })
      .toEqual(expect.arrayContaining(['hello', 'pbx', 'users']));
    // A tunnel that is cut comes back.
    edge.frames.length = 0;
    edge.cut();
    await expect
      .poll(() => edge.frames.map(({ t }) => t), { timeout: 10_000 })
      .toEqual(expect.arrayContaining(['hello', 'users']));
    child.kill('SIGTERM');
    expect(await over(child)).toBe(0);
    for (const line of said.text.trim().split('\n')) JSON.parse(line);
    expect(pbx.violations).toEqual([]);
  });

  test('doctor names what is wrong, with sentences', async () => {
    const { child, said } = await start('doctor', '--config', '/nowhere/config.toml');
    expect(await over(child)).toBe(2);
    expect(said.text).toContain('[config-missing]');
    expect(said.text).toContain('[not-enrolled]');
    expect(said.text).not.toMatch(/\n\s+at /);
  });
});
