// Two hundred customers on one edge: how soon every agent is back after its line broke, and after the edge
// was started anew. The agents' own code to keep a tunnel, all in this process; PBXs there are none.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../agent/clock.ts';
import { parseEdgeUrl } from '../../agent/edge-url.ts';
import { keepTunnel } from '../../agent/keep-tunnel.ts';
import { createLog } from '../../agent/log.ts';
import { Relay } from '../../agent/relay/relay.ts';
import { Tracker } from '../../agent/tracker.ts';
import { eventually } from '../scenario/eventually.ts';
import { setUp } from '../sim/demo/set-up.ts';
import { startWire } from '../sim/network/tcp-proxy.ts';
import { customer, type Enrolled, pacing } from './customers.ts';
import { figures } from './figures.ts';
import { coreSeconds } from './process-figures.ts';

const LONG_MS = 120_000;
const QUIET_MS = 10_000;
/** What is promised, in ms at the 95th percentile. */
const LIMITS = { loss: 1_000, restart: 5_000 };
const BUCKET_MS = 100;

interface Member {
  readonly losses: Readonly<Record<string, number>>;
  readonly isUp: boolean;
  /** Epoch ms. */
  upAt: number;
}

export async function benchHerd(agents: number) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-herd-'));
  const demo = await setUp({ stateDir: join(folder, 'demo'), port: 0 });
  const wire = await startWire(Number(new URL(demo.edge.origin).port));
  const stop = new AbortController();
  const over: Promise<unknown>[] = [];
  try {
    const herd: Member[] = [];
    for (let n = 0; n < agents; n += 1) {
      const at = await customer(demo, folder, n, { port: wire.port });
      const { member, ended } = tunnelOf(at, stop.signal);
      herd.push(member);
      over.push(ended);
    }
    await allUp(herd, 0);

    // New connectors read their users first.
    await delay(QUIET_MS);

    const loss: number[] = [];
    for (const socket of [...wire.sockets]) {
      const lostAt = Date.now();
      socket.resetAndDestroy();
      loss.push(await backSince(herd, lostAt));
    }

    const coreBefore = await coreSeconds(demo.edge.pid);
    const allLostAt = Date.now();
    wire.reset();
    await allUp(herd, allLostAt);
    const coreS = (await coreSeconds(demo.edge.pid)) - coreBefore;
    const allLost = spans(herd, allLostAt);

    const killedAt = Date.now();
    let servesAt = 0;
    const restarted = demo.restartEdge('kill', () => {
      void serving(demo.edge.origin).then((at) => {
        servesAt = at;
      });
    });
    await restarted;
    await allUp(herd, killedAt);
    const restart = spans(herd, servesAt);
    return {
      agents,
      'one line breaks: back after, ms': figures(loss),
      'all lines break: back after, ms': figures(allLost),
      'processor of the edge for one return, ms': Math.round((coreS * 10_000) / agents) / 10,
      'edge restarts: back after it serves, ms': figures(restart),
      'back in the busiest 100 ms': { 'all lines': most(allLost), restart: most(restart) },
      'ends, by reason': reasons(herd),
      held: {
        loss: figures(loss).p95 < LIMITS.loss,
        restart: figures(restart).p95 < LIMITS.restart,
      },
    };
  } finally {
    stop.abort();
    await Promise.all(over);
    await wire.down();
    await demo.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function tunnelOf({ edge, stateDir }: Enrolled, signal: AbortSignal) {
  const tracker = new Tracker(Date.now);
  const parsed = parseEdgeUrl(edge);
  if (!parsed.ok) throw new Error(parsed.problem);
  const member = {
    upAt: 0,
    get isUp() {
      return tracker.isReady;
    },
    get losses() {
      return tracker.all()[0]?.losses ?? {};
    },
  };
  const ended = keepTunnel(
    {
      ...{ stateDir, edge: parsed.edge },
      way: { proxyFor: () => '' },
      hello: { agent: { version: '0', platform: 'bench', startedAt: Date.now() }, pbxs: ['pbx'] },
    },
    new Relay(['pbx'], pacing),
    {
      ...{ clock: systemClock, random: Math.random, tracker },
      log: createLog({ level: 'error', write: console.error, now: Date.now }),
    },
    signal,
  );
  tracker.onChange(() => {
    if (tracker.isReady) member.upAt = Date.now();
  });
  return { member, ended };
}

/** When it first answers, epoch ms. */
async function serving(origin: string): Promise<number> {
  while (
    !(await fetch(`${origin}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await delay(10);
  return Date.now();
}

/** Ms until the one that was lost is back. */
async function backSince(herd: readonly Member[], since: number): Promise<number> {
  const back = () => herd.find(({ isUp, upAt }) => isUp && upAt > since);
  const end = since + LONG_MS;
  for (let member = back(); ; member = back()) {
    if (member) return member.upAt - since;
    if (Date.now() > end) throw new Error('An agent did not come back.');
    await delay(5);
  }
}

const allUp = (herd: readonly Member[], since: number) =>
  eventually(
    () => herd.filter(({ isUp, upAt }) => isUp && upAt >= since).length,
    (up) => up === herd.length,
    LONG_MS,
  );

const spans = (herd: readonly Member[], since: number): number[] =>
  herd.map(({ upAt }) => Math.max(0, upAt - since));

function reasons(herd: readonly Member[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const { losses } of herd) {
    for (const [code, times] of Object.entries(losses)) all[code] = (all[code] ?? 0) + times;
  }
  return all;
}

/** How many came in the busiest tenth of a second. */
function most(all: readonly number[]): number {
  const buckets = new Map<number, number>();
  for (const ms of all) {
    const at = Math.floor(ms / BUCKET_MS);
    buckets.set(at, (buckets.get(at) ?? 0) + 1);
  }
  return Math.max(...buckets.values());
}
