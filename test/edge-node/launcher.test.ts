// The launcher as a program and as a function, with real workerd and a small Worker of its own.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { bundle } from '../../edge/self-hosted/bundle.ts';
import {
  type RunningEdge,
  type StartEdgeOptions,
  startEdge,
} from '../../edge/self-hosted/start-edge.ts';
import { movingClock } from '../sim/clock/moving-clock.ts';
import { fullDisk } from '../sim/disk/full-disk.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FIXTURE = join(import.meta.dirname, 'fixture', 'wrangler.toml');
const SECRET = 'a-token-that-must-not-reach-the-disk';
const VARS = { ADMIN_TOKEN: SECRET, SETTINGS_KEY: Buffer.alloc(32, 'k').toString('base64') };

let directory: string;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'edge-launcher-'));
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const newState = () => mkdtemp(join(directory, 'state-'));

/** A state in which the fixture's bundle lies already: to make it anew takes a second of a processor. */
async function bundledState(): Promise<string> {
  const stateDir = await newState();
  await bundle(FIXTURE, join(directory, 'bundle'), new AbortController().signal);
  await cp(join(directory, 'bundle'), join(stateDir, 'bundle'), {
    recursive: true,
    preserveTimestamps: true,
  });
  return stateDir;
}

async function start(more: Partial<StartEdgeOptions> = {}): Promise<RunningEdge> {
  const edge = await startEdge({
    host: '127.0.0.1',
    port: 0,
    stateDir: more.stateDir ?? (await newState()),
    vars: VARS,
    wranglerConfig: FIXTURE,
    bundleDir: join(directory, 'bundle'),
    ...more,
  });
  ends.push(() => edge.kill());
  return edge;
}

const json = async (edge: RunningEdge, path: string) =>
  (await fetch(`${edge.origin}${path}`)).json();

const NPM = ['npm', 'run', 'edge', '--'];
/** As a service starts it, without npm, which writes to the disk itself. */
const SERVICE = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  'edge/self-hosted/main.ts',
];

const NOBODY = 65_534;
/** Root may write everywhere; only root can start what may not, and only where others may read the clone. */
const HAS_NOBODY =
  process.getuid?.() === 0 &&
  spawnSync(process.execPath, ['--check', 'edge/self-hosted/kv-worker.js'], {
    cwd: ROOT,
    uid: NOBODY,
    gid: NOBODY,
  }).status === 0;

interface Command {
  words?: string[];
  wranglerConfig?: string;
  uid?: number;
}

