// `npm run licences`: under which licence each package is that ships, in the Worker, the page or the agent.
// Ends with 1 where one is not among those we allow. Reads what `npm ci` installed, asks nobody.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
/** Ours to use and to ship with a notice. */
const ALLOWED = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']);
/** For development by npm's measure, and yet in the page. */
const IN_THE_PAGE = ['node_modules/preact'];

interface Locked {
  packages: Record<string, { dev?: boolean; optional?: boolean; version?: string }>;
}

const json = async (path: string) => JSON.parse(await readFile(join(ROOT, path), 'utf8'));

const { packages } = (await json('package-lock.json')) as Locked;
const shipped = Object.entries(packages).filter(
  ([path, { dev, optional }]) => path !== '' && ((!dev && !optional) || IN_THE_PAGE.includes(path)),
);
const rows = await Promise.all(
  shipped.map(async ([path]) => {
    const { name, version, license } = (await json(`${path}/package.json`)) as Record<
      string,
      string
    >;
    return { name: `${name}@${version}`, licence: license ?? 'none said' };
  }),
);
for (const { name, licence } of rows.sort((a, b) => a.name.localeCompare(b.name))) {
  console.log(`${licence.padEnd(14)} ${name}`);
}
const strange = rows.filter(({ licence }) => !ALLOWED.has(licence));
console.log(
  `\n${rows.length} packages ship; ${strange.length} under a licence that is not allowed.`,
);
for (const { name, licence } of strange) console.error(`${name}: ${licence}`);
process.exitCode = strange.length > 0 ? 1 : 0;
