// `npm run edge`: the self-hosted edge as a program. Ends with 0 when told to, with 1 when it cannot
// start or workerd dies. An argument names the wrangler.toml of another Worker, for tests.
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartFault } from './fault.ts';
import { launchOptions } from './launch-options.ts';
import { type RunningEdge, startEdge } from './start-edge.ts';
import { toldToStop } from './told-to-stop.ts';

/** Signals often go to the whole group: workerd may end of one before this program has seen it. */
const SIGNAL_SLACK_MS = 200;

process.exitCode = await run(toldToStop());

async function run(signal: AbortSignal): Promise<number> {
  const launch = launchOptions(process.env);
  if (!launch.ok) return complain(launch.faults.map(({ sentence }) => sentence));
  const [, , other] = process.argv;
  const wranglerConfig = other === undefined ? {} : { wranglerConfig: resolve(other) };
  const say = (line: string) => console.error(line);
  const options = { ...launch.options, ...wranglerConfig, signal, say };
  try {
    for (;;) {
      const edge = await startEdge(options);
      console.log(`edge serves ${edge.origin}`);
      const end = await untilTheEnd(edge, signal);
      if (end !== 'again') return end;
      // Whoever is connected comes back to the same port.
      options.port = Number(new URL(edge.origin).port);
    }
  } catch (error) {
    if (signal.aborted) return 0;
    if (error instanceof StartFault) return complain(error.sentences);
    throw error;
  }
}

async function untilTheEnd(edge: RunningEdge, signal: AbortSignal): Promise<number | 'again'> {
  const told = new Promise<'told'>((settle) => {
    signal.addEventListener('abort', () => settle('told'), { once: true });
  });
  const ends = [told, edge.ended, edge.setBack];
  const first = signal.aborted ? 'told' : await Promise.race(ends);
  if (typeof first !== 'string') await Promise.race([told, delay(SIGNAL_SLACK_MS)]);
  await edge.close();
  if (signal.aborted || first === 'told') return 0;
  if (typeof first === 'string') {
    console.error(first);
    return 'again';
  }
  const { code, signal: by, lastLines } = first;
  return complain([`workerd ended by itself (${by ?? code}). Its last lines:`, ...lastLines]);
}

function complain(sentences: readonly string[]): number {
  for (const sentence of sentences) console.error(sentence);
  return 1;
}
