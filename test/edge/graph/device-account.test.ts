import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AccountSpec } from '../../../edge/graph/account-rpc.ts';
import { AccountBed, START } from './account-bed.ts';
import { formOf, granted, json, loginRefusal } from './fake-microsoft.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DEVICE_CODE = 'device-canary';

let bed: AccountBed;
/** What the login says to whoever comes with the code, or with a refresh token. */
let answer: () => Response;
const pending = () => loginRefusal(70016, 'authorization_pending');

beforeEach(async () => {
  bed = new AccountBed();
  answer = pending;
  bed.microsoft.on('/oauth2/v2.0/token', () => answer());
  bed.microsoft.on('/oauth2/v2.0/devicecode', () =>
    json({
      user_code: 'ABCDEFGHJ',
      device_code: DEVICE_CODE,
      verification_uri: 'https://microsoft.com/devicelogin',
      expires_in: 900,
      interval: 5,
    }),
  );
  await bed.listen();
});

afterEach(() => bed.close());

const spec = (more: Partial<AccountSpec> = {}) => bed.spec({ kind: 'device' }, more);
const questions = () => bed.microsoft.count('/oauth2/v2.0/token');
const begin = () => bed.stub.beginSignIn(spec({ userIds: [] }), 'en');

async function signedIn(): Promise<void> {
  await begin();
  answer = () => granted('token-1', 75 * 60, 'refresh-canary');
  await bed.later(5 * SECOND);
  await bed.stub.configure(spec());
  await bed.run();
}

test('waiting, approved, active: a code for its user, then a subscription', async () => {
  expect(await begin()).toEqual({
    ok: true,
    value: {
      accountId: bed.accountId,
      signIn: {
        state: 'waiting',
        userCode: 'ABCDEFGHJ',
        verificationUri: 'https://microsoft.com/devicelogin',
        expiresAt: START + 15 * MINUTE,
      },
      presence: { state: 'none' },
      users: { state: 'none' },
    },
  });
  await bed.stub.configure(spec());
  await bed.later(MINUTE);
  expect(bed.last?.signIn.state).toBe('waiting');
  expect(await bed.stub.accessToken()).toMatchObject({
    ok: false,
    error: { code: 'sign-in-waiting' },
  });
  answer = () => granted('token-1', 75 * 60);
  await bed.later(5 * SECOND);
  expect(bed.last).toMatchObject({
    username: 'sync@example.com',
    signIn: { state: 'ok' },
    presence: { state: 'active', id: 'sub-1' },
  });
  expect(await bed.stub.accessToken()).toMatchObject({ ok: true, value: { token: 'token-1' } });
});

test('Microsoft is asked at once, and then every five seconds, never sooner', async () => {
  const times: number[] = [];
  bed.microsoft.on('/oauth2/v2.0/token', () => {
    times.push(Date.now() - START);
    return pending();
  });
  await begin();
  await bed.stub.configure(spec());
  await bed.later(17 * SECOND);
  expect(times).toEqual([0, 5 * SECOND, 10 * SECOND, 15 * SECOND]);
});

test('slow_down adds five seconds for good', async () => {
  const times: number[] = [];
  await begin();
  bed.microsoft.on('/oauth2/v2.0/token', () => {
    times.push(Date.now() - START);
    return times.length === 1 ? loginRefusal(70016, 'slow_down') : pending();
  });
  await bed.later(36 * SECOND);
  expect(times).toEqual([5, 15, 25, 35].map((s) => s * SECOND));
});

test('a declined code is told, and asked for no more', async () => {
  await begin();
  answer = () => loginRefusal(70020, 'authorization_declined');
  await bed.later(5 * SECOND);
  expect(bed.last?.signIn).toMatchObject({
    state: 'failed',
    fault: { code: 'code-declined', retryAt: null, requestId: 'trace-1' },
  });
  const before = questions();
  await bed.stub.configure(spec());
  await bed.later(60 * MINUTE);
  expect(questions()).toBe(before);
});

test('an expired code is told, also where Microsoft cannot be asked at its end', async () => {
  await begin();
  answer = () => loginRefusal(90033, 'temporarily_unavailable', 503);
  await bed.later(16 * MINUTE);
  expect(bed.last?.signIn).toMatchObject({ fault: { code: 'code-expired', retryAt: null } });
  expect(await bed.alarmAt()).toBeNull();
  expect(await bed.stub.accessToken()).toMatchObject({ error: { code: 'code-expired' } });
});

test('an eviction in the middle loses nothing', async () => {
  await begin();
  await bed.later(7 * SECOND);
  await bed.evict();
  await bed.later(5 * SECOND);
  await bed.evict();
  answer = () => granted('token-1');
  await bed.later(5 * SECOND);
  await bed.evict();
  expect(bed.last).toMatchObject({ username: 'sync@example.com', signIn: { state: 'ok' } });
  expect(await bed.stub.accessToken()).toMatchObject({ ok: true, value: { token: 'token-1' } });
});

