// Whoever has overheard a notification sends it again: every proof in it holds, and it changes nothing for long.
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { chose, MINUTE, SECOND, teamsId } from '../connector/bed.ts';
import { type Signer, signer } from '../graph/microsoft-posts.ts';
import { standing } from './cloud-bed.ts';

let microsoft: Signer;
beforeAll(async () => {
  microsoft = await signer();
});
afterEach(() => vi.restoreAllMocks());

const BUSY = { availability: 'Busy', activity: 'Busy' };
const DND = { availability: 'DoNotDisturb', activity: 'DoNotDisturb' };

/** Busy was told, and then Do not disturb; the first of these notifications is in wrong hands. */
async function overheard(stamps: readonly [string?, string?]) {
  const { bed, agent } = await standing(microsoft);
  const stamped = (of: string | undefined) => (of ? { sequenceNumber: of } : {});
  const stolen = await bed.overheard(1, { ...BUSY, ...stamped(stamps[0]) });
  await bed.settle();
  agent.presence(1, chose('busy'));
  await bed.later(3 * MINUTE);
  await bed.notify(1, { ...DND, ...stamped(stamps[1]) });
  await bed.settle();
  agent.presence(1, chose('dnd'));
  await bed.later(150 * SECOND);
  expect(agent.shown(1)).toEqual(['busy', 'dnd']);
  bed.microsoft.asked.length = 0;
  return { bed, agent, stolen };
}

test('one that bears a version stamp is a copy: it writes nothing, and asks nobody', async () => {
  const { bed, agent, stolen } = await overheard(['0002', '0003']);
  expect((await bed.post(stolen)).status).toBe(202);
  await bed.later(4 * SECOND);
  expect(bed.microsoft.asked).toEqual([]);
  await bed.later(6 * MINUTE);
  expect(agent.shown(1)).toEqual(['busy', 'dnd']);
});

test('one without is believed until a read tells, 3 s later; twenty in two seconds are no more than one', async () => {
  const { bed, agent, stolen } = await overheard([]);
  for (let n = 0; n < 20; n += 1) {
    expect((await bed.post(stolen)).status).toBe(202);
    await bed.settle();
    if (n === 0) agent.presence(1, chose('busy'));
    await bed.later(100);
  }
  await bed.later(4 * SECOND);
  expect(agent.shown(1)).toEqual(['busy', 'dnd', 'busy', 'dnd']);
  agent.presence(1, chose('dnd'));
  await bed.later(MINUTE);
  // Teams was never written to: what it shows is what its user chose.
  expect(bed.microsoft.writes).toEqual([]);
  expect(bed.microsoft.presences.get(teamsId(1))).toEqual(DND);
  expect(bed.microsoft.asked.length).toBeLessThan(6);
});
