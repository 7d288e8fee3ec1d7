// What no compiler checks: who imports whom, and that shared/ knows neither clock nor dice.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

const sources = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path));

const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const importsOf = (path: string): string[] =>
  [...textOf(path).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => name);

/** The file that a relative import names, from the root of the repository. */
const target = (path: string, name: string): string =>
  relative(ROOT, join(ROOT, dirname(path), name));

const shared = sources('shared');

test('shared/ is found', () => {
  expect(shared.length).toBeGreaterThan(20);
  expect(importsOf('shared/settings/schema.ts')).toContain('zod');
});

test.each(shared)('%s imports zod and shared/ only', (path) => {
  const strange = importsOf(path).filter((name) => {
    if (name === 'zod') return false;
    return !name.startsWith('.') || !target(path, name).startsWith('shared/');
  });
  expect(strange).toEqual([]);
});

const IMPURE =
  /\bDate\.now|\bnew Date\(\)|\bMath\.random|\bperformance\b|\bcrypto\b|\bfetch\(|\bconsole\.|\bprocess\.|\bsetTimeout|\bsetInterval|\bglobalThis\b/;

test.each(shared)('%s knows neither clock, dice nor platform', (path) => {
  const code = textOf(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  expect(IMPURE.exec(code)?.[0]).toBeUndefined();
});

test.each([
  ['edge', 'agent'],
  ['agent', 'edge'],
])('%s/ never imports %s/', (one, other) => {
  const strange = sources(one).flatMap((path) =>
    importsOf(path)
      .filter((name) => name.startsWith('.'))
      .filter((name) => target(path, name).startsWith(`${other}/`))
      .map((name) => `${path} imports ${name}`),
  );
  expect(strange).toEqual([]);
});

test.each(['edge', 'agent', 'shared'])('%s/ never imports test/', (folder) => {
  const strange = sources(folder).filter((path) =>
    importsOf(path).some((name) => name.startsWith('.') && target(path, name).startsWith('test/')),
  );
  expect(strange).toEqual([]);
});
