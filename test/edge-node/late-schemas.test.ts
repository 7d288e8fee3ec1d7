// Schemas are made when they are first needed: making all of them took a third of the Worker's start.
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import * as z from 'zod';

const ROOT = resolve(import.meta.dirname, '../..');
/** What is not in the Worker, or made for it before. */
const ELSEWHERE = /^edge\/(?:page|build|self-hosted|http\/openapi\/(?!route))/;

afterEach(() => {
  z.config({ postProcessor: undefined });
  vi.resetModules();
});

async function modulesOfTheWorker(): Promise<string[]> {
  const folders = ['edge', 'shared'].map(async (folder) =>
    (await readdir(join(ROOT, folder), { recursive: true })).map((name) => `${folder}/${name}`),
  );
  const names = (await Promise.all(folders)).flat();
  return names.filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !ELSEWHERE.test(name),
  );
}

test('no module of the Worker makes a schema when it is loaded', async () => {
  vi.resetModules();
  let loading = '';
  const makers = new Set<string>();
  z.config({ postProcessor: () => makers.add(loading) });
  for (const name of await modulesOfTheWorker()) {
    // Only workerd can load these; what they consist of is loaded all the same.
    const source = await readFile(join(ROOT, name), 'utf8');
    if (/from 'cloudflare:workers'|\.txt'/.test(source)) continue;
    loading = name;
    await import(join(ROOT, name));
  }
  expect([...makers]).toEqual([]);
  z.string();
  expect([...makers], 'schemas are counted').toEqual([loading]);
});
