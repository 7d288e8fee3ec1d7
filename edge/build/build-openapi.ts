// Makes the description of the admin API in dist/openapi, which the Worker takes in as a text: it would
// weigh more as the code that makes it, and few ever ask.
import { join } from 'node:path';
import { makeWhereOld, ROOT } from './made-from.ts';

/** By its ending wrangler knows that it is a text. */
const FILE = 'openapi.json.txt';

/** Brings dist/openapi up to date. */
export const buildOpenapi = (): Promise<void> =>
  makeWhereOld({
    out: join(ROOT, 'dist', 'openapi'),
    files: [FILE],
    sources: [join(ROOT, 'edge', 'http'), join(ROOT, 'shared'), import.meta.dirname],
    make: async () => {
      const { openapiDocument } = await import('../http/openapi/document.ts');
      return { [FILE]: JSON.stringify(openapiDocument()) };
    },
  });
