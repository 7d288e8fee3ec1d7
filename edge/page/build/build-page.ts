// Makes the admin page – one html, one script, one style – in dist/page, unless what lies there was made
// from exactly these sources. The Worker takes the three in as texts.
import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { InlineConfig, Rolldown } from 'vite';

const ROOT = resolve(import.meta.dirname, '../../..');
const PAGE = join(ROOT, 'edge', 'page');
const OUT = join(ROOT, 'dist', 'page');

/** Where everything lies that can change the result; wrangler.toml names the same to watch. */
const SOURCES = [PAGE, join(ROOT, 'shared')];
/** npm writes it at each installation: the versions of Preact and of Vite. */
const INSTALLED = join(ROOT, 'node_modules', '.package-lock.json');

/** What Vite calls a file, and its name here: by its ending wrangler knows that it is a text. */
const FILES: Readonly<Record<string, string>> = {
  'index.html': 'page.html',
  'admin/page.js': 'page.js.txt',
  'admin/page.css': 'page.css.txt',
};
const MADE_FROM = 'made-from';

/** Brings dist/page up to date. Several processes may do so at once. */
export async function buildPage(): Promise<void> {
  const sources = await digestOfSources();
  if (await isMadeFrom(sources)) return;
  // Loaded only where it is needed: it takes longer than to find out that nothing has changed.
  const { build } = await import('vite');
  const { output } = (await build(config())) as Rolldown.RolldownOutput;
  await mkdir(OUT, { recursive: true });
  const made = new Set<string>();
  for (const file of output) {
    const name = FILES[file.fileName];
    if (!name) throw new Error(`The page's build made ${file.fileName}, which nothing serves.`);
    await put(name, file.type === 'chunk' ? file.code : file.source);
    made.add(name);
  }
  const missing = Object.values(FILES).filter((name) => !made.has(name));
  if (missing.length > 0) throw new Error(`The page's build did not make ${missing.join(', ')}.`);
  await put(MADE_FROM, sources);
}

const config = (): InlineConfig => ({
  configFile: false,
  root: PAGE,
  // Beside the page, which stands at /{domain}/{instance}/admin.
  base: './',
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    write: false,
    modulePreload: false,
    // Nothing inlined into the style: the page allows no font and hardly an image from there.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    rolldownOptions: {
      output: { entryFileNames: 'admin/page.js', assetFileNames: 'admin/page[extname]' },
    },
  },
});

/** Whole or not at all: somebody else may be reading. */
async function put(name: string, content: string | Uint8Array): Promise<void> {
  const aside = join(OUT, `${name}.${randomUUID()}`);
  await writeFile(aside, content);
  await rename(aside, join(OUT, name));
}

async function isMadeFrom(sources: string): Promise<boolean> {
  try {
    await Promise.all(Object.values(FILES).map((name) => access(join(OUT, name))));
    return (await readFile(join(OUT, MADE_FROM), 'utf8')) === sources;
  } catch {
    return false;
  }
}

/** By content, not by date: a checkout of another branch sets any date. */
async function digestOfSources(): Promise<string> {
  const found = await Promise.all(
    SOURCES.map((folder) => readdir(folder, { recursive: true, withFileTypes: true })),
  );
  const files = found
    .flat()
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const file of [...files, INSTALLED]) {
    const content = await readFile(file).catch(() => '');
    hash.update(`${relative(ROOT, file)}\n${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}
