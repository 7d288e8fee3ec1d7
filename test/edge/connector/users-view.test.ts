import { expect, test } from 'vitest';
import type { UserQuery } from '../../../edge/connector/rpc.ts';
import { userFrame } from '../../../shared/protocol/up.ts';
import {
  Bed,
  chose,
  guid,
  pbxUser,
  person,
  refusal,
  SECOND,
  SLOW,
  talking,
  teamsId,
  value,
} from './bed.ts';

const list = async (bed: Bed, query: Partial<UserQuery> = {}) => {
  const all = { text: '', state: null, cursor: null };
  return value(await bed.stub.listUsers({ ...all, ...query }));
};

async function company(): Promise<Bed> {
  const bed = new Bed();
  const agent = await bed.pairs(3, SLOW);
  bed.microsoft.people = [
    person(1),
    person(2),
    person(3),
    person(4, { displayName: 'Alone in Teams' }),
    person(5, { mail: 'shared@example.com' }),
    person(6, { mail: 'shared@example.com' }),
    person(7, { licensed: false }),
    person(8, { accountEnabled: false }),
  ];
  const shared = pbxUser(50, { emails: ['shared@example.com'], cn: 'Shared' });
  for (const user of [shared, pbxUser(7), pbxUser(9, { cn: 'Zoë Älone', e164: '4711' })]) {
    agent.send(userFrame({ pbx: 'pbx', user }));
  }
  await bed.later(70 * SECOND);
  agent.presence(1, [...talking, ...chose('dnd')]);
  agent.presence(2, chose('away'));
  agent.send({ v: 1, t: 'unseen', pbx: 'pbx', guids: [guid(3)] } as never);
  await bed.settle();
  return bed;
}

test('before a PBX has told its users, those of Teams are there, and nobody has a partner', async () => {
  const bed = new Bed();
  bed.microsoft.people = [person(1), person(2, { licensed: false })];
  value(await bed.put(SLOW));
  await bed.later(70 * SECOND);
  const { items, counts } = await list(bed);
  const reason = 'Not matched yet: the PBX has not told its users.';
  expect(items).toMatchObject([{ state: 'unmatched', reason, teams: { id: teamsId(1) } }]);
  expect(items[0]?.pbx).toBeUndefined();
  expect(counts).toMatchObject({ paired: 0, unmatched: 1 });
  expect(value(await bed.stub.user(teamsId(1)))).toEqual(items[0]);

  await bed.agent([pbxUser(1)]);
  await bed.later(70 * SECOND);
  expect((await list(bed)).items).toMatchObject([{ state: 'paired', teams: { id: teamsId(1) } }]);
});

test('everybody is listed once, with the reason for whoever has no partner', async () => {
  const bed = await company();
  const { items, counts } = await list(bed);
  const rows = items.map(({ state, reason, teams, pbx }) => [
    teams?.displayName ?? null,
    pbx?.cn ?? null,
    state,
    reason,
  ]);
  expect(rows).toEqual([
    ['Alone in Teams', null, 'unmatched', 'No user of the PBX fits.'],
    ['Person 1', 'Person 1', 'paired', undefined],
    ['Person 2', 'Person 2', 'paired', undefined],
    ['Person 3', 'Person 3', 'noRights', expect.stringContaining('Visibility')],
    ['Person 5', null, 'ambiguous', expect.stringContaining('person6@example.com')],
    ['Person 6', null, 'ambiguous', expect.stringContaining('person5@example.com')],
    ['Person 7', 'Person 7', 'unlicensed', 'This user has no licence with Teams.'],
    [null, 'Shared', 'unmatched', 'No Teams user fits this user of the PBX.'],
    [null, 'Zoë Älone', 'unmatched', 'No Teams user fits this user of the PBX.'],
  ]);
  expect(counts).toEqual({
    paired: 2,
    unmatched: 3,
    ambiguous: 2,
    unlicensed: 1,
    noRights: 1,
    notSubscribed: 0,
  });
});

test('a pair shows both presences', async () => {
  const bed = await company();
  const { items } = await list(bed, { text: 'PERSON1@' });
  expect(items).toMatchObject([
    {
      matchedBy: 'email',
      teams: { id: teamsId(1), availability: 'Available' },
      pbx: { guid: guid(1), sip: 'person1', activity: 'on-the-phone', onThePhone: true },
    },
  ]);
});

test.each([
  ['4711', 1],
  ['zoe\u0308', 1],
  ['shared@EXAMPLE', 2],
  ['nobody at all', 0],
  ['   ', 9],
])('a search for "%s" finds %d', async (text, count) => {
  const bed = await company();
  const { items, counts } = await list(bed, { text });
  expect(items).toHaveLength(count);
  expect(Object.values(counts).reduce((sum, one) => sum + one)).toBe(count);
});

