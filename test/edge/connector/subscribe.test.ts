import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test, vi } from 'vitest';
import type { Observation, UserPage } from '../../../edge/connector/rpc.ts';
import type { AccountReport } from '../../../edge/graph/account-rpc.ts';
import { waitIfDue } from '../due-now.ts';
import { granted } from '../graph/fake-microsoft.ts';
import {
  Bed,
  chose,
  GRAPH,
  graphRefusal,
  json,
  MINUTE,
  pbxUser,
  person,
  refusal,
  SECOND,
  SUBSCRIBING,
  teamsId,
  value,
} from './bed.ts';

const accountObject = (bed: Bed, id: string) => env.SUBSCRIPTION.getByName(`${bed.name}/${id}`);

/** Both objects do what is due, until neither has anything to do. */
async function settled(bed: Bed, accountId: string): Promise<void> {
  for (let n = 0; n < 20; n += 1) {
    await bed.settle();
    const account = accountObject(bed, accountId);
    const at = await runInDurableObject(account, (_object, ctx) => ctx.storage.getAlarm());
    if (!waitIfDue(at)) return;
    await runDurableObjectAlarm(account);
  }
}

async function subscribed(count: number) {
  const bed = new Bed();
  const numbers = Array.from({ length: count }, (_, n) => n + 1);
  bed.microsoft.people = numbers.map((n) => person(n));
  value(await bed.put(SUBSCRIBING));
  const { id } = value(
    await bed.stub.addAccount('operator', { username: 'sync@example.com', password: 'pass' }),
  );
  await settled(bed, id);
  const agent = await bed.agent(numbers.map((n) => pbxUser(n)));
  await settled(bed, id);
  await bed.later(2 * SECOND);
  await settled(bed, id);
  for (const n of numbers) agent.presence(n, [], { afterGap: true });
  await bed.settle();
  const [row] = await bed.rows('SELECT report FROM account');
  const { presence: subscription } = JSON.parse(String(row?.['report'])) as AccountReport;
  if (subscription.state !== 'active') throw new Error(`It is ${subscription.state}.`);
  return { bed, agent, accountId: id, subscription };
}

type Standing = Awaited<ReturnType<typeof subscribed>>;
const busy = ({ accountId, subscription }: Standing, more: Partial<Observation> = {}) => ({
  accountId,
  generation: subscription.generation,
  subscriptionId: subscription.id,
  userId: teamsId(1),
  presence: { availability: 'Busy', activity: 'Busy' },
  sequence: '0002',
  ...more,
});

test('lamps turn green, and a notification becomes a set on the PBX', async () => {
  const standing = await subscribed(2);
  const { bed, agent, subscription } = standing;
  expect([...subscription.userIds].sort()).toEqual([teamsId(1), teamsId(2)]);
  const lamps = value(await bed.stub.status());
  expect(lamps.filter(({ state }) => state !== 'ok')).toEqual([]);
  await bed.later(4 * MINUTE);
  await bed.stub.observe([busy(standing)]);
  await bed.settle();
  expect(agent.shown(1)).toEqual(['busy']);
  // The same once more, and an older one that comes late, change nothing.
  await bed.stub.observe([
    busy(standing),
    busy(standing, { sequence: '0001', presence: { availability: 'Away', activity: 'Away' } }),
  ]);
  await bed.settle();
  expect(agent.shown(1)).toEqual(['busy']);
  const [newest] = value(await bed.stub.timeline(teamsId(1)));
  expect(newest).toMatchObject({ from: 'teams', saw: 'Busy/Busy', wrote: 'PBX: busy' });
});

test('one that Microsoft had held back for hours is believed for three seconds', async () => {
  const standing = await subscribed(1);
  const { bed, agent } = standing;
  agent.presence(1, chose('away'));
  await bed.settle();
  bed.microsoft.presences.set(teamsId(1), { availability: 'Away', activity: 'Away' });
  // Nothing of ours is under way any more, and no sweep has come by.
  await bed.later(4 * MINUTE);
  const { sequence: _, ...unstamped } = busy(standing);
  await bed.stub.observe([unstamped]);
  await bed.settle();
  expect(agent.shown(1)).toEqual(['busy']);
  agent.presence(1, chose('busy'));
  await bed.later(4 * SECOND);
  expect(agent.shown(1)).toEqual(['busy', 'away']);
});

