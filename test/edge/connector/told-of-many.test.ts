// Microsoft says of very many at once that they changed, and no more: all are read, hardly a row is written for what was
// said, and nobody is forgotten with the object that heard it.
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { beforeEach, expect, test } from 'vitest';
import { json } from '../graph/fake-microsoft.ts';
import {
  type Agent,
  Bed,
  breath,
  GRAPH,
  graphRefusal,
  MINUTE,
  pbxUser,
  person,
  SECOND,
  SUBSCRIBING,
  teamsId,
  value,
} from './bed.ts';

/** More than one request reads. */
const COUNT = 1_000;
const A_READ = 650;
const BUSY = { availability: 'Busy', activity: 'Busy' };
const numbers = Array.from({ length: COUNT }, (_, at) => at + 1);

let bed: Bed;
let agent: Agent;
let graph: 'answers' | 'hangs' | 'refuses';

beforeEach(async () => {
  bed = new Bed();
  graph = 'answers';
  bed.microsoft.people = numbers.map((n) => person(n));
  value(await bed.put(SUBSCRIBING));
  const account = { username: 'sync@example.com', password: 'pass' };
  const { id: accountId } = value(await bed.stub.addAccount('operator', account));
  const subscription = {
    id: 'subscription-1',
    generation: 1,
    userIds: numbers.map(teamsId),
    refused: null,
    encryptionId: null,
    trouble: null,
  };
  await bed.stub.accountReport({
    accountId,
    signIn: { state: 'ok' },
    presence: { state: 'active', expiresAt: Date.now() + 60 * MINUTE, ...subscription },
    users: { state: 'none' },
  });
  agent = await bed.agent(numbers.map((n) => pbxUser(n)));
  await bed.later(5 * SECOND);
  agent.presences(numbers, []);
  // So long a subscription has to stand until it can be found silent.
  await bed.later(7 * MINUTE);
  for (const n of numbers) bed.microsoft.presences.set(teamsId(n), BUSY);
  bed.microsoft.on(`POST ${GRAPH}/communications/getPresencesByUserId`, async ({ body }) => {
    while (graph === 'hangs') await breath();
    if (graph === 'refuses') return graphRefusal(503, 'Down');
    const { ids } = JSON.parse(body) as { ids: string[] };
    return json({ value: ids.map((id) => ({ id, ...BUSY })) });
  });
  graph = 'hangs';
  const origin = { accountId, generation: 1, subscriptionId: subscription.id };
  value(
    await bed.stub.hint(numbers.map((n) => ({ ...origin, about: 'presence', userId: teamsId(n) }))),
  );
});

const toldOf = async () =>
  (await bed.rows("SELECT 1 FROM pair WHERE state ->> '$.doubted' NOT NULL")).length;
const needsSweep = async () =>
  (await bed.rows("SELECT 1 FROM meta WHERE key = 'rows-need-sweep'")).length > 0;
const shown = () => numbers.filter((n) => agent.shown(n).at(-1) === 'busy').length;

test('beyond what one request reads they cost one row together, until what was read is stored', async () => {
  expect(await toldOf()).toBe(A_READ + 1);
  expect(await needsSweep()).toBe(true);
  // Nor does the next alarm write them.
  await bed.later(SECOND);
  expect(await toldOf()).toBe(A_READ + 1);
  graph = 'answers';
  await bed.settle();
  expect(shown()).toBe(COUNT);
  await bed.later(10 * SECOND);
  expect(await toldOf()).toBe(0);
  expect(await needsSweep()).toBe(false);
});

test('where the object is put away before they are read, a sweep finds them', async () => {
  graph = 'refuses';
  await bed.settle();
  await evictDurableObject(bed.stub);
  graph = 'answers';
  await bed.later(5 * SECOND);
  expect(shown()).toBe(COUNT);
  expect(await needsSweep()).toBe(false);
});

test('where the object breaks, their subscription is not taken for silent: Microsoft had told of them', async () => {
  await runInDurableObject(bed.stub, (_object, ctx) => ctx.abort('power cut')).catch(() => {});
  graph = 'answers';
  const { id } = agent;
  bed = new Bed(bed);
  agent = (await bed.connect(id)).hello().up();
  agent.presences(numbers, []);
  await bed.later(5 * SECOND);
  expect(shown()).toBe(COUNT);
  await bed.later(3 * MINUTE);
  expect((await bed.lamp('subscriptions')).code).not.toBe('subscription-silent');
});

test('where Microsoft does not answer, each has a row of its own as soon as it is quiet', async () => {
  await bed.later(7 * SECOND);
  expect(await toldOf()).toBe(COUNT);
  expect(await needsSweep()).toBe(false);
});
