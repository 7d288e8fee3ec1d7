// What Microsoft's documentation leaves open may be either way: each way is taken, its lamp says what it is
// where somebody has to do something, and both sides are equal at the end.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MovingClock } from '../sim/clock/moving-clock.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import { defaultKnobs, type Knobs } from '../sim/microsoft/knobs.ts';
import { type Receiver, startReceiver } from '../sim/microsoft/receiver.ts';
import { type Cast, NAMES } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onLongStage } from './stage.ts';

const MINUTE = 60_000;
/** A sweep comes at least so often. */
const SWEEP_MS = 5 * MINUTE;
/** The subscription is renewed so often, and found to be gone then at the latest. */
const RENEWAL_MS = 10 * MINUTE;
/** The longest pause between two tries. */
const NEXT_TRY_MS = 6 * MINUTE;
const OTHER_HOST = 'other.example.net';

let demo: SetUp;
let cast: Cast;
let clock: MovingClock;
let lines: string[];
let other: Receiver;
onLongStage('undocumented', (stage) => {
  ({ demo, cast, clock, lines } = stage);
});
beforeAll(async () => {
  other = await startReceiver();
  demo.lab.microsoft.setHosts({ [OTHER_HOST]: other.origin });
});
afterAll(() => other?.close());

const turn = (knobs: Partial<Knobs>) => demo.lab.microsoft.turn(knobs);
afterEach(() => turn(defaultKnobs));

const standing = () => demo.lab.microsoft.subscriptions.filter(({ kind }) => kind === 'presence');
const ours = () =>
  standing().filter(({ notificationUrl }) => !notificationUrl.includes(OTHER_HOST));
const theOne = (): string => {
  const [one, ...more] = standing();
  if (!one || more.length > 0) throw new Error(`There are ${standing().length} subscriptions.`);
  return one.id;
};
const told = () => demo.lab.microsoft.records.notifications;
const check = (lamp: string) => demo.admin.send('POST', `/api/checks/${lamp}`);

const turns = (lamp: string, state: string, saying: RegExp) =>
  eventually(
    () => cast.lamp(lamp),
    (one) => one.state === state && saying.test(`${one.message} ${one.action}`),
  );

/** Green by itself, equal, and told of changes as ever. */
async function wellAgain(): Promise<void> {
  await clock.passUntil(cast.isAllGreen, NEXT_TRY_MS);
  await cast.bothSidesEqual();
  cast.teams('alice').choose('DoNotDisturb');
  await becomes(cast.onPbx('alice'), 'dnd');
  await cast.quiet('alice');
  await cast.allGreen();
}

describe('notifications', () => {
  const forms: [string, Partial<Knobs>][] = [
    ['carry all properties of a presence', { richPayload: 'all' }],
    ['are signed in the form v2', { validationTokenForm: 'v2' }],
    ['do both', { richPayload: 'all', validationTokenForm: 'v2' }],
  ];
  it.each(forms)('%s: they count', async (_, knobs) => {
    for (const name of NAMES) cast.pbx(name).setPresence('');
    await cast.everybodyAvailable();
    turn(knobs);
    demo.lab.microsoft.records.clear();
    const before = lines.length;
    cast.changeBothSides();
    await cast.bothSidesEqual();
    cast.showsWhatWasChanged();
    cast.teams('erik').outOfOffice('Back on Monday.');
    await becomes(cast.onPbx('erik'), 'away');
    cast.teams('erik').backInOffice();
    await becomes(cast.onPbx('erik'), '');
    expect(told().length).toBeGreaterThan(0);
    expect(told().every(({ status, rich }) => status === 202 && rich)).toBe(true);
    expect(lines.slice(before).filter((line) => line.includes('notifications-dropped'))).toEqual(
      [],
    );
    await cast.bothSidesEqual();
    await cast.allGreen();
  });

  it('are lost now and then: nobody is told so, and the next sweep shows what they told of', async () => {
    for (const name of NAMES) cast.pbx(name).setPresence('');
    await cast.everybodyAvailable();
    demo.lab.microsoft.records.clear();
    turn({ lose: 1 });
    cast.teams('alice').choose('Busy');
    cast.teams('carol').choose('Away');
    turn({ lose: 0 });
    cast.teams('bob').choose('Busy');
    await becomes(cast.onPbx('bob'), 'busy');
    expect(told().filter(({ outcome }) => outcome === 'lost')).toHaveLength(2);
    expect(cast.onPbx('alice')()).toBe('');
    expect(cast.onPbx('carol')()).toBe('');
    await clock.stride(
      SWEEP_MS,
      () => cast.onPbx('alice')() === 'busy' && cast.onPbx('carol')() === 'away',
      SWEEP_MS,
    );
    await wellAgain();
  });
});

