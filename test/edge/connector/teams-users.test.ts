// Who counts as a Teams user, by what Microsoft's list and its changes say.
import { describe, expect, test } from 'vitest';
import {
  Bed,
  chose,
  GRAPH,
  graphRefusal,
  json,
  MINUTE,
  pbxUser,
  person,
  SECOND,
  SLOW,
  talking,
  teamsId,
  value,
} from './bed.ts';

const COMMERCIAL = '57ff2da0-773e-42df-b2af-ffb7a2317929';
const ESSENTIALS = '42a3ec34-28ba-46b6-992f-db53a675ac5b';
const DELTA = `${GRAPH}/users/delta?$deltatoken=`;
const SKIP = `${GRAPH}/users/delta?$skiptoken=`;

type Plan = [status: string, id?: string];
const user = (n: number, plans: Plan[] = [['Enabled']], more: Record<string, unknown> = {}) => {
  const { licensed: _licensed, ...rest } = person(n);
  const assignedPlans = plans.map(([capabilityStatus, servicePlanId = COMMERCIAL]) => ({
    servicePlanId,
    capabilityStatus,
  }));
  return { ...rest, assignedPlans, ...more };
};
const gone = (n: number) => ({ id: teamsId(n), '@removed': { reason: 'changed' } });

/** The next answers to the delta link; after them nothing changes any more. */
function changes(bed: Bed, ...pages: unknown[][]): void {
  const answers = [...pages, []].map(
    (people, at) => () => json({ value: people, '@odata.deltaLink': `${DELTA}c${at}` }),
  );
  bed.microsoft.inTurn('$deltatoken', ...answers);
}

async function paired(count: number) {
  const bed = new Bed();
  const agent = await bed.pairs(count, SLOW);
  return { bed, agent };
}

test('a full round over pages, then changes and removals: each is acted on', async () => {
  const bed = new Bed();
  bed.microsoft.on(`GET ${GRAPH}/users/delta?$select`, () =>
    json({ value: [user(1), user(2)], '@odata.nextLink': `${SKIP}2` }),
  );
  bed.microsoft.on('$skiptoken=2', () => json({ value: [user(3)], '@odata.nextLink': `${SKIP}3` }));
  bed.microsoft.on('$skiptoken=3', () =>
    json({ value: [user(4)], '@odata.deltaLink': `${DELTA}0` }),
  );
  // A removal, a change that does not name the plans, a newcomer.
  changes(bed, [gone(2), { id: teamsId(3), displayName: 'New Name' }, user(5)]);
  value(await bed.put(SLOW));
  await bed.agent([1, 2, 3, 4, 5].map((n) => pbxUser(n)));
  await bed.later(5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1, 2, 3, 4]);
  await bed.later(MINUTE + 5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1, 3, 4, 5]);
});

test('410 reads everybody anew, and whom the full list does not name is gone', async () => {
  const { bed } = await paired(5);
  bed.microsoft.on('$deltatoken', () => graphRefusal(410, 'resyncRequired'));
  bed.microsoft.on(`GET ${GRAPH}/users/delta?$select`, () =>
    json({
      value: [user(1), user(2), user(3), user(5)],
      '@odata.deltaLink': `${DELTA}0`,
    }),
  );
  await bed.later(MINUTE + 5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1, 2, 3, 5]);
  expect((await bed.lamp('teamsUsers')).state).toBe('ok');
});

