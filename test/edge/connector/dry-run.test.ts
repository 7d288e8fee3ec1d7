import { expect, test } from 'vitest';
import type { MatchingStep } from '../../../shared/settings/schema.ts';
import { Bed, guid, pbxUser, person, refusal, SECOND, SLOW, teamsId, value } from './bed.ts';

const tried = async (
  bed: Bed,
  matching: MatchingStep[],
  overrides: { teams: string; pbx: string }[] | null = null,
  cursor: string | null = null,
) => value(await bed.stub.tryMatching({ matching, overrides, cursor }));

/** 1 and 2 match by address and by name; 3 by name only; 4 twice by name; 5 by nothing. */
async function company(): Promise<Bed> {
  const bed = new Bed();
  bed.microsoft.people = [
    person(1),
    person(2),
    person(3, { userPrincipalName: 'third@example.org' }),
    person(4, { displayName: 'Twice' }),
    person(5, { displayName: 'Alone', userPrincipalName: 'alone@example.com' }),
  ];
  value(await bed.put(SLOW));
  await bed.settle();
  const twice = pbxUser(40, { cn: 'Twice', h323: 'twice', emails: [] });
  await bed.agent([pbxUser(1), pbxUser(2), pbxUser(3), pbxUser(4, { cn: 'Twice' }), twice]);
  await bed.later(5 * SECOND);
  return bed;
}

test('pairs that stay are not named', async () => {
  const bed = await company();
  expect(await tried(bed, ['override', 'email', 'displayName'])).toEqual({
    items: [],
    counts: { added: 0, removed: 0, moved: 0 },
  });
});

test('a pair that would end says why, and so does one that would come', async () => {
  const bed = await company();
  const { items, counts } = await tried(bed, ['email']);
  expect(counts).toEqual({ added: 0, removed: 1, moved: 0 });
  expect(items).toEqual([
    {
      teams: { id: teamsId(3), displayName: 'Person 3', userPrincipalName: 'third@example.org' },
      before: { guid: guid(3), cn: 'Person 3', sip: 'person3', matchedBy: 'displayName' },
      reason: 'No user of the PBX fits.',
    },
  ]);
  const byName = await tried(bed, ['displayName']);
  expect(
    byName.items.map(({ teams, before, after, reason }) => [
      teams.displayName,
      before?.sip,
      after,
      reason,
    ]),
  ).toEqual([
    [
      'Twice',
      'person4',
      undefined,
      'By displayName, more than one fits: Twice (person4), Twice (twice).',
    ],
  ]);
});

test('overrides are tried too: they take over, and take away', async () => {
  const bed = await company();
  const { items, counts } = await tried(
    bed,
    ['override', 'email', 'displayName'],
    [{ teams: 'alone@example.com', pbx: 'person1' }],
  );
  expect(counts).toEqual({ added: 1, removed: 1, moved: 0 });
  expect(items).toMatchObject([
    { teams: { displayName: 'Alone' }, after: { sip: 'person1', matchedBy: 'override' } },
    {
      teams: { displayName: 'Person 1' },
      before: { sip: 'person1' },
      reason: 'No user of the PBX fits.',
    },
  ]);
  const swapped = [
    { teams: teamsId(1), pbx: 'person2' },
    { teams: teamsId(2), pbx: 'person1' },
  ];
  const moved = await tried(bed, ['override'], swapped);
  expect(moved.counts).toEqual({ added: 0, removed: 2, moved: 2 });
});

test('overrides that are stored count where none are given', async () => {
  const bed = await company();
  value(await bed.stub.setOverride('operator', teamsId(5), guid(40)));
  await bed.later(5 * SECOND);
  const steps: MatchingStep[] = ['override', 'email', 'displayName'];
  expect((await tried(bed, steps)).items).toEqual([]);
  expect((await tried(bed, steps, [])).counts.removed).toBe(1);
});

test('nothing is changed by it', async () => {
  const bed = await company();
  const everything = async () =>
    JSON.stringify([
      await bed.rows('SELECT * FROM pair ORDER BY teams_id'),
      await bed.rows('SELECT * FROM teams_user ORDER BY id'),
      await bed.rows('SELECT * FROM audit'),
      value(await bed.stub.readSettings()),
    ]);
  const before = await everything();
  await tried(bed, ['sip'], [{ teams: teamsId(1), pbx: 'person2' }]);
  expect(await everything()).toBe(before);
});

test('many changes come in pages', async () => {
  const bed = new Bed();
  await bed.pairs(230, SLOW);
  const pages = [await tried(bed, ['override'])];
  while (pages.at(-1)?.next) {
    pages.push(await tried(bed, ['override'], null, pages.at(-1)?.next ?? null));
  }
  expect(pages.map(({ items }) => items.length)).toEqual([100, 100, 30]);
  expect(pages.every(({ counts }) => counts.removed === 230)).toBe(true);
  const ids = pages.flatMap(({ items }) => items.map(({ teams }) => teams.id));
  expect(new Set(ids).size).toBe(230);
});

test('before a PBX has told its users there is nothing to try', async () => {
  const bed = new Bed();
  value(await bed.put(SLOW));
  const asked = { matching: ['email'] as MatchingStep[], overrides: null, cursor: null };
  expect(refusal(await bed.stub.tryMatching(asked))).toBe('conflict');
});