test.each([
  ['another account', { accountId: 'nobody' }],
  ['an older generation', { generation: 0 }],
  ['another subscription', { subscriptionId: 'other' }],
  ['a user outside it', { userId: teamsId(9) }],
])('a notification of %s changes nothing', async (_, more) => {
  const standing = await subscribed(1);
  const { bed, agent } = standing;
  await bed.later(2 * MINUTE);
  await bed.stub.observe([busy(standing, more)]);
  await bed.settle();
  expect(agent.shown(1)).toEqual([]);
});

test('while a subscription is being created its notifications count already', async () => {
  const standing = await subscribed(1);
  const { bed, agent, accountId } = standing;
  await bed.later(2 * MINUTE);
  const report = (generation: number): AccountReport => ({
    accountId,
    signIn: { state: 'ok' },
    presence: { state: 'creating', generation, userIds: [teamsId(1)] },
    users: { state: 'none' },
  });
  await bed.stub.accountReport(report(7_000_000_000));
  await bed.stub.observe([busy(standing)]);
  await bed.settle();
  expect(agent.shown(1)).toEqual([]);
  await evictDurableObject(bed.stub);
  await bed.stub.observe([busy(standing, { generation: 7_000_000_000, subscriptionId: 'new' })]);
  await bed.settle();
  expect(agent.shown(1)).toEqual(['busy']);
});

test('a lifecycle event reaches the account; a foreign one reaches nobody', async () => {
  const standing = await subscribed(1);
  const { bed, accountId, subscription } = standing;
  const event = {
    accountId,
    generation: subscription.generation,
    subscriptionId: subscription.id,
    about: 'presence',
    event: 'subscriptionRemoved',
  } as const;
  const creates = () => bed.microsoft.count(`POST ${GRAPH}/subscriptions`);
  const before = creates();
  await bed.stub.lifecycle([
    { ...event, generation: 1 },
    { ...event, accountId: 'nobody' },
  ]);
  await settled(bed, accountId);
  expect(creates()).toBe(before);
  await bed.stub.lifecycle([event]);
  await settled(bed, accountId);
  expect(creates()).toBe(before + 1);
});

test('missed notifications: everybody is read', async () => {
  const standing = await subscribed(2);
  const { bed, agent, accountId, subscription } = standing;
  await bed.later(2 * MINUTE);
  bed.microsoft.presences.set(teamsId(2), { availability: 'Busy', activity: 'Busy' });
  const { generation, id: subscriptionId } = subscription;
  await bed.stub.lifecycle([
    { accountId, generation, subscriptionId, about: 'presence', event: 'missed' },
  ]);
  await bed.settle();
  expect(agent.shown(2)).toEqual(['busy']);
});

test('from when Microsoft tells of no change to the users any more they are asked for every minute', async () => {
  const { bed, accountId } = await subscribed(1);
  await bed.later(6 * MINUTE);
  const [row] = await bed.rows('SELECT report FROM account');
  const { users } = JSON.parse(String(row?.['report'])) as AccountReport;
  if (users.state !== 'active') throw new Error(`It is ${users.state}.`);
  const asked = () => bed.microsoft.count(`GET ${GRAPH}/users/delta`);
  const before = asked();
  await bed.later(4 * MINUTE);
  expect(asked() - before).toBeLessThanOrEqual(1);

  bed.microsoft.on(`POST ${GRAPH}/subscriptions`, () =>
    graphRefusal(403, 'ExtensionError', 'The subscription quota is reached.'),
  );
  const { generation, id: subscriptionId } = users;
  await bed.stub.lifecycle([
    { accountId, generation, subscriptionId, about: 'users', event: 'subscriptionRemoved' },
  ]);
  await settled(bed, accountId);
  const lost = asked();
  await bed.later(4 * MINUTE);
  expect(asked() - lost).toBeGreaterThanOrEqual(3);
  expect(asked() - lost).toBeLessThanOrEqual(6);
  expect((await bed.lamp('teamsUsers')).code).toBe('teams-users-asked');
});

