// Runs wrangler offline, and by itself the step that wrangler runs first.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { StartFault } from './fault.ts';

/** Nothing that asks the network, nothing that writes a log. */
const QUIET = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_WRITE_LOGS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  NO_COLOR: '1',
  CI: '1',
};

/** Where wrangler is, if it is installed. */
export function wranglerProgram(): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    return join(dirname(require.resolve('wrangler/package.json')), 'bin', 'wrangler.js');
  } catch {
    return undefined;
  }
}

/** The command of a wrangler.toml's build step. Throws as `runWrangler` does. */
export const runStep = (command: string, cwd: string, signal: AbortSignal): Promise<void> =>
  run('/bin/sh', ['-c', command], cwd, signal);

/**
 * Makes the Worker of `wranglerConfig` in `outdir`. Throws `StartFault` with wrangler's words where it cannot be
 * made, and whatever the signal says when that comes first.
 */
export function runWrangler(
  program: string,
  wranglerConfig: string,
  outdir: string,
  signal: AbortSignal,
): Promise<void> {
  const what = ['--outdir', outdir, '--metafile', '--config', wranglerConfig];
  const args = [program, 'deploy', '--dry-run', ...what];
  return run(process.execPath, args, dirname(wranglerConfig), signal);
}

const firstIn = (folder: string): string => [folder, process.env['PATH'] ?? ''].join(delimiter);

async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  signal: AbortSignal,
): Promise<void> {
  // Nobody hears of what came before they listened. Nothing comes between this and listening.
  signal.throwIfAborted();
  const child = spawn(program, args, {
    cwd,
    // The build step asks for `node`, and where a service starts us that is another one, or none.
    env: { ...process.env, ...QUIET, PATH: firstIn(dirname(process.execPath)) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that it can be ended with everything that it started.
    detached: true,
  });
  const end = () => endGroup(child.pid);
  signal.addEventListener('abort', end, { once: true });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const code = await new Promise<number | null>((settle, fail) => {
    child.on('error', fail).on('close', settle);
  }).finally(() => signal.removeEventListener('abort', end));
  signal.throwIfAborted();
  if (code !== 0) throw new StartFault(['The Worker cannot be built:', said.trim()]);
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
