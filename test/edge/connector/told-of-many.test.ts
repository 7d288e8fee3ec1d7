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
/** Microsoft says of all that they changed. */
let hint: () => Promise<void>;

beforeEach(async () => {
  bed = new Bed();
  graph = 'answers';
  bed.microsoft.people = numbers.map((n) => person(n));
  value(await bed.put(SUBSCRIBING));
  const origin = await bed.subscribed(numbers);
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
  hint = async () => {
    const hints = numbers.map((n) => ({
      ...origin,
      about: 'presence' as const,
      userId: teamsId(n),
    }));
    value(await bed.stub.hint(hints));
  };
  await hint();
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

test('a user whose older decisions go behind has a row of their own: none of them is told twice', async () => {
  graph = 'answers';
  await bed.settle();
  const inRow = async () => {
    const length = 'json_array_length(recent)';
    const [row] = await bed.rows(
      `SELECT ${length} AS n FROM pair WHERE teams_id = '${teamsId(COUNT)}'`,
    );
    return Number(row?.['n']);
  };
  for (let turn = 0; (await inRow()) < 10; turn += 1) {
    agent.presences([COUNT], [{ contact: 'tel:', activity: turn % 2 ? 'away' : 'dnd' }]);
    await bed.later(10 * SECOND);
  }
  graph = 'hangs';
  await hint();
  graph = 'refuses';
  await bed.settle();
  await evictDurableObject(bed.stub);
  const told = value(await bed.stub.timeline(teamsId(COUNT))).map((one) => JSON.stringify(one));
  expect(told.length).toBeGreaterThan(10);
  expect(told).toHaveLength(new Set(told).size);
});
