// One running workerd: its port, its last words, its end.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { SOCKET } from './workerd-config.ts';

/** Lines kept for the case that it dies. */
const LAST_LINES = 20;
/** How long it may finish requests before it is killed, in ms; the whole edge ends within 2 s. */
const GRACE_MS = 700;

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  lastLines: string[];
}

export interface WorkerdProcess {
  pid: number;
  /** The port it listens on; never settles where it ends before. */
  port: Promise<number>;
  ended: Promise<Ended>;
  /** Lets requests finish, not for long. */
  stop(): Promise<void>;
  /** As a crash would. */
  kill(): Promise<void>;
}

/** Starts the program itself, not its Node wrapper, so that signals reach it. */
export function startWorkerd(
  configFile: string,
  env: Record<string, string>,
  say: (line: string) => void,
): WorkerdProcess {
  const { default: program } = createRequire(import.meta.url)('workerd') as { default: string };
  const child = spawn(program, ['serve', '--control-fd=3', configFile], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > LAST_LINES) lastLines.shift();
      say(line);
    });
  }
  const killNow = () => child.kill('SIGKILL');
  process.on('exit', killNow);
  const ended = new Promise<Ended>((settle, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => settle({ code, signal, lastLines }));
  }).finally(() => process.off('exit', killNow));

  return {
    pid: child.pid ?? 0,
    port: portFrom(child.stdio[3] as Readable),
    ended,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(killNow, GRACE_MS);
      await ended;
      clearTimeout(timer);
    },
    async kill() {
      killNow();
      await ended;
    },
  };
}

/** workerd reports each socket it opened as a line of JSON. */
function portFrom(control: Readable): Promise<number> {
  return new Promise((settle) => {
    createInterface({ input: control }).on('line', (line) => {
      const { event, socket, port } = JSON.parse(line) as Record<string, unknown>;
      if (event === 'listen' && socket === SOCKET) settle(Number(port));
    });
  });
}
