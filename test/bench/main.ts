// `npm run bench`: what the product does on this machine, as figures and as ratios within the run.
// `npm run bench -- latency` and so on: one part of it. Prints a table of each part, writes `.state/bench.json`, and ends
// with 1 where a promise (`held`) was not kept.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { benchAgent } from './agent.ts';
import { benchBurst } from './burst.ts';
import { benchEconomy } from './economy.ts';
import { benchGrowth } from './growth.ts';
import { benchHerd } from './herd.ts';
import { benchLargeTenant } from './large-tenant.ts';
import { benchLatency } from './latency.ts';
import { benchManyConnectors } from './many-connectors.ts';
import { tableOf } from './table.ts';
import { benchUserSearch } from './user-search.ts';
import { benchWebhook } from './webhook.ts';
import { benchWorker } from './worker.ts';

type Result = object & { held?: Record<string, boolean> };

const PARTS: Readonly<Record<string, () => Promise<Result>>> = {
  worker: () => benchWorker({ starts: 60 }),
  latency: () => benchLatency(Number(process.env['CHANGES'] || 200)),
  agent: () => benchAgent({ users: 10_000, changes: Number(process.env['SOAK'] || 1_000_000) }),
  users: () => benchUserSearch({ users: 20_000 }),
  webhook: benchWebhook,
  economy: benchEconomy,
  herd: () => benchHerd(200),
  connectors: () => benchManyConnectors({ connectors: 200, users: 50 }),
  burst: () => benchBurst(10_000),
  growth: () => benchGrowth([100, 1_000, 10_000, 20_000]),
  subscribe: () => benchLargeTenant({ users: 6_500, source: 'subscribe', accounts: 10 }),
  poll: () => benchLargeTenant({ users: 10_000, source: 'poll', accounts: 0 }),
};
const RESULT = '.state/bench.json';

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(1);
}
const machine = `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
console.log(machine);
for (const name of asked.length > 0 ? asked : Object.keys(PARTS)) {
  console.log(`\n${name}`);
  const result = await PARTS[name]?.().catch((error: unknown) => {
    // The other parts have their own to tell.
    console.error(error);
    return { held: { 'it can be measured': false } };
  });
  for (const line of tableOf(result ?? {})) console.log(line);
  await keep(name, { at: new Date().toISOString(), machine, ...result });
  for (const promise of brokenIn(result)) {
    console.error(`\nNOT KEPT: ${name}: ${promise}`);
    process.exitCode = 1;
  }
}

/** Names of the promises that were not kept. */
function brokenIn(result: Result | undefined): string[] {
  return Object.entries(result?.held ?? {}).flatMap(([promise, kept]) => (kept ? [] : [promise]));
}

/** Beside the results of the other parts, of whenever those were made. */
async function keep(name: string, result: object): Promise<void> {
  await mkdir('.state', { recursive: true });
  const known = await readFile(RESULT, 'utf8').catch(() => '{}');
  const all = { ...JSON.parse(known), [name]: result };
  await writeFile(RESULT, `${JSON.stringify(all, null, 2)}\n`);
}
