// Makes the admin page – one html, one script, one style – in dist/assets.
import { join } from 'node:path';
import type { InlineConfig, Rolldown } from 'vite';
import { ASSETS, makeWhereOld, ROOT } from './made-from.ts';

const PAGE = join(ROOT, 'edge', 'page');

/** What Vite calls a file, and its name here. */
const NAMES: Readonly<Record<string, string>> = {
  'index.html': 'page.html',
  'admin/page.js': 'page.js',
  'admin/page.css': 'page.css',
};

/** Brings the three up to date. */
export const buildPage = (): Promise<void> =>
  makeWhereOld({
    out: ASSETS,
    files: ['page.html', 'page.js', 'page.css'],
    sources: [PAGE, join(ROOT, 'shared'), import.meta.dirname],
    make: makePage,
  });

async function makePage(): Promise<Record<string, string | Uint8Array>> {
  // Loaded only where it is needed: it takes longer than to find out that nothing has changed.
  const { build } = await import('vite');
  const { output } = (await build(config())) as Rolldown.RolldownOutput;
  return Object.fromEntries(
    output.map((file) => [
      NAMES[file.fileName] ?? file.fileName,
      file.type === 'chunk' ? file.code : file.source,
    ]),
  );
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
