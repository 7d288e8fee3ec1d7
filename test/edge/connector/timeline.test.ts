import { evictDurableObject } from 'cloudflare:test';
import { expect, test, vi } from 'vitest';
import { Bed, chose, MINUTE, SECOND, SLOW, teamsId, value } from './bed.ts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const timeline = async (bed: Bed, n = 1) => value(await bed.stub.timeline(teamsId(n)));
/** Everything of it that is stored, wherever it stands. */
async function stored(bed: Bed): Promise<{ at: string }[]> {
  const rows = await bed.rows(
    'SELECT entries FROM timeline_part UNION ALL SELECT recent FROM pair WHERE recent IS NOT NULL',
  );
  return rows.flatMap((row) => JSON.parse(String(row['entries'])));
}

/** Moves the clock without letting everything happen on the way that days bring. */
async function sleep(bed: Bed, ms: number): Promise<void> {
  await evictDurableObject(bed.stub);
  vi.setSystemTime(Date.now() + ms);
  await bed.settle();
}

test('the last 50 decisions of a user are kept, and no other user pays for them', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  agent.presence(2, chose('dnd'));
  for (let n = 0; n < 60; n += 1) {
    agent.presence(1, chose(n % 2 === 0 ? 'busy' : 'away'));
    await bed.later(SECOND);
  }
  const entries = await timeline(bed);
  expect(entries).toHaveLength(50);
  expect((entries[0]?.at ?? '') > (entries.at(-1)?.at ?? '')).toBe(true);
  expect((await timeline(bed, 2)).length).toBeGreaterThan(0);
});

test('what is older than the last few decisions outlives them, and no more than there is room for', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  for (let n = 0; n < 25; n += 1) {
    agent.presence(1, chose(n % 2 === 0 ? 'busy' : 'away'));
    await bed.later(SECOND);
  }
  await bed.quiet();
  const before = await timeline(bed);
  expect(before.length).toBeGreaterThanOrEqual(25);
  await bed.evict();
  expect(await timeline(bed)).toEqual(before);
  for (let n = 0; n < 60; n += 1) {
    agent.presence(1, chose(n % 2 === 0 ? 'dnd' : 'lunch'));
    await bed.later(SECOND);
  }
  expect(await timeline(bed)).toHaveLength(50);
  expect((await stored(bed)).length).toBeLessThanOrEqual(60);
});

test('of many decisions only those of the last 7 days stay', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  for (let day = 0; day < 12; day += 1) {
    for (let n = 0; n < 3; n += 1) {
      agent.presence(1, chose(n % 2 === 0 ? 'busy' : 'away'));
      await bed.later(SECOND);
    }
    await sleep(bed, DAY);
  }
  await sleep(bed, 2 * HOUR);
  const old = new Date(Date.now() - 7 * DAY - HOUR).toISOString();
  expect((await stored(bed)).filter(({ at }) => at < old)).toEqual([]);
  expect((await timeline(bed)).length).toBeGreaterThanOrEqual(12);
});

test('an entry says how long it took until the other side had it, also where that was asked twice', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  agent.presence(1, chose('dnd'));
  await bed.later(SECOND);
  const [first] = await timeline(bed);
  expect(first).toMatchObject({ wrote: 'Teams: set-preferred DoNotDisturb/DoNotDisturb', ms: 0 });
  expect(first?.took).toEqual({ teams: expect.any(Number) });

  bed.microsoft.presences.set(teamsId(1), { availability: 'Busy', activity: 'Busy' });
  agent.answers = false;
  await bed.later(301 * SECOND);
  const [unanswered] = await timeline(bed);
  expect(unanswered?.wrote).toBe('PBX: busy');
  expect(unanswered).not.toHaveProperty('took');
});

test('after 7 days an entry is shown no more, and soon it is erased', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  agent.presence(1, chose('dnd'));
  await bed.later(SECOND);
  const [first] = await timeline(bed);
  expect(first?.reason).toBe('pbx-chose');

  await sleep(bed, 7 * DAY - MINUTE);
  expect((await timeline(bed)).map(({ at }) => at)).toContain(first?.at);
  await sleep(bed, 2 * MINUTE);
  expect((await timeline(bed)).map(({ at }) => at)).not.toContain(first?.at);
  await sleep(bed, 2 * HOUR);
  expect(JSON.stringify(await stored(bed))).not.toContain(first?.at);
});

test('it is erased again and again, as long as there is something', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  for (const activity of ['dnd', 'away', 'busy']) {
    agent.presence(1, chose(activity));
    await bed.later(SECOND);
    await sleep(bed, 3 * DAY);
  }
  await sleep(bed, 7 * DAY);
  await sleep(bed, 2 * HOUR);
  const old = new Date(Date.now() - 7 * DAY - 2 * HOUR).toISOString();
  expect((await stored(bed)).filter(({ at }) => at < old)).toEqual([]);
});

test('switched off, what there was is gone at once and nothing is added', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  agent.presence(1, chose('dnd'));
  await bed.later(SECOND);
  value(await bed.patch({ timeline: false }));
  expect(await stored(bed)).toEqual([]);
  agent.presence(1, chose('away'));
  await bed.later(SECOND);
  expect(await timeline(bed)).toEqual([]);
  const { items } = value(await bed.stub.listUsers({ text: '', state: null, cursor: null }));
  expect(items[0]).not.toHaveProperty('lastChange');
  expect(items[0]?.pbx?.activity).toBe('away');

  value(await bed.patch({ timeline: null }));
  agent.presence(1, chose('busy'));
  await bed.later(SECOND);
  expect(await timeline(bed)).toHaveLength(1);
});

test('the setting is not there unless somebody chose, and its coming and going is in the trail', async () => {
  const bed = new Bed();
  value(await bed.put(SLOW));
  const settings = async () => value(await bed.stub.readSettings()).settings;
  expect(await settings()).not.toHaveProperty('timeline');
  value(await bed.patch({ timeline: false }));
  expect(await settings()).toMatchObject({ timeline: false });
  value(await bed.patch({ timeline: null }));
  expect(await settings()).not.toHaveProperty('timeline');
  const entries = value(await bed.stub.audit());
  expect(entries.slice(0, 2).map(({ keys }) => keys)).toEqual([['timeline'], ['timeline']]);
});
