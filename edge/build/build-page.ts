// Makes the admin page – one html, one script, one style – in dist/assets.
import { basename, join } from 'node:path';
import type { InlineConfig, Rolldown } from 'vite';
import { ASSETS, makeWhereOld, ROOT } from './made-from.ts';

const PAGE = join(ROOT, 'edge', 'page');

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
      // The page stands for all that Vite would call an index.
      file.fileName === 'index.html' ? 'page.html' : basename(file.fileName),
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
