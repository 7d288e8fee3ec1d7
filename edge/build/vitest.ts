// Before any test: what the Worker loads and hands out is to be there. In a process of its own, because vitest's is not one
// for production.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export async function setup(): Promise<void> {
  const program = join(import.meta.dirname, 'main.ts');
  await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', program]);
}
