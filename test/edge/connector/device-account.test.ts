import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { waitIfDue } from '../due-now.ts';
import { granted, loginRefusal } from '../graph/fake-microsoft.ts';
import {
  Bed,
  breath,
  GRAPH,
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

const CODE = { signIn: 'device' } as const;

let bed: Bed;
/** Codes that the user approved. */
let approved: Set<string>;
/** What the login says to a refresh token. */
let refresh: () => Response;

beforeEach(async () => {
  bed = new Bed();
  approved = new Set();
  refresh = () => granted('refreshed', 75 * 60);
  let codes = 0;
  bed.microsoft.on('/devicecode', () => {
    codes += 1;
    return json({
      user_code: `CODE${codes}`,
      device_code: `device-${codes}`,
      verification_uri: 'https://microsoft.com/devicelogin',
      expires_in: 900,
      interval: 5,
    });
  });
  bed.microsoft.on('/oauth2/v2.0/token', ({ body }) => {
    const form = new URLSearchParams(body);
    const grant = form.get('grant_type') ?? '';
    if (grant === 'password') return granted('by-password', 75 * 60);
    if (grant === 'refresh_token') return refresh();
    const code = form.get('device_code');
    if (code === null) return json({ token_type: 'Bearer', expires_in: 3599, access_token: 'app' });
    return approved.has(code)
      ? granted(`by-${code}`, 75 * 60)
      : loginRefusal(70016, 'authorization_pending');
  });
  bed.microsoft.people = [person(1), person(2)];
  value(await bed.put(SUBSCRIBING));
  await bed.settle();
});

const account = (id: string) => env.SUBSCRIPTION.getByName(`${bed.name}/${id}`);
const list = async () => value(await bed.stub.listAccounts());
const begin = async () => value(await bed.stub.addAccount('operator', CODE));
const alarmOf = (id: string) =>
  runInDurableObject(account(id), (_object, ctx) => ctx.storage.getAlarm());
const keysOf = (id: string) =>
  runInDurableObject(account(id), (_object, ctx) => [...ctx.storage.kv.list()].length);

/** Moves the clock, and all objects do what is due on the way. */
async function later(ms: number): Promise<void> {
  const end = Date.now() + ms;
  for (;;) {
    await bed.settle();
    const accounts = await list();
    const times = await Promise.all(
      accounts.map(async ({ id }) => ({ id, at: await alarmOf(id) })),
    );
    const due = times.filter(({ at }) => waitIfDue(at));
    for (const { id } of due) await runDurableObjectAlarm(account(id));
    if (due.length > 0) continue;
    const next = [await bed.alarmAt(), ...times.map(({ at }) => at)].filter((at) => at !== null);
    const soonest = Math.min(...next, end);
    if (Date.now() >= end) return;
    vi.setSystemTime(Math.max(soonest, Date.now()));
  }
}

async function signedIn(): Promise<string> {
  const { id, userCode } = await begin();
  approved.add(`device-${userCode?.slice(4)}`);
  await later(7 * SECOND);
  return id;
}

test('waits with a code, on the lamp too, and reads once its user has signed in', async () => {
  const expiresAt = new Date(Date.now() + 15 * MINUTE).toISOString();
  const added = await begin();
  expect(added).toEqual({
    id: added.id,
    users: 0,
    state: 'waiting',
    userCode: 'CODE1',
    verificationUri: 'https://microsoft.com/devicelogin',
    expiresAt,
  });
  await later(6 * SECOND);
  expect(await list()).toEqual([added]);
  expect(await bed.lamp('tokenForReading')).toMatchObject({
    state: 'warning',
    code: 'sign-in-waiting',
  });
  expect(bed.microsoft.count(`GET ${GRAPH}/users`)).toBe(0);

  approved.add('device-1');
  await later(8 * SECOND);
  expect(await list()).toEqual([
    { id: added.id, username: 'sync@example.com', users: 2, state: 'active' },
  ]);
  expect(await bed.lamp('tokenForReading')).toMatchObject({ state: 'ok' });
  expect(await bed.lamp('subscriptions')).toMatchObject({ state: 'ok' });
  expect(await bed.lamp('teamsUsers')).toMatchObject({ state: 'ok' });
});

test('nobody is given to an account that nobody has signed in with', async () => {
  const first = await signedIn();
  await begin();
  await bed.agent([pbxUser(1), pbxUser(2)]);
  await later(5 * SECOND);
  const rows = await bed.rows('SELECT id, users FROM account');
  for (const { id, users } of rows) {
    expect(JSON.parse(String(users))).toEqual(id === first ? [teamsId(1), teamsId(2)] : []);
  }
  expect(await bed.lamp('subscriptions')).toMatchObject({ state: 'ok' });
});

describe('the same user signs in once more', () => {
  test('the newer account takes the older one’s place, and its users', async () => {
    const older = await signedIn();
    const newer = await signedIn();
    await later(3 * SECOND);
    expect(await list()).toMatchObject([{ id: newer, state: 'active', users: 2 }]);
    expect(await keysOf(older)).toBe(0);
    expect(await alarmOf(older)).toBeNull();
    // Told again, it is nothing new.
    const report = JSON.parse(
      String((await bed.rows('SELECT report FROM account'))[0]?.['report']),
    );
    await bed.stub.accountReport(report);
    expect(await list()).toHaveLength(1);
  });

  test('an account with a password gives way too; a password for a known user does not', async () => {
    const byPassword = { username: 'Sync@example.com', password: 'pass' };
    const { id } = value(await bed.stub.addAccount('operator', byPassword));
    await later(2 * SECOND);
    const newer = await signedIn();
    await later(2 * SECOND);
    expect(await list()).toMatchObject([{ id: newer, state: 'active' }]);
    expect(await keysOf(id)).toBe(0);
    expect(refusal(await bed.stub.addAccount('operator', byPassword))).toBe('conflict');
  });

  test('after a revocation: red with what to do, then green with the new sign-in', async () => {
    const older = await signedIn();
    refresh = () => loginRefusal(50173);
    await later(70 * MINUTE);
    expect(await list()).toMatchObject([
      {
        id: older,
        username: 'sync@example.com',
        state: 'signInAgain',
        message: expect.stringMatching(/Sign in again .* Teams accounts/),
      },
    ]);
    expect(await bed.lamp('tokenForReading')).toMatchObject({
      state: 'error',
      code: 'sign-in-revoked',
      params: { who: 'sync@example.com', requestId: 'trace-1' },
    });
    const newer = await signedIn();
    await later(3 * SECOND);
    expect(await list()).toMatchObject([{ id: newer, state: 'active' }]);
    expect(await bed.lamp('tokenForReading')).toMatchObject({ state: 'ok' });
  });
});

test('an expired code says what to do, and makes room for the next', async () => {
  const { id } = await begin();
  await later(16 * MINUTE);
  expect(await list()).toMatchObject([
    { id, state: 'expired', message: expect.stringContaining('new code') },
  ]);
  expect(value(await bed.stub.listAccounts('de'))).toMatchObject([
    { message: expect.stringContaining('neuen Code') },
  ]);
  expect(await bed.lamp('tokenForReading')).toMatchObject({ state: 'error', code: 'code-expired' });
  const next = await begin();
  await later(2 * SECOND);
  expect((await list()).map((one) => one.id)).toEqual([next.id]);
  expect(await keysOf(id)).toBe(0);
});

test('what Microsoft refuses is answered with what to do, and leaves no account', async () => {
  bed.microsoft.on('/token', () => loginRefusal(7000218, 'invalid_client', 401));
  const answer = await bed.stub.addAccount('operator', CODE);
  expect(answer).toMatchObject({
    ok: false,
    error: {
      code: 'public-client-off',
      detail: expect.stringMatching(/trace-1.*Allow public client flows/),
    },
  });
  expect(await list()).toEqual([]);
  expect(await bed.rows("SELECT value FROM meta WHERE key = 'leaving-accounts'")).toEqual([
    { value: '[]' },
  ]);
});

test('polling needs no account, and says so', async () => {
  value(await bed.patch({ source: 'poll' }));
  const answer = await bed.stub.addAccount('operator', CODE);
  expect(answer).toMatchObject({
    error: { code: 'conflict', detail: expect.stringMatching(/poll/) },
  });
  expect(bed.microsoft.count('/devicecode')).toBe(0);
});

test('a sign-in survives a time of polling', async () => {
  const id = await signedIn();
  value(await bed.patch({ source: 'poll' }));
  await later(3 * SECOND);
  expect(bed.microsoft.count(`DELETE ${GRAPH}/subscriptions`)).toBeGreaterThan(0);
  value(await bed.patch({ source: 'subscribe' }));
  await later(8 * SECOND);
  expect(await list()).toMatchObject([{ id, state: 'active', users: 2 }]);
  expect(bed.microsoft.count('/devicecode')).toBe(1);
});

test('a removal while it waits ends the questions', async () => {
  const { id } = await begin();
  value(await bed.stub.removeAccount('operator', id));
  expect(await list()).toEqual([]);
  expect(await keysOf(id)).toBe(0);
  expect(await alarmOf(id)).toBeNull();
});

test('a connector that is deleted while Microsoft makes the code forgets it', async () => {
  const held = bed.microsoft.hold('/devicecode', () =>
    json({
      user_code: 'LATE',
      device_code: 'device-late',
      verification_uri: 'https://microsoft.com/devicelogin',
      expires_in: 900,
    }),
  );
  const adding = bed.stub.addAccount('operator', CODE);
  while (held.taken === 0) await breath();
  const deleting = bed.stub.deleteSettings('operator');
  while ((await bed.stub.listAccounts()).ok) await breath();
  held.go = true;
  expect(refusal(await adding)).toBe('connector-unknown');
  value(await deleting);
  await bed.later(MINUTE);
  expect(refusal(await bed.stub.listAccounts())).toBe('connector-unknown');
});
