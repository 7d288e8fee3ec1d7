// When a program that npm or a service manager started is to end.

/** How often to look whether npm is still there. */
const ORPHAN_CHECK_MS = 100;

export function toldToStop(): AbortSignal {
  const stop = new AbortController();
  // Kept for good: Ctrl-C in npm arrives twice, and the second one must not break off the end.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => stop.abort());
  }
  stopWithNpm(stop);
  // Whoever read our output may be gone before us; that is no reason to end otherwise.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return stop.signal;
}

/**
 * A signal to npm reaches the shell that npm started us with, and that shell ends without a word to us.
 * Having lost it is the signal then.
 */
function stopWithNpm(stop: AbortController): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const shell = process.ppid;
  setInterval(() => process.ppid === shell || stop.abort(), ORPHAN_CHECK_MS).unref();
}
