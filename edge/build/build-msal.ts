// Makes edge/msal/msal-node.js: what the Worker takes of MSAL, without what it cannot use there. It lies among the sources
// because wrangler leaves a module out of the script only where it lies beside the one that loads it.
import { join } from 'node:path';
import type { InlineConfig, Rolldown } from 'vite';
import { makeWhereOld, ROOT } from './made-from.ts';

const MSAL = join(ROOT, 'edge', 'msal');
const TAKEN = join(MSAL, 'taken.ts');
const LATE_CRYPTO = join(ROOT, 'edge', 'graph', 'late-crypto.ts');
const FILE = 'msal-node.js';

/** What MSAL asks for, and what it gets. */
const INSTEAD = [
  { find: /^(?:node:)?crypto$/, replacement: LATE_CRYPTO },
  { find: 'jsonwebtoken', replacement: join(MSAL, 'no-jsonwebtoken.ts') },
  { find: '../network/LoopbackClient.mjs', replacement: join(MSAL, 'no-loopback.ts') },
  {
    find: './client/ManagedIdentityApplication.mjs',
    replacement: join(MSAL, 'no-managed-identity.ts'),
  },
];

/** Brings edge/msal up to date. */
export const buildMsal = (): Promise<void> =>
  makeWhereOld({
    out: MSAL,
    files: [FILE],
    sources: [TAKEN, ...INSTEAD.map(({ replacement }) => replacement), import.meta.dirname],
    make: makeMsal,
  });

async function makeMsal(): Promise<Record<string, string>> {
  const { build } = await import('vite');
  const { output } = (await build(config())) as Rolldown.RolldownOutput;
  const [chunk, ...more] = output;
  const imports = [...chunk.imports, ...chunk.dynamicImports, ...more.map((one) => one.fileName)];
  if (imports.length > 0) throw new Error(`MSAL still wants ${imports.join(', ')}.`);
  return { [FILE]: chunk.code };
}

const config = (): InlineConfig => ({
  configFile: false,
  root: ROOT,
  logLevel: 'warn',
  resolve: { alias: INSTEAD },
  ssr: { target: 'webworker', noExternal: true },
  build: {
    write: false,
    target: 'esnext',
    minify: true,
    ssr: TAKEN,
    rolldownOptions: { output: { entryFileNames: FILE } },
  },
});