/** `npm run edge` with the fixture, in a process group of its own. */
async function command(env: Record<string, string>, more: Command = {}) {
  const { words: [program = '', ...words] = NPM, wranglerConfig = FIXTURE, uid } = more;
  const child = spawn(program, [...words, wranglerConfig], {
    cwd: ROOT,
    ...(uid === undefined ? {} : { uid, gid: uid }),
    env: { ...process.env, ...VARS, PORT: '0', ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  ends.push(() => signalGroup(child, 'SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    exited,
    said: () => said,
    serving: () => until(() => /edge serves (\S+)/.exec(said)?.[1]),
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // It has ended already.
  }
}

async function until<T>(look: () => T | undefined, limitMs = 20_000): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const seen = look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error('It did not happen in time.');
    await delay(20);
  }
}

/** Processes whose command line names this state directory. */
const processesOf = (stateDir: string): string[] =>
  execFileSync('ps', ['-eo', 'pid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(stateDir) && !/^\s*\d+ Z/.test(line));

/** It reads its certificates when it starts, and waits for these. */
function hangWorkerd(): void {
  const pipe = join(directory, `certificates-${randomUUID()}`);
  execFileSync('mkfifo', [pipe]);
  const { SSL_CERT_FILE } = process.env;
  process.env['SSL_CERT_FILE'] = pipe;
  ends.push(() => {
    if (SSL_CERT_FILE === undefined) delete process.env['SSL_CERT_FILE'];
    else process.env['SSL_CERT_FILE'] = SSL_CERT_FILE;
  });
}

describe('startEdge', () => {
  it('gives the Worker its variables, its KV and its objects', async () => {
    const edge = await start();
    expect(await json(edge, '/given')).toMatchObject({ vars: { ...VARS, SELF_HOSTED: '1' } });
    expect(await json(edge, '/count')).toBe(1);
    for (const key of ['/a/1', '/a/2', '/a/3', '/b']) {
      await fetch(`${edge.origin}${key}`, { method: 'PUT', body: `value of ${key}` });
    }
    await fetch(`${edge.origin}/a/1`, { method: 'DELETE' });
    expect(await json(edge, '/a/2')).toBe('value of /a/2');
    expect(await json(edge, '/a/1')).toBeNull();
    expect(await json(edge, '/a/?list')).toMatchObject({
      keys: [{ name: '/a/2' }, { name: '/a/3' }],
      list_complete: true,
    });
  });

  it('keeps everything over a crash', async () => {
    const stateDir = await newState();
    const first = await start({ stateDir });
    await fetch(`${first.origin}/key`, { method: 'PUT', body: 'value' });
    expect(await json(first, '/count')).toBe(1);
    await first.kill();
    const second = await start({ stateDir });
    expect(await json(second, '/count')).toBe(2);
    expect(await json(second, '/key')).toBe('value');
  });

  it('writes no secret to disk', async () => {
    const stateDir = await newState();
    const edge = await start({ stateDir });
    await json(edge, '/count');
    for (const entry of await readdir(stateDir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const content = await readFile(join(entry.parentPath, entry.name), 'latin1');
      expect(content.includes(SECRET), entry.name).toBe(false);
    }
    expect(processesOf(stateDir).join('\n')).not.toContain(SECRET);
  });

  it('ends within a second while a socket is open', async () => {
    const edge = await start();
    const socket = new WebSocket(`${edge.origin.replace('http', 'ws')}/socket`);
    await once(socket, 'open');
    socket.send('still there?');
    expect(String((await once(socket, 'message'))[0])).toBe('still there?');
    const before = Date.now();
    await edge.close();
    expect(Date.now() - before).toBeLessThan(1500);
  });

  it('reaches loopback only in a laboratory', async () => {
    const target = await start();
    const url = encodeURIComponent(`${target.origin}/healthz`);
    const reach = async (edge: RunningEdge) =>
      (await fetch(`${edge.origin}/reach?url=${url}`)).text();
    expect(await reach(await start())).toBe('refused');
    const laboratory = await start({ vars: { ...VARS, GRAPH_ORIGIN: 'http://127.0.0.1:1' } });
    expect(await reach(laboratory)).toBe('reached');
  });

  it('says when the port is taken', async () => {
    const { origin } = await start();
    const port = Number(new URL(origin).port);
    await expect(start({ port })).rejects.toThrow(
      `PORT ${port} on 127.0.0.1 is in use by another program. End it, or set another PORT.`,
    );
  });

  it('says when the address is none of this machine', async () => {
    await expect(start({ host: '192.0.2.1', port: 0 })).rejects.toThrow(
      /^HOST 192\.0\.2\.1, PORT 0: .*EADDRNOTAVAIL.* Set HOST to an address of this machine\.$/,
    );
  });

  it('does not share its state with a second one', async () => {
    const stateDir = await newState();
    await start({ stateDir });
    await expect(start({ stateDir })).rejects.toThrow(
      `STATE_DIR is in use: an edge runs or starts from ${stateDir} already (process ${process.pid}).`,
    );
  });

  it('leaves its state to the next one when it ends, and when it could not start', async () => {
    const stateDir = await newState();
    await (await start({ stateDir })).close();
    expect(await readdir(stateDir)).not.toContain('launcher.pid');
    const port = Number(new URL((await start()).origin).port);
    await expect(start({ stateDir, port })).rejects.toThrow('in use by another program');
    await start({ stateDir });
  });

  it('gives a workerd up that neither listens nor ends, and says so', async () => {
    hangWorkerd();
    const stateDir = await newState();
    const hanging = start({ stateDir, startLimitMs: 1_000 });
    await expect(hanging).rejects.toThrow('workerd runs, but does not listen.');
    expect(processesOf(stateDir)).toEqual([]);
  });

  it('ends at once when told to while workerd does not listen', async () => {
    hangWorkerd();
    const stateDir = await bundledState();
    const told = new AbortController();
    const starting = start({ stateDir, signal: told.signal });
    const ended = expect(starting).rejects.toThrow('aborted');
    await until(() => (processesOf(stateDir).length > 0 ? true : undefined));
    const before = Date.now();
    told.abort();
    await ended;
    expect(Date.now() - before).toBeLessThan(2_000);
    expect(processesOf(stateDir)).toEqual([]);
  });

  it('refuses another JURISDICTION than the one it began with', async () => {
    const stateDir = await newState();
    const first = await start({ stateDir, vars: { ...VARS, JURISDICTION: 'eu' } });
    await first.close();
    const other = start({ stateDir, vars: { ...VARS, JURISDICTION: 'us' } });
    await expect(other).rejects.toThrow('JURISDICTION is us, but was eu before');
  });

  it('builds again when what goes in through the build step has changed', async () => {
    const worker = await mkdtemp(join(directory, 'worker-'));
    const wranglerConfig = join(worker, 'wrangler.toml');
    const bundleDir = join(worker, 'bundle');
    await cp(join(import.meta.dirname, 'fixture', 'build-step'), worker, { recursive: true });
    const said = async () => {
      const edge = await start({ wranglerConfig, bundleDir });
      const text = await (await fetch(edge.origin)).text();
      await edge.close();
      return text.trim();
    };
    expect(await said()).toBe('made of: one');
    await writeFile(join(worker, 'source', 'text'), 'two');
    expect(await said()).toBe('made of: two');
    const texts = (await readdir(bundleDir)).filter((name) => name.endsWith('.txt'));
    expect(texts).toHaveLength(1);
  });

  it('runs the build step by the Node that it runs on itself, whichever PATH has', async () => {
    const worker = await mkdtemp(join(directory, 'worker-'));
    await cp(join(import.meta.dirname, 'fixture', 'build-step'), worker, { recursive: true });
    const others = await mkdtemp(join(directory, 'path-'));
    await writeFile(join(others, 'node'), '#!/bin/sh\necho too old >&2; exit 1\n', { mode: 0o755 });
    const wranglerConfig = join(worker, 'wrangler.toml');
    const bundleDir = join(worker, 'bundle');
    const { PATH } = process.env;
    process.env['PATH'] = `${others}:${PATH}`;
    try {
      const edge = await start({ wranglerConfig, bundleDir });
      expect(await (await fetch(edge.origin)).text()).toContain('made of: one');
    } finally {
      process.env['PATH'] = PATH;
    }
  });

  it("says in wrangler's words why a Worker cannot be built", async () => {
    const wranglerConfig = join(import.meta.dirname, 'fixture', 'broken.toml');
    const broken = start({ wranglerConfig, bundleDir: join(directory, 'broken') });
    await expect(broken).rejects.toThrow('The Worker cannot be built');
  });
});

describe('npm run edge', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends on %s to npm, and leaves nothing',
    async (signal) => {
      const stateDir = await bundledState();
      const run = await command({ STATE_DIR: stateDir });
      await run.serving();
      const before = Date.now();
      run.child.kill(signal);
      await Promise.race([run.exited, delay(2_000)]);
      await until(() => (processesOf(stateDir).length === 0 ? true : undefined), 2_000);
      expect(Date.now() - before).toBeLessThan(2_000);
    },
  );

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends on %s to the group, and leaves nothing',
    async (signal) => {
      const stateDir = await bundledState();
      const run = await command({ STATE_DIR: stateDir });
      await run.serving();
      const before = Date.now();
      signalGroup(run.child, signal);
      await run.exited;
      await until(() => (processesOf(stateDir).length === 0 ? true : undefined), 2_000);
      expect(Date.now() - before).toBeLessThan(2_000);
      expect(run.said()).not.toContain('ended by itself');
    },
  );

  it('starts over a workerd that outlived its launcher', async () => {
    // The bundle too is made here, as at anybody's first start.
    const stateDir = await newState();
    const first = await command({ STATE_DIR: stateDir });
    const port = new URL(await first.serving()).port;
    const { launcher } = JSON.parse(await readFile(join(stateDir, 'workerd.pid'), 'utf8'));
    process.kill(launcher, 'SIGKILL');
    await until(() => (processesOf(stateDir).length > 0 ? true : undefined));
    const second = await command({ STATE_DIR: stateDir, PORT: port });
    expect(await second.serving()).toBe(`http://127.0.0.1:${port}`);
  });

  it('ends with 1 and the reason when workerd dies', async () => {
    const stateDir = await bundledState();
    const run = await command({ STATE_DIR: stateDir });
    await run.serving();
    const { pid } = JSON.parse(await readFile(join(stateDir, 'workerd.pid'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    expect(await run.exited).toBe(1);
    expect(run.said()).toContain('workerd ended by itself (SIGKILL)');
  });

  it('ends with 1 and a sentence where the disk is full, and starts once there is room', async () => {
    const stateDir = await bundledState();
    const disk = await fullDisk(await mkdtemp(join(directory, 'disk-')));
    ends.push(disk.close);
    const env = { ...disk.env, STATE_DIR: stateDir };
    const begun = await command(env, { words: SERVICE });
    await begun.serving();
    signalGroup(begun.child, 'SIGKILL');
    await begun.exited;
    await disk.fill();
    const full = await command(env, { words: SERVICE });
    expect(await full.exited).toBe(1);
    expect(full.said()).toMatch(/STATE_DIR \S+ cannot be written: .*no space left on device/);
    await disk.makeRoom();
    const again = await command(env, { words: SERVICE });
    await again.serving();
  }, 60_000);

  it('starts workerd anew on the same port where the clock was set back', async () => {
    const clock = await movingClock(await mkdtemp(join(directory, 'clock-')));
    ends.push(clock.close);
    const edge = await command(
      { ...clock.env, STATE_DIR: await bundledState() },
      { words: SERVICE },
    );
    const origin = await edge.serving();
    clock.set(-3_600_000);
    await until(() => /set back by 3[56]\d\d s/.exec(edge.said()));
    await until(() => edge.said().split(`edge serves ${origin}`)[2]);
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    edge.child.kill('SIGTERM');
    expect(await edge.exited).toBe(0);
  }, 60_000);

  it('ends with 1 and a sentence for every value that is missing', async () => {
    const run = await command({ ADMIN_TOKEN: '', SETTINGS_KEY: 'short', PORT: 'http' });
    expect(await run.exited).toBe(1);
    expect(run.said()).toContain('ADMIN_TOKEN is missing');
    expect(run.said()).toContain('SETTINGS_KEY must be 32 random bytes in base64');
    expect(run.said()).toContain('PORT must be a number');
    expect(run.said()).not.toContain('    at ');
  });

  it('ends with 1 and a sentence when the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    ends.push(() => taken.close());
    const { port } = taken.address() as { port: number };
    const run = await command({ STATE_DIR: await bundledState(), PORT: String(port) });
    expect(await run.exited).toBe(1);
    expect(run.said()).toContain(`PORT ${port} on 127.0.0.1 is in use`);
  });

  it('ends with 1 and names the other one, where that has the state and is building still', async () => {
    const stateDir = await bundledState();
    const worker = await mkdtemp(join(directory, 'worker-'));
    await cp(join(import.meta.dirname, 'fixture', 'build-step'), worker, { recursive: true });
    await writeFile(
      join(worker, 'make.js'),
      "import { writeFileSync } from 'node:fs'; writeFileSync('begun', ''); setTimeout(() => {}, 60_000);",
    );
    const env = { STATE_DIR: stateDir };
    const wranglerConfig = join(worker, 'wrangler.toml');
    const first = await command(env, { words: SERVICE, wranglerConfig });
    await until(() => existsSync(join(worker, 'begun')) || undefined);
    const second = await command(env, { words: SERVICE });
    expect(await Promise.race([second.exited, second.serving()])).toBe(1);
    expect(second.said()).toContain(`from ${stateDir} already (process ${first.child.pid})`);
    expect(second.said()).not.toContain('    at ');
    // Told to stop, the first one ends its build and leaves the state.
    const before = Date.now();
    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    expect(Date.now() - before).toBeLessThan(2_000);
    await (await command(env, { words: SERVICE })).serving();
  });

  it('starts over the lock of a launcher that was killed, whoever has its process id now', async () => {
    const stateDir = await bundledState();
    const first = await command({ STATE_DIR: stateDir }, { words: SERVICE });
    await first.serving();
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    await writeFile(join(stateDir, 'launcher.pid'), String(process.pid));
    await (await command({ STATE_DIR: stateDir }, { words: SERVICE })).serving();
  });

  it('ends with 1 and a sentence where there is no room for JURISDICTION, and starts with it later', async () => {
    const stateDir = await bundledState();
    const disk = await fullDisk(await mkdtemp(join(directory, 'disk-')));
    ends.push(disk.close);
    const env = { ...disk.env, STATE_DIR: stateDir, JURISDICTION: 'eu' };
    await disk.fill();
    const full = await command(env, { words: SERVICE });
    expect(await full.exited).toBe(1);
    expect(full.said()).toMatch(/STATE_DIR \S+ cannot be written: ENOSPC.*Make room there\./);
    expect(full.said()).not.toContain('    at ');
    await disk.makeRoom();
    const again = await command(env, { words: SERVICE });
    await again.serving();
    expect(await readFile(join(stateDir, 'jurisdiction'), 'utf8')).toBe('eu');
  }, 60_000);

  describe.runIf(HAS_NOBODY)('as a user who may write nothing but STATE_DIR', () => {
    /** Made by root, whose files are nobody else's business by default. */
    let installed: string;
    beforeAll(async () => {
      await chmod(directory, 0o755);
      installed = join(directory, 'installed', 'bundle');
      const build = [process.execPath, 'edge/self-hosted/build.ts', FIXTURE, installed].join(' ');
      execFileSync('/bin/sh', ['-c', `umask 077; exec ${build}`], { cwd: ROOT, stdio: 'pipe' });
    }, 30_000);

    async function service() {
      const stateDir = await newState();
      const bundleDir = join(stateDir, 'bundle');
      await cp(installed, bundleDir, { recursive: true });
      await chown(stateDir, NOBODY, NOBODY);
      const run = () => command({ STATE_DIR: stateDir }, { words: SERVICE, uid: NOBODY });
      return { bundleDir, run };
    }

    it('serves with the bundle of who installed it', async () => {
      const { run } = await service();
      await (await run()).serving();
    });

    it('ends with 1 and says what to run where the bundle is old', async () => {
      const { bundleDir, run } = await service();
      await writeFile(join(bundleDir, 'made-from'), 'something else');
      const old = await run();
      expect(await old.exited).toBe(1);
      expect(old.said()).toMatch(/The bundle in \S+ is missing or old, and cannot be made: EACCES/);
      expect(old.said()).toContain(bundleDir);
      expect(old.said()).toContain('Run "npm run build:edge" in ');
      expect(old.said()).not.toContain('    at ');
    });

    it('ends with 1 and says what it may not read', async () => {
      const { bundleDir, run } = await service();
      await chmod(join(bundleDir, 'worker.js'), 0o600);
      const unread = await run();
      expect(await unread.exited).toBe(1);
      expect(unread.said()).toMatch(/EACCES.*worker\.js.*Let the user of the edge read it/);
      expect(unread.said()).not.toContain('    at ');
    });
  });
});
