// Makes files again only where they were not made from exactly these sources, and puts them in their place
// whole. Several processes may do so at once.
import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
/** What the Worker hands out as it is: all that lies here is uploaded. */
export const ASSETS = join(ROOT, 'dist', 'assets');
/** One file for each making, named as the first that it makes: the digest of all that it was made from. */
const MADE_FROM = join(ROOT, 'dist', 'made-from');
/** npm writes it at each installation: the versions of what makes the files. */
const INSTALLED = join(ROOT, 'node_modules', '.package-lock.json');

export interface Making {
  /** The folder for the files. */
  out: string;
  /** Names of all files that are made; no other making has the first. */
  files: readonly [string, ...string[]];
  /** Files and folders, all that can change the result; wrangler.toml names the same to watch. */
  sources: readonly string[];
  /** Makes all of them: contents by name. */
  make: () => Promise<Readonly<Record<string, string | Uint8Array>>>;
}

/** Brings the files up to date; throws where not exactly those came out that were to. */
export async function makeWhereOld({ out, files, sources, make }: Making): Promise<void> {
  const from = await digest(sources);
  const record = join(MADE_FROM, files[0]);
  if (await isMadeFrom(from, record, out, files)) return;
  const made = await make();
  const names = new Set([...files, ...Object.keys(made)]);
  const wrong = [...names].filter((name) => !files.includes(name) || made[name] === undefined);
  if (wrong.length > 0) throw new Error(`Made, or not made, otherwise than meant: ${wrong}.`);
  for (const folder of [out, MADE_FROM]) await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(made)) await put(join(out, name), content);
  await put(record, from);
}

/** Whole or not at all: somebody else may be reading. What breaks off leaves nothing beside it. */
async function put(file: string, content: string | Uint8Array): Promise<void> {
  const aside = join(MADE_FROM, randomUUID());
  try {
    await writeFile(aside, content);
    await rename(aside, file);
  } finally {
    await rm(aside, { force: true });
  }
}

async function isMadeFrom(
  from: string,
  record: string,
  out: string,
  files: readonly string[],
): Promise<boolean> {
  try {
    await Promise.all(files.map((name) => access(join(out, name))));
    return (await readFile(record, 'utf8')) === from;
  } catch {
    return false;
  }
}

/**
 * Of files, of all in folders, and of what is installed. By content, not by date: a checkout of another branch
 * sets any date. Throws where a source is not there, and where this user may not read it.
 */
export async function digest(sources: readonly string[]): Promise<string> {
  const found = (await Promise.all(sources.map(filesIn))).flat();
  const files = [...[...new Set(found)].sort(), INSTALLED];
  const contents = await Promise.all(files.map((file) => readFile(file).catch(whereGone)));
  const hash = createHash('sha256');
  for (const [at, content] of contents.entries()) {
    const name = relative(ROOT, files[at] ?? '');
    hash.update(`${name}\n${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

/** Somebody works there: a file may have gone since it was listed. */
function whereGone(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}

/** All files of a folder, or the one that it is. */
async function filesIn(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
}
