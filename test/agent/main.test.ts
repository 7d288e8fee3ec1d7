// The program as an admin and a service manager see it: a process with arguments, exit code, signals.
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { setFrame, watchFrame } from '../../shared/protocol/down.ts';
import { AGENT_PROGRAM, agentMade } from '../sim/demo/agent-program.ts';
import { type Pbx, startPbx } from '../sim/pbx/server.ts';
import { type FakeEdge, startEdge } from './fake-edge.ts';
import { temporaryDirectory, temporaryFile } from './temporary.ts';

beforeAll(agentMade);

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function agent(...args: string[]) {
  const env = { PATH: process.env['PATH'] };
  const child = spawn(process.execPath, [AGENT_PROGRAM, ...args], { env });
  ends.push(() => child.kill('SIGKILL'));
  const said = { out: '', err: '' };
  child.stdout.on('data', (data) => {
    said.out += data;
  });
  child.stderr.on('data', (data) => {
    said.err += data;
  });
  const exit = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, ...said }));
  });
  return { child, said, exit };
}

async function world(): Promise<{
  edge: FakeEdge;
  pbx: Pbx;
  config: string;
  enrolled: () => Promise<void>;
}> {
  const edge = await startEdge();
  const pbx = await startPbx();
  ends.push(edge.close, pbx.close);
  const config = await temporaryFile(
    'config.toml',
    `state_dir = "${await temporaryDirectory()}"
[[pbx]]
name = "pbx"
url = "${pbx.url}"
app = "${pbx.app}"
password = "${pbx.password}"
`,
  );
  const enrolled = async () => {
    expect((await agent('enrol', edge.url, 'code', '--config', config).exit).code).toBe(0);
  };
  return { edge, pbx, config, enrolled };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the command line', () => {
  test('--help explains the first steps and the exit codes', async () => {
    const { code, out } = await agent('--help').exit;
    expect(code).toBe(0);
    for (const part of [
      'enrol <connector-url> <code>',
      'run',
      '--config',
      'doctor',
      'status',
      'install-service',
      'uninstall-service',
      'HTTPS_PROXY',
      'First steps',
      'Exit codes',
    ]) {
      expect(out).toContain(part);
    }
  });

  test('--version says the version', async () => {
    expect(await agent('--version').exit).toMatchObject({
      code: 0,
      out: `${packageFile.version}\n`,
    });
  });

  test.each([
    [['enroll', 'x', 'y']],
    [['enrol', 'https://e.net/a.b/c']],
    [['run', '--confg', 'x']],
    [[]],
  ])('%j ends with 1 and help', async (args) => {
    const { code, err } = await agent(...args).exit;
    expect(code).toBe(1);
    expect(err).toMatch(/--help/);
  });

  test.each([
    ['before', (config: string, rest: string[]) => ['--config', config, ...rest]],
    ['after', (config: string, rest: string[]) => [...rest, '--config', config]],
  ])('--config may stand %s the command', async (_, args) => {
    const config = await temporaryFile('config.toml', 'egde = "x"\n');
    const { code, err } = await agent(...args(config, ['run'])).exit;
    expect(code).toBe(1);
    expect(err).toBe(
      `${config} is not right:\n  - "egde" is not a setting; did you mean "edge"?\n`,
    );
  });

  test('what is wrong for running is said at once, without a stack trace', async () => {
    const config = await temporaryFile(
      'config.toml',
      'state_dir = "/nowhere"\n[[pbx]]\nname = "pbx"\nurl = "wss://192.0.2.1/x"\napp = "m"\n[listen]\naddress = "0.0.0.0:9471"\ntls_cert = "/nowhere/cert.pem"\ntls_key = "/nowhere/key.pem"\n',
    );
    const { code, err } = await agent('run', '--config', config).exit;
    expect(code).toBe(1);
    expect(err).toContain('PBX "pbx" has no password');
    expect(err).toContain(
      '"tls_cert" of [listen]: /nowhere/cert.pem cannot be read (ENOENT): check the path.',
    );
    expect(err).toContain('not enrolled');
    expect(err).not.toMatch(/\n\s+at /);
  });

  test.each([
    ['', '"health" is not set'],
    ['health = "127.0.0.1:1"\n', 'No agent answers at 127.0.0.1:1'],
  ])('status with %j says why it cannot ask', async (toml, sentence) => {
    const config = await temporaryFile('config.toml', toml);
    const { code, err } = await agent('status', '--config', config).exit;
    expect([code, err]).toEqual([1, expect.stringContaining(sentence)]);
  });

  test('a refused enrolment ends with 1 and a sentence', async () => {
    const { edge, config } = await world();
    edge.knobs.enrol = { status: 410 };
    const { code, err } = await agent('enrol', edge.url, 'code', '--config', config).exit;
    expect(code).toBe(1);
    expect(err).toBe('This code has been used or has expired: make a new one on the admin page.\n');
  });
});

