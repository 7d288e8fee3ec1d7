// Whom the agent may not see, and who has no licence: lamps, the list of users, and who is synchronised.
import { evictDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { unlicensedFrame, unseenFrame, wroteFrame } from '../../../shared/protocol/up.ts';
import { Bed, chose, guid, pbxUser, SECOND, SLOW, talking, teamsId, value } from './bed.ts';

const LICENSED = { ...SLOW, requireLicence: true };
const LICENCE = 'App(innovaphone-microsoft365)';

async function listed(bed: Bed) {
  const { items } = value(await bed.stub.listUsers({ text: '', state: null, cursor: null }));
  return items.map(({ state, reason }) => [state, reason]);
}
const unlicensed = (...numbers: number[]) =>
  unlicensedFrame({ pbx: 'pbx', guids: numbers.map(guid) });

/** Two who fit somebody in Teams, and the first of them has no licence. */
async function oneUnlicensed() {
  const bed = new Bed();
  const agent = await bed.pairs(2, LICENSED);
  agent.send(unlicensed(1));
  await bed.later(3 * SECOND);
  expect(await bed.pairNumbers()).toEqual([2]);
  return { bed, agent };
}

test('calls that may not be seen are a lamp and a reason, with the box to tick', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  agent.send(unseenFrame({ pbx: 'pbx', guids: [], noCalls: [guid(2)] }));
  await bed.settle();
  expect(await bed.lamp('rights')).toMatchObject({
    code: 'rights-no-calls',
    params: { count: 1, users: 'Person 2' },
  });
  expect(await listed(bed)).toEqual([
    ['paired', undefined],
    ['noRights', expect.stringContaining('On the phone')],
  ]);
  agent.send(unseenFrame({ pbx: 'pbx', guids: [] }));
  await bed.settle();
  expect(await bed.lamp('rights')).toMatchObject({ code: 'rights-ok' });
});

test('what could not be seen in the session before is not known of the next one', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  agent.send(unseenFrame({ pbx: 'pbx', guids: [guid(1)], noCalls: [guid(2)] }));
  await bed.settle();
  expect(await bed.lamp('rights')).toMatchObject({ state: 'warning' });
  agent.down();
  await bed.settle();
  agent.up();
  await bed.settle();
  expect(await bed.lamp('rights')).toMatchObject({ state: 'ok' });
  expect(await listed(bed)).toEqual([
    ['paired', undefined],
    ['paired', undefined],
  ]);
});

test('licences are asked for only where the settings say so, and from then on at once', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  expect(agent.of('watch').map(({ licence }) => licence)).not.toContain(LICENCE);
  value(await bed.patch({ requireLicence: true }));
  await bed.settle();
  expect(agent.of('watch').at(-1)).toMatchObject({ licence: LICENCE, last: true });
  value(await bed.patch({ requireLicence: null }));
  await bed.settle();
  expect(agent.of('watch').at(-1)).not.toHaveProperty('licence');
  expect(value(await bed.stub.readSettings()).settings).not.toHaveProperty('requireLicence');
});

test('who has no licence is left out, taken back on both sides, and comes back with one', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(3, LICENSED);
  agent.presence(1, talking);
  agent.presence(2, chose(''));
  bed.microsoft.presences.set(teamsId(2), { availability: 'Busy', activity: 'Busy' });
  await bed.later(400 * SECOND);
  expect(agent.shown(2)).toEqual(['busy']);
  agent.send(unlicensed(1, 2));
  await bed.later(5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([3]);
  expect(bed.microsoft.actions(1).at(-1)).toBe('clearPresence');
  expect(agent.shown(2)).toEqual(['busy', '']);
  expect(await listed(bed)).toEqual([
    ['unlicensed', expect.stringContaining(LICENCE)],
    ['unlicensed', expect.stringContaining(LICENCE)],
    ['paired', undefined],
  ]);
  expect(await bed.lamp('rights')).toMatchObject({ code: 'rights-ok-unlicensed', state: 'ok' });
  // They go on being watched, for nobody else asks whether they have a licence by now.
  expect(agent.of('unwatch')).toEqual([]);

  agent.send(unlicensed(2));
  await bed.later(5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1, 3]);
  expect(agent.of('watch-more').at(-1)).toMatchObject({ guids: [guid(1)] });
});

