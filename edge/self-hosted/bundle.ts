// The Worker's bundle: made with wrangler, unless the one from last time still fits, and what lies in it.
import { constants } from 'node:fs';
import {
  access,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { parse } from 'smol-toml';
import * as z from 'zod';
import { digest } from '../build/made-from.ts';
import { cannotBuild, reason, StartFault } from './fault.ts';
import type { WorkerModule } from './workerd-config.ts';
import { runStep, runWrangler, wranglerProgram } from './wrangler.ts';

const META = 'bundle-meta.json';
/** In a bundle, the names of what the Worker hands out as it is. */
const ASSETS_LIST = 'assets.json';
/** Beside the modules: the digest of all that they were made from. */
const MADE_FROM = 'made-from';

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
    .object({
      command: z.string().optional(),
      cwd: z.string().default('.'),
      watch_dir: z
        .union([z.string().transform((one) => [one]), z.array(z.string())])
        .default(() => []),
    })
    .default({ cwd: '.', watch_dir: [] }),
});

/** Where a wrangler.toml has what the Worker hands out as it is. */
const assetsFrom = z.object({ assets: z.object({ directory: z.string() }).optional() });

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
 * Brings `directory` up to date with the Worker of `wranglerConfig`. Whether it is so the next time too: not
 * where sources were changed while it was made. Throws `StartFault` where it cannot be made.
 */
export async function bundle(
  wranglerConfig: string,
  directory: string,
  signal: AbortSignal,
): Promise<boolean> {
  const wrangler = wranglerProgram();
  if (await isFresh(wranglerConfig, directory, wrangler !== undefined)) return true;
  if (wrangler === undefined) {
    throw new StartFault([
      `There is no bundle in ${directory}, and no wrangler to make one. Run "npm ci", then "npm run build:edge" in ${dirname(wranglerConfig)}.`,
    ]);
  }
  try {
    return await make(wrangler, wranglerConfig, directory, signal);
  } catch (cause) {
    if (signal.aborted) throw cause;
    const why = cause instanceof StartFault ? notWritten(cause.message) : reason(cause);
    throw why === undefined ? cause : cannotBuild(wranglerConfig, directory, why);
  }
}

/** What a system says where a file cannot be written, from the words of wrangler or of a build step. */
function notWritten(said: string): string | undefined {
  const [inWords] = /\b(?:EACCES|EPERM|EROFS|ENOSPC|EDQUOT):[^\n]*/.exec(said) ?? [];
  const [, path] = /A permission error occurred[\s\S]*?Affected path: (\S+)/.exec(said) ?? [];
  return inWords ?? (path && `permission denied, ${path}`);
}

async function make(
  wrangler: string,
  wranglerConfig: string,
  directory: string,
  signal: AbortSignal,
): Promise<boolean> {
  await mkdir(directory, { recursive: true });
  // Asked before: wrangler goes far until it finds out, and a service comes again every other second.
  await mayWrite(dirname(directory));
  await mayWrite(join(dirname(wranglerConfig), '.wrangler', 'tmp'));
  // Part of what it makes lies among what is watched. wrangler, which runs it again, finds all of it made.
  const { command, cwd } = await stepOf(wranglerConfig);
  if (command !== undefined) await runStep(command, resolve(dirname(wranglerConfig), cwd), signal);
  // Aside and then renamed: another edge may be starting from the same directory.
  const aside = await mkdtemp(`${directory}-`);
  try {
    // By the clock that dates the sources, which need not be ours.
    const { ctimeMs: began } = await stat(aside);
    await runWrangler(wrangler, wranglerConfig, aside, signal);
    await takeAssets(wranglerConfig, aside);
    const sources = await sourcesOf(wranglerConfig, aside);
    const from = await digest(sources);
    const made = await readdir(aside);
    // Without it, and until all is in place, a bundle counts as old.
    await rm(join(directory, MADE_FROM), { force: true });
    for (const name of made) await rename(join(aside, name), join(directory, name));
    // Texts are named by their content: those of the bundle before would stay for ever.
    const before = (await readdir(directory)).filter((name) => !made.includes(name));
    for (const name of before) await rm(join(directory, name), { force: true });
    // What is changed during a build was perhaps not read any more.
    if (await changedSince(began, sources)) return false;
    await writeFile(join(aside, MADE_FROM), from);
    await rename(join(aside, MADE_FROM), join(directory, MADE_FROM));
    return true;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Copies into the bundle what the Worker hands out as it is, and lists it there. */
async function takeAssets(wranglerConfig: string, bundleDir: string): Promise<void> {
  const { assets } = assetsFrom.parse(parse(await readFile(wranglerConfig, 'utf8')));
  const from = assets && resolve(dirname(wranglerConfig), assets.directory);
  const names = from === undefined ? [] : await readdir(from);
  for (const name of names) {
    // Written anew: a copy would have the mode of the original, which not everybody need be allowed to read.
    await writeFile(join(bundleDir, assetFile(name)), await readFile(join(from ?? '', name)));
  }
  await writeFile(join(bundleDir, ASSETS_LIST), JSON.stringify(names));
}

/** Into a directory, or where it would be made. */
const mayWrite = (directory: string): Promise<void> =>
  access(directory, constants.W_OK).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    return mayWrite(dirname(directory));
  });

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
  throw new StartFault([`${directory} is not a bundle. Delete it and start again.`]);
}

