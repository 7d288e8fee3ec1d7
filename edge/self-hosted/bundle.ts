// Makes the Worker's bundle with wrangler, offline, unless the one from last time still fits.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, extname, join, resolve } from 'node:path';
import { parse } from 'smol-toml';
import * as z from 'zod';
import { StartFault } from './fault.ts';
import type { WorkerModule } from './workerd-config.ts';

const META = 'bundle-meta.json';
const require = createRequire(import.meta.url);

/** npm writes it at each installation; the files of packages keep dates of long ago. */
const INSTALLED = join(dirname(dirname(require.resolve('zod/package.json'))), '.package-lock.json');

/** Of what wrangler lists of a bundle: what went in, and what the Worker still imports from beside it. */
const bundleMeta = z.object({
  inputs: z.record(z.string(), z.unknown()),
  outputs: z.record(
    z.string(),
    z.object({
      entryPoint: z.string().optional(),
      imports: z.array(z.object({ path: z.string(), external: z.boolean().optional() })),
    }),
  ),
});

/** The build step of a wrangler.toml, which makes things before the bundle is made. */
const buildStep = z.object({
  build: z
    .object({ watch_dir: z.union([z.string().transform((one) => [one]), z.array(z.string())]) })
    .default({ watch_dir: [] }),
});

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
    // Texts are named by their content: those of the bundle before would stay for ever.
    const before = (await readdir(directory)).filter((name) => !made.includes(name));
    for (const name of before) await rm(join(directory, name), { force: true });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** The modules in a bundle, the Worker's own first. */
export async function modulesIn(directory: string): Promise<WorkerModule[]> {
  const { outputs } = await readMeta(directory);
  for (const [path, { entryPoint, imports }] of Object.entries(outputs)) {
    if (entryPoint === undefined) continue;
    const beside = imports.filter(({ path, external }) => external && path.startsWith('./'));
    const names = [basename(path), ...beside.map(({ path }) => basename(path))];
    return [...new Set(names)].flatMap((name): WorkerModule[] => {
      const kind = KINDS[extname(name)];
      return kind ? [{ name, kind }] : [];
    });
  }
  throw new StartFault([`${directory} is not a bundle.`]);
}

const readMeta = async (directory: string): Promise<z.infer<typeof bundleMeta>> =>
  bundleMeta.parse(JSON.parse(await readFile(join(directory, META), 'utf8')));

function wranglerProgram(): string | undefined {
  try {
    return join(dirname(require.resolve('wrangler/package.json')), 'bin', 'wrangler.js');
  } catch {
    return undefined;
  }
}

const firstIn = (folder: string): string => [folder, process.env['PATH'] ?? ''].join(delimiter);

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
    const { inputs } = await readMeta(directory);
    const root = dirname(wranglerConfig);
    const files = Object.keys(inputs).map((path) => resolve(root, path));
    const watched = await watchedBy(wranglerConfig);
    const sources = [wranglerConfig, INSTALLED, ...files.filter(isFile), ...watched];
    const times = await Promise.all(sources.map(async (path) => (await stat(path)).mtimeMs));
    return Math.max(...times) < made;
  } catch {
    return false;
  }
}

/** What the build step of wrangler.toml reads; folders too, whose date shows that a file has gone. */
async function watchedBy(wranglerConfig: string): Promise<string[]> {
  const { build } = buildStep.parse(parse(await readFile(wranglerConfig, 'utf8')));
  const folders = build.watch_dir.map((folder) => resolve(dirname(wranglerConfig), folder));
  const found = folders.map(async (folder) => {
    const inside = await readdir(folder, { recursive: true });
    return [folder, ...inside.map((path) => join(folder, path))];
  });
  return (await Promise.all(found)).flat();
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
    // The build step asks for `node`, and where a service starts us that is another one, or none.
    env: { ...process.env, ...QUIET, PATH: firstIn(dirname(process.execPath)) },
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
