// Microsoft's side is away for as long as it can be: nobody asks in a loop, and all is caught up with
// afterwards. The same with real processes: test/scenario/graph-down.test.ts.
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import {
  type Agent,
  chose,
  GRAPH,
  graphRefusal,
  json,
  MINUTE,
  pbxUser,
  person,
  SECOND,
  talking,
  teamsId,
  value,
} from '../connector/bed.ts';
import { type Signer, signer } from '../graph/microsoft-posts.ts';
import { ARRIVED_MS, CloudBed } from './cloud-bed.ts';

let microsoft: Signer;
beforeAll(async () => {
  microsoft = await signer();
});
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => vi.restoreAllMocks());

const PEOPLE = 6;
const BUSY = { availability: 'Busy', activity: 'Busy' };

async function standing(): Promise<{ bed: CloudBed; agent: Agent }> {
  const bed = new CloudBed(microsoft);
  const numbers = Array.from({ length: PEOPLE }, (_, at) => at + 1);
  bed.microsoft.people = numbers.map((n) => person(n));
  bed.microsoft.on(`PATCH ${GRAPH}/subscriptions`, ({ url, body }) =>
    json({ ...JSON.parse(body), id: url.split('/').at(-1) }),
  );
  await bed.told('PUT', 'settings', bed.subscribing);
  await bed.later(ARRIVED_MS);
  await bed.addTeamsAccount();
  const agent = await bed.tunnel(await bed.enrolled());
  agent
    .hello()
    .up()
    .users(numbers.map((n) => pbxUser(n)));
  await bed.later(10 * SECOND);
  for (const n of numbers) agent.presence(n, [], { afterGap: true });
  await bed.later(3 * MINUTE);
  return { bed, agent };
}

/** Nobody gets an answer of use until `up`. Counts requests by what was asked. */
function away(bed: CloudBed, refuse: () => Response | Promise<Response>) {
  const asked: { what: string; at: number }[] = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    asked.push({ what: `${init.method} ${new URL(url).pathname}`, at: Date.now() });
    return refuse();
  });
  return { asked, up: () => void vi.stubGlobal('fetch', bed.microsoft.fetch) };
}

/** Things change on both sides while nobody can be told. */
async function life(bed: CloudBed, agent: Agent): Promise<void> {
  agent.presence(1, talking);
  agent.presence(2, chose('dnd'));
  bed.microsoft.presences.set(teamsId(3), BUSY);
  await bed.later(4 * MINUTE);
  agent.presence(1, []);
  agent.presence(4, chose('away'));
  agent.presence(5, talking);
  bed.microsoft.presences.set(teamsId(6), BUSY);
}

function written(bed: CloudBed): void {
  expect(bed.microsoft.actions(2)).toEqual(['setUserPreferredPresence']);
  expect(bed.microsoft.actions(4)).toEqual(['setUserPreferredPresence']);
  expect(bed.microsoft.actions(5)).toEqual(['setPresence']);
  // A call that nobody heard of has to be taken back at most.
  expect(bed.microsoft.actions(1)).not.toContain('setPresence');
}

async function caughtUp(bed: CloudBed, agent: Agent): Promise<void> {
  written(bed);
  expect(agent.shown(3)).toEqual(['busy']);
  expect(agent.shown(6)).toEqual(['busy']);
  const lamps = value(await bed.stub.status()).filter(({ state }) => state !== 'ok');
  expect(lamps).toEqual([]);
}

/** What one line of writes asks where the dice always show 0.5, and what reads, three tasks and a renewal do. */
const PROBES = (10 * MINUTE) / (2 * SECOND) + 60;

/** And how soon after its return Microsoft has it all, at least, in ms. */
const ways: [string, number, () => Response | Promise<Response>][] = [
  ['answers 503', 5 * SECOND, () => graphRefusal(503, 'ServiceUnavailable')],
  [
    'answers 503 and says when to come back',
    30 * SECOND,
    () => graphRefusal(503, 'ServiceUnavailable', 'Later.', { 'retry-after': '30' }),
  ],
  [
    'answers 429',
    60 * SECOND,
    () => graphRefusal(429, 'TooManyRequests', 'Slow.', { 'retry-after': '60' }),
  ],
  [
    'breaks off every connection',
    5 * SECOND,
    () => Promise.reject(new TypeError('Network connection lost.')),
  ],
];

test.each(ways)('ten minutes in which Microsoft %s', async (_, backWithinMs, refuse) => {
  const { bed, agent } = await standing();
  bed.microsoft.writes.length = 0;
  const { asked, up } = away(bed, refuse);
  await life(bed, agent);
  await bed.later(6 * MINUTE);
  expect(asked.length).toBeGreaterThan(5);
  expect(asked.length).toBeLessThan(PROBES);
  const inOneSecond = new Map<string, number>();
  for (const { what, at } of asked) {
    const key = `${what} ${Math.floor(at / SECOND)}`;
    inOneSecond.set(key, (inOneSecond.get(key) ?? 0) + 1);
  }
  expect(Math.max(...inOneSecond.values())).toBeLessThan(4);
  up();
  await bed.later(backWithinMs);
  written(bed);
  await bed.later(4 * MINUTE);
  await caughtUp(bed, agent);
});

test('the subscription expires while Microsoft is away: a new one stands when it is back', async () => {
  const { bed, agent } = await standing();
  const made = bed.subscriptions.length;
  bed.microsoft.writes.length = 0;
  const { asked, up } = away(bed, () =>
    graphRefusal(503, 'ServiceUnavailable', 'Later.', { 'retry-after': '30' }),
  );
  await life(bed, agent);
  await bed.later(66 * MINUTE);
  expect(asked.length).toBeLessThan(600);
  const lamp = await bed.lamp('subscriptions');
  expect([lamp.state, lamp.code]).toEqual(['warning', 'graph-unavailable']);
  up();
  await bed.later(5 * MINUTE);
  expect(bed.subscriptions.length).toBe(made + 1);
  await caughtUp(bed, agent);
}, 60_000);
