// The line towards Microsoft: who shares a request, who never waits, and what a failure of a whole batch
// or of one of its writes means.
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, test, vi } from 'vitest';
import {
  type Agent,
  Bed,
  chose,
  GRAPH,
  graphRefusal,
  type Held,
  json,
  MINUTE,
  POLLING,
  SECOND,
  SLOW,
  taken,
  talking,
  teamsId,
  until,
} from './bed.ts';

const BATCH = `POST ${GRAPH}/$batch`;
const batches = (bed: Bed): string[][] =>
  bed.microsoft.asked
    .filter(({ url }) => url.endsWith('/$batch'))
    .map(({ body }) => JSON.parse(body).requests.map(({ url }: { url: string }) => url));
const people = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
const everybody = (agent: Agent, count: number) => agent.presences(people(count), chose('dnd'));
/** Whom Microsoft heard of, each once. */
const written = (bed: Bed) => bed.microsoft.writes.map(({ n }) => n).sort((a, b) => a - b);

/** Keeps all requests waiting that hold a text, and lets the others through. */
function holdWhere(bed: Bed, text: string): Held {
  const held: Held = { taken: 0, go: false };
  const { fetch } = bed.microsoft;
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    if (`${url} ${init.body}`.includes(text)) {
      held.taken += 1;
      while (!held.go) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return fetch(url, init);
  });
  return held;
}

test('one change is a request of its own, and so are as many as there are lanes', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(3, SLOW);
  everybody(agent, 3);
  await bed.settle();
  expect(written(bed)).toEqual([1, 2, 3]);
  expect(batches(bed)).toEqual([]);
});

test('many at once share requests, never more than 20 in one, and each is said once', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(100, SLOW);
  const before = bed.microsoft.count('POST');
  everybody(agent, 100);
  await bed.settle();
  expect(written(bed)).toEqual(people(100));
  const sizes = batches(bed).map((urls) => urls.length);
  expect(Math.max(...sizes)).toBe(20);
  expect(bed.microsoft.count('POST') - before).toBeLessThan(30);
});

test("a call goes at once while batches of manual states wait for their answers, the same user's too", async () => {
  const bed = new Bed();
  const agent = await bed.pairs(120, SLOW);
  const held = holdWhere(bed, 'setUserPreferredPresence');
  everybody(agent, 120);
  await until(() => held.taken === 3);
  expect(bed.microsoft.writes).toEqual([]);
  agent.presence(1, [...talking, ...chose('dnd')]);
  agent.presence(120, [...talking, ...chose('dnd')]);
  await until(() => bed.microsoft.writes.length === 2);
  expect(bed.microsoft.actions()).toEqual(['setPresence', 'setPresence']);
  expect(written(bed)).toEqual([1, 120]);
  held.go = true;
  await bed.later(10 * SECOND);
  for (const n of people(120))
    expect(bed.microsoft.actions(n)).toContain('setUserPreferredPresence');
});

test('writes leave room among six connections: for reads always, and for a call', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(200, SLOW);
  const held = holdWhere(bed, '/presence/');
  everybody(agent, 100);
  await until(() => held.taken === 3);
  agent.presences(people(200), [...talking, ...chose('dnd')]);
  await until(() => held.taken === 4);
  await bed.settle();
  expect(held.taken).toBe(4);
  held.go = true;
  await bed.later(20 * SECOND);
  const calls = bed.microsoft.writes.filter(({ action }) => action === 'setPresence');
  expect(new Set(calls.map(({ n }) => n)).size).toBe(200);
});

test('never more than six requests wait for Microsoft, whatever there is to do', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(200, POLLING);
  agent.presence(1, talking);
  await bed.settle();
  agent.presence(1, []);
  await bed.settle();
  const held = holdWhere(bed, 'https://graph.microsoft.com');
  agent.presences(people(200).slice(1), chose('dnd'));
  await until(() => held.taken === 3);
  agent.presences(people(100).slice(1), [...talking, ...chose('dnd')]);
  // The read after the call, a sweep, and the list of users become due.
  await bed.later(3 * MINUTE);
  expect(held.taken).toBe(6);
  held.go = true;
  await bed.later(20 * SECOND);
  expect(new Set(written(bed)).size).toBe(200);
});

