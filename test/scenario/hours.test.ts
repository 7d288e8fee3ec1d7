// Four hours of a working day: subscription and tokens are renewed in time, a call stays in Teams for as
// long as it lasts and no longer, and what Microsoft brings late, twice or out of order does no harm.
import { beforeAll, describe, expect, it } from 'vitest';
import type { MovingClock } from '../sim/clock/moving-clock.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import { PUBLIC_HOST } from '../sim/laboratory.ts';
import type { RequestRecord } from '../sim/microsoft/records.ts';
import type { Cast } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onLongStage } from './stage.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** What is due within one is done at its end: intervals look so much longer at most. */
const STRIDE_MS = 2 * MINUTE;
const LATE_AT_MOST_MS = STRIDE_MS + MINUTE / 2;
/** After so many quiet ms, and a moment for the alarm, rows know what became of a write. */
const ROWS_CATCH_UP_MS = 7_000;
/** Half of what a session lasts at Microsoft. */
const REFRESH_MS = 5 * MINUTE;
/** The subscriptions are renewed so often; that of presences would stand for almost an hour, that of users for a day. */
const RENEWAL_MS = { presence: 10 * MINUTE, users: HOUR };
/** Delivery ends with a token: before it does, the subscription is renewed with another one. */
const BEFORE_TOKEN_ENDS_MS = 5 * MINUTE;
/** How long both sides may differ after it, in ms. */
const EQUAL_WITHIN_MS = 5_000;
/** A notification comes so long after its change: almost the four hours for which Microsoft repeats it. */
const LATE_MS = { atLeast: 3.8 * HOUR, planned: 4 * HOUR - 10 * MINUTE, givenUp: 4 * HOUR };

let demo: SetUp;
let cast: Cast;
let clock: MovingClock;
onLongStage('hours', (stage) => {
  ({ demo, cast, clock } = stage);
});

const requests = (route: string): RequestRecord[] =>
  demo.lab.microsoft.records.requests.filter((one) => one.route === route);
const subscriptionOf = (kind: string) => {
  const found = demo.lab.microsoft.subscriptions.find((one) => one.kind === kind);
  if (!found) throw new Error(`There is no subscription to ${kind}.`);
  return found;
};

/** One whose answer this machine took too long to bring is tried again at once: the last try counts. */
const renewalsOf = (id: string): RequestRecord[] =>
  requests('PATCH /subscriptions/{id}')
    .filter(({ path }) => path.endsWith(id))
    .filter(
      ({ at }, n, all) => (all[n + 1]?.at ?? Number.POSITIVE_INFINITY) - at > LATE_AT_MOST_MS,
    );
const ofErik = (action: string): RequestRecord[] =>
  requests(`POST /users/{id}/presence/${action}`).filter(({ path }) =>
    path.includes(cast.teamsId('erik')),
  );

/** What everybody saw of one person in Teams since. */
const shownOf = (name: string, since: number) =>
  demo.lab.microsoft
    .feed()
    .filter(({ userId, at }) => userId === cast.teamsId(name) && at >= since)
    .map(({ activity }) => activity);

/** Renewed when it was due, and nobody waits for the agent. */
async function isTended(): Promise<boolean> {
  const { expiresAt } = subscriptionOf('presence');
  return expiresAt > clock.now() + 48 * MINUTE && (await cast.lamp('agent')).state === 'ok';
}

/** Each of them but the first is done when it is due after the one before, and no later than that stride. */
function expectDue(made: readonly { at: number }[], dueAfter: (at: number) => number): void {
  for (const [n, { at }] of made.slice(1).entries()) {
    const lateMs = at - dueAfter(made[n]?.at ?? 0);
    expect(lateMs, `number ${n + 1}, too soon`).toBeGreaterThan(-MINUTE / 2);
    expect(lateMs, `number ${n + 1}, too late`).toBeLessThan(LATE_AT_MOST_MS);
  }
}

/** Lets time go by in strides; each ends when what is due has been done. */
async function hoursPass(ms: number, isDone: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = clock.now() + ms; clock.now() < end; ) {
    await clock.stride(STRIDE_MS, async () => (await isTended()) && isDone(), 3 * MINUTE);
  }
}

