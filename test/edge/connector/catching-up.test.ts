// Rows lag behind what is known: what that is worth when the object sleeps, and when it breaks.
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { Bed, chose, GRAPH, MINUTE, SECOND, SLOW, taken, talking, teamsId } from './bed.ts';

const AVAILABLE = { availability: 'Available', activity: 'Available' };
const AWAY = { availability: 'Away', activity: 'Away' };
const DND = { availability: 'DoNotDisturb', activity: 'DoNotDisturb' };

/** Four users, of whom one has chosen something on the PBX just now; no row has learned what became of it. */
async function busy() {
  const bed = new Bed();
  const agent = await bed.pairs(4, SLOW);
  agent.presence(1, chose('dnd'));
  await bed.settle();
  bed.microsoft.presences.set(teamsId(1), DND);
  return { bed, agent };
}

const marked = async (bed: Bed): Promise<unknown> =>
  (await bed.rows('SELECT count(soon) AS n FROM pair'))[0]?.['n'];
const manualOf = async (bed: Bed, n: number): Promise<unknown> => {
  const [row] = await bed.rows(`SELECT state FROM pair WHERE teams_id = '${teamsId(n)}'`);
  return JSON.parse(String(row?.['state'])).manual;
};

async function powerCut(bed: Bed): Promise<Bed> {
  await runInDurableObject(bed.stub, (_object, ctx) => ctx.abort('power cut')).catch(
    () => undefined,
  );
  const again = new Bed(bed);
  bed.microsoft.writes.length = 0;
  return again;
}

test('that Microsoft took it a row does not learn at once, and nobody waits for it all the same', async () => {
  const { bed, agent } = await busy();
  agent.presence(2, talking);
  await bed.settle();
  expect(bed.microsoft.actions(2)).toEqual(['setPresence']);
  expect(await marked(bed)).toBe(2);
  expect(await bed.lamp('sync')).toMatchObject({ code: 'in-sync' });
});

test('a refusal it learns at once', async () => {
  const { bed, agent } = await busy();
  bed.microsoft.answerWrites(() => new Response('{}', { status: 503 }));
  agent.presence(2, talking);
  await bed.settle();
  expect(await bed.rows('SELECT 1 FROM pair WHERE faults IS NOT NULL')).toHaveLength(1);
});

test('a session of which it does not know whether it was taken is said again', async () => {
  const { bed, agent } = await busy();
  agent.presence(2, talking);
  await bed.settle();
  const again = await powerCut(bed);
  const back = (await again.connect(agent.id)).hello().up();
  back.presence(2, talking, { afterGap: true });
  await again.settle();
  expect(again.microsoft.actions(2)).toEqual(['setPresence']);
});

describe('where the object breaks a moment after it wrote, nothing is written anew that', () => {
  test('stands', async () => {
    const { bed } = await busy();
    const again = await powerCut(bed);
    await again.later(10 * MINUTE);
    expect(again.microsoft.actions(1)).toEqual([]);
    expect(await manualOf(again, 1)).toMatchObject({ origin: 'pbx', pbx: 'dnd' });
  });

  test('a human has replaced since', async () => {
    const { bed } = await busy();
    bed.microsoft.presences.set(teamsId(1), AWAY);
    const again = await powerCut(bed);
    await again.later(10 * MINUTE);
    expect(again.microsoft.actions(1)).toEqual([]);
    expect(await manualOf(again, 1)).toMatchObject({ origin: 'teams', pbx: 'away' });
  });

  test('a human has taken back, as rows of others tell', async () => {
    const { bed, agent } = await busy();
    await bed.later(SECOND);
    agent.presence(2, talking);
    await bed.settle();
    bed.microsoft.presences.set(teamsId(1), AVAILABLE);
    const again = await powerCut(bed);
    await again.later(10 * MINUTE);
    expect(again.microsoft.actions(1)).toEqual([]);
    expect(await manualOf(again, 1)).toMatchObject({ origin: 'teams', pbx: '' });
  });
});

