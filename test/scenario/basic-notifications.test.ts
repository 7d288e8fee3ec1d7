// A tenant that refuses subscriptions whose notifications carry the presence: they then say whose presence
// changed, and one read for all of them says to what.
import { afterEach, describe, expect, it } from 'vitest';
import type { SetUp } from '../sim/demo/set-up.ts';
import { type Cast, NAMES } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onStage } from './stage.ts';

let demo: SetUp;
let cast: Cast;
onStage('basic-notifications', (stage) => {
  ({ demo, cast } = stage);
});

const subscription = () => demo.lab.microsoft.subscriptions.find(({ kind }) => kind === 'presence');
const requests = (route: string) =>
  demo.lab.microsoft.records.requests.filter((one) => one.route === route);
const READ = 'POST /communications/getPresencesByUserId';
const reads = () => requests(READ);

it('subscribes without the data, unasked, and all lamps stay green', async () => {
  await cast.everybodyAvailable();
  const { microsoft } = demo.lab;
  microsoft.turn({ refuseRich: true });
  microsoft.records.clear();
  microsoft.lifecycle(subscription()?.id ?? '', 'subscriptionRemoved');
  await eventually(subscription, (one) => one?.includeResourceData === false);
  expect(requests('POST /subscriptions').map(({ status }) => status)).toEqual([400, 201]);
  await cast.allGreen();
});

it('what somebody does in Teams shows on the PBX at once', async () => {
  demo.lab.microsoft.records.clear();
  cast.teams('alice').choose('Busy');
  await becomes(cast.onPbx('alice'), 'busy');
  expect(demo.lab.microsoft.records.notifications).toMatchObject([
    { rich: false, outcome: 'delivered' },
  ]);
  expect(reads().length).toBeLessThanOrEqual(2);
  await cast.bothSidesEqual();
});

describe('many who change at once are read together', () => {
  const everybody = NAMES.map(() => 'updated');
  const told = () =>
    demo.lab.microsoft.records.notifications.flatMap(({ outcome, items }) =>
      outcome === 'delivered' ? items.map(({ what }) => what) : [],
    );
  const posts = () => demo.lab.microsoft.records.notifications.length;
  const askedFor = () => reads().map(({ body }) => (body as { ids: string[] }).ids);
  const all = () => NAMES.map((name) => cast.teamsId(name)).sort();
  afterEach(() => {
    demo.lab.microsoft.heal();
    demo.lab.microsoft.turn({ jitterMs: 30, itemsPerPost: 20 });
  });

  it('told in one message: one request for all of them', async () => {
    await cast.everybodyAvailable();
    demo.lab.microsoft.turn({ jitterMs: 0 });
    demo.lab.microsoft.holdNotifications();
    for (const name of NAMES) cast.teams(name).choose('DoNotDisturb');
    demo.lab.microsoft.records.clear();
    demo.lab.microsoft.releaseNotifications();
    for (const name of NAMES) await becomes(cast.onPbx(name), 'dnd');
    expect(posts()).toBe(1);
    expect(told()).toEqual(everybody);
    expect(askedFor().map((ids) => ids.toSorted())).toEqual([all()]);
    await cast.bothSidesEqual();
  });

  it('told one by one: those who come while one is being read share the next request', async () => {
    await cast.everybodyAvailable();
    demo.lab.microsoft.turn({ itemsPerPost: 1 });
    demo.lab.microsoft.records.clear();
    demo.lab.microsoft.fail({ route: READ, how: 'hold' });
    const [first = '', ...others] = NAMES;
    cast.teams(first).choose('Busy');
    await eventually(
      () => demo.lab.microsoft.held.length,
      (count) => count === 1,
    );
    for (const name of others) cast.teams(name).choose('Busy');
    await becomes(told, everybody);
    demo.lab.microsoft.letGo();
    for (const name of NAMES) await becomes(cast.onPbx(name), 'busy');
    expect(posts()).toBe(NAMES.length);
    expect(askedFor()).toHaveLength(2);
    expect(askedFor()[0]).toEqual([cast.teamsId(first)]);
    expect(askedFor().flat().sort()).toEqual(all());
    await cast.bothSidesEqual();
  });
});

it('what is written to Teams comes back as a hint, and is no change of anybody', async () => {
  await cast.everybodyAvailable();
  cast.pbx('dora').setPresence('away');
  await becomes(cast.inTeams('dora'), 'Away/Away');
  const call = cast.pbx('erik').call();
  cast.teams('erik').reset();
  await becomes(cast.inTeams('erik'), 'Busy/InACall');
  call.hangUp();
  await becomes(cast.inTeams('erik'), 'Available/Available');
  await cast.bothSidesEqual();
  expect(cast.pbx('dora').manual()).toBe('away');
  await cast.allGreen();
});

it('the edge is killed: it goes on without the data', async () => {
  await demo.restartEdge('kill');
  cast.teams('bob').choose('Busy');
  await becomes(cast.onPbx('bob'), 'busy');
  await cast.allGreen();
  await cast.bothSidesEqual();
});
