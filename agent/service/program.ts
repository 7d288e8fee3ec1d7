// How this very program is started again by somebody else: as a single file or a source under Node, under
// Deno, or as an executable of its own.
import { resolve } from 'node:path';

type Process = Pick<typeof process, 'execPath' | 'execArgv' | 'argv' | 'argv0'>;

/**
 * Words of a command line, the program first. An executable of its own names itself as its script, in the
 * word by which it was called: `presence-agent`, or the path of a link to it.
 */
export function programWords(
  { execPath, execArgv, argv, argv0 }: Process = process,
  isDeno = 'Deno' in globalThis,
): string[] {
  const script = argv[1];
  if (script === undefined || script === argv0 || script === execPath) return [execPath];
  if (isDeno) return [execPath, 'run', '--allow-all', resolve(script)];
  return [execPath, ...execArgv, resolve(script)];
}
