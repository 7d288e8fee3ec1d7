// A tenant of thousands on this machine: how long until everything is green, how fast an admin's search
// is, how fast a notification gets through while 200 come in a second, what it costs of Microsoft's
// quota, of memory and processor.
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { castOf } from '../scenario/cast.ts';
import { setUp } from '../sim/demo/set-up.ts';
import { type Arrival, watch } from '../sim/demo/watch.ts';
import { figures } from './figures.ts';
import { corePercent, residentMb } from './process-figures.ts';
import { untilQuiet } from './quiet.ts';
import { againstQuota } from './quota.ts';
import { tenantOf } from './tenant.ts';

export interface LargeTenant {
  users: number;
  source: 'subscribe' | 'poll';
  /** Teams accounts; each takes 650 users. */
  accounts: number;
}

const PER_SECOND = 200;
const LOAD_S = 15;
const IDLE_S = 60;
/** What is promised of a notification's answer, in ms, at p99. */
const WEBHOOK_LIMIT_MS = 250;

export async function benchLargeTenant({ users, source, accounts }: LargeTenant) {
  const tenant = tenantOf(users, accounts);
  const demo = await setUp({
    stateDir: resolve('.state/bench'),
    port: 0,
    laboratory: { tenant, pbxUsers: users },
    settings: { source, pollSeconds: 5 },
  });
  const { microsoft } = demo.lab;
  const saved = demo.settingsSavedAt;
  const agentStarted = Date.now();
  try {
    microsoft.turn({ latencyMs: 0, jitterMs: 0 });
    await castOf(demo).allGreen(300_000);
    const green = Date.now();
    const settled = await untilQuiet(demo.lab);

    microsoft.records.clear();
    const edgeCore = corePercent(demo.edge.pid, IDLE_S);
    const agentCore = corePercent(demo.agent.pid, IDLE_S);
    const idle = { edge: await edgeCore, agent: await agentCore };
    const atRest = againstQuota(microsoft.records.requests, IDLE_S * 1_000);

    const searches = figures(await searchSpans());

    microsoft.records.clear();
    const arrivals: Arrival[] = [];
    watch(demo.lab, (arrival) => arrivals.push(arrival));
    const loadBegan = Date.now();
    await load(tenant.people);
    await untilQuiet(demo.lab);
    const underLoad = againstQuota(microsoft.records.requests, Date.now() - loadBegan);
    const posts = microsoft.records.notifications;
    const statuses = countOf(posts.map(({ status, outcome }) => String(status || outcome)));
    const webhook = figures(posts.map(({ ms }) => ms));
    const changes = arrivals.filter(({ direction }) => direction === 'Teams → PBX');
    return {
      users,
      source,
      'all lamps green, s after the last field was saved': round((green - saved) / 1_000),
      'all lamps green, s after the agent was started': round((green - agentStarted) / 1_000),
      'everybody known, s after the last field was saved': round((settled - saved) / 1_000),
      'a search among the users, ms': searches,
      'webhook, ms': webhook,
      'webhook, answers by status': statuses,
      'Teams change to SetPresence, ms': figures(changes.map(({ ms }) => ms)),
      'changes made, arrived': [PER_SECOND * LOAD_S, changes.length],
      'requests a minute at rest': atRest,
      'requests a minute under load': underLoad,
      'refused with 429': microsoft.records.refusals.filter(({ status }) => status === 429).length,
      'memory, MB': {
        edge: await residentMb(demo.edge.pid),
        agent: await residentMb(demo.agent.pid),
      },
      'idle, % of a core': idle,
      held: {
        'every notification is answered 202':
          Object.keys(statuses).join() === (source === 'poll' ? '' : '202'),
        webhook: source === 'poll' || (webhook.n > 0 && webhook.p99 <= WEBHOOK_LIMIT_MS),
        'no 429': !microsoft.records.refusals.some(({ status }) => status === 429),
        'every change arrives': changes.length === PER_SECOND * LOAD_S,
      },
    };
  } finally {
    await demo.close();
  }

  /** How long an admin waits for what they type, in ms. */
  async function searchSpans(): Promise<number[]> {
    const spans: number[] = [];
    for (let n = 0; n < 50; n += 1) {
      const from = performance.now();
      await demo.admin.get(`/api/users?query=user${n}`);
      spans.push(performance.now() - from);
    }
    return spans;
  }

  /** People change at an even pace, each one at most once. */
  async function load(all: readonly { userPrincipalName: string }[]): Promise<void> {
    const start = performance.now();
    for (let n = 0; n < PER_SECOND * LOAD_S; n += 1) {
      const person = all[(n * 7) % all.length];
      const status = Math.floor(n / all.length) % 2 ? 'Busy' : 'DoNotDisturb';
      if (person) microsoft.teams(person.userPrincipalName).choose(status);
      const ahead = start + (n * 1_000) / PER_SECOND - performance.now();
      if (ahead > 2) await delay(ahead);
    }
  }
}

function countOf(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

const round = (value: number): number => Math.round(value * 10) / 10;
