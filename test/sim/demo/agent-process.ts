// The real agent as a child process. Whoever runs one has enrolled it before, and `runAgent` sees to it that
// the program is there.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { AGENT_PROGRAM, agentMade } from './agent-program.ts';

/** Starts `presence-agent` with these words. Its lines go to `say`; `env` comes on top of ours. */
export function startAgent(
  words: string[],
  say: (line: string) => void = () => {},
  env: Record<string, string> = {},
): ChildProcess {
  const child = spawn(process.execPath, [AGENT_PROGRAM, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    let rest = '';
    stream.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) say(line);
    });
  }
  return child;
}

/** Waits for the end of a short command; throws what it said where it failed. */
export async function runAgent(words: string[], env: Record<string, string> = {}): Promise<string> {
  await agentMade();
  const lines: string[] = [];
  const child = startAgent(words, (line) => lines.push(line), env);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(lines.join('\n'));
  return lines.join('\n');
}

/** Ends it as a service manager would. */
export async function stopAgent(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'close');
}
