// MSAL is a module of its own beside the Worker's script: what few requests need, no start reads.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { bundle, modulesIn } from '../../edge/self-hosted/bundle.ts';
import { EDGE } from '../../edge/self-hosted/start-edge.ts';

const ROOT = resolve(import.meta.dirname, '../..');

test('MSAL is no part of the script, and lies beside it', async () => {
  await bundle(EDGE.wranglerConfig, EDGE.bundleDir, new AbortController().signal);
  const modules = await modulesIn(EDGE.bundleDir);
  expect(modules).toContainEqual({ name: 'msal-node.js', kind: 'esModule' });
  const meta = await readFile(join(EDGE.bundleDir, 'bundle-meta.json'), 'utf8');
  const { inputs } = JSON.parse(meta) as { inputs: Record<string, unknown> };
  const taken = Object.keys(inputs);
  expect(taken).toContain('edge/msal/load.ts');
  expect(taken.filter((path) => path.includes('@azure') || path.includes('msal-node'))).toEqual([]);
});

test('what would sign and what would open a port are not in it', async () => {
  const code = await readFile(join(ROOT, 'edge', 'msal', 'msal-node.js'), 'utf8');
  for (const said of ['MSAL is not to sign', 'opens no port']) {
    expect(code.includes(said), said).toBe(true);
  }
});