describe('four hours', () => {
  let begun: number;
  /** Alice's change, of which nobody is told. */
  let lostAt: number;
  let first: string;
  /** Of the presence subscription after each stride: how long its token still lives, in ms. */
  const tokenLeft: number[] = [];
  /** Of the subscription to users: when its token ends. */
  const usersToken: { at: number; endsAt: number }[] = [];
  const look = () => {
    const at = clock.now();
    tokenLeft.push(subscriptionOf('presence').tokenExpiresAt - at);
    usersToken.push({ at, endsAt: subscriptionOf('users').tokenExpiresAt });
    return true;
  };
  let callShown: string[];

  beforeAll(async () => {
    await cast.everybodyAvailable();
    // A chosen "Available" would hide the call.
    cast.teams('erik').reset();
    first = subscriptionOf('presence').id;
    demo.lab.microsoft.records.clear();
    // What alice did does not get through for hours; a sweep finds it. What bob does is told as ever.
    const { origin } = demo.edge;
    demo.lab.microsoft.turn({ retryScale: 1_000 });
    demo.lab.microsoft.removeHost(PUBLIC_HOST);
    lostAt = clock.now();
    cast.teams('alice').choose('Busy');
    await demo.lab.microsoft.idle();
    demo.lab.microsoft.setHosts({ [PUBLIC_HOST]: origin });
    await clock.passUntil(() => cast.onPbx('alice')() === 'busy', 10 * MINUTE);
    cast.teams('bob').choose('Busy');
    await becomes(cast.onPbx('bob'), 'busy');

    begun = clock.now();
    const call = cast.pbx('erik').call();
    await becomes(cast.inTeams('erik'), 'Busy/InACall');
    await cast.nothingOnItsWay();
    await hoursPass(2 * HOUR, () => {
      look();
      return ofErik('setPresence').some(({ at }) => at > clock.now() - REFRESH_MS);
    });
    call.hangUp();
    await becomes(cast.inTeams('erik'), 'Available/Available');
    callShown = shownOf('erik', begun);
    await cast.nothingOnItsWay();
    // What became of it is stored before the clock jumps, as an object that sleeps meanwhile forgets the rest.
    await clock.pass(ROWS_CATCH_UP_MS, 5);
    await hoursPass(lostAt + LATE_MS.planned - clock.now(), look);
  }, 120_000);

  it('the subscription is the same all the time, renewed every ten minutes', () => {
    expect(subscriptionOf('presence').id).toBe(first);
    expect(requests('POST /subscriptions')).toEqual([]);
    const renewals = renewalsOf(first);
    expect(renewals.length).toBeGreaterThan(14);
    expectDue(renewals, (at) => at + RENEWAL_MS.presence);
  });

  it('with a token that outlives the next renewal, by its refresh token and not by the password', () => {
    expect(Math.min(...tokenLeft)).toBeGreaterThan(10 * MINUTE);
    const grants = demo.lab.microsoft.records.requests
      .filter(({ side, path }) => side === 'login' && path.endsWith('/token'))
      .map(({ body }) => (body as Record<string, string>)['grant_type']);
    expect(grants).toContain('refresh_token');
    expect(grants).not.toContain('password');
  });

  it('that of the users is renewed every hour, or before its token ends', () => {
    const renewals = renewalsOf(subscriptionOf('users').id);
    expect(renewals.length).toBeGreaterThanOrEqual(3);
    expectDue(renewals, (renewedAt) => {
      const { endsAt = 0 } = usersToken.find(({ at }) => at > renewedAt) ?? {};
      return Math.min(renewedAt + RENEWAL_MS.users, endsAt - BEFORE_TOKEN_ENDS_MS);
    });
  });

  it('a call of two hours shows in Teams without a gap, and its session is refreshed every five minutes', () => {
    expect(callShown).toEqual(['InACall', 'Available']);
    expect(ofErik('setPresence').length).toBeGreaterThan(14);
    expectDue(ofErik('setPresence'), (at) => at + REFRESH_MS);
    expect(ofErik('setPresence')[0]?.body).toMatchObject({ expirationDuration: 'PT10M' });
    expect(ofErik('clearPresence')).toHaveLength(1);
  });

  it('a notification that is four hours late does not bring back what it tells of', {
    retry: 0,
  }, async () => {
    cast.pbx('alice').setPresence('away');
    await becomes(cast.inTeams('alice'), 'Away/Away');
    // Longer than an echo takes: nothing of hers is under way by which it could be known for old.
    await clock.pass(3 * MINUTE);
    const since = clock.now();
    const setBefore = cast.pbx('alice').history().length;
    await demo.lab.microsoft.flush();
    const told = demo.lab.microsoft.records.notifications.filter(({ items }) =>
      items.some(({ userId }) => userId === cast.teamsId('alice')),
    );
    expect(told[0]?.outcome).toBe('failed');
    const repeated = told.filter(({ attempt }) => attempt > 1);
    expect(repeated.map(({ outcome }) => outcome)).toEqual(['delivered']);
    const lateMs = (repeated[0]?.at ?? 0) - lostAt;
    expect(lateMs).toBeGreaterThan(LATE_MS.atLeast);
    expect(lateMs).toBeLessThan(LATE_MS.givenUp);
    // It may pass for news until a read tells.
    await clock.pass(EQUAL_WITHIN_MS, 5);
    expect(cast.areBothSidesEqual()).toBe(true);
    await clock.pass(30_000);
    await cast.bothSidesEqual();
    expect(cast.inTeams('alice')()).toBe('Away/Away');
    expect(shownOf('alice', since)).toEqual([]);
    expect(cast.pbx('alice').history().length - setBefore).toBeLessThanOrEqual(2);
    cast.pbx('alice').setPresence('');
    await cast.bothSidesEqual();
  });
});