test('a removed account is told so, again if its object did not hear', async () => {
  const { bed, accountId } = await subscribed(1);
  value(await bed.stub.removeAccount('operator', accountId));
  expect(refusal(await bed.stub.removeAccount('operator', accountId))).toBe('not-found');
  expect(bed.microsoft.count(`DELETE ${GRAPH}/subscriptions/subscription-1`)).toBe(1);
  await settled(bed, accountId);
  await bed.later(5 * MINUTE);
  const left = await runInDurableObject(accountObject(bed, accountId), async (_object, ctx) => ({
    keys: [...ctx.storage.kv.list()].length,
    alarm: await ctx.storage.getAlarm(),
  }));
  expect(left).toEqual({ keys: 0, alarm: null });
  // What it reports late is of no interest.
  await bed.stub.accountReport({
    accountId,
    signIn: { state: 'ok' },
    presence: { state: 'none' },
    users: { state: 'none' },
  });
  expect(value(await bed.stub.listAccounts())).toEqual([]);
});

test('the same account cannot be added twice', async () => {
  const { bed } = await subscribed(1);
  const again = { username: 'SYNC@example.com', password: 'x' };
  expect(refusal(await bed.stub.addAccount('operator', again))).toBe('conflict');
});

test('a Teams account that has no licence with Teams itself is a lamp, until it has one', async () => {
  const { bed } = await subscribed(2);
  const reader = (licensed: boolean) =>
    person(9, { userPrincipalName: 'Sync@example.com', licensed });
  const lamp = () => bed.lamp('subscriptions');
  expect(await lamp()).toMatchObject({ state: 'ok', code: 'subscribed' });
  const readAgain = async () => {
    value(await bed.stub.check('teamsUsers'));
    await bed.settle();
  };
  bed.microsoft.people.push(reader(false));
  await readAgain();
  expect(await lamp()).toMatchObject({
    state: 'warning',
    code: 'account-without-teams',
    params: { who: 'Sync@example.com' },
  });
  bed.microsoft.people[2] = reader(true);
  await readAgain();
  expect(await lamp()).toMatchObject({ state: 'ok' });
});

test('without an account there is nothing to read with, and the lamp says so', async () => {
  const bed = new Bed();
  value(await bed.put(SUBSCRIBING));
  await bed.later(5 * MINUTE);
  expect(await bed.lamp('tokenForReading')).toMatchObject({ code: 'account-missing' });
  expect(bed.microsoft.count(`GET ${GRAPH}/users`)).toBe(0);
});

test('readings that fail are a lamp, and are over when they work again', async () => {
  const { bed, agent } = await subscribed(1);
  bed.microsoft.on('getPresencesByUserId', () => graphRefusal(403, 'Forbidden'));
  agent.presence(1, chose('dnd'));
  await bed.later(6 * MINUTE);
  expect(await bed.lamp('sync')).toMatchObject({
    state: 'error',
    code: 'graph-forbidden',
    params: { requestId: 'request-1' },
  });
  bed.microsoft.on('getPresencesByUserId', () => json({ value: [] }));
  await bed.stub.check('sync');
  await bed.settle();
  expect((await bed.lamp('sync')).state).toBe('ok');
});

const origin = ({ accountId, subscription }: Standing) => ({
  accountId,
  generation: subscription.generation,
  subscriptionId: subscription.id,
});

test('items without data: whoever changed is read, all in one request', async () => {
  const standing = await subscribed(3);
  const { bed, agent } = standing;
  const before = bed.microsoft.count('getPresencesByUserId');
  bed.microsoft.presences.set(teamsId(1), { availability: 'Busy', activity: 'Busy' });
  bed.microsoft.presences.set(teamsId(2), { availability: 'Away', activity: 'Away' });
  const about = 'presence' as const;
  await bed.stub.hint([
    { ...origin(standing), about, userId: teamsId(1) },
    { ...origin(standing), about, userId: teamsId(2) },
    { ...origin(standing), about, userId: teamsId(1) },
    { ...origin(standing), subscriptionId: 'other', about, userId: teamsId(3) },
  ]);
  await bed.settle();
  expect([agent.shown(1), agent.shown(2), agent.shown(3)]).toEqual([['busy'], ['away'], []]);
  expect(bed.microsoft.count('getPresencesByUserId')).toBe(before + 1);
  const [read] = bed.microsoft.asked.filter(({ url }) => url.includes('getPresences')).slice(-1);
  expect(JSON.parse(read?.body ?? '')).toEqual({ ids: [teamsId(1), teamsId(2)] });
});

