// With six requests at a time, and a Microsoft that is slow: calls go first, and nothing waits for ever.

import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { REQUESTS_PER_BATCH } from '../../../edge/graph/batch.ts';
import {
  type Bed,
  breath,
  chose,
  GRAPH,
  MINUTE,
  pbxUser,
  person,
  SECOND,
  SLOW,
  talking,
  teamsId,
  until,
} from '../connector/bed.ts';
import { type Signer, signer } from '../graph/microsoft-posts.ts';
import { ARRIVED_MS, CloudBed } from './cloud-bed.ts';
import { SixFetches } from './six-fetches.ts';

let microsoft: Signer;
beforeAll(async () => {
  microsoft = await signer();
});
afterEach(() => vi.restoreAllMocks());

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

function limited(bed: Bed): SixFetches {
  const six = new SixFetches(bed.microsoft.fetch);
  vi.stubGlobal('fetch', six.fetch);
  bed.underWay = () => six.open.length + six.waiting > 0;
  return six;
}

/** Microsoft answers one after the other, until the work has come to its end. */
async function slowly<T>(six: SixFetches, work: Promise<T>): Promise<T> {
  let over = false;
  const done = work.finally(() => {
    over = true;
  });
  while (!over) {
    if (six.open.length > 0) six.answer(1);
    await breath();
  }
  return done;
}

test('calls that begin while Graph is slow are written before all else that waits', async () => {
  const bed = new CloudBed(microsoft);
  const agent = await bed.pairs(210, SLOW);
  const six = limited(bed);
  six.slow = true;
  for (const n of numbers(200)) agent.presence(n, chose('dnd'));
  await until(() => six.open.length >= 3);
  for (let n = 0; n < 20; n += 1) await breath();
  // One line out is kept for calls.
  expect(six.open.length).toBe(3);
  const underWay = 3 * REQUESTS_PER_BATCH;
  for (const n of numbers(10)) agent.presence(200 + n, talking);
  await until(() => six.open.length === 4);
  await slowly(six, bed.settle());
  await slowly(six, bed.later(10 * SECOND));

  const order = bed.microsoft.writes.map(({ n }) => (n > 200 ? 'call' : 'choice'));
  expect(order.filter((kind) => kind === 'call')).toHaveLength(10);
  expect(order.filter((kind) => kind === 'choice')).toHaveLength(200);
  // Only what was on the wire already is before the last call.
  expect(order.lastIndexOf('call')).toBeLessThan(10 + underWay);
});

test('sweeps, users and writes for everybody share six connections, and all of it arrives', async () => {
  const bed = new CloudBed(microsoft);
  const agent = await bed.pairs(60, SLOW);
  const six = limited(bed);
  six.slow = true;
  for (const n of numbers(60)) {
    if (n % 2) bed.microsoft.presences.set(teamsId(n), { availability: 'Busy', activity: 'Busy' });
    else agent.presence(n, n % 4 ? talking : chose('away'));
  }
  await slowly(six, bed.later(MINUTE));
  // What comes by the clock begins in the same moment.
  vi.setSystemTime(Date.now() + 5 * MINUTE);
  await slowly(six, bed.later(MINUTE));
  expect(six.most.open).toBeGreaterThan(4);
  expect(six.most.open).toBeLessThanOrEqual(6);
  for (const n of numbers(60)) {
    if (n % 2) expect([n, agent.shown(n)]).toEqual([n, ['busy']]);
    else expect([n, bed.microsoft.actions(n).length]).toEqual([n, n % 4 ? 2 : 1]);
  }
  expect((await bed.lamp('sync')).code).toBe('in-sync');
});

test('a subscription is made, and its handshake answered, while calls fill the lines out', async () => {
  const bed = new CloudBed(microsoft);
  bed.microsoft.people = numbers(200).map((n) => person(n));
  await bed.told('PUT', 'settings', bed.subscribing);
  await bed.later(ARRIVED_MS);
  await bed.addTeamsAccount();
  const agent = await bed.tunnel(await bed.enrolled());
  agent
    .hello()
    .up()
    .users(numbers(200).map((n) => pbxUser(n)));
  await bed.later(10 * SECOND);
  for (const n of numbers(200)) agent.presence(n, [], { afterGap: true });
  await bed.later(10 * SECOND);
  const made = bed.subscriptions.length;
  expect(made).toBeGreaterThan(0);

  const six = limited(bed);
  six.slow = true;
  for (const n of numbers(200)) agent.presence(n, talking);
  await until(() => six.open.length === 4);
  const [row] = await bed.rows('SELECT report FROM account');
  const { accountId, presence: subscription } = JSON.parse(String(row?.['report']));
  const { generation, id: subscriptionId } = subscription;
  await bed.stub.lifecycle([
    { accountId, generation, subscriptionId, about: 'presence', event: 'subscriptionRemoved' },
  ]);
  await slowly(six, bed.later(10 * SECOND));
  expect(bed.subscriptions.length).toBe(made + 1);
  expect(bed.handshakes.at(-1)).toBe(200);
  for (const n of numbers(200)) expect(bed.microsoft.actions(n)).toEqual(['setPresence']);
  const order = bed.microsoft.asked.map(({ method, url }) => `${method} ${url}`);
  const created = order.lastIndexOf(`POST ${GRAPH}/subscriptions`);
  expect(created).toBeLessThan(order.findLastIndex((one) => one.endsWith('$batch')));
});
