// `npm run edge`: the self-hosted edge as a program. Ends with 0 when told to, with 1 when it cannot
// start or workerd dies.
import { setTimeout as delay } from 'node:timers/promises';
import { StartFault } from './fault.ts';
import { launchOptions } from './launch-options.ts';
import { type RunningEdge, startEdge } from './start-edge.ts';

/** Signals often go to the whole group: workerd may end of one before this program has seen it. */
const SIGNAL_SLACK_MS = 200;

const stop = new AbortController();
// Kept for good: Ctrl-C in npm arrives twice, and the second one must not break off the end.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => stop.abort());
}

process.exitCode = await run(stop.signal);

async function run(signal: AbortSignal): Promise<number> {
  const launch = launchOptions(process.env);
  if (!launch.ok) return complain(launch.faults.map(({ sentence }) => sentence));
  try {
    const edge = await startEdge({ ...launch.options, signal, say: console.error });
    console.log(`edge serves ${edge.origin}`);
    return await untilTheEnd(edge, signal);
  } catch (error) {
    if (signal.aborted) return 0;
    if (error instanceof StartFault) return complain(error.sentences);
    throw error;
  }
}

async function untilTheEnd(edge: RunningEdge, signal: AbortSignal): Promise<number> {
  const told = new Promise<'told'>((settle) => {
    signal.addEventListener('abort', () => settle('told'), { once: true });
  });
  const first = signal.aborted ? 'told' : await Promise.race([told, edge.ended]);
  if (first !== 'told') await Promise.race([told, delay(SIGNAL_SLACK_MS, null, { ref: true })]);
  await edge.close();
  if (signal.aborted || first === 'told') return 0;
  const { code, signal: by, lastLines } = first;
  return complain([`workerd ended by itself (${by ?? code}). Its last lines:`, ...lastLines]);
}

function complain(sentences: readonly string[]): number {
  for (const sentence of sentences) console.error(sentence);
  return 1;
}