test('who is refused in a batch is tried again alone; the others are done', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(40, SLOW);
  bed.microsoft.answerWrites(() => graphRefusal(503, 'Busy'), `${GRAPH}/users/${teamsId(7)}/`);
  everybody(agent, 40);
  await bed.settle();
  expect(await bed.lamp('sync')).toMatchObject({ code: 'sync-failing', params: { count: 1 } });
  const before = batches(bed).length;
  bed.microsoft.answerWrites(taken, `${GRAPH}/users/${teamsId(7)}/`);
  await bed.later(3 * SECOND);
  expect((await bed.lamp('sync')).code).toBe('in-sync');
  expect(batches(bed)).toHaveLength(before);
  expect(bed.microsoft.actions(7)).toHaveLength(2);
  expect(bed.microsoft.actions(8)).toHaveLength(1);
});

test.each<[string, () => Response]>([
  ['refused as a whole', () => graphRefusal(400, 'BadRequest')],
  ['answered by something that is no batch', () => json({ value: [] })],
  ['lost in Microsoft', () => graphRefusal(504, 'GatewayTimeout')],
  // All of them are due again at the same moment.
  ['lost until later', () => graphRefusal(503, 'Busy', 'later', { 'retry-after': '5' })],
  ['answered for nobody in it', () => json({ responses: [] })],
])('a batch that is %s: everybody in it goes alone, within seconds', async (_, reply) => {
  const bed = new Bed();
  const agent = await bed.pairs(60, SLOW);
  bed.microsoft.on(BATCH, reply);
  everybody(agent, 60);
  await bed.settle();
  expect(batches(bed).length).toBeGreaterThan(0);
  expect(written(bed)).toEqual([]);
  await bed.later(10 * SECOND);
  expect(new Set(written(bed)).size).toBe(60);
  expect((await bed.lamp('sync')).code).toBe('in-sync');
});

test('a token that is refused inside a batch is replaced', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(40, SLOW);
  let signIns = 0;
  bed.microsoft.on('POST https://login', () => {
    signIns += 1;
    return json({ token_type: 'Bearer', expires_in: 3599, access_token: 'renewed' });
  });
  bed.microsoft.on(`POST ${GRAPH}/users/`, (asked) => {
    if (asked.headers['authorization'] !== 'Bearer renewed') return graphRefusal(401, 'Expired');
    bed.microsoft.note(asked);
    return taken();
  });
  everybody(agent, 40);
  await bed.later(10 * SECOND);
  expect(written(bed)).toEqual(people(40));
  expect(signIns).toBe(1);
});

test.each<[string, () => Response]>([
  ['the batch', () => graphRefusal(429, 'TooManyRequests', 'slow', { 'retry-after': '20' })],
  [
    'one write in it',
    () =>
      json({ responses: [{ id: '1', status: 429, headers: { 'Retry-After': '20.5' }, body: {} }] }),
  ],
])('throttled, %s: nothing leaves before Microsoft said so, then everything', async (_, reply) => {
  const bed = new Bed();
  const agent = await bed.pairs(40, SLOW);
  bed.microsoft.on(BATCH, reply);
  everybody(agent, 40);
  await bed.settle();
  const asked = () => bed.microsoft.count('POST');
  const before = asked();
  bed.microsoft.answerBatches(GRAPH);
  await bed.later(19 * SECOND);
  expect(asked()).toBe(before);
  await bed.later(10 * SECOND);
  expect(new Set(written(bed)).size).toBe(40);
});

