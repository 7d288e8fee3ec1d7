import { evictDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import {
  pbxStateFrame,
  userFrame,
  userGoneFrame,
  usersFrame,
} from '../../../shared/protocol/up.ts';
import {
  Bed,
  chose,
  GRAPH,
  graphRefusal,
  guid,
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

const numbers = (count: number, from = 1) => Array.from({ length: count }, (_, n) => n + from);
const usersOf = (count: number) => numbers(count).map((n) => pbxUser(n));
const pbxGuids = (bed: Bed) => bed.rows("SELECT guid FROM pbx_user WHERE pbx = 'pbx'");

test('a list whose parts come before and after a sleep of the object is one list', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(6, SLOW);
  const part = (users: number[], last: boolean) =>
    usersFrame({ pbx: 'pbx', list: 9, last, users: users.map((n) => pbxUser(n)) });
  agent.send(part([1, 2, 3], false));
  await bed.settle();
  await evictDurableObject(bed.stub);
  agent.send(part([4, 5, 6], true));
  await bed.later(MINUTE);
  expect(await pbxGuids(bed)).toHaveLength(6);
  expect(await bed.pairNumbers()).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a list that a lost tunnel left unfinished leaves no ghosts in the next one', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(4, SLOW);
  const part = (users: number[], list: number, last: boolean) =>
    usersFrame({ pbx: 'pbx', list, last, users: users.map((n) => pbxUser(n)) });
  agent.send(part([1, 2, 3, 4, 77], 1, false));
  await bed.settle();
  agent.close();
  const back = await bed.connect(agent.id);
  back.hello().up();
  // A new process counts its lists from 1 again.
  back.send(part([1, 2, 3], 1, false), part([4], 1, true));
  await bed.later(MINUTE);
  expect(await pbxGuids(bed)).toHaveLength(4);
  expect(await bed.rows('SELECT * FROM pbx_list')).toEqual([]);
});

test('a user who is missing in a full list is gone', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(5, SLOW);
  agent.users(usersOf(4), 2);
  await bed.later(5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1, 2, 3, 4]);
});

test('a list that lacks most users is believed only when nothing better comes', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(5, SLOW);
  agent.users([], 2);
  await bed.later(4 * SECOND);
  expect(await bed.pairNumbers()).toHaveLength(5);
  agent.users(usersOf(5), 3);
  await bed.later(MINUTE);
  expect(await bed.pairNumbers()).toHaveLength(5);
  expect(agent.of('unwatch')).toEqual([]);

  agent.users(usersOf(1), 4);
  await bed.later(14 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1]);
});

test('what changes in Teams while a list is doubted is matched when a better one comes', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(4, SLOW);
  bed.microsoft.people = [person(1, { accountEnabled: false }), ...[2, 3, 4].map((n) => person(n))];
  await bed.later(55 * SECOND);
  agent.users([], 2);
  await bed.later(8 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1, 2, 3, 4]);
  agent.users(usersOf(4), 3);
  await bed.later(5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([2, 3, 4]);
});

test('a user who comes back while a list is doubted stays', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(3, SLOW);
  agent.users([], 2);
  agent.send(userFrame({ pbx: 'pbx', user: pbxUser(2) }));
  await bed.later(MINUTE);
  expect(await bed.pairNumbers()).toEqual([2]);
});

test('added, changed, removed on the PBX: within fifteen seconds', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  bed.microsoft.people = numbers(3).map((n) => person(n));
  await bed.later(MINUTE);
  agent.send(userFrame({ pbx: 'pbx', user: pbxUser(3) }));
  await bed.later(15 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1, 2, 3]);
  agent.send(userGoneFrame({ pbx: 'pbx', guid: guid(1) }));
  agent.send(userFrame({ pbx: 'pbx', user: pbxUser(3, { emails: [], cn: 'Somebody else' }) }));
  await bed.later(15 * SECOND);
  expect(await bed.pairNumbers()).toEqual([2]);
  expect(
    agent
      .of('unwatch')
      .flatMap(({ guids }) => guids)
      .sort(),
  ).toEqual([guid(1), guid(3)]);
});

