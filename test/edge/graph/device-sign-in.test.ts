import { describe, expect, test } from 'vitest';
import { deviceTokens, requestDeviceCode } from '../../../edge/graph/device-sign-in.ts';
import type { TokenCache } from '../../../edge/graph/msal.ts';
import { accountTokens } from '../../../edge/graph/token.ts';
import { inTurn } from '../../../edge/in-turn.ts';
import type { AppError } from '../../../shared/errors.ts';
import {
  CLIENT_ID,
  FakeMicrosoft,
  formOf,
  granted,
  json,
  loginRefusal,
  TENANT_ID,
} from './fake-microsoft.ts';

const LOGIN = `https://login.microsoftonline.com/${TENANT_ID}/oauth2/v2.0`;
const MINUTE = 60_000;
const CLIENT = { tenant: TENANT_ID, clientId: CLIENT_ID };
const GIVEN = {
  user_code: 'ABCDEFGHJ',
  device_code: 'device-secret',
  verification_uri: 'https://microsoft.com/devicelogin',
  expires_in: 900,
  interval: 7,
  message: 'To sign in, …',
};

function memory(): TokenCache {
  let text: string | null = null;
  return {
    read: async () => text,
    write: async (cache) => {
      text = cache;
    },
  };
}

function account(cache = memory(), loginOrigin: string | null = null) {
  const microsoft = new FakeMicrosoft();
  const clock = { now: Date.now() };
  const { fetch } = microsoft;
  const access = { cloud: 'global', loginOrigin, fetch, now: () => clock.now } as const;
  return { microsoft, clock, access, cache, tokens: deviceTokens(access, CLIENT, cache, inTurn()) };
}

const failing = async (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => expect.fail('It should have been refused.'),
    (error: AppError) => error,
  );

describe('the code', () => {
  test('is asked for with the two scopes and those that give a refresh token', async () => {
    const { microsoft, access, clock } = account();
    microsoft.on('POST', () => json(GIVEN));
    expect(await requestDeviceCode(access, CLIENT)).toEqual({
      userCode: 'ABCDEFGHJ',
      deviceCode: 'device-secret',
      verificationUri: 'https://microsoft.com/devicelogin',
      expiresAt: clock.now + 900_000,
      intervalMs: 7_000,
    });
    const [asked] = microsoft.asked;
    expect(`${asked?.method} ${asked?.url}`).toBe(`POST ${LOGIN}/devicecode`);
    expect(formOf(asked!)).toEqual({
      client_id: CLIENT_ID,
      scope:
        'https://graph.microsoft.com/User.Read.All https://graph.microsoft.com/Presence.Read.All openid profile offline_access',
    });
  });

  test('comes with an interval of five seconds where the login says none', async () => {
    const { microsoft, access } = account();
    const { interval, ...rest } = GIVEN;
    microsoft.on('POST', () => json(rest));
    expect((await requestDeviceCode(access, CLIENT)).intervalMs).toBe(5_000);
  });

  test('of a login that answers nonsense, or a link that is no https, is none', async () => {
    const { microsoft, access } = account();
    for (const answer of [{}, { ...GIVEN, verification_uri: 'javascript:alert(1)' }]) {
      microsoft.on('POST', () => json(answer));
      const error = await failing(requestDeviceCode(access, CLIENT));
      expect(error).toMatchObject({ code: 'login-unavailable', retry: 'backoff' });
    }
  });

  test.each([
    [90002, 'invalid_request', 400, 'tenant-unknown'],
    [700016, 'unauthorized_client', 400, 'client-unknown'],
    [7000218, 'invalid_client', 401, 'public-client-off'],
    [50033, 'temporarily_unavailable', 503, 'login-unavailable'],
  ])('is refused with AADSTS%i', async (number, error, status, code) => {
    const { microsoft, access } = account();
    microsoft.on('POST', () => loginRefusal(number, error, status));
    expect(await failing(requestDeviceCode(access, CLIENT))).toMatchObject({ code });
  });
});

describe('one question whether its user approved', () => {
  test('is one request, whatever comes of it', async () => {
    const { microsoft, tokens } = account();
    microsoft.on('POST', () => loginRefusal(70016, 'authorization_pending'));
    expect(await failing(tokens.redeem('device-secret'))).toMatchObject({
      code: 'code-pending',
      retry: 'backoff',
    });
    expect(microsoft.asked.map(({ url }) => url.split('?')[0])).toEqual([`${LOGIN}/token`]);
    expect(formOf(microsoft.asked[0]!)).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: 'device-secret',
      client_id: CLIENT_ID,
    });
  });

  test.each([
    ['slow_down', 'login-throttled'],
    ['authorization_declined', 'code-declined'],
    ['expired_token', 'code-expired'],
    ['bad_verification_code', 'code-expired'],
  ])('%s is %s', async (error, code) => {
    const { microsoft, tokens } = account();
    microsoft.on('POST', () => loginRefusal(70016, error));
    expect(await failing(tokens.redeem('device-secret'))).toMatchObject({ code });
  });

  test('gives a token, and from then on there are new ones by the refresh token', async () => {
    const { microsoft, clock, tokens } = account();
    microsoft.inTurn(
      'POST',
      () => granted('token-1', 3600),
      () => granted('token-2', 3600, 'refresh-2'),
    );
    expect(await tokens.redeem('device-secret')).toMatchObject({
      token: 'token-1',
      username: 'sync@example.com',
    });
    expect(await tokens.token()).toMatchObject({ token: 'token-1', username: 'sync@example.com' });
    clock.now += 40 * MINUTE;
    expect((await tokens.token(30 * MINUTE)).token).toBe('token-2');
    expect(microsoft.asked).toHaveLength(2);
    expect(formOf(microsoft.asked[1]!)).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-1',
    });
  });

  test('goes where LOGIN_ORIGIN says', async () => {
    const { microsoft, tokens, access } = account(memory(), 'http://127.0.0.1:9999');
    microsoft.on('POST http://127.0.0.1:9999/', ({ url }) =>
      url.endsWith('/devicecode') ? json(GIVEN) : granted('token-1'),
    );
    expect((await requestDeviceCode(access, CLIENT)).userCode).toBe('ABCDEFGHJ');
    expect((await tokens.redeem('device-secret')).token).toBe('token-1');
  });
});

