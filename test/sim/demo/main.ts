// `npm start`: the whole product in one terminal, against simulated Microsoft and a simulated PBX.
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartFault } from '../../../edge/self-hosted/fault.ts';
import { liveABit } from './life.ts';
import { type SetUp, setUp } from './set-up.ts';
import { lineOf, watch } from './watch.ts';

/** Between two changes, in ms. */
const PACE_MS = 2_500;
/** How much later than workerd this process may hear a signal that ends both, in ms. */
const SIGNAL_SLACK_MS = 500;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stop.abort());
}

process.exitCode = await main(stop.signal);

async function main(signal: AbortSignal): Promise<number> {
  console.log('Starting edge, agent, simulated Microsoft and simulated PBX …');
  const demo = await start();
  if (!demo) return 1;
  let exitCode = 0;
  const stopWatching = watch(demo.lab, (arrival) => console.log(lineOf(arrival)));
  try {
    console.log(`
  Admin page   ${demo.connectorUrl}/admin
  Admin token  ${demo.adminToken}  (made for this run)
  Lamps        curl -H "Authorization: Bearer ${demo.adminToken}" ${demo.connectorUrl}/api/status
  By hand      ${demo.lab.microsoft.origin}/control/   ${demo.lab.pbx.origin}/control/
  End          Ctrl-C
`);
    keepEdge(demo, signal).catch((error: unknown) => {
      console.error(error);
      exitCode = 1;
      stop.abort();
    });
    await paired(demo, signal);
    const names = ['alice', 'bob', 'carol', 'dora', 'erik'];
    while (!signal.aborted) {
      liveABit(demo.lab, names, (n) => Math.floor(Math.random() * n));
      await delay(PACE_MS, null, { signal }).catch(() => undefined);
    }
  } finally {
    stopWatching();
    await demo.close();
  }
  return exitCode;
}

async function start(): Promise<SetUp | undefined> {
  const port = Number(process.env['PORT'] || 8787);
  const stateDir = resolve('.state/demo');
  try {
    return await setUp({ stateDir, port, say: (who, line) => console.error(`[${who}] ${line}`) });
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    for (const sentence of error.sentences) console.error(sentence);
    return undefined;
  }
}

/** Starts the edge again where it ended by itself, as the service manager does it on a customer's site. */
async function keepEdge(demo: SetUp, signal: AbortSignal): Promise<void> {
  const told = new Promise<'told'>((settle) => {
    signal.addEventListener('abort', () => settle('told'), { once: true });
  });
  for (;;) {
    const end = await Promise.race([told, demo.edge.ended, demo.edge.setBack]);
    // Ctrl-C ends both at once, and may be heard of here last.
    await delay(SIGNAL_SLACK_MS, null, { signal }).catch(() => undefined);
    if (end === 'told' || signal.aborted) return;
    const why =
      typeof end === 'string' ? end : `workerd ended by itself (${end.signal ?? end.code}).`;
    console.error(`[edge] ${why} It is started again, as a service would be.`);
    await demo.restartEdge('close');
  }
}

/** Waits until the users are paired and both sides are being watched. */
async function paired({ admin }: SetUp, signal: AbortSignal): Promise<void> {
  const green = ['pairing', 'subscriptions', 'sync'];
  while (!signal.aborted) {
    const lamps = await admin.get<{ id: string; state: string }[]>('/api/status');
    if (lamps.every((lamp) => !green.includes(lamp.id) || lamp.state === 'ok')) return;
    await delay(200, null, { signal }).catch(() => undefined);
  }
}
