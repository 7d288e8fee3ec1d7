import { describe, expect, test } from 'vitest';
import { type AccountEvent, after as accountAfter } from '../../../edge/graph/account-events.ts';
import { nextStep as planned } from '../../../edge/graph/account-plan.ts';
import type { AccountSpec } from '../../../edge/graph/account-rpc.ts';
import {
  type AccountState,
  type Failure,
  newAccountState,
  reportOf,
} from '../../../edge/graph/account-state.ts';
import type { SubscriptionEvent } from '../../../edge/graph/subscription-event.ts';
import { TIMES } from '../../../edge/graph/subscription-plan.ts';
import { type TeamsUserId, teamsUserId } from '../../../shared/ids.ts';

const NOW = 1_000_000_000_000;
const ACCOUNT = { accountId: 'x', credential: { kind: 'device' } } as const;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const [a, b, c] = ['a', 'b', 'c'].map(teamsUserId) as [TeamsUserId, TeamsUserId, TeamsUserId];

const RENEW_EVERY_MS = TIMES.presence.renewEveryMs;
const URL = 'https://edge.example/x/subscriptions';
const wanted = (userIds: TeamsUserId[], more: Partial<AccountSpec> = {}) =>
  ({
    userIds,
    notificationUrl: URL,
    encryption: { id: 'key-1', certificate: 'DER' },
    watchesUsers: false,
    ...more,
  }) as AccountSpec;
/** The step, without what a create or a renewal says of data: see "data with the items". */
function nextStep(...given: Parameters<typeof planned>) {
  const { rich: _, resource: __, ...step } = { rich: null, resource: null, ...planned(...given) };
  return step;
}
const failure = (code: string, more: Partial<Failure> = {}): Failure => ({
  code,
  detail: `Said by the test: ${code}.`,
  retry: 'backoff',
  ...more,
});

/** What happens to the account, or to its subscription to presences. */
type Happening = Exclude<AccountEvent, { resource: unknown }> | SubscriptionEvent;

const ofPresence = (event: Happening): AccountEvent =>
  ['configured', 'signed-in', 'sign-in-failed'].includes(event.kind)
    ? (event as AccountEvent)
    : ({ ...event, resource: 'presence' } as AccountEvent);

/** A state as events make it, so that no test invents one that cannot be. */
function made(...events: Happening[]): AccountState {
  return events.reduce(
    (state, event) => accountAfter(state, ofPresence(event), { now: NOW, random: 0.5 }),
    newAccountState(),
  );
}
const signedIn: Happening = { kind: 'signed-in', expiresAt: NOW + 75 * MINUTE };
const begun: Happening = { kind: 'create-begun', userIds: [a, b] };
const created: Happening = {
  kind: 'created',
  id: 'sub-1',
  expiresAt: NOW + 59 * MINUTE,
  notificationUrl: URL,
  encryptionId: 'key-1',
};
const active = [signedIn, begun, created];
const createFailed = (code: string, more: Partial<Failure> = {}): Happening => ({
  kind: 'create-failed',
  failure: failure(code, more),
  badIds: [],
});
const renewFailed = (code: string, more: Partial<Failure> = {}): Happening => ({
  kind: 'renew-failed',
  failure: failure(code, more),
});
const deleteFailed = (code: string): Happening => ({
  kind: 'delete-failed',
  failure: failure(code),
});
const never = { retry: 'never' } as const;
const times = <T>(n: number, event: T): T[] => Array.from({ length: n }, () => event);
const step = (events: Happening[], users = [a, b], at = NOW) =>
  nextStep(made(...events), wanted(users), at);