/** Where an asset of this name lies in a bundle, which has no folders. */
export const assetFile = (name: string): string => `asset-${name}`;

/** Names of what a bundle's Worker hands out. */
export const assetsIn = async (directory: string): Promise<string[]> =>
  z.array(z.string()).parse(JSON.parse(await readFile(join(directory, ASSETS_LIST), 'utf8')));

const readMeta = async (directory: string): Promise<z.infer<typeof bundleMeta>> =>
  bundleMeta.parse(JSON.parse(await readFile(join(directory, META), 'utf8')));

/**
 * Whether the bundle is whole, and made from exactly what there is now; without wrangler whole has to do. By
 * content, not by date: whoever installs again or copies all of it sets any date, and the user who starts it
 * may be one who cannot make it.
 */
async function isFresh(
  wranglerConfig: string,
  directory: string,
  canBuild: boolean,
): Promise<boolean> {
  try {
    const modules = (await modulesIn(directory)).map(({ name }) => name);
    const assets = (await assetsIn(directory)).map(assetFile);
    for (const path of [...modules, ...assets]) await access(join(directory, path), constants.R_OK);
    if (!canBuild) return true;
    const from = await readFile(join(directory, MADE_FROM), 'utf8');
    return from === (await digest(await sourcesOf(wranglerConfig, directory)));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EACCES') return false;
    // To make it anew would not help: it may be there, and only this user does not see it.
    throw new StartFault(
      [`${reason(cause)}. Let the user of the edge read it, then start again.`],
      {
        cause,
      },
    );
  }
}

const stepOf = async (wranglerConfig: string) =>
  buildStep.parse(parse(await readFile(wranglerConfig, 'utf8'))).build;

/** Files and folders: what went into a bundle, and what the build step before it reads. */
async function sourcesOf(wranglerConfig: string, directory: string): Promise<string[]> {
  const { inputs } = await readMeta(directory);
  const { watch_dir } = await stepOf(wranglerConfig);
  const named = [...Object.keys(inputs).filter(isFile), ...watch_dir];
  return [wranglerConfig, ...named.map((path) => resolve(dirname(wranglerConfig), path))];
}

/** Of folders also what is in them, and their own date, which shows that a file has gone. */
async function changedSince(began: number, sources: readonly string[]): Promise<boolean> {
  try {
    for (const source of sources) {
      const about = await stat(source);
      const inside = about.isDirectory() ? await readdir(source, { recursive: true }) : [];
      const others = inside.map(async (path) => (await stat(join(source, path))).ctimeMs);
      if (Math.max(about.ctimeMs, ...(await Promise.all(others))) > began) return true;
    }
    return false;
  } catch {
    return true;
  }
}

/** esbuild lists what plugins made up as `namespace:path`. */
const isFile = (path: string): boolean => !/^[\w-]{2,}:/.test(path.split('/').at(-1) ?? '');