describe('another program subscribes with our account and app', () => {
  /** With our own account's password, as somebody does who set it up for two programs. */
  async function subscribeElsewhere(): Promise<string> {
    const { origin, tenantId, account, clientIdSyncToPbx } = demo.lab.microsoft;
    const token = await fetch(`${origin}/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        ...{ grant_type: 'password', client_id: clientIdSyncToPbx, ...account },
        scope: 'https://graph.microsoft.com/.default',
      }),
    });
    const { access_token } = (await token.json()) as { access_token: string };
    const answer = await fetch(`${origin}/v1.0/subscriptions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        changeType: 'updated',
        notificationUrl: `https://${OTHER_HOST}/told`,
        resource: `/communications/presences?$filter=id in ('${cast.teamsId('alice')}')`,
        expirationDateTime: new Date(clock.now() + 50 * MINUTE).toISOString(),
        clientState: 'theirs',
      }),
    });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { id: string }).id;
  }

  it.each([409, 403] as const)(
    'and ours is refused with %i: the lamp names it, sweeps go on, and it ends when theirs does',
    async (secondSubscription) => {
      await cast.everybodyAvailable();
      turn({ secondSubscription });
      demo.lab.microsoft.dropSubscription(theOne());
      const theirs = await subscribeElsewhere();
      await check('subscriptions');
      const { message } = await turns('subscriptions', 'error', /another program/i);
      expect(message).toMatch(/Next try at/);
      expect(standing().map(({ id }) => id)).toEqual([theirs]);
      cast.pbx('dora').setPresence('dnd');
      await becomes(cast.inTeams('dora'), 'DoNotDisturb/DoNotDisturb');
      cast.teams('bob').choose('Busy');
      await clock.stride(SWEEP_MS, () => cast.onPbx('bob')() === 'busy', SWEEP_MS);
      expect(ours()).toEqual([]);

      demo.lab.microsoft.dropSubscription(theirs);
      await wellAgain();
      expect(ours()).toHaveLength(1);
      cast.pbx('dora').setPresence('');
      await cast.bothSidesEqual();
    },
  );

  it('and theirs takes the place of ours, of which nobody tells: it is missed, and made anew', async () => {
    await cast.everybodyAvailable();
    turn({ secondSubscription: 'replace' });
    const theirs = await subscribeElsewhere();
    expect(standing().map(({ id }) => id)).toEqual([theirs]);
    cast.teams('bob').choose('DoNotDisturb');
    await clock.stride(RENEWAL_MS, () => ours().length === 1, SWEEP_MS);
    await becomes(cast.onPbx('bob'), 'dnd');
    await wellAgain();
    expect(standing()).toEqual(ours());
  });
});

describe('an account without a licence with Teams', () => {
  const licence = (teams: boolean) => {
    const { microsoft } = demo.lab;
    microsoft.changeUser(microsoft.account.username, { teams });
  };
  const loseIt = async () => {
    await cast.everybodyAvailable();
    licence(false);
    demo.lab.microsoft.lifecycle(theOne(), 'subscriptionRemoved');
  };

  it('may not subscribe: the lamp says so and what to assign, and all is well when it is assigned', async () => {
    turn({ subscriberNeedsPlan: true });
    await loseIt();
    const { message, action } = await turns('subscriptions', 'error', /licence with Teams/);
    const { username } = demo.lab.microsoft.account;
    expect(message).toContain(username);
    expect(action).toContain(
      `Active users → ${username} → Licenses and apps: a licence with Teams`,
    );
    expect(standing()).toEqual([]);
    cast.pbx('carol').setPresence('away');
    await becomes(cast.inTeams('carol'), 'Away/Away');
    cast.teams('bob').choose('Busy');
    await clock.stride(SWEEP_MS, () => cast.onPbx('bob')() === 'busy', SWEEP_MS);
    expect(await cast.lamp('subscriptions')).toMatchObject({ state: 'error' });

    licence(true);
    await check('subscriptions');
    await wellAgain();
    expect(standing().map(({ includeResourceData }) => includeResourceData)).toEqual([true]);
    cast.pbx('carol').setPresence('');
    await cast.bothSidesEqual();
  });

  it('may subscribe, where Microsoft lets it: nothing is to be done', async () => {
    turn({ subscriberNeedsPlan: false });
    await loseIt();
    await eventually(ours, ({ length }) => length === 1);
    await wellAgain();
    licence(true);
    await cast.allGreen();
  });
});
