// After a gap a PBX is told nothing of a user before it has told what stands there now: a human may have chosen
// meanwhile, and what arrives after the first list would pass for theirs.
import { expect, test } from 'vitest';
import { Bed, chose, MINUTE, SLOW, talking, teamsId } from './bed.ts';

const BUSY = { availability: 'Busy', activity: 'Busy' };

async function choseInAGap() {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  agent.close();
  await bed.settle();
  bed.microsoft.presences.set(teamsId(1), BUSY);
  await bed.later(6 * MINUTE);
  return { bed, agent };
}

test('a new tunnel, and no list yet: nothing is written', async () => {
  const { bed, agent } = await choseInAGap();
  const again = (await bed.connect(agent.id)).hello().up();
  await bed.later(MINUTE);
  expect(again.shown(1)).toEqual([]);
  again.presence(1, [], { afterGap: true });
  await bed.settle();
  expect(again.shown(1)).toEqual(['busy']);
});

test('more closed on the PBX meanwhile: that wins, and nothing has been written before', async () => {
  const { bed, agent } = await choseInAGap();
  const again = (await bed.connect(agent.id)).hello().up();
  await bed.settle();
  again.presence(1, chose('dnd'), { afterGap: true });
  await bed.settle();
  expect(again.shown(1)).toEqual([]);
  expect(bed.microsoft.actions(1)).toEqual(['setUserPreferredPresence']);
});

test('a PBX session that comes up anew, and no list yet: nothing is written', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  agent.down();
  await bed.settle();
  agent.up();
  bed.microsoft.presences.set(teamsId(1), BUSY);
  await bed.later(6 * MINUTE);
  expect(agent.shown(1)).toEqual([]);
  agent.presence(1, [], { afterGap: true });
  await bed.settle();
  expect(agent.shown(1)).toEqual(['busy']);
});

test('a PBX that is up and has not told of a user since vouches for no call of theirs', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  agent.presence(1, talking);
  await bed.settle();
  agent.down();
  await bed.settle();
  agent.up();
  await bed.later(9 * MINUTE);
  expect(bed.microsoft.actions(1)).toEqual(['setPresence']);
  await bed.later(MINUTE);
  expect(bed.microsoft.actions(1)).toEqual(['setPresence', 'clearPresence']);
  agent.presence(1, talking, { afterGap: true });
  await bed.settle();
  expect(bed.microsoft.actions(1).at(-1)).toBe('setPresence');
});

test('whom the object has slept over it may write to: lists came before it slept', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  await bed.evict();
  bed.microsoft.presences.set(teamsId(1), BUSY);
  await bed.later(6 * MINUTE);
  expect(agent.shown(1)).toEqual(['busy']);
});