describe('the way to a subscription', () => {
  test.each<[string, Happening[], TeamsUserId[], object]>([
    ['signs in first', [], [a, b], { do: 'sign-in' }],
    ['signs in also while there is nobody to subscribe', [], [], { do: 'sign-in' }],
    ['then waits for users', [signedIn], [], { do: 'wait', at: null }],
    ['creates', [signedIn], [a, b], { do: 'create', userIds: [a, b] }],
    ['waits for the renewal', active, [a, b], { do: 'wait', at: NOW + RENEW_EVERY_MS }],
    ['needs nothing for fewer users', active, [a], { do: 'wait', at: NOW + RENEW_EVERY_MS }],
    ['deletes for other users', active, [a, c], { do: 'delete', id: 'sub-1' }],
    ['deletes when nobody is left', active, [], { do: 'delete', id: 'sub-1' }],
    [
      'creates after the delete',
      [...active, { kind: 'deleted' }],
      [c],
      { do: 'create', userIds: [c] },
    ],
  ])('%s', (_what, events, users, expected) => {
    expect(step(events, users)).toEqual(expected);
  });

  test('another notification URL needs another subscription', () => {
    const moved = wanted([a, b], { notificationUrl: 'https://other.example/x/subscriptions' });
    expect(nextStep(made(...active), moved, NOW)).toEqual({ do: 'delete', id: 'sub-1' });
  });

  test('another certificate travels with a renewal, at once', () => {
    const rotated = wanted([a, b], { encryption: { id: 'key-2', certificate: 'DER' } });
    const state = made(...active);
    expect(nextStep(state, rotated, NOW)).toEqual({ do: 'renew', id: 'sub-1' });
    const renewed = accountAfter(
      state,
      ofPresence({ kind: 'renewed', expiresAt: NOW + 59 * MINUTE, encryptionId: 'key-2' }),
      { now: NOW, random: 0 },
    );
    expect(nextStep(renewed, rotated, NOW).do).toBe('wait');
  });
});

describe('renewing', () => {
  test('every ten minutes, while the token reaches half an hour further', () => {
    expect(step(active, [a], NOW + RENEW_EVERY_MS)).toEqual({ do: 'renew', id: 'sub-1' });
    expect(step(active, [a], NOW + 46 * MINUTE)).toEqual({ do: 'sign-in' });
  });

  test('a young token is used however short it lives', () => {
    const short: Happening = { kind: 'signed-in', expiresAt: NOW + 12 * MINUTE };
    expect(step([short], [a]).do).toBe('create');
    expect(step([short], [a], NOW + 6 * MINUTE).do).toBe('sign-in');
  });

  test('in time also where Microsoft grants less than was asked for', () => {
    const brief: Happening = { ...created, expiresAt: NOW + 6 * MINUTE };
    expect(step([signedIn, begun, brief])).toEqual({ do: 'wait', at: NOW + 3 * MINUTE });
  });

  test('at once where Microsoft asks for a new authorisation', () => {
    expect(step([...active, { kind: 'reauthorize' }])).toEqual({ do: 'renew', id: 'sub-1' });
  });

  test.each<[string, Happening[]]>([
    ['is removed', [{ kind: 'removed' }]],
    ['is not found', [renewFailed('graph-not-found', never)]],
    ['is gone', [renewFailed('graph-gone', never)]],
  ])('a subscription that %s is created anew at once', (_what, events) => {
    expect(step([...active, ...events])).toEqual({ do: 'create', userIds: [a, b] });
  });

  test('a subscription that ran out is created anew', () => {
    const later = made(...active, { kind: 'signed-in', expiresAt: NOW + 3 * HOUR });
    const state = nextStep(later, wanted([a, b]), NOW + 59 * MINUTE);
    expect(state).toEqual({ do: 'create', userIds: [a, b] });
  });

  test.each([
    ['graph-throttled', { retryAfterMs: 7_000 }, 7_000],
    ['graph-unavailable', {}, 500],
    ['graph-timeout', {}, 500],
    ['graph-unreachable', {}, 500],
    ['graph-conflict', {}, 500],
    ['graph-forbidden', never, 500],
    ['graph-bad-request', never, 500],
  ])('%s: the subscription stands, and the renewal is tried again', (code, more, wait) => {
    const events = [...active, renewFailed(code, more)];
    expect(step(events, [a], NOW + RENEW_EVERY_MS - 1)).toMatchObject({ do: 'wait' });
    const state = made(...events);
    expect(state.presence.pause?.until).toBe(NOW + wait);
    expect(reportOf(ACCOUNT, state, NOW).presence.state).toBe('active');
  });

  test.each(['graph-forbidden', 'graph-bad-request', 'graph-conflict'])(
    '%s three times: what is there is cleared away, then created anew',
    (code) => {
      const events = [...active, ...times(3, renewFailed(code, never))];
      const soon = NOW + 10_000;
      expect(step(events, [a], soon)).toEqual({ do: 'tidy' });
      const tidied: Happening = { kind: 'tidied', removed: 1, foreign: false };
      expect(step([...events, tidied], [a], soon)).toEqual({ do: 'create', userIds: [a] });
    },
  );

  test('graph-unauthorized: a new token at once, then more slowly', () => {
    const once = [...active, renewFailed('graph-unauthorized')];
    expect(step(once, [a], NOW + RENEW_EVERY_MS)).toEqual({ do: 'sign-in' });
    const twice = made(...once, signedIn, renewFailed('graph-unauthorized'));
    expect(twice.presence.pause?.until).toBe(NOW + 1_000);
  });
});

