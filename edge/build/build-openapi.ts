// Makes the description of the admin API in dist/assets: the code that makes it would weigh more, and few ever ask.
import { join } from 'node:path';
import { ASSETS, makeWhereOld, ROOT } from './made-from.ts';

const FILE = 'openapi.json';

/** Brings it up to date. */
export const buildOpenapi = (): Promise<void> =>
  makeWhereOld({
    out: ASSETS,
    files: [FILE],
    sources: [join(ROOT, 'edge', 'http'), join(ROOT, 'shared'), import.meta.dirname],
    make: async () => {
      const { openapiDocument } = await import('../http/openapi/document.ts');
      return { [FILE]: JSON.stringify(openapiDocument()) };
    },
  });