test('what had not arrived when the object broke is written when Teams was read', async () => {
  const { bed, agent } = await busy();
  bed.microsoft.on(`POST ${GRAPH}/users/`, () => new Promise(() => {}));
  agent.presence(3, chose('away'));
  await bed.settle();
  const again = await powerCut(bed);
  again.microsoft.answerWrites(taken);
  await again.later(MINUTE);
  expect(again.microsoft.actions(3)).toEqual(['setUserPreferredPresence']);
  expect(again.microsoft.actions(1)).toEqual([]);
});

/** Storage takes no row of a pair until `makeRoom`. */
async function full(bed: Bed) {
  let isFull = true;
  await runInDurableObject(bed.stub, (_object, { storage }) => {
    const sql = Object.getPrototypeOf(storage.sql);
    const { exec } = sql;
    sql.exec = function (this: SqlStorage, ...words: unknown[]) {
      const isRow = String(words[0]).includes('INSERT INTO pair ');
      if (isFull && isRow && this === storage.sql) throw new Error('database or disk is full');
      return Reflect.apply(exec, this, words);
    };
  });
  return {
    makeRoom() {
      isFull = false;
    },
  };
}

test('what storage did not take does not leave for Microsoft, whatever comes after it', async () => {
  const { bed, agent } = await busy();
  const disk = await full(bed);
  agent.presence(1, chose('away'));
  await bed.settle();
  // Nothing new: the row is behind all the same.
  agent.presence(1, chose('away'));
  await bed.later(6 * MINUTE);
  expect(bed.microsoft.actions(1)).toEqual(['setUserPreferredPresence']);
  disk.makeRoom();
  agent.presence(1, chose('away'));
  await bed.later(MINUTE);
  expect(bed.microsoft.actions(1)).toEqual([
    'setUserPreferredPresence',
    'setUserPreferredPresence',
  ]);
});

test('rows that storage did not take when it was quiet learn it when there is room', async () => {
  const { bed } = await busy();
  const disk = await full(bed);
  await bed.quiet().catch(() => undefined);
  expect(await marked(bed)).toBe(1);
  disk.makeRoom();
  await bed.quiet();
  expect(await marked(bed)).toBe(0);
});

test('what nobody can be asked about is written all the same, when the next question failed', async () => {
  const { bed, agent } = await busy();
  bed.microsoft.on(`POST ${GRAPH}/users/`, () => new Promise(() => {}));
  agent.presence(3, chose('away'));
  await bed.settle();
  const again = await powerCut(bed);
  again.microsoft.answerWrites(taken);
  again.microsoft.on(`POST ${GRAPH}/communications/`, () => new Response('{}', { status: 403 }));
  await again.later(3 * MINUTE);
  expect(again.microsoft.actions(3)).toEqual(['setUserPreferredPresence']);
});

test('what Microsoft refused stays refused when the object has slept, and waits for its time', async () => {
  const { bed, agent } = await busy();
  bed.microsoft.answerWrites(() => new Response('{}', { status: 403 }));
  agent.presence(3, chose('away'));
  await bed.quiet();
  const refused = () => bed.rows('SELECT faults FROM pair WHERE faults IS NOT NULL');
  const before = await refused();
  const tries = bed.microsoft.actions(3).length;
  await bed.evict();
  agent.presence(4, []);
  await bed.later(SECOND);
  expect(await refused()).toEqual(before);
  expect(bed.microsoft.actions(3)).toHaveLength(tries);
});

test('after five quiet seconds rows know all, and a sleep forgets nothing', async () => {
  const { bed, agent } = await busy();
  agent.presence(2, chose('away'));
  await bed.settle();
  await bed.quiet();
  expect(await marked(bed)).toBe(0);
  bed.microsoft.writes.length = 0;
  await bed.evict();
  await bed.later(MINUTE);
  expect(bed.microsoft.writes).toEqual([]);
});
