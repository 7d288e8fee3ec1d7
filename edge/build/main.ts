// Makes what the Worker loads and what it hands out. wrangler runs it before it bundles the Worker (wrangler.toml,
// [build]), vitest before the tests.
import { buildMsal } from './build-msal.ts';
import { buildOpenapi } from './build-openapi.ts';
import { buildPage } from './build-page.ts';

// Whoever called us: a page made for development is twice as large and names the files of this machine.
process.env['NODE_ENV'] = 'production';
await Promise.all([buildPage(), buildOpenapi(), buildMsal()]);