test('what an item without data said is not lost with the object that heard it', async () => {
  const standing = await subscribed(1);
  const { bed, agent } = standing;
  bed.microsoft.answerWrites(() => graphRefusal(503, 'Down'), `${GRAPH}/communications/`);
  bed.microsoft.presences.set(teamsId(1), { availability: 'Busy', activity: 'Busy' });
  await bed.stub.hint([{ ...origin(standing), about: 'presence', userId: teamsId(1) }]);
  await bed.settle();
  await evictDurableObject(bed.stub);
  bed.microsoft.on(`POST ${GRAPH}/communications/`, () =>
    json({ value: [{ id: teamsId(1), availability: 'Busy', activity: 'Busy' }] }),
  );
  await bed.later(10 * SECOND);
  expect(agent.shown(1)).toEqual(['busy']);
});

const usersOf = async (bed: Bed) => {
  const [row] = await bed.rows('SELECT report FROM account');
  const { users } = JSON.parse(String(row?.['report'])) as AccountReport;
  if (users.state !== 'active') throw new Error(`The users are ${users.state}.`);
  return users;
};

test('a user who is renamed is paired anew once Microsoft tells, not by the clock', async () => {
  const standing = await subscribed(2);
  const { bed, accountId } = standing;
  const users = await usersOf(bed);
  await bed.later(20 * SECOND);
  const before = bed.microsoft.count('GET');
  await bed.later(2 * MINUTE);
  expect(bed.microsoft.count('GET')).toBe(before);

  bed.microsoft.people = [
    person(1),
    person(2, { userPrincipalName: 'other@example.com', displayName: 'Other' }),
  ];
  const { generation, id: subscriptionId } = users;
  const hint = { accountId, generation, subscriptionId, about: 'users' as const };
  await bed.stub.hint([{ ...hint, userId: teamsId(2) }]);
  await bed.later(15 * SECOND);
  expect(await bed.pairNumbers()).toEqual([1]);
  // Once soon, and once more in case the list lags behind.
  expect(bed.microsoft.count('GET')).toBe(before + 2);

  await bed.stub.hint([{ ...hint, subscriptionId: 'other', userId: teamsId(2) }]);
  await bed.later(15 * SECOND);
  expect(bed.microsoft.count('GET')).toBe(before + 2);
});

/** The report that an account's object told last. */
async function reportOf(bed: Bed, accountId: string): Promise<AccountReport> {
  const [row] = await bed.rows(`SELECT report FROM account WHERE id = '${accountId}'`);
  return JSON.parse(String(row?.['report'])) as AccountReport;
}

/** Beside the one that has all users. */
async function withAnother(count: number) {
  const standing = await subscribed(count);
  const account = { username: 'second@example.com', password: 'pass' };
  const { id: otherId } = value(await standing.bed.stub.addAccount('operator', account));
  await settled(standing.bed, otherId);
  return { ...standing, otherId };
}

const lockedOut = { code: 'wrong-credentials', detail: 'no', retryAt: null };

test('one account watches the users; another takes over when it is locked out, whatever still stands', async () => {
  const { bed, accountId, otherId } = await withAnother(1);
  const watching = async () => {
    const rows = await bed.rows('SELECT id, report FROM account');
    return rows.flatMap(({ id, report }) =>
      (JSON.parse(String(report)) as AccountReport).users.state === 'active' ? [id] : [],
    );
  };
  expect(await watching()).toEqual([accountId]);
  // Nobody could delete it: it stands for most of a day, and delivers nothing any more.
  const report = await reportOf(bed, accountId);
  await bed.stub.accountReport({ ...report, signIn: { state: 'failed', fault: lockedOut } });
  await settled(bed, otherId);
  expect(await watching()).toContain(otherId);
});

