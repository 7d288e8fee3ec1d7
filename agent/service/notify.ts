// Tells systemd how we are: ready, alive, stopping, and a line for `systemctl status`. Node has no
// datagram sockets of the unix kind, so systemd's own `systemd-notify` says it for us; the unit allows
// that with NotifyAccess=all. Without NOTIFY_SOCKET all of this is silent.
import { spawn } from 'node:child_process';
import type { Clock } from '../clock.ts';
import type { Environment } from '../config-files.ts';
import type { Log } from '../log.ts';

export interface Notifier {
  /** From here on the watchdog is fed as long as this process does its work. */
  ready(status: string): void;
  /** One line; the latest wins. */
  status(line: string): void;
  stopping(): void;
}

const SILENT: Notifier = { ready() {}, status() {}, stopping() {} };

export function notifier(
  env: Environment,
  { clock, log }: { clock: Clock; log: Log },
  signal: AbortSignal,
): Notifier {
  if (!env['NOTIFY_SOCKET']) return SILENT;
  /** What is to be said when the program under way has ended; by name, so that the latest wins. */
  const waiting = new Map<string, string>();
  let isBusy = false;
  let hasComplained = false;

  const say = (words: Record<string, string>) => {
    for (const [name, value] of Object.entries(words)) waiting.set(name, value);
    if (!isBusy) speak();
  };
  const speak = () => {
    const words = [...waiting].map(([name, value]) => `${name}=${value}`);
    waiting.clear();
    isBusy = true;
    const program = spawn('systemd-notify', words, { stdio: 'ignore', timeout: 5_000 });
    // It waits until systemd has read it; our own end need not.
    if (signal.aborted) program.unref();
    let failure: string | undefined;
    program.once('error', ({ message }) => {
      failure = message;
    });
    program.once('close', (code, by) => {
      isBusy = false;
      if (code !== 0) complain(failure ?? by ?? `exit code ${code}`);
      if (waiting.size > 0) speak();
    });
  };
  const complain = (problem: string) => {
    if (hasComplained) return;
    hasComplained = true;
    log.warn(`systemd-notify does not work (${problem}): systemd will not know how we are`);
  };

  // systemd wants to hear of us within this time; half of it leaves room.
  const everyMs = Number(env['WATCHDOG_USEC'] ?? 0) / 2_000;
  const feed = () => {
    if (signal.aborted) return;
    say({ WATCHDOG: '1' });
    clock.after(everyMs, feed);
  };
  return {
    ready(status) {
      say({ READY: '1', STATUS: status });
      if (everyMs > 0) feed();
    },
    status: (line) => say({ STATUS: line }),
    stopping: () => say({ STOPPING: '1', STATUS: 'stopping' }),
  };
}
