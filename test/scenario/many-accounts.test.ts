// More users than one Teams account takes: they are spread, whoever has no room or is refused by Microsoft
// is named and goes on being read, and accounts that come and go move nobody who need not move.
import { describe, expect, it } from 'vitest';
import type { MovingClock } from '../sim/clock/moving-clock.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import { defaultUsers, generateUsers } from '../sim/pbx/users.ts';
import { people } from '../sim/people.ts';
import type { Cast } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onLongStage } from './stage.ts';

const MINUTE = 60_000;
/** How many Microsoft allows in one subscription. */
const ROOM = 650;
/** With the five of the laboratory 665. */
const MORE = 660;
const LEFT_OUT = MORE + 5 - ROOM;
const DOMAIN = 'example.com';

let demo: SetUp;
let cast: Cast;
let clock: MovingClock;
onLongStage(
  'many-accounts',
  (stage) => {
    ({ demo, cast, clock } = stage);
  },
  {
    laboratory: {
      tenant: {
        people: [
          ...people,
          ...generateUsers(MORE, DOMAIN).map(({ h323, cn = h323 }) => ({
            displayName: cn,
            userPrincipalName: `${h323}@${DOMAIN}`,
          })),
        ],
        accounts: 2,
      },
      pbxUsers: [...defaultUsers(DOMAIN), ...generateUsers(MORE, DOMAIN)],
    },
  },
);

interface AccountView {
  id: string;
  username: string;
  users: number;
}
const accounts = async () =>
  (await demo.admin.get<{ items: AccountView[] }>('/api/accounts')).items;
const accountOf = async ({ userPrincipalName }: { userPrincipalName: string }) => {
  const found = (await accounts()).find(({ username }) => username === userPrincipalName);
  if (!found) throw new Error(`There is no account ${userPrincipalName}.`);
  return found;
};
const subscriptions = () =>
  demo.lab.microsoft.subscriptions.filter(({ kind }) => kind === 'presence');
/** How many users each account has. */
const shares = async () => (await accounts()).map(({ users }) => users).sort((a, b) => b - a);
const only = () => {
  const [one, ...more] = subscriptions();
  return more.length === 0 && one ? one : { id: '', ids: null };
};
/** Some user of theirs, by SIP name. */
function someoneOf(ids: ReadonlySet<string> | null): string {
  const named = generateUsers(MORE, DOMAIN).find(({ h323 }) => ids?.has(cast.teamsId(h323)));
  if (!named) throw new Error('There is nobody among them.');
  return named.h323;
}
const lampSays = (wanted: RegExp) => async () =>
  wanted.test((await cast.lamp('subscriptions')).message);
const reasonOf = async (name: string): Promise<string | undefined> => {
  const query = encodeURIComponent(`${name}@${DOMAIN}`);
  type Page = { items: { reason?: string; teams?: { id: string } }[] };
  const { items } = await demo.admin.get<Page>(`/api/users?query=${query}`);
  return items.find(({ teams }) => teams?.id === cast.teamsId(name))?.reason;
};

