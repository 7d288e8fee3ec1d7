// Two hundred customers of fifty users on one self-hosted edge: what they take at rest, what changes leave on
// the disk, and how soon all is well again after the edge was killed. The agents are the real ones, all in this
// process.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../agent/clock.ts';
import { createLog } from '../../agent/log.ts';
import { run } from '../../agent/run.ts';
import { eventually } from '../scenario/eventually.ts';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { customer, pacing } from './customers.ts';
import { diskKb } from './disk.ts';
import { diskGrowth } from './disk-growth.ts';
import { corePercent, residentMb } from './process-figures.ts';
import { untilQuiet } from './quiet.ts';
import { tenantOf } from './tenant.ts';

const LONG_MS = 300_000;
const IDLE_S = 30;
/** Default of the settings: each connector asks Microsoft that often. */
const POLL_S = 5;

interface Overview {
  items: { connector: string; worst: { id: string; state: string } | null }[];
  next?: string;
}

export async function benchManyConnectors({
  connectors,
  users,
}: Record<'connectors' | 'users', number>) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-connectors-'));
  const demo = await setUp({
    stateDir: join(folder, 'demo'),
    port: 0,
    laboratory: { tenant: tenantOf(users, 0), pbxUsers: users },
    settings: { source: 'poll' },
  });
  const stop = new AbortController();
  const over: Promise<void>[] = [];
  try {
    // They share one tenant: its quota is not what is measured here.
    demo.lab.microsoft.turn({ latencyMs: 0, jitterMs: 0, presenceRequests: 1_000_000 });
    const empty = await residentMb(demo.edge.pid);
    const began = Date.now();
    for (let n = 1; n < connectors; n += 1) {
      const { configFile } = await customer(demo, folder, n, { pollSeconds: POLL_S });
      over.push(run(configFile, agentDeps, stop.signal));
    }
    await allWell(demo, connectors);
    const wellS = (Date.now() - began) / 1_000;
    await untilQuiet(demo.lab);
    const idle = await corePercent(demo.edge.pid, IDLE_S);
    const memory = await residentMb(demo.edge.pid);
    const disk = await diskKb(join(folder, 'demo', 'edge'));

    const growth = await diskGrowth(demo, join(folder, 'demo', 'edge'), connectors);

    await demo.restartEdge('kill');
    const servesAt = Date.now();
    await allWell(demo, connectors);
    return {
      ...{ connectors, users: connectors * users },
      'set up and well, s': tenth(wellS),
      'memory of the edge with one, with all, MB': [empty, memory],
      'edge at rest, each polled every 5 s, % of a core': idle,
      'disk of a connector, KB': Math.round(disk / connectors),
      ...growth.seen,
      'killed; all well after it serves again, s': tenth((Date.now() - servesAt) / 1_000),
      held: growth.held,
    };
  } finally {
    stop.abort();
    await Promise.all(over);
    await demo.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const agentDeps = {
  clock: systemClock,
  random: Math.random,
  logFor: () => createLog({ level: 'error', write: console.error, now: Date.now }),
  pacing,
  env: {},
  proxyFor: () => '',
  about: { version: '0', platform: 'bench' },
};

/** No lamp of any connector is anything but green, and each has an agent that leads. */
const allWell = (demo: SetUp, connectors: number) =>
  eventually(
    () => wellOnes(demo),
    (well) => well === connectors,
    LONG_MS,
  );

async function wellOnes({ edge, adminToken }: SetUp): Promise<number> {
  const ask = async <T>(path: string) => {
    const headers = { authorization: `Bearer ${adminToken}` };
    return (await (await fetch(`${edge.origin}${path}`, { headers })).json()) as T;
  };
  const green: string[] = [];
  for (let page: string | undefined = ''; page !== undefined; ) {
    const { items, next }: Overview = await ask(`/api/connectors${page}`);
    green.push(
      ...items.filter(({ worst }) => worst?.state === 'ok').map(({ connector }) => connector),
    );
    page = next && `?cursor=${encodeURIComponent(next)}`;
  }
  const led = green.map(async (connector) => {
    const { items } = await ask<{ items: { state: string }[] }>(`/${connector}/api/agents`);
    return items.some(({ state }) => state === 'leading');
  });
  return (await Promise.all(led)).filter(Boolean).length;
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