test('an account that first fails for now and then for good gives its users away when its subscription ends', async () => {
  const { bed, accountId, otherId } = await withAnother(2);
  const usersOf = async (id: string) => {
    const [row] = await bed.rows(`SELECT users FROM account WHERE id = '${id}'`);
    return JSON.parse(String(row?.['users'])) as string[];
  };
  const report = await reportOf(bed, accountId);
  if (report.presence.state !== 'active') throw new Error('Nothing stands.');
  const presence = { ...report.presence, expiresAt: Date.now() + 5 * MINUTE };
  const passing = { code: 'login-unavailable', detail: '503', retryAt: Date.now() + SECOND };
  for (const fault of [passing, lockedOut]) {
    await bed.stub.accountReport({ ...report, presence, signIn: { state: 'failed', fault } });
    await bed.later(2 * SECOND);
  }
  expect(await usersOf(accountId)).toHaveLength(2);
  await bed.later(5 * MINUTE);
  await settled(bed, otherId);
  expect([await usersOf(accountId), (await usersOf(otherId)).length]).toEqual([[], 2]);
});

test('what Graph refuses one account to read, another one reads', async () => {
  const { bed, accountId, otherId } = await withAnother(1);
  const tokenOf = async (id: string) => {
    const answer = value(await accountObject(bed, id).accessToken());
    return `Bearer ${answer.token}`;
  };
  let signIns = 0;
  bed.microsoft.on('POST https://login', () => {
    signIns += 1;
    return granted(`token-${signIns}`);
  });
  await bed.stub.check('tokenForReading');
  const tokens = [await tokenOf(accountId), await tokenOf(otherId)];
  expect(new Set(tokens).size).toBe(2);
  const readers: string[] = [];
  const [refusedToken] = [accountId, otherId].sort().map((id) => tokens[id === accountId ? 0 : 1]);
  bed.microsoft.on(`POST ${GRAPH}/communications/getPresencesByUserId`, ({ headers, body }) => {
    readers.push(headers['authorization'] ?? '');
    if (headers['authorization'] === refusedToken) return graphRefusal(403, 'Forbidden');
    const { ids } = JSON.parse(body) as { ids: string[] };
    return json({ value: ids.map((id) => ({ id, availability: 'Busy', activity: 'Busy' })) });
  });
  await bed.stub.check('sync');
  await bed.later(3 * MINUTE);
  expect(readers[0]).toBe(refusedToken);
  expect(readers.filter((token) => token === refusedToken).length).toBeLessThan(3);
  expect(readers.length).toBeGreaterThan(1);
  expect((await bed.lamp('sync')).state).toBe('ok');
});

test('the key is changed without a gap: the new one is in KV first, the old one stays a while', async () => {
  const { bed, accountId } = await subscribed(1);
  const keysInKv = async () => {
    const text = await env.SETTINGS.get(`settings:${bed.name}`);
    const { decryptionKeys } = JSON.parse(text ?? '{}') as { decryptionKeys: { id: string }[] };
    return decryptionKeys.map(({ id }) => id);
  };
  const day = 24 * 60 * MINUTE;
  /** For which key Microsoft was asked to encrypt, and what KV held just then. */
  const rotated: { to: string; inKv: string[] }[] = [];
  bed.microsoft.on(`PATCH ${GRAPH}/subscriptions`, async ({ body, url }) => {
    const { encryptionCertificateId: to, expirationDateTime } = JSON.parse(body);
    if (to) rotated.push({ to, inKv: await keysInKv() });
    return json({ id: url.split('/').at(-1), expirationDateTime });
  });
  const [first] = await keysInKv();
  // What stood has run out by then, and is made anew with the key that there is.
  vi.setSystemTime(Date.now() + 30 * day - 5 * MINUTE);
  await settled(bed, accountId);
  expect(await keysInKv()).toEqual([first]);
  await bed.later(5 * MINUTE);
  await settled(bed, accountId);
  const keys = await keysInKv();
  expect(keys).toEqual([expect.any(String), first]);
  expect(rotated.at(-1)).toEqual({ to: keys[0], inKv: keys });

  vi.setSystemTime(Date.now() + day);
  await settled(bed, accountId);
  await bed.later(2 * SECOND);
  expect(await keysInKv()).toEqual([keys[0]]);
});