test('a pair shows what was written last, and in which direction', async () => {
  const bed = await company();
  const [second] = (await list(bed, { text: 'person2@' })).items;
  expect(second?.lastChange).toMatchObject({ direction: 'pbx-to-teams', reason: 'pbx-chose' });
  const [alone] = (await list(bed, { text: 'alone' })).items;
  expect(alone).not.toHaveProperty('lastChange');
  bed.microsoft.presences.set(teamsId(3), { availability: 'Busy', activity: 'Busy' });
  await bed.later(301 * SECOND);
  const [third] = (await list(bed, { text: 'person3@' })).items;
  expect(third?.lastChange).toMatchObject({ direction: 'teams-to-pbx', reason: 'teams-chose' });
});

test('only one state, and a cursor that makes no sense begins at the beginning', async () => {
  const bed = await company();
  const { items } = await list(bed, { state: 'ambiguous', cursor: 'rubbish' });
  expect(items.map(({ teams }) => teams?.displayName)).toEqual(['Person 5', 'Person 6']);
  expect((await list(bed, { cursor: '-3' })).items).toHaveLength(9);
});

test('only those who are on one side, whether the other knows them or not', async () => {
  const bed = await company();
  const onPbx = await list(bed, { side: 'pbx' });
  expect(onPbx.items.map(({ pbx }) => pbx?.cn)).toEqual([
    'Person 1',
    'Person 2',
    'Person 3',
    'Person 7',
    'Shared',
    'Zoë Älone',
  ]);
  const inTeams = await list(bed, { text: 'person', side: 'teams' });
  expect(inTeams.items.every(({ teams }) => teams !== undefined)).toBe(true);
});

test('one of them alone is as in the list; who is not in it is not found', async () => {
  const bed = await company();
  const [third] = (await list(bed, { text: 'person3@' })).items;
  expect(value(await bed.stub.user(teamsId(3)))).toEqual(third);
  expect(third?.state).toBe('noRights');
  expect(refusal(await bed.stub.user(teamsId(8)))).toBe('not-found');
  expect(refusal(await bed.stub.user(teamsId(99)))).toBe('not-found');
});

test('a name of any length has its place, and its page can be turned', async () => {
  const bed = new Bed();
  await bed.pairs(1, SLOW);
  const long = (n: number) => `${'ä'.repeat(9_000)}${n}`;
  const people = Array.from({ length: 120 }, (_, n) => person(n + 2, { displayName: long(n) }));
  bed.microsoft.people = [person(1), ...people];
  await bed.later(70 * SECOND);
  const first = await list(bed, { text: 'ää' });
  expect(first.items).toHaveLength(100);
  expect(first.next?.length).toBeLessThan(1024);
  const second = await list(bed, { text: 'ää', cursor: first.next ?? '' });
  expect(second.items).toHaveLength(20);
});

test('pages of a hundred', async () => {
  const bed = new Bed();
  await bed.pairs(230, SLOW);
  const first = await list(bed);
  const second = await list(bed, { cursor: first.next ?? '' });
  const third = await list(bed, { cursor: second.next ?? '' });
  expect([first, second, third].map(({ items }) => items.length)).toEqual([100, 100, 30]);
  expect(third.next).toBeUndefined();
  const ids = [first, second, third].flatMap(({ items }) => items.map(({ teams }) => teams?.id));
  expect(new Set(ids).size).toBe(230);
});

test('the timeline says what was seen, decided and why; a refused write too', async () => {
  const bed = await company();
  const entries = value(await bed.stub.timeline(teamsId(2)));
  expect(entries[0]).toMatchObject({
    from: 'pbx',
    saw: 'tel:away',
    decided: 'write',
    reason: 'pbx-chose',
    wrote: 'Teams: set-preferred Away/Away',
  });
  expect(refusal(await bed.stub.timeline(teamsId(99)))).toBe('not-found');
});

test('an override is one of the settings, and undone by its end', async () => {
  const bed = await company();
  expect(refusal(await bed.stub.setOverride('operator', teamsId(99), guid(9)))).toBe('not-found');
  value(await bed.stub.setOverride('operator', teamsId(4), guid(9)));
  await bed.later(3 * SECOND);
  const { items } = await list(bed, { text: 'alone' });
  expect(items).toMatchObject([
    { state: 'paired', matchedBy: 'override', pbx: { number: '4711' } },
  ]);
  value(await bed.stub.setOverride('operator', teamsId(4), 'gone'));
  await bed.later(3 * SECOND);
  expect((await list(bed, { text: 'alone in' })).items[0]?.reason).toContain('does not have');
  value(await bed.stub.setOverride('operator', teamsId(4), null));
  await bed.later(3 * SECOND);
  expect(value(await bed.stub.readSettings()).settings.overrides).toEqual([]);
  expect((await list(bed, { text: 'alone in' })).items[0]?.reason).toBe('No user of the PBX fits.');
});