test('a renewal that Microsoft wants back soon is in no hurry, and one that it wants back late waits', () => {
  const told = (retryAfterMs: number) => renewFailed('graph-throttled', { retryAfterMs });
  const pauseAfter = (times: number, retryAfterMs: number) =>
    (made(...active, ...Array(times).fill(told(retryAfterMs))).presence.pause?.until ?? 0) - NOW;
  expect(pauseAfter(1, 3_000)).toBe(3_000);
  expect(pauseAfter(9, 3_000)).toBe(60_000);
  expect(pauseAfter(9, 5 * MINUTE)).toBe(5 * MINUTE);
});

describe('a create that fails', () => {
  test.each<[string, Partial<Failure>, number]>([
    ['graph-throttled', { retryAfterMs: 7_000 }, 7_000],
    ['graph-unavailable', {}, 500],
    ['notification-url-unreachable', never, 1_000],
    ['graph-bad-request', never, 5_000],
    ['connector-unreachable', {}, 500],
  ])('%s is tried again', (code, more, wait) => {
    const events = [signedIn, begun, createFailed(code, more)];
    expect(step(events)).toEqual({ do: 'wait', at: NOW + wait });
    expect(step(events, [a], NOW + wait)).toEqual({ do: 'create', userIds: [a] });
    expect(reportOf(ACCOUNT, made(...events), NOW).presence).toMatchObject({
      state: 'failed',
      fault: { code, retryAt: NOW + wait },
    });
  });

  test.each(['graph-timeout', 'graph-unreachable'])(
    '%s: it may have been created, so that is cleared away first',
    (code) => {
      const events = [signedIn, begun, createFailed(code)];
      expect(step(events, [a], NOW + 500)).toEqual({ do: 'tidy' });
      const tidied: Happening = { kind: 'tidied', removed: 0, foreign: false };
      expect(step([...events, tidied], [a], NOW + 500).do).toBe('create');
    },
  );

  test.each(['graph-conflict', 'graph-forbidden'])(
    '%s: a look at what is there, and at once again where it was ours',
    (code) => {
      const events = [signedIn, begun, createFailed(code)];
      expect(step(events)).toEqual({ do: 'tidy' });
      const ours: Happening = { kind: 'tidied', removed: 1, foreign: false };
      expect(step([...events, ours]).do).toBe('create');
      // Somebody who recreates it each time makes no storm.
      const again = times(3, [begun, createFailed(code), ours]).flat();
      expect(step([signedIn, ...again]).do).toBe('wait');
    },
  );

  test('where the subscription is another program’s, the report says so', () => {
    const foreign: Happening = { kind: 'tidied', removed: 0, foreign: true };
    const state = made(signedIn, begun, createFailed('graph-conflict'), foreign);
    expect(reportOf(ACCOUNT, state, NOW).presence).toMatchObject({
      state: 'failed',
      fault: { code: 'subscription-elsewhere', retryAt: NOW + 5_000 },
    });
    expect(nextStep(state, wanted([a]), NOW + 5_000).do).toBe('create');
  });

  test('where nothing is found, the refusal stands and is tried again slowly', () => {
    const nothing: Happening = { kind: 'tidied', removed: 0, foreign: false };
    const state = made(signedIn, begun, createFailed('graph-forbidden', never), nothing);
    expect(state.presence.fault).toMatchObject({ code: 'graph-forbidden', retryAt: NOW + 5_000 });
  });

  test('looking that fails keeps nobody from creating', () => {
    const events: Happening[] = [
      signedIn,
      begun,
      createFailed('graph-conflict'),
      { kind: 'tidy-failed', failure: failure('graph-forbidden', never) },
    ];
    expect(step(events).do).toBe('wait');
    expect(step(events, [a], NOW + 20_000).do).toBe('create');
  });

  test('each create has its own generation, whatever became of the one before', () => {
    const state = made(signedIn, begun, createFailed('graph-timeout'), begun);
    expect(state.presence.creating).toEqual({ generation: 2, userIds: [a, b] });
    expect(reportOf(ACCOUNT, state, NOW).presence).toEqual({
      state: 'creating',
      generation: 2,
      userIds: [a, b],
    });
    const other: Happening = {
      kind: 'configured',
      sameAccount: false,
      sameCredentials: false,
      userIds: [],
    };
    expect(made(signedIn, begun, other, signedIn, begun).presence.generation).toBe(2);
  });
});