test('who alone is throttled without a time, again and again, backs off alone: calls of others leave within 5 s', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(12, SLOW);
  const refuse = () => graphRefusal(429, 'TooManyRequests');
  bed.microsoft.answerWrites(refuse, `${GRAPH}/users/${teamsId(1)}/`);
  const refused = () => bed.microsoft.actions(1).length;
  agent.presence(1, chose('dnd'));
  await bed.settle();
  for (const n of people(12).slice(1)) {
    // Just after another refusal, the wait is at its longest.
    for (const before = refused(); refused() === before; ) await bed.later(SECOND);
    agent.presence(n, talking);
    await bed.later(5 * SECOND);
    expect(bed.microsoft.actions(n)).toEqual(['setPresence']);
  }
  expect(refused()).toBeLessThan(40);
});

test('the latest state of a user wins over those that never left', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(30, SLOW);
  const held = holdWhere(bed, '/presence/');
  everybody(agent, 29);
  await until(() => held.taken > 0);
  for (const activity of ['away', 'busy', 'dnd', 'away']) agent.presence(30, chose(activity));
  await bed.settle();
  held.go = true;
  await bed.later(5 * SECOND);
  expect(bed.microsoft.writes.filter(({ n }) => n === 30)).toMatchObject([
    { body: { availability: 'Away' } },
  ]);
});

describe('a write that is late', () => {
  /** Longer than a write is waited for; that is real time here. */
  const LATE_MS = 3_100;
  const DND = 'setUserPreferredPresence';
  const AVAILABLE = 'clearUserPreferredPresence';

  /** Alice's first write is late: given up, and on its way all the same until it is let go. */
  async function late() {
    const bed = new Bed();
    const agent = await bed.pairs(1, SLOW);
    const held: Held = { taken: 0, go: false };
    const { fetch } = bed.microsoft;
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      if (url.endsWith(DND)) {
        held.taken += 1;
        if (held.taken === 1) await until(() => held.go, 100_000);
      }
      return fetch(url, init);
    });
    agent.presence(1, chose('dnd'));
    await until(() => held.taken === 1);
    await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    return { bed, agent, held };
  }

  test('counts as done when it arrives, and is not said again', async () => {
    const { bed, held } = await late();
    expect((await bed.lamp('sync')).state).toBe('warning');
    held.go = true;
    await until(() => bed.microsoft.writes.length === 1);
    await bed.later(MINUTE);
    expect(bed.microsoft.actions(1)).toEqual([DND]);
    expect((await bed.lamp('sync')).state).toBe('ok');
  });

  test('is said again meanwhile, and does no harm when it arrives', async () => {
    const { bed, held } = await late();
    await bed.later(10 * SECOND);
    expect(bed.microsoft.actions(1)).toEqual([DND]);
    held.go = true;
    await until(() => bed.microsoft.writes.length === 2);
    await bed.later(MINUTE);
    expect(bed.microsoft.actions(1)).toEqual([DND, DND]);
  });

  test('is overtaken by nothing else: what was chosen last stands in the end', async () => {
    const { bed, agent, held } = await late();
    agent.presence(1, chose(''));
    await bed.later(20 * SECOND);
    expect(bed.microsoft.actions(1)).toEqual([]);
    held.go = true;
    await until(() => bed.microsoft.writes.length >= 1);
    await bed.later(MINUTE);
    expect(bed.microsoft.actions(1)).toEqual([DND, AVAILABLE]);
  });
});

test('batches that were under way when the object broke are said again', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(100, SLOW);
  const held = holdWhere(bed, '/presence/');
  everybody(agent, 100);
  await until(() => held.taken === 3);
  await bed.settle();
  const [row] = await bed.rows('SELECT count(soon) AS n FROM pair');
  expect(row?.['n']).toBeGreaterThan(20);
  await runInDurableObject(bed.stub, (_object, ctx) => ctx.abort('power cut')).catch(
    () => undefined,
  );
  const again = new Bed(bed);
  await again.later(MINUTE);
  await again.quiet();
  expect(new Set(written(again))).toEqual(new Set(people(100)));
  expect(await again.rows('SELECT 1 FROM pair WHERE soon IS NOT NULL')).toEqual([]);
});
