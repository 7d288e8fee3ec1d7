// `npm run bench`: how long the product takes on this machine, as figures and as ratios within the
// run. Prints a table and writes `.state/bench.json`. CHANGES (default 200) from the environment.
import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { castOf, NAMES } from '../scenario/cast.ts';
import { becomes } from '../scenario/eventually.ts';
import { setUp } from '../sim/demo/set-up.ts';
import { type Arrival, watch } from '../sim/demo/watch.ts';
import { type Figures, figures, ratio } from './figures.ts';

const changes = Number(process.env['CHANGES'] || 200);

const demo = await setUp({ stateDir: resolve('.state/bench'), port: 0 });
const cast = castOf(demo);
const arrivals: Arrival[] = [];
watch(demo.lab, (arrival) => arrivals.push(arrival));
try {
  // Microsoft's own delay is not ours to measure.
  demo.lab.microsoft.turn({ latencyMs: 0 });
  await cast.allGreen();
  const healthz = await repeat(changes, () => fetch(`${demo.edge.origin}/healthz`));
  await changeEverything();
  report(healthz);
} finally {
  await demo.close();
}

/** Each person by turns on either side; the next change waits until the last one has arrived. */
async function changeEverything(): Promise<void> {
  for (let n = 0; n < changes / 2; n += 1) {
    const name = NAMES[n % NAMES.length] ?? 'alice';
    const busy = Math.floor(n / NAMES.length) % 2 === 0;
    cast.teams(name).choose(busy ? 'Busy' : 'DoNotDisturb');
    await becomes(cast.onPbx(name), busy ? 'busy' : 'dnd');
    cast.pbx(name).setPresence(busy ? 'away' : '');
    await becomes(cast.inTeams(name), busy ? 'Away/Away' : 'Available/Available');
  }
}

function report(healthz: Figures): void {
  const spans = (direction: Arrival['direction']) =>
    figures(arrivals.filter((one) => one.direction === direction).map(({ ms }) => ms));
  const delivered = demo.lab.microsoft.records.notifications.filter(({ status }) => status === 202);
  const webhook = figures(delivered.map(({ ms }) => ms));
  const table = {
    'GET /healthz, the bare answer': healthz,
    'webhook, checked and stored': webhook,
    'Teams → PBX, notification to SetPresence': spans('Teams → PBX'),
    'PBX → Teams, event to Graph request': spans('PBX → Teams'),
  };
  console.table(table);
  const ratios = { 'webhook / healthz': ratio(webhook, healthz) };
  console.table(ratios);
  void save({ node: process.version, changes, ms: table, ratios });
}

async function save(result: unknown): Promise<void> {
  await mkdir('.state', { recursive: true });
  await writeFile('.state/bench.json', `${JSON.stringify(result, null, 2)}\n`);
}

async function repeat(times: number, act: () => Promise<Response>): Promise<Figures> {
  const spans: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const began = performance.now();
    await (await act()).text();
    spans.push(performance.now() - began);
  }
  return figures(spans);
}
