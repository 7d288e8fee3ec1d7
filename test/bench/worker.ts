// What the Worker weighs, and what it adds to the start of workerd: size as it is uploaded, time from the
// start of the process to the first answer, beside a Worker that only says hello.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { assetFile, assetsIn, bundle, modulesIn } from '../../edge/self-hosted/bundle.ts';
import { startWorkerd } from '../../edge/self-hosted/workerd-process.ts';
import { writeConfig } from '../../edge/self-hosted/write-config.ts';
import { type Figures, figures } from './figures.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** What is promised. */
const LIMITS = { gzipBytes: 200_000, startMs: 50 };

const HELLO = `export default { fetch: () => new Response('hello') };`;
const HELLO_TOML = 'name = "hello"\nmain = "hello.js"\ncompatibility_date = "2026-10-20"\n';

export async function benchWorker({ starts }: { starts: number }) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-worker-'));
  try {
    await writeFile(join(folder, 'hello.js'), HELLO);
    await writeFile(join(folder, 'hello.toml'), HELLO_TOML);
    const edge = await madeReady(join(ROOT, 'wrangler.toml'), join(folder, 'edge'));
    const hello = await madeReady(join(folder, 'hello.toml'), join(folder, 'hello'));
    const spans: { edge: number[]; hello: number[] } = { edge: [], hello: [] };
    // By turns, so that what else the machine does troubles both; the first of each warms the disk.
    for (let n = 0; n <= starts; n += 1) {
      const [one, other] = [await startMs(edge), await startMs(hello)];
      if (n > 0) spans.edge.push(one);
      if (n > 0) spans.hello.push(other);
    }
    const bundleDir = join(folder, 'edge', 'bundle');
    const modules = (await modulesIn(bundleDir)).map(({ name }) => name);
    const script = await size(bundleDir, modules);
    const [ours, bare]: [Figures, Figures] = [figures(spans.edge), figures(spans.hello)];
    // The least of each: what else the machine does only adds.
    const ownMs = Math.round((Math.min(...spans.edge) - Math.min(...spans.hello)) * 10) / 10;
    return {
      'script, bytes': script,
      'assets, bytes': await size(bundleDir, (await assetsIn(bundleDir)).map(assetFile)),
      'workerd to the first answer, the edge, ms': ours,
      'workerd to the first answer, a hello, ms': bare,
      'start of the Worker itself, ms': ownMs,
      held: { script: script.gzip < LIMITS.gzipBytes, start: ownMs < LIMITS.startMs },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Everything that workerd is started with, in `stateDir`. */
async function madeReady(wranglerConfig: string, stateDir: string): Promise<string> {
  const bundleDir = join(stateDir, 'bundle');
  for (const name of ['storage', 'worker', 'assets']) {
    await mkdir(join(stateDir, name), { recursive: true });
  }
  await bundle(wranglerConfig, bundleDir, new AbortController().signal);
  const configFile = join(stateDir, 'edge.capnp');
  const launch = { host: '127.0.0.1', port: 0, stateDir, vars: {} };
  await writeConfig({ ...launch, wranglerConfig, bundleDir, latestTime: 0 }, configFile);
  return configFile;
}

async function startMs(configFile: string): Promise<number> {
  const began = performance.now();
  const workerd = startWorkerd(configFile, {}, () => {});
  try {
    const port = await workerd.port;
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
      if (answer) return performance.now() - began;
      await delay(1);
    }
  } finally {
    await workerd.kill();
  }
}

/** Of these files of a folder. */
async function size(directory: string, names: readonly string[]) {
  const bytes = { raw: 0, gzip: 0 };
  for (const name of names) {
    const content = await readFile(join(directory, name));
    bytes.raw += content.byteLength;
    bytes.gzip += gzipSync(content).byteLength;
  }
  return bytes;
}