describe('a delete that fails', () => {
  test.each(['graph-not-found', 'graph-gone'])('%s: then it is deleted', (code) => {
    expect(step([...active, deleteFailed(code)], [c])).toEqual({ do: 'create', userIds: [c] });
  });

  test('otherwise is tried three times, then left for tidying', () => {
    const failed = deleteFailed('graph-unavailable');
    const at = NOW + 10_000;
    expect(step([...active, failed], [c], at)).toEqual({ do: 'delete', id: 'sub-1' });
    expect(step([...active, ...times(3, failed)], [c], at)).toEqual({ do: 'tidy' });
  });
});

describe('a sign-in that fails', () => {
  const refusal = (code: string, more: Partial<Failure> = never): Happening => ({
    kind: 'sign-in-failed',
    failure: failure(code, more),
  });
  const same: Happening = {
    kind: 'configured',
    sameAccount: true,
    sameCredentials: true,
    userIds: [],
  };
  const password: Happening = {
    kind: 'configured',
    sameAccount: true,
    sameCredentials: false,
    userIds: [],
  };
  const other: Happening = {
    kind: 'configured',
    sameAccount: false,
    sameCredentials: false,
    userIds: [],
  };
  const signIn = { do: 'sign-in' };
  const waits = { do: 'wait', at: null };

  test.each<[string, Happening[], object]>([
    ['a wrong password waits', [refusal('wrong-credentials')], waits],
    ['also for other users', [refusal('wrong-credentials'), same], waits],
    ['but not for another password', [refusal('wrong-credentials'), password], signIn],
    ['nor for another account', [refusal('wrong-credentials'), other], signIn],
    ['missing MFA waits', [refusal('mfa-required')], waits],
    ['until something is configured', [refusal('mfa-required'), same], signIn],
  ])('%s', (_what, events, expected) => {
    expect(step(events, [a], NOW + 24 * HOUR)).toEqual(expected);
  });

  test('what passes is tried again, and a spec does not cut the pause short', () => {
    const locked = refusal('account-locked', { retry: 'backoff', retryAfterMs: 30 * MINUTE });
    for (const events of [[locked], [locked, same]]) {
      expect(step(events, [a])).toEqual({ do: 'wait', at: NOW + 30 * MINUTE });
      expect(step(events, [a], NOW + 30 * MINUTE)).toEqual(signIn);
    }
  });

  test('a pause that Microsoft asked for outlives a new spec, another does not', () => {
    const asked = createFailed('graph-throttled', { retryAfterMs: 9_000 });
    expect(step([signedIn, begun, asked, same])).toEqual({ do: 'wait', at: NOW + 9_000 });
    const ours = createFailed('notification-url-unreachable');
    expect(step([signedIn, begun, ours, same]).do).toBe('create');
  });

  test('while the subscription stands, it is reported as standing', () => {
    const report = reportOf(ACCOUNT, made(...active, refusal('mfa-required')), NOW);
    expect(report).toMatchObject({
      signIn: { state: 'failed', fault: { code: 'mfa-required', retryAt: null } },
      presence: { state: 'active', id: 'sub-1', generation: 1, userIds: [a, b] },
    });
  });

  test('a token that has already run out is no sign-in', () => {
    const state = made({ kind: 'signed-in', expiresAt: NOW + 1_000 });
    expect(state.signIn).toMatchObject({ state: 'failed', fault: { code: 'login-unavailable' } });
  });

  test('signing in for somebody else’s question leaves the pause of a create alone', () => {
    const events = [signedIn, begun, createFailed('graph-unavailable'), signedIn];
    expect(step(events)).toEqual({ do: 'wait', at: NOW + 500 });
  });
});