describe('a list that Graph leads nowhere', () => {
  const first = `GET ${GRAPH}/users/delta?$select`;
  const page = (next: string) => () =>
    json({ value: [user(1)], '@odata.nextLink': `${SKIP}${next}` });
  let made = 0;

  test.each<[string, (bed: Bed) => void]>([
    [
      'its own link is not known any more',
      (bed) => {
        bed.microsoft.on(first, page('2'));
        bed.microsoft.on('$skiptoken=2', () => graphRefusal(404, 'itemNotFound'));
      },
    ],
    [
      'a page leads to itself',
      (bed) => {
        bed.microsoft.on(first, page('2'));
        bed.microsoft.on('$skiptoken=2', page('2'));
      },
    ],
    [
      'two pages lead to each other',
      (bed) => {
        bed.microsoft.on(first, page('2'));
        bed.microsoft.on('$skiptoken=2', page('3'));
        bed.microsoft.on('$skiptoken=3', page('2'));
      },
    ],
    [
      'pages without end name the same user',
      (bed) => {
        bed.microsoft.on(first, page('first'));
        bed.microsoft.on('$skiptoken=', () => {
          made += 1;
          return page(String(made))();
        });
      },
    ],
  ])(
    '%s: it is a lamp, asked for less and less often, and read as soon as it can be',
    async (_, lead) => {
      const bed = new Bed();
      lead(bed);
      value(await bed.put(SLOW));
      await bed.agent([pbxUser(1), pbxUser(2)]);
      await bed.later(10 * MINUTE);
      const asked = () => bed.microsoft.count(`GET ${GRAPH}/users/delta`);
      expect(await bed.lamp('teamsUsers')).toMatchObject({
        state: 'warning',
        code: 'graph-bad-answer',
      });
      const before = asked();
      await bed.later(10 * MINUTE);
      expect(asked() - before).toBeLessThan(1_500);
      bed.microsoft.on(first, () =>
        json({ value: [user(1), user(2)], '@odata.deltaLink': `${DELTA}0` }),
      );
      changes(bed);
      await bed.later(10 * MINUTE);
      expect(await bed.pairNumbers()).toEqual([1, 2]);
      expect((await bed.lamp('teamsUsers')).state).toBe('ok');
    },
  );
});