test('a login that is away for a while costs the code nothing', async () => {
  await begin();
  answer = () => loginRefusal(50033, 'temporarily_unavailable', 503);
  await bed.later(2 * MINUTE);
  answer = () => granted('token-1');
  await bed.later(2 * MINUTE);
  expect(bed.last?.signIn.state).toBe('ok');
});

test.each([
  ['at the request for a code', '/devicecode', 700016, 'client-unknown'],
  ['at the first question', '/token', 7000218, 'public-client-off'],
])('a refusal %s is answered, and leaves nothing behind', async (_, path, number, code) => {
  bed.microsoft.on(path, () => loginRefusal(number, 'invalid_client', 401));
  const refused = await begin();
  expect(refused).toMatchObject({ ok: false, error: { code } });
  expect(JSON.stringify(refused)).toContain('trace-1');
  expect(await bed.stored()).toBe('[]');
  expect(await bed.alarmAt()).toBeNull();
});

test('a code is never asked for twice: the first one would be lost', async () => {
  await begin();
  expect(await begin()).toMatchObject({ ok: false, error: { code: 'conflict' } });
  expect(bed.microsoft.count('/devicecode')).toBe(1);
});

test('an approval that comes faster than the first question is not lost', async () => {
  answer = () => granted('token-1');
  expect(await begin()).toMatchObject({ value: { signIn: { state: 'waiting' } } });
  await bed.run();
  expect(bed.last?.signIn.state).toBe('ok');
  expect(questions()).toBe(1);
});

test('a removal in the middle stops the questions, and what was approved late is dropped', async () => {
  await begin();
  bed.microsoft.on('/oauth2/v2.0/token', () => async () => {
    await bed.stub.remove();
    return granted('token-1');
  });
  await bed.later(5 * SECOND);
  expect(await bed.stored()).toBe('[]');
  expect(await bed.alarmAt()).toBeNull();
  expect(bed.reports.map(({ signIn }) => signIn.state)).not.toContain('ok');
});

test('neither the device code nor a token is stored in clear, or told', async () => {
  await begin();
  expect(await bed.stored()).not.toContain(DEVICE_CODE);
  await bed.later(5 * SECOND);
  answer = () => granted('token-canary', 75 * 60, 'refresh-canary');
  await bed.later(5 * SECOND);
  await bed.stub.configure(spec());
  await bed.run();
  const everything = (await bed.stored()) + JSON.stringify(bed.reports);
  for (const secret of [DEVICE_CODE, 'token-canary', 'refresh-canary', 'sealedDeviceCode']) {
    expect(everything).not.toContain(secret);
  }
});

test('a revoked refresh token: sign in again, and nothing is tried by itself', async () => {
  await signedIn();
  answer = () => loginRefusal(50173);
  await bed.later(60 * MINUTE);
  expect(bed.last).toMatchObject({
    username: 'sync@example.com',
    signIn: {
      state: 'failed',
      fault: { code: 'sign-in-revoked', retryAt: null, requestId: 'trace-1' },
    },
  });
  const before = questions();
  await bed.stub.configure(spec({ userIds: [] }));
  await bed.later(24 * 60 * MINUTE);
  expect(await bed.stub.accessToken()).toMatchObject({ error: { code: 'sign-in-revoked' } });
  expect(questions()).toBe(before);
});

test('what an admin can put right at Microsoft needs no new sign-in', async () => {
  await signedIn();
  answer = () => loginRefusal(53003);
  await bed.later(60 * MINUTE);
  expect(bed.last?.signIn).toMatchObject({ fault: { code: 'blocked-by-conditional-access' } });
  answer = () => granted('token-2', 75 * 60);
  await bed.stub.configure(spec());
  await bed.run();
  expect(bed.last?.signIn.state).toBe('ok');
});

test('another app or tenant: what was approved is of no use, and nobody is asked', async () => {
  await signedIn();
  const before = questions();
  await bed.stub.configure(spec({ clientId: 'c0000000-0000-4000-8000-00000000000f' }));
  await bed.run();
  expect(bed.last?.signIn).toMatchObject({ fault: { code: 'sign-in-demanded' } });
  expect(questions()).toBe(before);
});

test('the alarm and readers never ask at the same time, and share what comes of it', async () => {
  await signedIn();
  let under = 0;
  let most = 0;
  bed.microsoft.on('/oauth2/v2.0/token', () => async () => {
    under += 1;
    most = Math.max(most, under);
    await new Promise((resolve) => setTimeout(resolve, 5));
    under -= 1;
    return granted('token-2', 75 * 60, 'refresh-2');
  });
  const before = questions();
  const read = () => bed.stub.accessToken('token-1');
  const [one, two] = await Promise.all([read(), read(), bed.later(10 * MINUTE), read()]);
  expect(one).toMatchObject({ value: { token: 'token-2' } });
  expect(two).toEqual(one);
  expect(most).toBe(1);
  expect(questions()).toBe(before + 1);
  const last = bed.microsoft.asked.findLast(({ url }) => url.includes('/token'));
  expect(last && formOf(last)['grant_type']).toBe('refresh_token');
});
