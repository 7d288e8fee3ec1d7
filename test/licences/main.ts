// `npm run licences`: under which licence each package is that ships, in the Worker, the page or the agent;
// and what else runs where the edge is self-hosted or the agent is one executable. Ends with 1 where one is
// not among those we allow. Reads what `npm ci` installed, asks nobody.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
/** Ours to use and to ship with a notice. */
const ALLOWED = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']);
/** For development by npm's measure, and yet in the page. */
const IN_THE_PAGE = ['node_modules/preact'];
/** They make the Worker's bundle and run it where the edge is self-hosted; we hand none of them on. */
const SELF_HOSTING = ['node_modules/wrangler', 'node_modules/vite'];
/** Allowed there, because npm brings it to whoever installs the edge, and nothing of ours contains it. */
const TOLERATED: Record<string, string> = {
  'CC0-1.0': 'public domain',
  'LGPL-3.0-or-later': 'libvips, a library of its own beside sharp, which miniflare has for images',
  'MPL-2.0': 'lightningcss, unchanged, which vite has for styles',
};
/** In the agent's executable, whole. */
const NODE = /^node_modules\/node-(bin-)?(linux|darwin|win)-/;

interface Locked {
  dev?: boolean;
  optional?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const json = async (path: string) => JSON.parse(await readFile(join(ROOT, path), 'utf8'));

const { packages } = (await json('package-lock.json')) as { packages: Record<string, Locked> };
/** What is for another system or processor is not here. */
const installed = Object.keys(packages).filter((path) => path && existsSync(join(ROOT, path)));

const shipped = Object.keys(packages).filter((path) => {
  if (path === '') return false;
  const { dev, optional } = packages[path] ?? {};
  return (!dev && !optional) || IN_THE_PAGE.includes(path);
});
const selfHosting = [...neededBy(SELF_HOSTING)].filter((path) => !shipped.includes(path));
const strange = [
  ...(await list('In the Worker, the page or the agent', shipped)),
  ...(await list('Besides, where the edge is self-hosted', selfHosting, TOLERATED)),
  ...(await list(
    "In the agent's executable, with the licences of all that Node contains in its file LICENSE",
    installed.filter((path) => NODE.test(path)),
  )),
];
console.log(`${strange.length} under a licence that is not allowed.`);
for (const one of strange) console.error(one);
process.exitCode = strange.length > 0 ? 1 : 0;

/** Prints them; answers those under a licence that is not allowed. */
async function list(
  heading: string,
  paths: readonly string[],
  tolerated: Record<string, string> = {},
): Promise<string[]> {
  const rows = await Promise.all(
    paths.map(async (path) => {
      const { name, version, license = 'none said' } = await json(`${path}/package.json`);
      return { name: `${name}@${version}`, licence: String(license) };
    }),
  );
  console.log(`${heading} (${rows.length}):`);
  for (const { name, licence } of rows.sort((a, b) => a.name.localeCompare(b.name))) {
    const why = tolerated[licence];
    console.log(`${licence.padEnd(20)} ${name}${why === undefined ? '' : ` – ${why}`}`);
  }
  console.log('');
  const isAllowed = (licence: string) =>
    Object.hasOwn(tolerated, licence) ||
    licence
      .replace(/^\((.*)\)$/, '$1')
      .split(' OR ')
      .some((one) => ALLOWED.has(one));
  return rows.flatMap(({ name, licence }) => (isAllowed(licence) ? [] : [`${name}: ${licence}`]));
}

/** These packages and all that they need, as far as it is installed. */
function neededBy(roots: readonly string[]): Set<string> {
  const found = new Set<string>();
  const waiting = [...roots];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path) || !installed.includes(path)) continue;
    found.add(path);
    const { dependencies, optionalDependencies } = packages[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      waiting.push(placeOf(name, path));
    }
  }
  return found;
}

/** Where a package finds another one: beside its own, or in a folder further out. */
function placeOf(name: string, from: string): string {
  const place = `${from ? `${from}/` : ''}node_modules/${name}`;
  if (from === '' || packages[place]) return place;
  return placeOf(name, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))));
}
