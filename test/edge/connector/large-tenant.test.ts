// A tenant of 20,000 users is read in the background: a page at a time, beside everything that somebody
// waits for, and anew where Microsoft has forgotten how far we were.
import { evictDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import {
  Bed,
  breath,
  chose,
  GRAPH,
  graphRefusal,
  json,
  MINUTE,
  POLLING,
  pbxUser,
  person,
  SECOND,
  SUBSCRIBING,
  talking,
  teamsId,
  value,
} from './bed.ts';

const COUNT = 20_000;
const PAGE = 500;
const PAGES = COUNT / PAGE;
const assignedPlans = [
  { servicePlanId: '57ff2da0-773e-42df-b2af-ffb7a2317929', capabilityStatus: 'Enabled' },
];

/** Generates the pages of all users; what was asked for, newest last. */
function manyUsers(bed: Bed, count = COUNT) {
  const users = {
    asked: [] as number[],
    before: async (_page: number): Promise<Response | undefined> => undefined,
  };
  const links = `${GRAPH}/users/delta?`;
  bed.microsoft.on(`GET ${GRAPH}/users/delta`, async ({ url }) => {
    if (url.includes('$deltatoken')) {
      const refused = await users.before(-1);
      return refused ?? json({ value: [], '@odata.deltaLink': `${links}$deltatoken=1` });
    }
    const page = Number(new URL(url).searchParams.get('$skiptoken') ?? 0);
    users.asked.push(page);
    const refused = await users.before(page);
    if (refused) return refused;
    const size = Math.min(PAGE, count - page * PAGE);
    const last = (page + 1) * PAGE >= count;
    return json({
      value: Array.from({ length: size }, (_, n) => ({
        ...person(page * PAGE + n + 1),
        assignedPlans,
      })),
      ...(last
        ? { '@odata.deltaLink': `${links}$deltatoken=1` }
        : { '@odata.nextLink': `${links}$skiptoken=${page + 1}` }),
    });
  });
  return users;
}

const known = async (bed: Bed) =>
  (await bed.rows('SELECT count(*) AS n FROM teams_user'))[0]?.['n'];
const pages = Array.from({ length: PAGES }, (_, n) => n);

test('while a page is awaited, a notification, the read that settles it, and a call go through', async () => {
  const bed = new Bed();
  bed.microsoft.people = [person(1), person(2)];
  value(await bed.put(SUBSCRIBING));
  const origin = await bed.subscribed([1, 2]);
  const agent = await bed.agent([pbxUser(1), pbxUser(2)]);
  await bed.later(5 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1, 2]);
  for (const n of [1, 2]) agent.presence(n, [], { afterGap: true });
  await bed.settle();

  const users = manyUsers(bed);
  let awaited = false;
  let go = false;
  users.before = async (page) => {
    if (page === -1) return graphRefusal(410, 'SyncStateNotFound');
    if (page !== 7) return undefined;
    awaited = true;
    while (!go) await breath();
    return undefined;
  };
  for (let n = 0; n < 20 && !awaited; n += 1) await bed.later(10 * SECOND);
  expect(awaited).toBe(true);
  const presence = { availability: 'Busy', activity: 'Busy' };
  bed.microsoft.presences.set(teamsId(2), presence);
  await bed.stub.observe([{ ...origin, userId: teamsId(2), presence, sequence: '0009' }]);
  agent.presence(1, talking);
  await bed.settle();
  expect(agent.shown(2)).toEqual(['busy']);
  expect(bed.microsoft.actions(1)).toEqual(['setPresence']);
  expect(await known(bed)).toBe(7 * PAGE);
  go = true;
  await bed.settle();
  expect(await known(bed)).toBe(COUNT);
  expect(users.asked).toEqual(pages);
});

test('a page that fails is asked again, and not all those before it', async () => {
  const bed = new Bed();
  const users = manyUsers(bed);
  let failures = 0;
  users.before = async (page) => {
    if (page !== 20 || failures === 3) return undefined;
    failures += 1;
    return graphRefusal(503, 'ServiceUnavailable');
  };
  value(await bed.put(POLLING));
  await bed.later(30 * SECOND);
  expect(await known(bed)).toBe(COUNT);
  expect(users.asked).toHaveLength(PAGES + 3);
  expect((await bed.lamp('teamsUsers')).state).toBe('ok');
});

test('a round that ended with the object begins again soon', async () => {
  const bed = new Bed();
  const users = manyUsers(bed);
  users.before = async (page) => (page === 30 ? graphRefusal(503, 'Busy') : undefined);
  value(await bed.put(POLLING));
  await bed.settle();
  expect(await known(bed)).toBe(30 * PAGE);
  await evictDurableObject(bed.stub);
  users.asked.length = 0;
  users.before = async () => undefined;
  await bed.later(2 * MINUTE);
  expect(await known(bed)).toBe(COUNT);
  expect(users.asked).toEqual(pages);
});

test('410 reads all of them anew, and drops who is not there any more', async () => {
  const bed = new Bed();
  bed.microsoft.people = [person(1)];
  manyUsers(bed);
  value(await bed.put(POLLING));
  await bed.settle();
  expect(await known(bed)).toBe(COUNT);
  const fewer = manyUsers(bed, COUNT - 5 * PAGE);
  let lost = true;
  fewer.before = async (page) => {
    if (page !== -1 || !lost) return undefined;
    lost = false;
    return graphRefusal(410, 'SyncStateNotFound');
  };
  await bed.later(3 * MINUTE);
  expect(await known(bed)).toBe(COUNT - 5 * PAGE);
  expect(fewer.asked).toEqual(pages.slice(0, PAGES - 5));
  const agent = await bed.agent([pbxUser(1)]);
  agent.presence(1, [], { afterGap: true });
  await bed.settle();
  agent.presence(1, chose('dnd'));
  await bed.settle();
  expect(bed.microsoft.actions(1)).toEqual(['setUserPreferredPresence']);
});
