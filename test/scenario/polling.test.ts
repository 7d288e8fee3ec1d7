// Polling: the app reads everybody again and again, without Teams account or notification. Only who changed
// goes further; the list of users is asked every minute; and one may change to subscribing and back.
import { describe, expect, it } from 'vitest';
import type { MovingClock } from '../sim/clock/moving-clock.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import type { Cast } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onLongStage } from './stage.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const POLL_SECONDS = 5;

let demo: SetUp;
let cast: Cast;
let clock: MovingClock;
onLongStage(
  'polling',
  (stage) => {
    ({ demo, cast, clock } = stage);
  },
  {
    laboratory: { tenant: { accounts: ['sync@example.com'], moreRoles: ['User.Read.All'] } },
    settings: { source: 'poll', pollSeconds: POLL_SECONDS },
  },
);

const reads = () =>
  demo.lab.microsoft.records.requests.filter(({ route }) => route.endsWith('getPresencesByUserId'));
const paired = async () =>
  (await demo.admin.get<{ counts: { paired: number } }>('/api/users')).counts.paired;
const arrives = (name: string, activity: string) =>
  clock.passUntil(() => cast.onPbx(name)() === activity, MINUTE, 5);

describe('polling', () => {
  it('reads every five seconds, and sends on only who changed', async () => {
    cast.teams('alice').choose('Busy');
    await arrives('alice', 'busy');
    await cast.bothSidesEqual();
    const setBefore = demo.lab.pbx.setPresenceHistory.length;
    demo.lab.microsoft.records.clear();
    await clock.pass(MINUTE, 20);
    const times = reads().map(({ at }) => at);
    const gaps = times.slice(1).map((at, n) => at - (times[n] ?? 0));
    const average = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    expect(average).toBeGreaterThan((POLL_SECONDS - 0.5) * SECOND);
    expect(average).toBeLessThan((POLL_SECONDS + 3) * SECOND);
    expect(demo.lab.pbx.setPresenceHistory.length).toBe(setBefore);

    cast.teams('bob').choose('DoNotDisturb');
    await arrives('bob', 'dnd');
    const set = demo.lab.pbx.setPresenceHistory.slice(setBefore);
    expect(set.map(({ guid }) => guid)).toEqual([cast.pbx('bob').guid]);
    await cast.bothSidesEqual();
  });

  it('finds who came and who left by delta, without a notification', async () => {
    const before = await paired();
    const { microsoft, pbx } = demo.lab;
    pbx.addUser({ h323: 'nora', cn: 'Nora New' });
    microsoft.addUser({ displayName: 'Nora New', userPrincipalName: 'nora@example.com' });
    await clock.stride(MINUTE, async () => (await paired()) === before + 1, 5 * MINUTE);
    cast.teams('nora').choose('Away');
    await arrives('nora', 'away');
    microsoft.disableUser(cast.teamsId('nora'));
    await clock.stride(MINUTE, async () => (await paired()) === before, 5 * MINUTE);
    await becomes(cast.onPbx('nora'), '');
    const asked = microsoft.records.requests.filter(({ route }) => route === 'GET /users/delta');
    expect(asked.some(({ query }) => '$deltatoken' in query)).toBe(true);
    expect(microsoft.records.notifications).toEqual([]);
    await cast.allGreen();
  });
});

describe('the source', () => {
  it('changes to subscribing: accounts subscribe, and changes are told', async () => {
    await demo.admin.send('PATCH', '/api/settings', { source: 'subscribe' });
    await eventually(
      () => demo.lab.microsoft.subscriptions.map(({ kind }) => kind).sort(),
      (kinds) => kinds.join() === 'presence,users',
      20_000,
    );
    await cast.allGreen();
    demo.lab.microsoft.records.clear();
    cast.teams('carol').choose('Busy');
    await becomes(cast.onPbx('carol'), 'busy');
    await becomes(
      () => demo.lab.microsoft.records.notifications.map(({ outcome }) => outcome),
      ['delivered'],
    );
    await cast.bothSidesEqual();
  });

  it('subscribes, and Microsoft refuses to tell of the users: they are asked for every minute, and the lamp says why', async () => {
    const before = await paired();
    const { microsoft } = demo.lab;
    const watch = microsoft.subscriptions.find(({ kind }) => kind === 'users');
    const message = 'The subscription quota of this application is reached.';
    const body = { error: { code: 'ExtensionError', message } };
    microsoft.fail({ route: 'POST /subscriptions', times: -1, status: 403, body });
    microsoft.lifecycle(watch?.id ?? '', 'subscriptionRemoved');
    const lamp = await eventually(
      () => cast.lamp('teamsUsers'),
      ({ message }) => /asked for every minute/.test(message),
    );
    expect(lamp).toMatchObject({
      state: 'ok',
      message: expect.stringMatching(/does not tell of changes: Microsoft allows no further/),
      action: expect.stringMatching(/^Changes show all the same/),
    });
    microsoft.disableUser(cast.teamsId('carol'));
    await clock.stride(MINUTE, async () => (await paired()) === before - 1, MINUTE / 2);
    microsoft.changeUser(cast.teamsId('carol'), { accountEnabled: true });
    await clock.stride(MINUTE, async () => (await paired()) === before, MINUTE / 2);

    microsoft.heal();
    await demo.admin.send('POST', '/api/checks/teamsUsers');
    await eventually(
      () => cast.lamp('teamsUsers'),
      ({ message }) => /^Users with a Teams plan: \d+\.$/.test(message),
    );
    await becomes(
      () => microsoft.subscriptions.map(({ kind }) => kind).sort(),
      ['presence', 'users'],
    );
    await cast.allGreen();
    await cast.bothSidesEqual();
  });

  it('changes back: the subscriptions end at Microsoft, and nothing is missed', async () => {
    await demo.admin.send('PATCH', '/api/settings', { source: 'poll' });
    cast.teams('carol').choose('DoNotDisturb');
    await becomes(() => demo.lab.microsoft.subscriptions.length, 0);
    await arrives('carol', 'dnd');
    cast.pbx('dora').setPresence('away');
    await becomes(cast.inTeams('dora'), 'Away/Away');
    await cast.allGreen();
    await cast.bothSidesEqual();
  });
});