describe('a running agent', () => {
  test('joins PBX and edge, and lives through the loss of either', async () => {
    const { edge, pbx, config, enrolled } = await world();
    await enrolled();
    const { said } = agent('run', '--config', config);
    const { guid } = pbx.user('alice');
    const types = () => edge.frames.map(({ t }) => t);
    await expect.poll(types, { timeout: 5_000 }).toContain('users');

    edge.send(watchFrame({ epoch: 1, list: 1, last: true, guids: [guid] }));
    await expect.poll(types).toContain('presences');
    edge.send(setFrame({ epoch: 1, guid, write: 7, contact: 'tel:', activity: 'dnd' }));
    await pbx.user('alice').until('dnd');
    await expect.poll(() => edge.frames).toContainEqual({ v: 1, t: 'wrote', guid, write: 7 });

    const [session] = pbx.sessions();
    edge.frames.length = 0;
    edge.cut();
    await expect
      .poll(types, { timeout: 5_000 })
      .toEqual(expect.arrayContaining(['hello', 'pbx', 'users', 'presences']));
    expect(pbx.sessions()).toEqual([session]);

    const requests = edge.requests.length;
    edge.frames.length = 0;
    await pbx.reboot();
    const gap = expect.objectContaining({ guid, afterGap: true });
    await expect
      .poll(() => edge.frames, { timeout: 5_000 })
      .toContainEqual(expect.objectContaining({ t: 'presences', presences: [gap] }));
    expect(edge.requests).toHaveLength(requests);
    expect(pbx.violations).toEqual([]);
    expect(said.err.match(/PBX pbx: /g)).toHaveLength(3);
    expect(said.err).not.toMatch(/dnd|secret365|credential-1/);
    expect(said.err).toContain('without encryption');
  });

  test('status asks it, for people and for programs, and says by its code whether all is well', async () => {
    const { edge, pbx, config, enrolled } = await world();
    const port = await freePort();
    await writeFile(config, `health = "127.0.0.1:${port}"\n${await readFile(config, 'utf8')}`);
    await enrolled();
    agent('run', '--config', config);
    const usersTold = () => edge.frames.map(({ t }) => t);
    await expect.poll(usersTold, { timeout: 5_000 }).toContain('users');
    const well = await agent('status', '--config', config).exit;
    expect(well.code).toBe(0);
    expect(well.out).toMatch(/\nready, leading\n {2}pbx pbx: connected for [\d.]+ s, 6 users\n/);
    await pbx.close();
    const bad = await agent('status', '--json', '--config', config).exit;
    expect(bad.code).toBe(2);
    expect(JSON.parse(bad.out)).toMatchObject({
      ready: false,
      parts: expect.arrayContaining([expect.objectContaining({ name: 'pbx pbx', up: false })]),
    });
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain('presence_agent_up{part="tunnel"} 1');
    expect(metrics).toMatch(/presence_agent_frames_total\{direction="up",type="users"\} [1-9]/);
  });

  test('logs JSON where that is wanted', async () => {
    const { edge, config, enrolled } = await world();
    await enrolled();
    const { child, exit } = agent('run', '--log', 'json', '--config', config);
    await expect.poll(() => edge.frames.map(({ t }) => t), { timeout: 5_000 }).toContain('users');
    child.kill('SIGTERM');
    const lines = (await exit).err.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ level: 'info', part: 'tunnel', text: 'connected' }),
    );
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('ends on %s within 2 s with 0', async (signal) => {
    const { edge, pbx, config, enrolled } = await world();
    await enrolled();
    const { child, exit } = agent('run', '--config', config);
    await expect.poll(() => edge.frames.map(({ t }) => t), { timeout: 5_000 }).toContain('users');
    const since = Date.now();
    child.kill(signal);
    expect(await exit).toMatchObject({ code: 0 });
    expect(Date.now() - since).toBeLessThan(2_000);
    await expect.poll(() => pbx.sessions()).toEqual([]);
  });

  test('ends as fast while nobody can be reached', async () => {
    const { edge, pbx, config, enrolled } = await world();
    await enrolled();
    await edge.close();
    pbx.hold();
    const { child, said, exit } = agent('run', '--config', config);
    await expect.poll(() => said.err, { timeout: 5_000 }).toContain('tunnel: no connection');
    child.kill('SIGTERM');
    expect(await exit).toMatchObject({ code: 0 });
  });

  test('that is replaced stops dialling and stays', async () => {
    const { edge, pbx, config, enrolled } = await world();
    await enrolled();
    const { child, said, exit } = agent('run', '--config', config);
    await expect.poll(() => edge.frames.map(({ t }) => t), { timeout: 5_000 }).toContain('users');
    for (const socket of edge.sockets) socket.close(4000);
    await expect.poll(() => said.err).toContain('another process took over');
    await expect.poll(() => pbx.sessions()).toEqual([]);
    const stays = new Promise((resolve) => setTimeout(resolve, 1_500, 'stays'));
    expect(await Promise.race([exit, stays])).toBe('stays');
    expect(edge.requests.filter(({ url }) => url.endsWith('/tunnel'))).toHaveLength(1);
    child.kill('SIGTERM');
    expect((await exit).code).toBe(0);
  });

  test('that was removed comes back with a new enrolment, without a restart', async () => {
    const { edge, config, enrolled } = await world();
    await enrolled();
    edge.knobs.refuse = { status: 401, headers: { 'content-type': 'application/problem+json' } };
    const { said } = agent('run', '--config', config);
    await expect
      .poll(() => said.err, { timeout: 5_000 })
      .toContain('presence-agent enrol URL CODE');
    delete edge.knobs.refuse;
    edge.knobs.enrol.body = JSON.stringify({ agentId: 'agent-2', credential: 'credential-2' });
    await enrolled();
    await expect.poll(() => said.err, { timeout: 8_000 }).toContain('tunnel: connected again');
  });
});
