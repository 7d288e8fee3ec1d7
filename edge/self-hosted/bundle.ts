// Makes the Worker's bundle with wrangler, offline, unless the one from last time still fits.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join, resolve } from 'node:path';
import { StartFault } from './fault.ts';
import type { WorkerModule } from './workerd-config.ts';

const META = 'bundle-meta.json';
const require = createRequire(import.meta.url);

/** npm writes it at each installation; the files of packages keep dates of long ago. */
const INSTALLED = join(dirname(dirname(require.resolve('zod/package.json'))), '.package-lock.json');

/** Nothing that asks the network, nothing that writes a log. */
const QUIET = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_LOG_PATH: '/dev/null',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  NO_COLOR: '1',
  CI: '1',
};

const KINDS: Record<string, WorkerModule['kind']> = {
  '.js': 'esModule',
  '.mjs': 'esModule',
  '.html': 'text',
  '.txt': 'text',
  '.sql': 'text',
  '.bin': 'data',
  '.wasm': 'wasm',
};

/**
 * Brings `directory` up to date with the Worker of `wranglerConfig`. Throws `StartFault` with
 * wrangler's words where it cannot be built.
 */
export async function bundle(
  wranglerConfig: string,
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  const wrangler = wranglerProgram();
  if (await isFresh(wranglerConfig, directory, wrangler !== undefined)) return;
  if (wrangler === undefined) {
    throw new StartFault([`There is no bundle in ${directory}, and no wrangler to make one.`]);
  }
  await mkdir(directory, { recursive: true });
  // Aside and then renamed: another edge may be starting from the same directory.
  const aside = await mkdtemp(`${directory}-`);
  const began = new Date();
  try {
    await run(wrangler, wranglerConfig, aside, signal);
    const made = await readdir(aside);
    // The list of what went in comes last: without it a bundle counts as stale.
    for (const name of made.filter((file) => file !== META)) {
      await rename(join(aside, name), join(directory, name));
    }
    // Dated by the beginning: what is changed during a build was perhaps not read any more.
    await utimes(join(aside, META), began, began);
    await rename(join(aside, META), join(directory, META));
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** The modules in a bundle, the Worker's own first. */
export async function modulesIn(directory: string): Promise<WorkerModule[]> {
  const modules = (await readdir(directory)).flatMap((name): WorkerModule[] => {
    const kind = KINDS[extname(name)];
    return kind ? [{ name, kind }] : [];
  });
  const [main, ...others] = modules.filter(({ kind }) => kind === 'esModule');
  if (!main || others.length > 0) throw new StartFault([`${directory} is not a bundle.`]);
  return [main, ...modules.filter((module) => module !== main)];
}

function wranglerProgram(): string | undefined {
  try {
    return join(dirname(require.resolve('wrangler/package.json')), 'bin', 'wrangler.js');
  } catch {
    return undefined;
  }
}

/** Whether nothing that went into the bundle is newer than it. Without wrangler it has to do. */
async function isFresh(
  wranglerConfig: string,
  directory: string,
  canBuild: boolean,
): Promise<boolean> {
  try {
    const metaFile = join(directory, META);
    const made = (await stat(metaFile)).mtimeMs;
    if (!canBuild) return true;
    const meta = JSON.parse(await readFile(metaFile, 'utf8')) as { inputs: object };
    const root = dirname(wranglerConfig);
    const inputs = Object.keys(meta.inputs).map((path) => resolve(root, path));
    const sources = [wranglerConfig, INSTALLED, ...inputs.filter(isFile)];
    const times = await Promise.all(sources.map(async (path) => (await stat(path)).mtimeMs));
    return Math.max(...times) < made;
  } catch {
    return false;
  }
}

/** esbuild lists what plugins made up as `namespace:path`. */
const isFile = (path: string): boolean => !/^[\w-]{2,}:/.test(path.split('/').at(-1) ?? '');

async function run(
  program: string,
  wranglerConfig: string,
  outdir: string,
  signal: AbortSignal,
): Promise<void> {
  const args = [
    'deploy',
    '--dry-run',
    '--outdir',
    outdir,
    '--metafile',
    '--config',
    wranglerConfig,
  ];
  const child = spawn(process.execPath, [program, ...args], {
    cwd: dirname(wranglerConfig),
    env: { ...process.env, ...QUIET },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that it can be ended with everything that it started.
    detached: true,
  });
  const end = () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', end, { once: true });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const code = await new Promise<number | null>((settle, fail) => {
    child.on('error', fail).on('close', settle);
  }).finally(() => signal.removeEventListener('abort', end));
  signal.throwIfAborted();
  if (code !== 0) throw new StartFault(['The Worker cannot be built:', said.trim()]);
}