test('the same row twice, and one told by two PBXs, are one user', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  agent.users([pbxUser(1), pbxUser(2), pbxUser(2)], 2);
  // The slave tells its users as well: they stay users of the master.
  agent.up('branch').users([pbxUser(2)], 3, 'branch');
  await bed.later(MINUTE);
  expect(await bed.pairNumbers()).toEqual([1, 2]);
  const { items } = value(await bed.stub.listUsers({ text: '', state: null, cursor: null }));
  expect(items.map(({ state }) => state)).toEqual(['paired', 'paired']);
  agent.send(userGoneFrame({ pbx: 'branch', guid: guid(2) }));
  await bed.later(5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1, 2]);
});

test('a guid that changes its partner: the call of the old one goes, the new one begins clean', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  agent.presence(1, talking);
  await bed.settle();
  value(
    await bed.patch({
      overrides: [
        { teams: teamsId(1), pbx: guid(2) },
        { teams: teamsId(2), pbx: guid(1) },
      ],
    }),
  );
  await bed.later(5 * SECOND);
  expect(await bed.rows('SELECT teams_id, guid FROM pair ORDER BY teams_id')).toEqual([
    { teams_id: teamsId(1), guid: guid(2) },
    { teams_id: teamsId(2), guid: guid(1) },
  ]);
  expect(bed.microsoft.actions(1)).toEqual(['setPresence', 'clearPresence']);
  agent.presence(1, talking, { afterGap: true });
  agent.presence(2, [], { afterGap: true });
  await bed.later(5 * SECOND);
  expect(bed.microsoft.actions(2)).toEqual(['setPresence']);
  expect(bed.microsoft.actions(1)).toEqual(['setPresence', 'clearPresence']);
});

test('what is left of an old partner is taken back before anything is read or written for the new one', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  agent.presence(1, chose('dnd'));
  await bed.settle();
  bed.microsoft.presences.set(teamsId(1), {
    availability: 'DoNotDisturb',
    activity: 'DoNotDisturb',
  });
  bed.microsoft.answerWrites(() => graphRefusal(503, 'Away'));
  value(await bed.patch({ overrides: [{ teams: teamsId(1), pbx: guid(2) }] }));
  await bed.later(3 * SECOND);
  bed.microsoft.answerWrites(() => {
    bed.microsoft.presences.delete(teamsId(1));
    return new Response(null, { status: 200 });
  });
  agent.presence(2, [], { afterGap: true });
  await bed.later(2 * MINUTE);
  expect(agent.shown(2)).not.toContain('dnd');
});

test('the master that settings name: nobody is unpaired by a slip, or before its users are known', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(3, SLOW);
  value(await bed.patch({ masterPbx: 'typo' }));
  await bed.later(MINUTE);
  expect(await bed.pairNumbers()).toEqual([1, 2, 3]);
  expect(await bed.lamp('pbx')).toMatchObject({ code: 'pbx-name-wrong' });

  value(await bed.patch({ masterPbx: 'branch' }));
  agent.up('branch');
  await bed.later(10 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1, 2, 3]);
  agent.users([pbxUser(2), pbxUser(3)], 5, 'branch');
  await bed.later(10 * SECOND);
  expect(await bed.pairNumbers()).toEqual([2, 3]);
});

test('an agent that says something odd for a moment unpairs nobody', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(3, SLOW);
  // Another PBX claims the master's name, and the master calls itself something else.
  agent.send(pbxStateFrame({ pbx: 'branch', state: { state: 'up', name: 'pbx' } }));
  agent.users([], 7, 'branch');
  agent.up('pbx', 'something');
  await bed.later(5 * SECOND);
  agent.up('pbx', 'pbx');
  await bed.later(MINUTE);
  expect(agent.of('unwatch')).toEqual([]);
  expect(await bed.pairNumbers()).toEqual([1, 2, 3]);
});

test('users of Teams who lose licence or account leave, and come back', async () => {
  const bed = new Bed();
  await bed.pairs(3, SLOW);
  bed.microsoft.people = [
    person(1, { licensed: false }),
    person(2, { accountEnabled: false }),
    person(3),
  ];
  await bed.later(2 * MINUTE);
  expect(await bed.pairNumbers()).toEqual([3]);
  const { items } = value(await bed.stub.listUsers({ text: 'person1', state: null, cursor: null }));
  expect(items).toMatchObject([{ state: 'unlicensed', pbx: { sip: 'person1' } }]);
  bed.microsoft.people = numbers(3).map((n) => person(n));
  await bed.later(2 * MINUTE);
  expect(await bed.pairNumbers()).toEqual([1, 2, 3]);
});

