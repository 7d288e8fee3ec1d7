// Rows lag behind what is known: what that is worth when the object sleeps, and when it breaks.
import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { Bed, chose, MINUTE, SLOW, talking, teamsId } from './bed.ts';

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

test('of a call a row does not learn at once that Microsoft took it, and nobody waits for it all the same', async () => {
  const { bed, agent } = await busy();
  agent.presence(2, talking);
  await bed.settle();
  expect(bed.microsoft.actions(2)).toEqual(['setPresence']);
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

test('what a human puts in the place of ours stands, also where the object breaks a moment later', async () => {
  const { bed } = await busy();
  bed.microsoft.presences.set(teamsId(1), AVAILABLE);
  const again = await powerCut(bed);
  await again.later(10 * MINUTE);
  expect(again.microsoft.actions(1)).toEqual([]);
  const [row] = await again.rows("SELECT state FROM pair WHERE teams_id LIKE '%1'");
  expect(JSON.parse(String(row?.['state'])).manual).toMatchObject({ origin: 'teams', pbx: '' });
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