test('a key that no SETTINGS_KEY opens any more is replaced', async () => {
  const { bed, accountId } = await subscribed(1);
  const stored = () =>
    runInDurableObject(bed.stub, (_object, ctx) => {
      const [row] = ctx.storage.sql
        .exec<{ value: string }>("SELECT value FROM meta WHERE key = 'decryption-keys'")
        .toArray();
      return JSON.parse(row?.value ?? '[]') as { id: string; sealed: string }[];
    });
  const [lost] = await stored();
  await runInDurableObject(bed.stub, (_object, ctx) =>
    ctx.storage.sql.exec(
      "UPDATE meta SET value = replace(value, ?, 'not.a.jwe') WHERE key = 'decryption-keys'",
      lost?.sealed ?? '',
    ),
  );
  await bed.evict();
  await bed.stub.check('settings');
  await bed.later(2 * SECOND);
  await settled(bed, accountId);
  const [newest] = await stored();
  expect(newest?.id).not.toBe(lost?.id);
  await settled(bed, accountId);
  const [report] = await bed.rows('SELECT report FROM account');
  expect(JSON.parse(String(report?.['report'])).presence.encryptionId).toBe(newest?.id);
});

test('a check of the sign-in for reading asks Microsoft, though its token still holds', async () => {
  const { bed } = await subscribed(1);
  const before = bed.microsoft.count('POST https://login');
  expect(value(await bed.stub.check('tokenForReading'))).toMatchObject({ state: 'ok' });
  expect(bed.microsoft.count('POST https://login')).toBeGreaterThan(before);
});

test('a user whom Microsoft refuses to subscribe keeps nobody else out, and says so', async () => {
  const { bed, agent, accountId } = await subscribed(1);
  const bad = teamsId(2);
  bed.microsoft.on(`POST ${GRAPH}/subscriptions`, ({ body }) => {
    const { resource, expirationDateTime } = JSON.parse(body);
    return resource.includes(bad)
      ? graphRefusal(500, 'ExtensionError', `Failed for the users: ${bad}`)
      : json({ id: 'subscription-2', expirationDateTime }, 201);
  });
  bed.microsoft.people = [person(1), person(2)];
  await bed.stub.check('teamsUsers');
  agent.users([pbxUser(1), pbxUser(2)], 2);
  for (let n = 0; n < 24; n += 1) {
    await bed.later(10 * SECOND);
    await settled(bed, accountId);
  }
  expect(await bed.lamp('subscriptions')).toMatchObject({
    state: 'warning',
    code: 'users-refused',
  });
  const { items } = value(await bed.stub.listUsers({ text: '', state: null, cursor: null }));
  expect(items.map(({ state, reason }) => [state, reason])).toEqual([
    ['paired', undefined],
    ['paired', 'Microsoft refuses to subscribe the presence of this user.'],
  ]);
});

test('more users than the accounts have room for: the lamp counts them, each is marked', async () => {
  const { bed, agent, accountId } = await subscribed(1);
  const numbers = Array.from({ length: 660 }, (_, n) => n + 1);
  bed.microsoft.people = numbers.map((n) => person(n));
  await bed.stub.check('teamsUsers');
  agent.users(
    numbers.map((n) => pbxUser(n)),
    2,
  );
  await bed.later(3 * SECOND);
  await settled(bed, accountId);
  expect(await bed.lamp('subscriptions')).toMatchObject({
    code: 'not-enough-accounts',
    params: { count: 10, missing: 1 },
  });
  const marked: string[] = [];
  for (let cursor: string | null = '0'; cursor !== null; ) {
    const page: UserPage = value(await bed.stub.listUsers({ text: '', state: 'paired', cursor }));
    for (const { reason, teams } of page.items) if (reason) marked.push(`${teams?.id}: ${reason}`);
    cursor = page.next ?? null;
  }
  expect(marked).toHaveLength(10);
  const query = { text: '', state: 'notSubscribed', cursor: null } as const;
  const { items, counts } = value(await bed.stub.listUsers(query));
  expect(items.map(({ teams, reason }) => `${teams?.id}: ${reason}`)).toEqual(marked);
  expect(counts).toMatchObject({ paired: 660, notSubscribed: 10 });
  expect(marked[0]).toContain('No Teams account has room');
});