test('an outage gives nobody a licence, and a new tunnel watches the same users', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, LICENSED);
  agent.send(unlicensed(2));
  await bed.later(5 * SECOND);
  agent.close();
  await bed.settle();
  await evictDurableObject(bed.stub);
  value(await bed.patch({ matching: ['email'] }));
  await bed.later(30 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1]);
  const back = await bed.connect(agent.id);
  back.hello().up();
  await bed.settle();
  expect(back.of('watch').at(-1)?.guids.toSorted()).toEqual([guid(1), guid(2)]);
});

test('a PBX that has another name in the agent’s configuration by now takes back what it told as the old one', async () => {
  const { bed, agent } = await oneUnlicensed();
  const renamed = (await bed.connect(agent.id)).hello(['hq']).up('hq', 'pbx');
  renamed.users([pbxUser(1), pbxUser(2)], 1, 'hq');
  await bed.later(30 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1, 2]);
  renamed.send(unlicensedFrame({ pbx: 'hq', guids: [guid(2)] }));
  await bed.later(3 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1]);
});

test('what another agent still has in its configuration goes on counting', async () => {
  const { bed, agent: one } = await oneUnlicensed();
  const two = (await bed.connect(await bed.enrol('two'))).hello(['hq']).up('hq', 'pbx');
  two.users([pbxUser(1), pbxUser(2)], 1, 'hq');
  await bed.later(30 * SECOND);
  expect(await bed.pairNumbers()).toEqual([2]);
  value(await bed.stub.removeAgent('operator', one.id));
  (await bed.connect(two.id)).hello(['hq']).up('hq', 'pbx');
  await bed.later(30 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1, 2]);
});

test('a dry run of the matching does not take those without a licence for changes', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, LICENSED);
  agent.send(unlicensed(1));
  await bed.later(5 * SECOND);
  const rules = { matching: ['email' as const], overrides: null, cursor: null };
  const { items } = value(await bed.stub.tryMatching(rules));
  expect(items).toEqual([]);
});

test('switched off, everybody is paired again', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, LICENSED);
  agent.send(unlicensed(1, 2));
  await bed.later(5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([]);
  value(await bed.patch({ requireLicence: false }));
  await bed.later(5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1, 2]);
});

test('licences that cannot be asked for leave nobody out and are a lamp', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, LICENSED);
  const fault = { code: 'api-missing', detail: 'tick "Admin"' };
  agent.send(unlicensedFrame({ pbx: 'pbx', guids: [], fault }));
  await bed.later(5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1, 2]);
  expect(await bed.lamp('rights')).toMatchObject({
    code: 'licence-unknown',
    params: { detail: 'tick "Admin"' },
  });
});

test('what the PBX does not take is busy, remembered for it until its session comes up anew', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(3, SLOW);
  agent.answers = false;
  const answer = (n: number) => {
    const last = agent.of('set').findLast((frame) => frame.guid === guid(n));
    const fault = { code: 'refused', detail: 'error 5' };
    const refused = last?.activity === 'meeting';
    agent.send(
      wroteFrame({ guid: guid(n), write: last?.write ?? 0, ...(refused ? { fault } : {}) }),
    );
  };
  const meets = async (n: number) => {
    bed.microsoft.presences.set(teamsId(n), { availability: 'Busy', activity: 'InAMeeting' });
    await bed.later(300 * SECOND);
  };
  await meets(1);
  answer(1);
  await bed.settle();
  answer(1);
  await bed.settle();
  expect(agent.shown(1)).toEqual(['meeting', 'busy']);
  expect(await bed.lamp('sync')).toMatchObject({
    code: 'in-sync-with-busy',
    params: { name: 'pbx', activities: 'meeting' },
  });
  await meets(2);
  answer(2);
  expect(agent.shown(2)).toEqual(['busy']);
  agent.down().up();
  agent.presence(3, [], { afterGap: true });
  await bed.settle();
  await meets(3);
  expect(agent.shown(3)).toEqual(['meeting']);
});
