// What a connector costs at Cloudflare: the runtime's own figures of test/edge/cloud/economy.test.ts, for
// a day of a thousand users, times the list prices.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const USERS = 1_000;
/** What one user does on a working day: guessed, and the same for both modes. */
const A_DAY = { teamsChanges: 40, pbxChanges: 5, calls: 20 };
/** A call begins and ends. */
const CALL_ENDS = 2;
/** How often a day it is so quiet that everybody's row learns what it lacks: guessed, too. */
const QUIET_SPELLS = 3;
/** How many hours of a day somebody always changes. */
const BUSY_HOURS = 10;
/** How often in an hour the alarm then looks whether it is quiet: `QUIET_MS` of edge/connector/catching-up.ts. */
const LOOKS_AN_HOUR = 3_600 / 5;
const DAYS_A_MONTH = 30;
/** How long Microsoft lets a request wait, in s: so long an object is awake for it. */
const GRAPH_S = 0.2;
/** What an object is billed with while it is awake, in GB. */
const OBJECT_GB = 0.128;
/** What a notification takes of a processor, in ms: `npm run bench -- webhook` on an ordinary server, and half again. */
const NOTIFICATION_CPU_MS = 1.5;
/** Messages on a WebSocket that are billed as one request. */
const MESSAGES_A_REQUEST = 20;
/** US dollars a million; developers.cloudflare.com/durable-objects/platform/pricing, …/workers/…, …/kv/…. */
const PRICES = {
  'Worker requests': 0.3,
  'Worker CPU ms': 0.02,
  'KV reads': 0.5,
  'object requests': 0.15,
  'object GB-s': 12.5,
  'rows written': 1,
  'rows read': 0.001,
};
/** What the 5 dollars of the Workers Paid plan include each month, of each. */
const INCLUDED: Bill = {
  'Worker requests': 10e6,
  'Worker CPU ms': 30e6,
  'KV reads': 10e6,
  'object requests': 1e6,
  'object GB-s': 400e3,
  'rows written': 50e6,
  'rows read': 25e9,
};

type Bill = Record<keyof typeof PRICES, number>;

interface Counted {
  written: number;
  /** Of these, users' own. */
  users: number;
  read: number;
}

export async function benchEconomy() {
  const counted = await figuresOfTheRuntime();
  const subscribe = aDay(counted, 'subscribe');
  const poll = aDay(counted, 'poll');
  return {
    users: USERS,
    'changes a user and day': A_DAY,
    'rows, for each change': counted.each,
    'an hour of quiet': counted.quiet,
    'a day': { subscribe: rounded(subscribe), poll: rounded(poll) },
    'a month, US dollars at list prices': {
      subscribe: dollars(subscribe),
      poll: dollars(poll),
    },
    'a month, share of what the plan for 5 dollars includes': {
      subscribe: shareOfPlan(subscribe),
      poll: shareOfPlan(poll),
    },
    held: {
      'one row of the user a change':
        Math.max(
          counted.each['change in Teams'].users,
          counted.each['change on the PBX'].users,
          counted.each.call.users / CALL_ENDS,
        ) <= 1,
    },
  };
}

async function figuresOfTheRuntime() {
  const directory = await mkdtemp(join(tmpdir(), 'economy-'));
  const report = join(directory, 'report.json');
  const vitest = resolve('node_modules/.bin/vitest');
  const words = ['run', '--project', 'edge', 'test/edge/cloud/economy.test.ts'];
  try {
    await promisify(execFile)(vitest, [...words, '--reporter=json', `--outputFile=${report}`]);
    const { testResults } = JSON.parse(await readFile(report, 'utf8'));
    const metas = new Map<string, Record<string, number>>(
      testResults[0].assertionResults.map(
        ({ title, meta }: { title: string; meta: { figures?: object } }) => [title, meta.figures],
      ),
    );
    const of = (start: string): Record<string, number> => {
      for (const [title, figures] of metas) if (figures && title.startsWith(start)) return figures;
      throw new Error(`No test tells the figures of "${start}".`);
    };
    return {
      each: {
        'change on the PBX': of('a change on the PBX') as unknown as Counted,
        call: of('a call') as unknown as Counted,
        'change in Teams': of('a change in Teams') as unknown as Counted,
      },
      quiet: of('an hour'),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function aDay(
  { each, quiet }: Awaited<ReturnType<typeof figuresOfTheRuntime>>,
  source: 'subscribe' | 'poll',
): Bill {
  const hours = (what: string): number => 24 * (quiet[`${source}: ${what}`] ?? 0);
  const { teamsChanges, pbxChanges, calls } = A_DAY;
  const rows = (what: keyof Counted): number =>
    USERS *
      (teamsChanges * each['change in Teams'][what] +
        pbxChanges * each['change on the PBX'][what] +
        calls * each.call[what]) +
    hours(what);
  // What we write comes back as a notification.
  const shown = teamsChanges + pbxChanges + 2 * calls;
  const notifications = source === 'subscribe' ? USERS * shown : 0;
  // Each change is heard from the agent at least once, and echoed by its PBX.
  const messages = USERS * (2 * teamsChanges + 2 * pbxChanges + 4 * calls);
  const looks = BUSY_HOURS * LOOKS_AN_HOUR;
  const graphRequests = USERS * (pbxChanges + 2 * calls) + hours('Graph requests');
  return {
    'Worker requests': notifications,
    'Worker CPU ms': notifications * NOTIFICATION_CPU_MS,
    // Each is for a connector, whose record is read.
    'KV reads': notifications,
    'object requests': notifications + messages / MESSAGES_A_REQUEST + hours('alarms') + looks,
    'object GB-s': graphRequests * GRAPH_S * OBJECT_GB,
    'rows written': rows('written') + QUIET_SPELLS * USERS + looks,
    'rows read': rows('read'),
  };
}

const names = Object.keys(PRICES) as (keyof Bill)[];

const dollars = (day: Bill): number =>
  round(names.reduce((sum, name) => sum + (DAYS_A_MONTH * day[name] * PRICES[name]) / 1e6, 0));

const shareOfPlan = (day: Bill): Record<string, string> =>
  Object.fromEntries(
    names.map((name) => [name, `${round((100 * DAYS_A_MONTH * day[name]) / INCLUDED[name])} %`]),
  );

const rounded = (day: Bill): Bill =>
  Object.fromEntries(names.map((name) => [name, Math.round(day[name])])) as Bill;

const round = (value: number): number => Math.round(value * 100) / 100;
