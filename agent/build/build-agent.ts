// Makes the agent one file: dist/agent/presence-agent.mjs, an ES module that needs nothing beside it, and
// runs under Node 20 and Deno. With `cjs` the same as a script for Node's single executable.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { InlineConfig, Rolldown } from 'vite';

const ROOT = resolve(import.meta.dirname, '../..');
const OUT = join(ROOT, 'dist', 'agent');

/** Bundled in CommonJS, `ws` looks for these; it works without them. */
const OPTIONAL = ['bufferutil', 'utf-8-validate', 'supports-color'];

export interface BuiltAgent {
  readonly file: string;
  readonly bytes: number;
}

export async function buildAgent(format: 'es' | 'cjs' = 'es'): Promise<BuiltAgent> {
  const file = join(OUT, format === 'es' ? 'presence-agent.mjs' : 'presence-agent.cjs');
  const code = await agentCode(format);
  await mkdir(OUT, { recursive: true });
  await writeFile(file, code);
  await chmod(file, 0o755);
  return { file, bytes: Buffer.byteLength(code) };
}

/** What is in that one file. */
export async function agentCode(format: 'es' | 'cjs'): Promise<string> {
  const { build } = await import('vite');
  const { output } = (await build(config(format))) as Rolldown.RolldownOutput;
  const [chunk, ...others] = output;
  if (others.length > 0) throw new Error(`One file is wanted, not ${output.length}.`);
  return inAscii(chunk.code);
}

/** One sign beyond Latin-1, and V8 keeps the whole text with two bytes a sign as long as it runs. */
const inAscii = (code: string) =>
  code.replace(/[^\t\n\r -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

const config = (format: 'es' | 'cjs'): InlineConfig => ({
  configFile: false,
  root: join(ROOT, 'agent'),
  logLevel: 'warn',
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: join(ROOT, 'agent', 'main.ts'),
    write: false,
    target: 'node20',
    minify: true,
    rolldownOptions: {
      external: OPTIONAL,
      output: {
        format,
        codeSplitting: false,
        banner: format === 'es' ? '#!/usr/bin/env node' : '',
      },
    },
  },
});