describe('more users than one account takes', () => {
  it('are spread over two, and everybody is told of', async () => {
    await eventually(shares, ([large = 0, small = 0]) => large + small === MORE + 5);
    expect(Math.max(...subscriptions().map(({ ids }) => ids?.size ?? 0))).toBeLessThanOrEqual(ROOM);
    for (const { ids } of subscriptions()) {
      const name = someoneOf(ids);
      cast.teams(name).choose('Busy');
      await becomes(cast.onPbx(name), 'busy');
    }
    await cast.bothSidesEqual();
  });

  it('an account that goes leaves some without: counted, named, and read every five minutes', async () => {
    const [large] = (await accounts()).sort((a, b) => b.users - a.users);
    await demo.admin.send('DELETE', `/api/accounts/${large?.id}`);
    await becomes(shares, [ROOM]);
    const { ids } = await eventually(only, ({ ids }) => ids?.size === ROOM);

    await eventually(lampSays(/^Not subscribed: 15 \(.*takes 650/), Boolean);
    expect((await cast.lamp('subscriptions')).action).toMatch(/Add Teams accounts: 1 more/);
    const out = generateUsers(MORE, DOMAIN).filter(({ h323 }) => !ids?.has(cast.teamsId(h323)));
    expect(out.length).toBeGreaterThan(0);
    const name = out[0]?.h323 ?? '';
    expect(await reasonOf(name)).toMatch(/No Teams account has room/);
    const { counts } = await demo.admin.get<{ counts: { notSubscribed: number } }>(
      '/api/users?state=notSubscribed',
    );
    expect(counts.notSubscribed).toBe(LEFT_OUT);
    cast.teams(name).choose('DoNotDisturb');
    await clock.passUntil(() => cast.onPbx(name)() === 'dnd', 10 * MINUTE);
  });

  it('one that comes takes only those', async () => {
    const before = only();
    const known = new Set((await accounts()).map(({ username }) => username));
    const another = demo.lab.microsoft.accounts.find(({ username }) => !known.has(username));
    await demo.admin.send('POST', '/api/accounts', another);
    await cast.allGreen();
    expect(await shares()).toEqual([ROOM, LEFT_OUT]);
    expect(subscriptions().map(({ id }) => id)).toContain(before.id);
    const name = someoneOf(subscriptions().find(({ ids }) => ids?.size === LEFT_OUT)?.ids ?? null);
    cast.teams(name).choose('Away');
    await becomes(cast.onPbx(name), 'away');
    await cast.bothSidesEqual();
  });
});

describe('an account whose password was changed', () => {
  let large: AccountView | undefined;

  it('gives its users to the other one when its subscription ends; who has no room there is named', async () => {
    const { microsoft } = demo.lab;
    large = (await accounts()).find(({ users }) => users === ROOM);
    const user = microsoft.user(large?.username ?? '');
    user.signIn.password = 'Another-1';
    microsoft.revokeRefreshTokens(user.id);
    // Its token and its subscription last for an hour and more.
    await clock.jump(80 * MINUTE);
    await clock.passUntil(lampSays(/cannot sign in\. Not subscribed: 15 \(/), 10 * MINUTE);
    expect((await cast.lamp('subscriptions')).message).toContain(user.userPrincipalName);
    expect((await cast.lamp('tokenForReading')).message).toContain(user.userPrincipalName);
    await becomes(shares, [ROOM, 0]);
    const { ids } = await eventually(only, ({ ids }) => ids?.size === ROOM);
    const moved = someoneOf(ids);
    cast.teams(moved).choose('Busy');
    await becomes(cast.onPbx(moved), 'busy');
  });

  it('is added again with the right one, and takes only those', async () => {
    const before = only();
    await demo.admin.send('DELETE', `/api/accounts/${large?.id}`);
    await demo.admin.send('POST', '/api/accounts', {
      username: large?.username,
      password: 'Another-1',
    });
    await clock.passUntil(cast.isAllGreen, 5 * MINUTE);
    expect(await shares()).toEqual([ROOM, LEFT_OUT]);
    expect(subscriptions().map(({ id }) => id)).toContain(before.id);
    await cast.bothSidesEqual();
  });
});

describe('a user whom Microsoft refuses to subscribe', () => {
  it('is named and read every five minutes; all others are told of', async () => {
    for (const name of ['alice', 'bob', 'carol']) await cast.quiet(name);
    const { microsoft } = demo.lab;
    const alice = cast.teamsId('alice');
    microsoft.turn({ unsubscribable: [alice] });
    const holder = subscriptions().find(({ ids }) => ids?.has(alice));
    microsoft.lifecycle(holder?.id ?? '', 'subscriptionRemoved');
    await clock.passUntil(lampSays(/refuses to subscribe: 1 \(Alice Adams\)/), 5 * MINUTE);
    expect(await reasonOf('alice')).toMatch(/refuses to subscribe/);
    for (const name of ['bob', 'carol']) {
      cast.teams(name).choose('Busy');
      await becomes(cast.onPbx(name), 'busy');
    }
    cast.teams('alice').choose('Busy');
    await clock.passUntil(() => cast.onPbx('alice')() === 'busy', 10 * MINUTE);
    await cast.bothSidesEqual();
  });

  it('is subscribed when Microsoft takes them again and an admin checks', async () => {
    demo.lab.microsoft.turn({ unsubscribable: [] });
    expect(await demo.admin.send('POST', '/api/checks/subscriptions')).toMatchObject({
      state: 'ok',
    });
    cast.teams('alice').choose('DoNotDisturb');
    await becomes(cast.onPbx('alice'), 'dnd');
    await cast.allGreen();
    await cast.bothSidesEqual();
  });
});

describe('Microsoft, for a while after a delete,', () => {
  it('creates nothing and names everybody: nobody is left out for it', async () => {
    const { microsoft } = demo.lab;
    microsoft.turn({ createAfterDeleteMs: MINUTE });
    const [one] = subscriptions();
    microsoft.lifecycle(one?.id ?? '', 'subscriptionRemoved');
    await clock.passUntil(
      async () => subscriptions().length === 2 && (await cast.isAllGreen()),
      10 * MINUTE,
    );
    expect(await shares()).toEqual([ROOM, LEFT_OUT]);
    const named = microsoft.records.refusals.filter(({ route }) => route === 'POST /subscriptions');
    expect(named.at(-1)?.refusal).toContain('Failed for the users');
    microsoft.turn({ createAfterDeleteMs: 0 });
    await cast.bothSidesEqual();
  });

  it('creates nothing when somebody joins, and names whoever it had: nobody is left out for it', async () => {
    const { microsoft, pbx } = demo.lab;
    microsoft.records.clear();
    microsoft.turn({ createAfterDeleteMs: MINUTE, namedAfterDelete: 'former' });
    const [displayName, name] = ['Nina New', 'nina'];
    microsoft.addUser({ displayName, userPrincipalName: `${name}@${DOMAIN}` });
    pbx.addUser({ h323: name, cn: displayName, emails: [{ email: `${name}@${DOMAIN}` }] });
    const isJoined = () => subscriptions().some(({ ids }) => ids?.has(cast.teamsId(name)));
    await clock.passUntil(async () => isJoined() && (await cast.isAllGreen()), 10 * MINUTE);
    const refused = microsoft.records.refusals.filter(
      ({ route }) => route === 'POST /subscriptions',
    );
    expect(refused.length).toBeGreaterThanOrEqual(3);
    expect(await shares()).toEqual([ROOM, LEFT_OUT + 1]);
    expect(subscriptions().map(({ ids }) => ids?.size)).toEqual(
      expect.arrayContaining([ROOM, LEFT_OUT + 1]),
    );
    microsoft.turn({ createAfterDeleteMs: 0, namedAfterDelete: 'all' });
    cast.teams(name).choose('Busy');
    await becomes(cast.onPbx(name), 'busy');
  });
});

describe('the account that watches the users', () => {
  /** Whose token Microsoft still tells by: a subscription outlives that. */
  const watchers = () =>
    demo.lab.microsoft.subscriptions
      .filter(({ kind, tokenExpiresAt }) => kind === 'users' && tokenExpiresAt > clock.now())
      .map(({ userId }) => userId);

  it('has its password changed while the login is away: the other one watches', async () => {
    const { microsoft, pbx } = demo.lab;
    const user = microsoft.user(watchers()[0] ?? '');
    microsoft.turn({ loginDown: 503 });
    user.signIn.password = 'Another-2';
    microsoft.revokeRefreshTokens(user.id);
    await clock.jump(80 * MINUTE);
    const readingSays = async () => (await cast.lamp('tokenForReading')).message;
    await clock.passUntil(
      async () => !(await readingSays()).includes('50126') && !(await cast.isAllGreen()),
      10 * MINUTE,
    );

    microsoft.turn({ loginDown: false });
    await clock.passUntil(() => watchers().some((id) => id !== user.id), 10 * MINUTE);
    await eventually(lampSays(/cannot sign in/), Boolean);
    expect(await readingSays()).toContain(user.userPrincipalName);
    const [displayName, name] = ['Oscar Other', 'oscar'];
    pbx.addUser({ h323: name, cn: displayName, emails: [{ email: `${name}@${DOMAIN}` }] });
    microsoft.addUser({ displayName, userPrincipalName: `${name}@${DOMAIN}` });
    await eventually(
      () => reasonOf(name),
      (reason) => reason !== undefined,
    );
    await demo.admin.send('DELETE', `/api/accounts/${(await accountOf(user)).id}`);
    await demo.admin.send('POST', '/api/accounts', {
      username: user.userPrincipalName,
      password: 'Another-2',
    });
    await clock.passUntil(cast.isAllGreen, 5 * MINUTE);
    cast.teams(name).choose('Busy');
    await becomes(cast.onPbx(name), 'busy');
    await cast.bothSidesEqual();
  });
});
