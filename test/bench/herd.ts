// Two hundred customers on one edge: how soon every agent is back after its line broke, and after the edge
// was started anew; and that they do not come as a herd.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../scenario/eventually.ts';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { startWire } from '../sim/network/tcp-proxy.ts';
import { busiest, busiestShare } from './arrivals.ts';
import { customer } from './customers.ts';
import { figures } from './figures.ts';
import { type Member, tunnelOf } from './herd-member.ts';
import { coreSeconds } from './process-figures.ts';
import { tenantOf } from './tenant.ts';

const LONG_MS = 120_000;
const QUIET_MS = 10_000;
/** What is promised, in ms at the 95th percentile. */
const LIMITS = { lossMs: 1_000, restartMs: 5_000 };
/**
 * No herd: how many of the agents may come within any 100 ms, in percent. By the back-off alone it is 50 where the
 * edge lives, since a clean loss is to be mended within the second; 71 while it is away, failed tries included; 31
 * at most once it serves (test/shared/backoff.test.ts). The rest is chance, 3.5 being the deviation with 200, and a
 * busy machine that gathers them.
 */
const SHARES = { lives: 75, away: 90, serves: 50 };
/** Connections of one agent: the first try finds an edge that lives; one in 10^10 tries ten times in a second. */
const TRIES = { lives: 2, away: 10 };
/** One read for each connector that has its agent back, and a few that were due anyway. */
const READS_EACH = 1.1;
/** What the pace allows one connector; here all are in one tenant. */
const PACE = { requests: 1_170, windowMs: 30_000 };
/** Of each connector. */
const USERS = 50;

/** Everything of the herd that is up, and what leads to it. */
interface Stage {
  readonly demo: SetUp;
  readonly herd: readonly Member[];
}

export async function benchHerd(agents: number) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-herd-'));
  const demo = await setUp({
    ...{ stateDir: join(folder, 'demo'), port: 0 },
    laboratory: { tenant: tenantOf(USERS, 0), pbxUsers: USERS },
    settings: { source: 'poll', pollSeconds: 300 },
  });
  const stop = new AbortController();
  const over: Promise<unknown>[] = [];
  const herd: Member[] = [];
  try {
    for (let n = 0; n < agents; n += 1) {
      const wire = await startWire(Number(new URL(demo.edge.origin).port));
      const at = await customer(demo, folder, n, { port: wire.port });
      const { member, ended } = tunnelOf(at, wire, USERS, stop.signal);
      herd.push(member);
      over.push(ended);
    }
    await allUp(herd, 0);
    await allPaired(demo, agents);
    await delay(QUIET_MS);

    const stage = { demo, herd };
    const loss = await oneByOne(stage);
    await delay(QUIET_MS);
    const allLost = await allAtOnce(stage);
    await delay(QUIET_MS);
    const restart = await afterRestart(stage);
    return {
      agents,
      'one line breaks: back after, ms': figures(loss),
      'all lines break at once': allLost.seen,
      'the edge is killed and started': restart.seen,
      'ends, by reason': reasons(herd),
      held: {
        loss: figures(loss).p95 < LIMITS.lossMs,
        ...allLost.held,
        ...restart.held,
      },
    };
  } finally {
    stop.abort();
    await Promise.all(over);
    for (const { wire } of herd) await wire.down();
    await demo.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One line breaks after the other; ms until each is back. */
async function oneByOne({ herd }: Stage): Promise<number[]> {
  const spans: number[] = [];
  for (const member of herd) {
    const lostAt = Date.now();
    member.wire.reset();
    await eventually(
      () => member.isUp && member.upAt > lostAt,
      (isBack) => isBack,
      LONG_MS,
    );
    spans.push(member.upAt - lostAt);
  }
  return spans;
}

/** All lines break in the same instant; the edge lives. */
async function allAtOnce({ demo, herd }: Stage) {
  const coreBefore = await coreSeconds(demo.edge.pid);
  const lostAt = Date.now();
  for (const { wire } of herd) wire.reset();
  await allUp(herd, lostAt);
  const coreS = (await coreSeconds(demo.edge.pid)) - coreBefore;
  const came = connections(herd, lostAt);
  const tries = Math.max(...came.map(({ length }) => length));
  const share = busiestShare(came.flat(), herd.length);
  return {
    seen: {
      'back after, ms': figures(spans(herd, lostAt)),
      'connections of one agent, at most': tries,
      'of the agents in the busiest 100 ms, %': share,
      'processor of the edge for one return, ms': Math.round((coreS * 10_000) / herd.length) / 10,
    },
    held: {
      'all lines: spread': share <= SHARES.lives,
      'all lines: tries of one agent': tries <= TRIES.lives,
    },
  };
}

/** The edge dies, and with it all lines; what it asks Microsoft once it is back is counted, too. */
async function afterRestart({ demo, herd }: Stage) {
  const { records } = demo.lab.microsoft;
  const killedAt = Date.now();
  let servesAt = 0;
  await demo.restartEdge('kill', () => {
    void serving(demo.edge.origin).then((at) => {
      servesAt = at;
    });
  });
  await allUp(herd, killedAt);
  const back = figures(spans(herd, servesAt));
  await delay(PACE.windowMs);
  const came = connections(herd, killedAt);
  const tries = Math.max(...came.map(({ length }) => length));
  const share = busiestShare(came.flat(), herd.length);
  const once = came.flat().filter((at) => at >= servesAt);
  const shareOnceServed = busiestShare(once, herd.length);
  const asked = records.requests.filter(({ side, at }) => side === 'graph' && at >= killedAt);
  const reads = asked.filter(({ route }) => /presence/i.test(route)).map(({ at }) => at);
  const refused = asked.filter(({ status }) => status === 429).length;
  const most = busiest(
    asked.map(({ at }) => at),
    PACE.windowMs,
  );
  return {
    seen: {
      'away for, ms': servesAt - killedAt,
      'back after it serves, ms': back,
      'connections of one agent, at most': tries,
      'of the agents in the busiest 100 ms, %': share,
      'the same once it serves, %': shareOnceServed,
      'reads of presence': reads.length,
      'of them in the busiest 100 ms': busiest(reads),
      'requests to Graph in the busiest 30 s': most,
      'refused with 429': refused,
    },
    held: {
      restart: back.p95 < LIMITS.restartMs,
      'restart: spread': share <= SHARES.away,
      'restart: spread once it serves': shareOnceServed <= SHARES.serves,
      'restart: tries of one agent': tries <= TRIES.away,
      'restart: one read for each connector': reads.length <= READS_EACH * herd.length,
      'restart: pace': most <= PACE.requests,
      'restart: no 429': refused === 0,
    },
  };
}

/** When each agent came to the edge since then, whatever for. */
const connections = (herd: readonly Member[], since: number): number[][] =>
  herd.map(({ wire }) => wire.cameAt.filter((at) => at >= since));

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

/** Every connector knows its pairs: from now on it has somebody to read. */
const allPaired = (demo: SetUp, connectors: number) =>
  eventually(
    async () => {
      const pairs = await Promise.all(
        Array.from({ length: connectors }, async (_, n) => {
          const url = `${demo.edge.origin}/customer${n}.example/microsoft365/api/users?state=paired`;
          const headers = { authorization: `Bearer ${demo.adminToken}` };
          const answer = await fetch(url, { headers });
          const { items } = (await answer.json()) as { items: unknown[] };
          return items.length;
        }),
      );
      return Math.min(...pairs);
    },
    (fewest) => fewest === USERS,
    LONG_MS,
  );

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
