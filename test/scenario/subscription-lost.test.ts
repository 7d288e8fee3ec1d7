// Microsoft ends, forgets or refuses the subscription: a new one stands soon, and what changed meanwhile
// shows on both sides.
import { afterEach, describe, expect, it } from 'vitest';
import type { SetUp } from '../sim/demo/set-up.ts';
import type { Fault } from '../sim/microsoft/faults.ts';
import type { Cast } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onStage } from './stage.ts';

const CREATE = 'POST /subscriptions';

let demo: SetUp;
let cast: Cast;
onStage('subscription-lost', (stage) => {
  ({ demo, cast } = stage);
});
afterEach(() => demo.lab.microsoft.heal());

/** The subscription to presences; the one to the list of users stands beside it. */
const standing = () =>
  demo.lab.microsoft.subscriptions.flatMap(({ id, kind }) => (kind === 'presence' ? [id] : []));
const creates = () => demo.lab.microsoft.records.requests.filter(({ route }) => route === CREATE);

function theOne(): string {
  const [id, ...more] = standing();
  if (!id || more.length > 0) throw new Error(`There are ${more.length + (id ? 1 : 0)}.`);
  return id;
}

/** Exactly one stands, and it is not that one. */
const another = (lost: string) =>
  eventually(standing, (ids) => ids.length === 1 && ids[0] !== lost, 30_000);

/** Changes on both sides while nothing is subscribed. */
async function changeSomething(): Promise<void> {
  cast.teams('alice').choose('Busy');
  cast.pbx('dora').setPresence('dnd');
}

async function wellAgain(): Promise<void> {
  await cast.allGreen();
  await cast.bothSidesEqual();
  await becomes(cast.onPbx('alice'), 'busy');
  await becomes(cast.inTeams('dora'), 'DoNotDisturb/DoNotDisturb');
  // And notifications come: far sooner than the sweep of five minutes.
  cast.teams('alice').choose('Available');
  await becomes(cast.onPbx('alice'), '');
  cast.pbx('dora').setPresence('');
  await becomes(cast.inTeams('dora'), 'Available/Available');
}

describe('the subscription is lost', () => {
  it('removed by Microsoft, which says so', async () => {
    const lost = theOne();
    demo.lab.microsoft.lifecycle(lost, 'subscriptionRemoved');
    await changeSomething();
    await another(lost);
    await wellAgain();
  });

  it('gone without a word, found when it is to be renewed', async () => {
    const lost = theOne();
    demo.lab.microsoft.lifecycle(lost, 'reauthorizationRequired');
    demo.lab.microsoft.dropSubscription(lost);
    await changeSomething();
    await another(lost);
    await wellAgain();
  });

  it.each(['subscriptions', 'notificationUrl'])(
    'gone without a word, found when an admin has %s checked',
    async (lamp) => {
      const lost = theOne();
      demo.lab.microsoft.dropSubscription(lost);
      await changeSomething();
      expect(await demo.admin.send('POST', `/api/checks/${lamp}`)).toMatchObject({ state: 'ok' });
      expect(theOne()).not.toBe(lost);
      await wellAgain();
    },
  );
});

describe('a new subscription is refused for a while', () => {
  const named = () =>
    demo.lab.microsoft
      .users()
      .slice(0, 1)
      .map(({ id }) => id);
  const refusals: [string, () => Fault, number][] = [
    ['403', () => ({ route: CREATE, status: 403, times: 1 }), 1],
    ['409', () => ({ route: CREATE, status: 409, times: 1 }), 1],
    [
      '500 that names a user',
      () => ({
        route: CREATE,
        status: 500,
        times: 2,
        body: {
          error: { code: 'ExtensionError', message: `Invalid users: ${named().join(', ')}` },
        },
      }),
      2,
    ],
    ['its answer is lost, and it stands', () => ({ route: CREATE, how: 'cut', when: 'after' }), 1],
  ];

  it.each(refusals)('%s', { timeout: 60_000 }, async (_, fault, times) => {
    const lost = theOne();
    demo.lab.microsoft.records.clear();
    demo.lab.microsoft.fail(fault());
    demo.lab.microsoft.lifecycle(lost, 'subscriptionRemoved');
    await changeSomething();
    await eventually(creates, ({ length }) => length > times, 30_000);
    await another(lost);
    await wellAgain();
    // Each refusal was answered by waiting.
    expect(creates().length).toBeLessThan(times + 4);
  });
});
