import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { Observation } from '../../../edge/connector/rpc.ts';
import type { AccountReport } from '../../../edge/graph/account-rpc.ts';
import {
  Bed,
  chose,
  GRAPH,
  graphRefusal,
  json,
  MINUTE,
  pbxUser,
  person,
  refusal,
  SECOND,
  SUBSCRIBING,
  teamsId,
  value,
} from './bed.ts';

const accountObject = (bed: Bed, id: string) => env.SUBSCRIPTION.getByName(`${bed.name}/${id}`);

/** Both objects do what is due, until neither has anything to do. */
async function settled(bed: Bed, accountId: string): Promise<void> {
  for (let n = 0; n < 20; n += 1) {
    await bed.settle();
    const account = accountObject(bed, accountId);
    const at = await runInDurableObject(account, (_object, ctx) => ctx.storage.getAlarm());
    if (at === null || at > Date.now()) return;
    await runDurableObjectAlarm(account);
  }
}

async function subscribed(count: number) {
  const bed = new Bed();
  const numbers = Array.from({ length: count }, (_, n) => n + 1);
  bed.microsoft.people = numbers.map((n) => person(n));
  value(await bed.put(SUBSCRIBING));
  const { id } = value(
    await bed.stub.addAccount('operator', { username: 'sync@example.com', password: 'pass' }),
  );
  await settled(bed, id);
  const agent = await bed.agent(numbers.map((n) => pbxUser(n)));
  await settled(bed, id);
  await bed.later(2 * SECOND);
  await settled(bed, id);
  for (const n of numbers) agent.presence(n, [], { afterGap: true });
  await bed.settle();
  const [row] = await bed.rows('SELECT report FROM account');
  const { subscription } = JSON.parse(String(row?.['report'])) as AccountReport;
  if (subscription.state !== 'active') throw new Error(`It is ${subscription.state}.`);
  return { bed, agent, accountId: id, subscription };
}

type Standing = Awaited<ReturnType<typeof subscribed>>;
const busy = ({ accountId, subscription }: Standing, more: Partial<Observation> = {}) => ({
  accountId,
  generation: subscription.generation,
  subscriptionId: subscription.id,
  userId: teamsId(1),
  presence: { availability: 'Busy', activity: 'Busy' },
  sequence: '0002',
  ...more,
});

test('lamps turn green, and a notification becomes a set on the PBX', async () => {
  const standing = await subscribed(2);
  const { bed, agent, subscription } = standing;
  expect([...subscription.userIds].sort()).toEqual([teamsId(1), teamsId(2)]);
  const lamps = value(await bed.stub.status());
  expect(lamps.filter(({ state }) => state !== 'ok')).toEqual([]);
  await bed.later(4 * MINUTE);
  await bed.stub.observe([busy(standing)]);
  await bed.settle();
  expect(agent.shown(1)).toEqual(['busy']);
  // The same once more, and an older one that comes late, change nothing.
  await bed.stub.observe([
    busy(standing),
    busy(standing, { sequence: '0001', presence: { availability: 'Away', activity: 'Away' } }),
  ]);
  await bed.settle();
  expect(agent.shown(1)).toEqual(['busy']);
  const [newest] = value(await bed.stub.timeline(teamsId(1)));
  expect(newest).toMatchObject({ from: 'teams', saw: 'Busy/Busy', wrote: 'PBX: busy' });
});

test.each([
  ['another account', { accountId: 'nobody' }],
  ['an older generation', { generation: 0 }],
  ['another subscription', { subscriptionId: 'other' }],
  ['a user outside it', { userId: teamsId(9) }],
])('a notification of %s changes nothing', async (_, more) => {
  const standing = await subscribed(1);
  const { bed, agent } = standing;
  await bed.later(2 * MINUTE);
  await bed.stub.observe([busy(standing, more)]);
  await bed.settle();
  expect(agent.shown(1)).toEqual([]);
});