describe('Microsoft says', () => {
  it('reauthorizationRequired: both subscriptions are renewed at once, and stay', async () => {
    for (const kind of ['presence', 'users'] as const) {
      const { id } = subscriptionOf(kind);
      demo.lab.microsoft.records.clear();
      demo.lab.microsoft.lifecycle(id, 'reauthorizationRequired');
      await eventually(
        () => requests('PATCH /subscriptions/{id}').filter(({ path }) => path.endsWith(id)),
        ({ length }) => length === 1,
      );
      expect(subscriptionOf(kind).id).toBe(id);
    }
    await cast.allGreen();
  });

  it('missed: what was not told is read at once', async () => {
    const { id } = subscriptionOf('presence');
    demo.lab.microsoft.silence(id);
    cast.teams('bob').choose('DoNotDisturb');
    demo.lab.microsoft.lifecycle(id, 'missed');
    await becomes(cast.onPbx('bob'), 'dnd');
    demo.lab.microsoft.silence(id, false);
    await cast.allGreen();
    await cast.bothSidesEqual();
  });
});

describe('notifications', { retry: 0 }, () => {
  it('that all come twice and out of order leave both sides equal, and cause no write of their own', async () => {
    await cast.everybodyAvailable();
    demo.lab.microsoft.turn({ duplicate: 1, reorder: true });
    demo.lab.microsoft.records.clear();
    for (const status of ['Busy', 'Away', 'DoNotDisturb', 'BeRightBack', 'Busy'] as const) {
      for (const name of ['alice', 'bob', 'carol']) cast.teams(name).choose(status);
    }
    await demo.lab.microsoft.idle();
    await clock.pass(30_000);
    for (const name of ['alice', 'bob', 'carol']) await becomes(cast.onPbx(name), 'busy');
    await cast.bothSidesEqual();
    const told = demo.lab.microsoft.records.notifications.flatMap(({ items }) => items);
    expect(told.length).toBeGreaterThanOrEqual(30);
    expect(
      demo.lab.microsoft.records.requests.filter(({ route }) => route.includes('/presence/')),
    ).toEqual([]);
    demo.lab.microsoft.turn({ duplicate: 0, reorder: false });
    await cast.allGreen();
  });
});
