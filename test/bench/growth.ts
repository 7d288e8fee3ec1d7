// How the cost of one connector grows with its users: time, memory, processor, disk, and the time until
// all is well again after the edge was killed.
import { resolve } from 'node:path';
import { castOf } from '../scenario/cast.ts';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { diskKb } from './disk.ts';
import { figures } from './figures.ts';
import { corePercent, processorMs, residentMb } from './process-figures.ts';
import { untilQuiet } from './quiet.ts';
import { tenantOf } from './tenant.ts';

/** What a Teams account takes. */
const USERS_AN_ACCOUNT = 650;
const IDLE_S = 20;
const CHANGES = 500;
const SINGLE = 40;
const GREEN_MS = 300_000;

type Source = 'poll' | 'subscribe';

export async function benchGrowth(sizes: readonly number[]) {
  const rows: Record<string, object[]> = { subscribe: [], poll: [] };
  for (const source of ['subscribe', 'poll'] as const) {
    for (const users of sizes) rows[source]?.push(await measured(users, source));
  }
  return rows;
}

async function measured(users: number, source: Source) {
  const stateDir = resolve('.state/bench');
  const accounts = source === 'subscribe' ? Math.ceil(users / USERS_AN_ACCOUNT) : 0;
  const demo = await setUp({
    ...{ stateDir, port: 0 },
    laboratory: { tenant: tenantOf(users, accounts), pbxUsers: users },
    settings: { source },
  });
  const edgeDir = resolve(stateDir, 'edge');
  try {
    const began = Date.now();
    demo.lab.microsoft.turn({ latencyMs: 0, jitterMs: 0 });
    await castOf(demo).allGreen(GREEN_MS);
    const greenS = seconds(Date.now() - began);
    const knownAt = await untilQuiet(demo.lab);
    const idle = await corePercent(demo.edge.pid, IDLE_S);
    const memory = {
      edge: await residentMb(demo.edge.pid),
      agent: await residentMb(demo.agent.pid),
    };

    const diskBefore = await diskKb(edgeDir);
    const workBefore = await processorMs(demo.edge.pid);
    await onPbx(demo, users);
    const work = (await processorMs(demo.edge.pid)) - workBefore;
    const disk = await diskKb(edgeDir);
    const single = await oneByOne(demo, users);
    return {
      users,
      'first green, s': greenS,
      'everybody known, s': seconds(knownAt - began),
      'memory, MB': memory,
      'edge at rest, % of a core': idle,
      'processor of the edge, ms a change': tenth(work / CHANGES),
      'PBX change to Graph request, ms': single,
      'disk, KB': disk,
      'disk, KB a change': tenth((disk - diskBefore) / CHANGES),
      'killed; all green after it serves again, s': await restarted(demo),
    };
  } finally {
    await demo.close();
  }
}

/** As many users as there are changes, or the same ones again, choose on the PBX. */
async function onPbx({ lab }: SetUp, users: number): Promise<void> {
  const names = lab.pbx.users().map(({ h323 }) => h323);
  for (let n = 0; n < CHANGES; n += 1) {
    const again = Math.floor(n / users) % 2 === 1;
    lab.pbx.user(names[n % users] ?? '').setPresence(again ? 'busy' : 'dnd');
    if (n % 100 === 99) await untilQuiet(lab, 1_000);
  }
  await untilQuiet(lab);
}

async function oneByOne({ lab }: SetUp, users: number) {
  const spans: number[] = [];
  const names = lab.pbx.users().map(({ h323 }) => h323);
  for (let n = 0; n < SINGLE; n += 1) {
    const from = performance.now();
    const written = new Promise<void>((resolve) => {
      const stop = lab.microsoft.on('presence', ({ cause }) => {
        if (cause === 'teams' || cause === 'time') return;
        stop();
        resolve();
      });
    });
    lab.pbx.user(names[(n * 7) % users] ?? '').setPresence(n % 2 ? 'lunch' : 'meeting');
    await written;
    spans.push(performance.now() - from);
  }
  return figures(spans);
}

async function restarted(demo: SetUp): Promise<number> {
  await demo.restartEdge('kill');
  const servesAt = Date.now();
  await castOf(demo).allGreen(GREEN_MS);
  return seconds(Date.now() - servesAt);
}

const seconds = (ms: number): number => tenth(ms / 1_000);
const tenth = (value: number): number => Math.round(value * 10) / 10;