describe('data with the items', () => {
  const refused = createFailed('resource-data-refused', never);
  const planOf = (events: Happening[], at = NOW) => planned(made(...events), wanted([a]), at);

  test('is asked for, and done without where Microsoft refuses it', () => {
    expect(planOf([signedIn])).toMatchObject({ do: 'create', rich: true });
    expect(planOf([signedIn, begun, refused])).toMatchObject({ do: 'create', rich: false });
  });

  test('is what may be the trouble where creating is refused again and again', () => {
    const bad = [begun, createFailed('graph-bad-request', never)];
    const twice = [signedIn, ...bad, ...bad];
    expect(planOf(twice, NOW + HOUR / 2)).toMatchObject({ do: 'create', rich: true });
    expect(planOf([...twice, ...bad], NOW + HOUR / 2)).toMatchObject({ rich: false });
    const sixTimes = [signedIn, ...times(6, bad).flat()];
    expect(planOf(sixTimes, NOW + HOUR / 2)).toMatchObject({ rich: true });
  });

  test('is asked for again with the next spec that needs a new subscription', () => {
    const again: Happening = {
      kind: 'configured',
      sameAccount: true,
      sameCredentials: true,
      userIds: [],
    };
    expect(planOf([signedIn, begun, refused, again])).toMatchObject({ rich: true });
  });

  test('a subscription without is renewed without, whatever key there is', () => {
    const basic: Happening = { ...created, encryptionId: null };
    const state = made(signedIn, begun, basic);
    const rotated = wanted([a, b], { encryption: { id: 'key-2', certificate: 'DER' } });
    expect(planned(state, rotated, NOW)).toMatchObject({ do: 'wait' });
    expect(planned(state, rotated, NOW + RENEW_EVERY_MS)).toMatchObject({
      do: 'renew',
      rich: false,
    });
  });
});

describe('the list of users', () => {
  const watching = wanted([a, b], { watchesUsers: true });
  const ofUsers = (event: SubscriptionEvent): AccountEvent => ({ ...event, resource: 'users' });
  const watched: SubscriptionEvent = {
    ...created,
    id: 'users-1',
    expiresAt: NOW + 24 * HOUR,
    encryptionId: null,
  };
  /** Presence stands already. */
  function madeWith(...events: SubscriptionEvent[]): AccountState {
    const at = { now: NOW, random: 0.5 };
    return events.reduce(
      (state, event) => accountAfter(state, ofUsers(event), at),
      made(...active),
    );
  }

  test('is subscribed after the presences, by the account that is to watch it', () => {
    expect(planned(made(...active), watching, NOW)).toEqual({
      do: 'create',
      resource: 'users',
      userIds: null,
      rich: false,
    });
    expect(planned(made(...active), wanted([a, b]), NOW).do).toBe('wait');
  });

  test('is deleted when another account watches it', () => {
    const step = { do: 'delete', resource: 'users', id: 'users-1' };
    expect(planned(madeWith(watched), wanted([a, b]), NOW)).toEqual(step);
  });

  test('is renewed every hour, or before the token of its delivery ends', () => {
    expect(madeWith(watched).users.held?.renewAt).toBe(NOW + HOUR);
    const state = made({ kind: 'signed-in', expiresAt: NOW + 40 * MINUTE });
    const soon = accountAfter(state, ofUsers(watched), { now: NOW, random: 0 });
    expect(soon.users.held?.renewAt).toBe(NOW + 35 * MINUTE);
  });

  test('that is refused holds up nothing of the presences, nor the other way round', () => {
    const refused = madeWith({
      kind: 'create-failed',
      failure: failure('graph-unavailable'),
      badIds: [],
    });
    expect(planned(refused, watching, NOW)).toEqual({ do: 'wait', at: NOW + 500 });
    expect(planned(refused, watching, NOW + RENEW_EVERY_MS)).toMatchObject({
      resource: 'presence',
    });
    const late = made(signedIn, begun, createFailed('graph-throttled', { retryAfterMs: HOUR }));
    expect(planned(late, watching, NOW)).toMatchObject({ do: 'create', resource: 'users' });
    expect(reportOf(ACCOUNT, refused, NOW)).toMatchObject({
      presence: { state: 'active' },
      users: { state: 'failed' },
    });
  });

  test('a token that Graph refuses there is a new one for both', () => {
    const state = madeWith(watched, renewFailed('graph-unauthorized') as SubscriptionEvent);
    expect(planned(state, watching, NOW + HOUR)).toEqual({ do: 'sign-in' });
  });
});