test.each<[string, unknown]>([
  ['is disabled', user(1, [['Enabled']], { accountEnabled: false })],
  ['loses the licence', user(1, [['Deleted']])],
  ['is removed', gone(1)],
])('who %s is unpaired, and what is ours is taken back on both sides', async (_, change) => {
  const { bed, agent } = await paired(2);
  bed.microsoft.presences.set(teamsId(1), { availability: 'Away', activity: 'Away' });
  await bed.later(5 * MINUTE + SECOND);
  expect(agent.shown(1).at(-1)).toBe('away');
  agent.presence(1, [...chose('away'), ...talking]);
  await bed.settle();
  expect(bed.microsoft.actions(1)).toEqual(['setPresence']);
  changes(bed, [change]);
  await bed.later(MINUTE + 5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([2]);
  expect(bed.microsoft.actions(1)).toEqual(['setPresence', 'clearPresence']);
  expect(agent.shown(1).at(-1)).toBe('');
  expect(bed.microsoft.actions(2)).toEqual([]);
});

test('a licence that goes and comes back pairs the user again, with a clean start', async () => {
  const { bed, agent } = await paired(1);
  changes(bed, [user(1, [['Suspended']])], [user(1, [['Deleted'], ['Suspended'], ['Enabled']])]);
  await bed.later(MINUTE + 5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([]);
  await bed.later(MINUTE + 5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1]);
  agent.presence(1, talking);
  await bed.settle();
  expect(bed.microsoft.actions(1)).toEqual(['setPresence']);
});

const presence = (availability: string) => ({ availability, activity: availability });

test('what we wrote to Teams is taken back at unpairing; paired again, the more closed state wins, though Teams changed last', async () => {
  const { bed, agent } = await paired(1);
  agent.presence(1, chose('dnd'));
  await bed.settle();
  expect(bed.microsoft.actions(1)).toEqual(['setUserPreferredPresence']);
  bed.microsoft.presences.set(teamsId(1), presence('DoNotDisturb'));
  changes(bed, [user(1, [['Suspended']])], [user(1)]);
  await bed.later(MINUTE + 5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([]);
  expect(bed.microsoft.actions(1).slice(1)).toEqual(['clearUserPreferredPresence']);

  bed.microsoft.presences.set(teamsId(1), presence('Busy'));
  await bed.later(MINUTE + 5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1]);
  agent.presence(1, chose('dnd'), { afterGap: true });
  await bed.later(5 * SECOND);
  expect(bed.microsoft.actions(1).slice(2)).toEqual(['setUserPreferredPresence']);
  expect(bed.microsoft.writes.at(-1)?.body).toMatchObject({ availability: 'DoNotDisturb' });
  expect(agent.shown(1)).toEqual([]);
});

test('what we wrote to the PBX is taken back at unpairing; paired again, the more closed state wins, though the PBX changed last', async () => {
  const { bed, agent } = await paired(1);
  bed.microsoft.presences.set(teamsId(1), presence('DoNotDisturb'));
  await bed.later(5 * MINUTE + SECOND);
  expect(agent.shown(1)).toEqual(['dnd']);
  agent.presence(1, chose('dnd'));
  await bed.settle();
  changes(bed, [user(1, [['Suspended']])], [user(1)]);
  await bed.later(MINUTE + 5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([]);
  expect(agent.shown(1)).toEqual(['dnd', '']);

  await bed.later(MINUTE + 5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1]);
  agent.presence(1, chose('busy'), { afterGap: true });
  await bed.later(5 * SECOND);
  expect(agent.shown(1)).toEqual(['dnd', '', 'dnd']);
  expect(bed.microsoft.actions(1)).toEqual([]);
});

test.each<[string, Plan[], boolean]>([
  ['deleted, and enabled anew', [['Deleted'], ['Enabled']], true],
  ['enabled, and deleted before', [['Enabled'], ['Deleted']], true],
  ['in its time of grace', [['Warning']], true],
  ['suspended', [['Suspended']], false],
  ['locked out', [['LockedOut']], false],
  ['suspended, beside another plan', [['Suspended'], ['Enabled', ESSENTIALS]], false],
])('a Teams plan that is %s', async (_, plans, counts) => {
  const { bed } = await paired(1);
  changes(bed, [user(1, plans)]);
  await bed.later(MINUTE + 5 * SECOND);
  expect(await bed.pairNumbers()).toEqual(counts ? [1] : []);
});

test('plans that the settings name count, from when they are named to when they are not', async () => {
  const bed = new Bed();
  const everybody = () =>
    json({
      value: [user(1), user(2, [['Enabled', ESSENTIALS]])],
      '@odata.deltaLink': `${DELTA}0`,
    });
  bed.microsoft.on(`GET ${GRAPH}/users/delta?$select`, everybody);
  changes(bed);
  value(await bed.put(SLOW));
  const agent = await bed.agent([pbxUser(1), pbxUser(2)]);
  await bed.later(5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1]);

  const named = value(await bed.patch({ teamsPlans: [ESSENTIALS.toUpperCase()] }));
  expect(named.settings.teamsPlans).toEqual([ESSENTIALS]);
  await bed.later(5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1, 2]);
  agent.presence(2, talking);
  await bed.settle();
  // A change that comes later is judged by them, too.
  changes(bed, [
    user(2, [
      ['Deleted', ESSENTIALS],
      ['Warning', ESSENTIALS],
    ]),
  ]);
  await bed.later(MINUTE + 5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1, 2]);

  for (const nothing of [null, []]) {
    value(await bed.patch({ teamsPlans: [ESSENTIALS] }));
    await bed.later(5 * SECOND);
    expect(await bed.pairNumbers()).toEqual([1, 2]);
    const cleared = value(await bed.patch({ teamsPlans: nothing }));
    expect(cleared.settings).not.toHaveProperty('teamsPlans');
    await bed.later(5 * SECOND);
    expect(await bed.pairNumbers()).toEqual([1]);
  }
  expect(bed.microsoft.actions(2)).toEqual(['setPresence', 'clearPresence']);
  // A PUT without them takes them back as well.
  value(await bed.patch({ teamsPlans: [ESSENTIALS] }));
  value(await bed.put(SLOW));
  await bed.later(5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1]);
  expect(value(await bed.stub.audit()).at(0)?.keys).toContain('teamsPlans');
});