test('while a subscription is being created its notifications count already', async () => {
  const standing = await subscribed(1);
  const { bed, agent, accountId } = standing;
  await bed.later(2 * MINUTE);
  const report = (generation: number): AccountReport => ({
    accountId,
    signIn: { state: 'ok' },
    subscription: { state: 'creating', generation, userIds: [teamsId(1)] },
  });
  await bed.stub.accountReport(report(7_000_000_000));
  await bed.stub.observe([busy(standing)]);
  await bed.settle();
  expect(agent.shown(1)).toEqual([]);
  await evictDurableObject(bed.stub);
  await bed.stub.observe([busy(standing, { generation: 7_000_000_000, subscriptionId: 'new' })]);
  await bed.settle();
  expect(agent.shown(1)).toEqual(['busy']);
});

test('a lifecycle event reaches the account; a foreign one reaches nobody', async () => {
  const standing = await subscribed(1);
  const { bed, accountId, subscription } = standing;
  const event = {
    accountId,
    generation: subscription.generation,
    subscriptionId: subscription.id,
    event: 'subscriptionRemoved',
  } as const;
  const creates = () => bed.microsoft.count(`POST ${GRAPH}/subscriptions`);
  const before = creates();
  await bed.stub.lifecycle([
    { ...event, generation: 1 },
    { ...event, accountId: 'nobody' },
  ]);
  await settled(bed, accountId);
  expect(creates()).toBe(before);
  await bed.stub.lifecycle([event]);
  await settled(bed, accountId);
  expect(creates()).toBe(before + 1);
});

test('missed notifications: everybody is read', async () => {
  const standing = await subscribed(2);
  const { bed, agent, accountId, subscription } = standing;
  await bed.later(2 * MINUTE);
  bed.microsoft.presences.set(teamsId(2), { availability: 'Busy', activity: 'Busy' });
  const { generation, id: subscriptionId } = subscription;
  await bed.stub.lifecycle([{ accountId, generation, subscriptionId, event: 'missed' }]);
  await bed.settle();
  expect(agent.shown(2)).toEqual(['busy']);
});

test('a removed account is told so, again if its object did not hear', async () => {
  const { bed, accountId } = await subscribed(1);
  value(await bed.stub.removeAccount('operator', accountId));
  expect(refusal(await bed.stub.removeAccount('operator', accountId))).toBe('not-found');
  expect(bed.microsoft.count(`DELETE ${GRAPH}/subscriptions/subscription-1`)).toBe(1);
  await settled(bed, accountId);
  await bed.later(5 * MINUTE);
  const left = await runInDurableObject(accountObject(bed, accountId), async (_object, ctx) => ({
    keys: [...ctx.storage.kv.list()].length,
    alarm: await ctx.storage.getAlarm(),
  }));
  expect(left).toEqual({ keys: 0, alarm: null });
  // What it reports late is of no interest.
  await bed.stub.accountReport({
    accountId,
    signIn: { state: 'ok' },
    subscription: { state: 'none' },
  });
  expect(value(await bed.stub.listAccounts())).toEqual([]);
});

test('the same account cannot be added twice', async () => {
  const { bed } = await subscribed(1);
  const again = { username: 'SYNC@example.com', password: 'x' };
  expect(refusal(await bed.stub.addAccount('operator', again))).toBe('conflict');
});

test('without an account there is nothing to read with, and the lamp says so', async () => {
  const bed = new Bed();
  value(await bed.put(SUBSCRIBING));
  await bed.later(5 * MINUTE);
  expect(await bed.lamp('tokenForReading')).toMatchObject({ code: 'account-missing' });
  expect(bed.microsoft.count(`GET ${GRAPH}/users`)).toBe(0);
});

test('readings that fail are a lamp, and are over when they work again', async () => {
  const { bed, agent } = await subscribed(1);
  bed.microsoft.on('getPresencesByUserId', () => graphRefusal(403, 'Forbidden'));
  agent.presence(1, chose('dnd'));
  await bed.later(6 * MINUTE);
  expect(await bed.lamp('sync')).toMatchObject({
    state: 'error',
    code: 'graph-forbidden',
    params: { requestId: 'request-1' },
  });
  bed.microsoft.on('getPresencesByUserId', () => json({ value: [] }));
  await bed.stub.check('sync');
  await bed.settle();
  expect((await bed.lamp('sync')).state).toBe('ok');
});
