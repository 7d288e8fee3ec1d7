// Libraries in C that a test puts between a program and its libc, compiled on the machine where they run.
import { execFile } from 'node:child_process';
import { mkdir, rename, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const BUILT = resolve(import.meta.dirname, '../../dist/test');

/** The library made of `source`, by the C compiler of this machine where that of last time is older. */
export async function preloaded(source: string): Promise<string> {
  const library = join(BUILT, basename(source).replace(/\.c$/, '.so'));
  const [made, written] = await Promise.all([changedAt(library), changedAt(source)]);
  if (made > written) return library;
  await mkdir(BUILT, { recursive: true });
  const aside = `${library}.${process.pid}`;
  await promisify(execFile)('cc', ['-O2', '-Wall', '-shared', '-fPIC', '-o', aside, source]);
  await rename(aside, library);
  return library;
}

/** One environment of several; each brings a library of its own. */
export function together(...all: (Record<string, string> | undefined)[]): Record<string, string> {
  const libraries = all.flatMap((env) => env?.['LD_PRELOAD'] ?? []);
  const preload = libraries.length > 0 ? { LD_PRELOAD: libraries.join(':') } : {};
  return { ...Object.assign({}, ...all), ...preload };
}

const changedAt = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