test('a round of users that breaks off after a page still leads to a pairing', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  agent.send(userFrame({ pbx: 'pbx', user: pbxUser(2) }));
  await bed.later(5 * SECOND);
  const asUser = {
    ...person(2),
    assignedPlans: [
      { servicePlanId: '57ff2da0-773e-42df-b2af-ffb7a2317929', capabilityStatus: 'Enabled' },
    ],
  };
  bed.microsoft.inTurn(
    `GET ${GRAPH}/users/delta`,
    () => json({ value: [asUser], '@odata.nextLink': `${GRAPH}/users/delta?$skiptoken=2` }),
    () => graphRefusal(503, 'Away'),
    () => json({ value: [], '@odata.deltaLink': `${GRAPH}/users/delta?$deltatoken=2` }),
  );
  await bed.later(3 * MINUTE);
  expect(await bed.pairNumbers()).toEqual([1, 2]);
});

test('a full list of Teams users that lacks most of them is asked for once more', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(4, SLOW);
  const everybody = bed.microsoft.people;
  bed.microsoft.people = [];
  let rounds = 0;
  bed.microsoft.on(`GET ${GRAPH}/users/delta?$select`, () => {
    rounds += 1;
    const shown = rounds === 1 ? [] : everybody;
    const assignedPlans = [
      { servicePlanId: '57ff2da0-773e-42df-b2af-ffb7a2317929', capabilityStatus: 'Enabled' },
    ];
    return json({
      value: shown.map((one) => ({ ...one, assignedPlans })),
      '@odata.deltaLink': `${GRAPH}/users/delta?$deltatoken=1`,
    });
  });
  bed.microsoft.on('$deltatoken', () => graphRefusal(410, 'Gone'));
  await bed.later(2 * MINUTE);
  expect(rounds).toBeGreaterThan(1);
  expect(agent.of('unwatch')).toEqual([]);
  expect(await bed.pairNumbers()).toHaveLength(4);
});

test('20,000 users: told in parts, paired, listed and searched in good time', async () => {
  const bed = new Bed();
  const count = 20_000;
  const assignedPlans = [
    { servicePlanId: '57ff2da0-773e-42df-b2af-ffb7a2317929', capabilityStatus: 'Enabled' },
  ];
  bed.microsoft.on(`GET ${GRAPH}/users/delta`, ({ url }) => {
    const page = Number(new URL(url).searchParams.get('$skiptoken') ?? 0);
    const value = numbers(1000, page * 1000 + 1).map((n) => ({ ...person(n), assignedPlans }));
    const last = page === count / 1000 - 1;
    return json({
      value: url.includes('deltatoken') ? [] : value,
      ...(last || url.includes('deltatoken')
        ? { '@odata.deltaLink': `${GRAPH}/users/delta?$deltatoken=1` }
        : { '@odata.nextLink': `${GRAPH}/users/delta?$skiptoken=${page + 1}` }),
    });
  });
  value(await bed.put(SLOW));
  await bed.later(2 * MINUTE);
  const agent = await bed.connect(await bed.enrol());
  agent.hello().up();
  const began = performance.now();
  agent.users(usersOf(count));
  await bed.settle();
  console.log(`20,000 users told and paired: ${Math.round(performance.now() - began)} ms`);
  expect(await bed.rows('SELECT count(*) AS pairs FROM pair')).toEqual([{ pairs: count }]);
  const longest = Math.max(...agent.frames.map((frame) => JSON.stringify(frame).length));
  expect(longest).toBeLessThan(100_000);

  for (const query of [
    { text: '', state: null, cursor: null },
    { text: 'person1999', state: null, cursor: null },
    { text: '', state: 'paired', cursor: '19900' },
  ] as const) {
    const from = performance.now();
    const page = value(await bed.stub.listUsers(query));
    const ms = performance.now() - from;
    console.log(`listUsers ${JSON.stringify(query)}: ${Math.round(ms)} ms, ${page.items.length}`);
    expect(page.items.length).toBeGreaterThan(0);
  }
  const from = performance.now();
  await bed.stub.status();
  console.log(`status: ${Math.round(performance.now() - from)} ms`);
}, 60_000);
