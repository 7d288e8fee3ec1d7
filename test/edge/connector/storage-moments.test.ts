// Storage takes one thing and not the other, and time goes by: what follows from a decision does not depend on what
// is written down beside it, and what could not be kept is asked for while somebody still knows that.
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Bed, chose, MINUTE, SECOND, SLOW, teamsId, value } from './bed.ts';

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => vi.restoreAllMocks());

/** From now on statements that look so fail, `times` times; answers how many have. */
function failing(bed: Bed, statement: RegExp, times = Number.POSITIVE_INFINITY) {
  return runInDurableObject(bed.stub, (_object, { storage }) => {
    const failed = { times: 0 };
    const place = Object.getPrototypeOf(storage.sql) as SqlStorage;
    const real = place.exec;
    vi.spyOn(place, 'exec').mockImplementation(function (this: SqlStorage, ...args) {
      if (statement.test(args[0]) && failed.times < times) {
        failed.times += 1;
        throw new Error('The disk has a bad moment.');
      }
      return Reflect.apply(real, this, args);
    });
    return failed;
  });
}

const inTeams = (bed: Bed, n: number, availability: string, activity = availability) =>
  bed.microsoft.presences.set(teamsId(n), { availability, activity });

test('a timeline that is not taken keeps nothing from being known as ours', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  const told = async () => value(await bed.stub.timeline(teamsId(1))).length;
  // Until the row is full: the next decision makes room in it.
  for (let n = 0; n === 0 || (await told()) % 10 !== 0; n += 1) {
    for (const items of [chose('dnd'), chose('away'), []]) {
      agent.presence(1, items);
      await bed.later(2 * SECOND);
    }
  }
  expect(bed.microsoft.actions(1).at(-1)).toBe('clearUserPreferredPresence');
  bed.microsoft.writes.length = 0;
  const failed = await failing(bed, /timeline_part/);
  inTeams(bed, 1, 'Busy', 'InACall');
  await bed.later(5 * MINUTE);
  expect(new Set(agent.shown(1))).toEqual(new Set(['on-the-phone']));
  agent.presence(1, chose('on-the-phone'));
  await bed.later(MINUTE);
  expect(bed.microsoft.actions(1)).toEqual([]);
  expect(failed.times).toBeGreaterThan(0);
  inTeams(bed, 1, 'Available');
  await bed.later(6 * MINUTE);
  expect(agent.shown(1).at(-1)).toBe('');
});

test('a choice that could not be kept is asked for before the object is put away and forgets it', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  await bed.later(30 * SECOND);
  const failed = await failing(bed, /(?:INTO|UPDATE) pair\b/, 1);
  bed.sleepy = true;
  agent.presence(1, chose('dnd'));
  agent.frames.length = 0;
  await bed.later(9 * SECOND);
  expect(failed.times).toBe(1);
  expect(agent.of('watch-more')).toHaveLength(1);
  expect(agent.of('unwatch')).toEqual([]);
});
