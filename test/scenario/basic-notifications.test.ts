// A tenant that refuses subscriptions whose notifications carry the presence: they then say whose presence
// changed, and one read for all of them says to what.
import { expect, it } from 'vitest';
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
const reads = () => requests('POST /communications/getPresencesByUserId');

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

it('many who change at once are read together', async () => {
  demo.lab.microsoft.turn({ jitterMs: 0 });
  demo.lab.microsoft.records.clear();
  for (const name of NAMES) cast.teams(name).choose('DoNotDisturb');
  for (const name of NAMES) await becomes(cast.onPbx(name), 'dnd');
  expect(reads().length).toBeLessThan(NAMES.length);
  const largest = Math.max(...reads().map(({ body }) => (body as { ids: string[] }).ids.length));
  expect(largest).toBeGreaterThan(1);
  await cast.bothSidesEqual();
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