describe('a subscription that stands and tells nothing', () => {
  const creates = (bed: Bed) =>
    bed.microsoft.asked.filter(
      ({ method, url, body }) =>
        method === 'POST' && url === `${GRAPH}/subscriptions` && body.includes('presences'),
    ).length;
  /** Microsoft lists what was made and not deleted. */
  function listing(bed: Bed) {
    bed.microsoft.on(`GET ${GRAPH}/subscriptions`, () => {
      const resource = "/communications/presences?$filter=id in ('x')";
      const { notificationUrl } = SUBSCRIBING;
      return json({ value: [{ id: 'subscription-1', resource, notificationUrl }] });
    });
  }
  async function pass(standing: Standing, ms: number) {
    for (let left = ms; left > 0; left -= MINUTE) {
      await standing.bed.later(Math.min(left, MINUTE));
      await settled(standing.bed, standing.accountId);
    }
  }

  test('is noticed by the sweep, shown, made anew, and well with the next notification', async () => {
    const standing = await subscribed(2);
    const { bed, agent, accountId } = standing;
    listing(bed);
    await pass(standing, 8 * MINUTE);
    const before = creates(bed);
    bed.microsoft.presences.set(teamsId(1), { availability: 'Busy', activity: 'Busy' });
    await pass(standing, 7 * MINUTE);
    expect(agent.shown(1)).toEqual(['busy']);
    expect(await bed.lamp('subscriptions')).toMatchObject({
      state: 'warning',
      code: 'subscription-silent',
      params: { who: 'sync@example.com' },
    });
    expect(creates(bed)).toBe(before + 1);
    expect(bed.microsoft.count(`DELETE ${GRAPH}/subscriptions/subscription-1`)).toBe(1);

    const [row] = await bed.rows('SELECT report FROM account');
    const { presence } = JSON.parse(String(row?.['report'])) as AccountReport;
    if (presence.state !== 'active') throw new Error(`It is ${presence.state}.`);
    const { generation, id: subscriptionId } = presence;
    await bed.stub.observe([
      {
        accountId,
        generation,
        subscriptionId,
        userId: teamsId(2),
        presence: { availability: 'Away', activity: 'Away' },
      },
    ]);
    expect(await bed.lamp('subscriptions')).toMatchObject({ state: 'ok' });
  });

  test('is none where everything was told, and where nobody did anything', async () => {
    const standing = await subscribed(2);
    const { bed } = standing;
    await pass(standing, 6 * MINUTE);
    const before = creates(bed);
    bed.microsoft.presences.set(teamsId(1), { availability: 'Busy', activity: 'Busy' });
    await bed.stub.observe([busy(standing, { userId: teamsId(1) })]);
    await pass(standing, 20 * MINUTE);
    expect(creates(bed)).toBe(before);
    expect(await bed.lamp('subscriptions')).toMatchObject({ state: 'ok' });
  });
});

test('a read that waits for its next try is not forgotten when the object wakes before', async () => {
  const standing = await subscribed(1);
  const { bed, agent, accountId } = standing;
  const users = await usersOf(bed);
  await bed.later(20 * SECOND);
  const dice = vi.spyOn(Math, 'random').mockReturnValue(0.99);
  let isAway = true;
  bed.microsoft.on(`POST ${GRAPH}/communications/`, () =>
    isAway
      ? graphRefusal(503, 'Down')
      : json({ value: [{ id: teamsId(1), availability: 'Busy', activity: 'Busy' }] }),
  );
  // The next try comes after 1.5 s, and the list of users is asked after 1 s.
  await bed.stub.hint([{ ...origin(standing), about: 'presence', userId: teamsId(1) }]);
  await bed.settle();
  const { generation, id: subscriptionId } = users;
  const about = 'users' as const;
  await bed.stub.hint([{ accountId, generation, subscriptionId, about, userId: teamsId(1) }]);
  isAway = false;
  await bed.later(3 * SECOND);
  dice.mockRestore();
  expect(agent.shown(1)).toEqual(['busy']);
});