describe('tokens', () => {
  test('without a sign-in there are none, and nobody is asked', async () => {
    const { microsoft, tokens } = account();
    expect(await failing(tokens.token())).toMatchObject({
      code: 'sign-in-demanded',
      retry: 'never',
    });
    expect(microsoft.asked).toHaveLength(0);
  });

  test('a stored sign-in serves after a restart', async () => {
    const cache = memory();
    const before = account(cache);
    before.microsoft.on('POST', () => granted('token-1'));
    await before.tokens.redeem('device-secret');
    const { microsoft, tokens } = account(cache);
    microsoft.on('POST', () => granted('token-2'));
    tokens.refuse('token-1');
    expect((await tokens.token()).token).toBe('token-2');
    expect(formOf(microsoft.asked[0]!)['grant_type']).toBe('refresh_token');
  });

  test.each([
    [50173, 'invalid_grant', 'sign-in-revoked', 'never'],
    [70043, 'invalid_grant', 'sign-in-too-old', 'never'],
    [700082, 'invalid_grant', 'sign-in-too-old', 'never'],
    [50055, 'invalid_grant', 'sign-in-demanded', 'never'],
    [50056, 'invalid_grant', 'sign-in-demanded', 'never'],
    [50126, 'invalid_grant', 'sign-in-demanded', 'never'],
    [50053, 'invalid_grant', 'account-locked', 'backoff'],
    [50076, 'invalid_grant', 'sign-in-demanded', 'never'],
    [50079, 'interaction_required', 'sign-in-demanded', 'never'],
    [99999, 'interaction_required', 'sign-in-demanded', 'never'],
    [99999, 'invalid_grant', 'sign-in-demanded', 'never'],
    [50057, 'invalid_grant', 'account-disabled', 'never'],
    [53003, 'invalid_grant', 'blocked-by-conditional-access', 'never'],
    [65001, 'invalid_grant', 'consent-missing', 'never'],
    [50033, 'temporarily_unavailable', 'login-unavailable', 'backoff'],
  ])('a refresh refused with AADSTS%i (%s) is %s', async (number, error, code, retry) => {
    const { microsoft, clock, tokens } = account();
    microsoft.inTurn(
      'POST',
      () => granted('token-1', 3600),
      () => loginRefusal(number, error),
    );
    await tokens.redeem('device-secret');
    clock.now += 50 * MINUTE;
    const refused = await failing(tokens.token(30 * MINUTE));
    expect(refused).toMatchObject({ code, retry, requestId: 'trace-1' });
    expect(refused.message).toContain(`AADSTS${number}`);
    expect(microsoft.asked).toHaveLength(2);
  });
});

describe('requests of one account never overlap', () => {
  /** Answers after a moment, and counts how many are being answered. */
  function slowly(microsoft: FakeMicrosoft, answer: () => Response) {
    const seen = { now: 0, most: 0 };
    microsoft.on('POST', () => async () => {
      seen.now += 1;
      seen.most = Math.max(seen.most, seen.now);
      for (let n = 0; n < 20; n += 1) await Promise.resolve();
      seen.now -= 1;
      return answer();
    });
    return seen;
  }

  test('neither those for a code, nor with those for tokens', async () => {
    const { microsoft, tokens, clock } = account();
    const seen = slowly(microsoft, () => granted('token', 3600));
    await tokens.redeem('device-secret');
    clock.now += 50 * MINUTE;
    await Promise.all([
      tokens.token(30 * MINUTE),
      tokens.redeem('device-secret'),
      tokens.token(30 * MINUTE),
    ]);
    expect(microsoft.asked).toHaveLength(3);
    expect(seen.most).toBe(1);
  });

  test('nor those of an old password with those of a new one', async () => {
    const { microsoft, access } = account();
    const seen = slowly(microsoft, () => granted('token'));
    const turn = inTurn();
    const tokensOf = (password: string) =>
      accountTokens(
        access,
        { ...CLIENT, username: 'sync@example.com', password: async () => password },
        memory(),
        turn,
      );
    await Promise.all([tokensOf('old').token(), tokensOf('new').token()]);
    expect(microsoft.asked.map((asked) => formOf(asked)['password'])).toEqual(['old', 'new']);
    expect(seen.most).toBe(1);
  });
});
