import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { NAMED } from './longest-first.ts';

test('whoever is to begin first is there, once', () => {
  const missing = NAMED.filter((name) => !existsSync(resolve(import.meta.dirname, '..', name)));
  expect(missing).toEqual([]);
  expect(new Set(NAMED).size).toBe(NAMED.length);
});
