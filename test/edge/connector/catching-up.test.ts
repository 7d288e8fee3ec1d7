// Rows lag behind what is known: what that is worth when the object sleeps, and when it breaks.
import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { Bed, chose, MINUTE, SECOND, SLOW, talking, teamsId } from './bed.ts';

const AVAILABLE = { availability: 'Available', activity: 'Available' };
const DND = { availability: 'DoNotDisturb', activity: 'DoNotDisturb' };

/** A busy connector, in which each of four users has chosen something on the PBX, or talks. */
async function busy() {
  const bed = new Bed();
  const agent = await bed.pairs(4, SLOW);
  bed.isBusy = true;
  agent.presence(1, chose('dnd'));
  await bed.settle();
  bed.microsoft.presences.set(teamsId(1), DND);
  return { bed, agent };
}

const underWay = async (bed: Bed): Promise<unknown> =>
  (await bed.rows("SELECT count(*) AS n FROM pair WHERE in_flight <> '[]'"))[0]?.['n'];

async function powerCut(bed: Bed): Promise<Bed> {
  await runInDurableObject(bed.stub, (_object, ctx) => ctx.abort('power cut')).catch(
    () => undefined,
  );
  const again = new Bed(bed);
  bed.microsoft.writes.length = 0;
  return again;
}

test('a row does not learn of an answer at once, and nobody waits for it all the same', async () => {
  const { bed } = await busy();
  expect(bed.microsoft.writes).toHaveLength(1);
  expect(await underWay(bed)).toBe(1);
  expect(await bed.lamp('sync')).toMatchObject({ code: 'in-sync' });
});

test('a refusal it learns at once', async () => {
  const { bed, agent } = await busy();
  bed.microsoft.answerWrites(() => new Response('{}', { status: 503 }));
  agent.presence(2, talking);
  await bed.settle();
  expect(await bed.rows('SELECT 1 FROM pair WHERE faults IS NOT NULL')).toHaveLength(1);
});

test('what the object wrote seconds before it broke is said again', async () => {
  const { bed } = await busy();
  const again = await powerCut(bed);
  await again.later(MINUTE);
  expect(again.microsoft.actions(1)).toEqual(['setUserPreferredPresence']);
});

test('what it wrote before that was taken: what a human put in its place meanwhile stands', async () => {
  const { bed, agent } = await busy();
  await bed.later(20 * SECOND);
  // Somebody else changes, so that it is known to have lived on.
  agent.presence(2, talking);
  await bed.settle();
  bed.microsoft.presences.set(teamsId(1), AVAILABLE);
  const again = await powerCut(bed);
  await again.later(10 * MINUTE);
  expect(again.microsoft.actions(1)).toEqual([]);
  const [view] = await again.rows("SELECT state FROM pair WHERE teams_id LIKE '%1'");
  expect(JSON.parse(String(view?.['state'])).manual).toMatchObject({ origin: 'teams', pbx: '' });
});

test('after five quiet seconds rows know all, and a sleep forgets nothing', async () => {
  const { bed, agent } = await busy();
  agent.presence(2, chose('away'));
  await bed.settle();
  await bed.quiet();
  expect(await underWay(bed)).toBe(0);
  bed.microsoft.writes.length = 0;
  await bed.evict();
  await bed.later(MINUTE);
  expect(bed.microsoft.writes).toEqual([]);
});
