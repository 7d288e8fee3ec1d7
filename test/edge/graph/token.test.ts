import { decodeJwt, decodeProtectedHeader, exportPKCS8, generateKeyPair, jwtVerify } from 'jose';
import { expect, test, vi } from 'vitest';
import type { TokenCache } from '../../../edge/graph/msal.ts';
import { accountTokens, appTokens } from '../../../edge/graph/token.ts';
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

const ENDPOINT = `https://login.microsoftonline.com/${TENANT_ID}/oauth2/v2.0/token`;
const MINUTE = 60_000;

function memory(): TokenCache & { text: string | null } {
  const cache: TokenCache & { text: string | null } = {
    text: null,
    read: async () => cache.text,
    write: async (text) => {
      cache.text = text;
    },
  };
  return cache;
}

function account(loginOrigin: string | null = null, cache = memory()) {
  const microsoft = new FakeMicrosoft();
  const clock = { now: Date.now() };
  const password = vi.fn(async () => 'pass-word');
  const access = {
    cloud: 'global',
    loginOrigin,
    fetch: microsoft.fetch,
    now: () => clock.now,
  } as const;
  const identity = {
    tenant: TENANT_ID,
    clientId: CLIENT_ID,
    username: 'sync@example.com',
    password,
  };
  return { microsoft, clock, password, cache, tokens: accountTokens(access, identity, cache) };
}

const failing = async (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => expect.fail('It should have been refused.'),
    (error: AppError) => error,
  );

test('a Teams account signs in with one request, for exactly the two scopes', async () => {
  const { microsoft, tokens } = account();
  microsoft.on('POST', () => granted('token-1'));
  const { token, expiresAt } = await tokens.token();
  expect(token).toBe('token-1');
  expect(expiresAt - Date.now()).toBeGreaterThan(60 * MINUTE);
  expect(microsoft.asked.map(({ method, url }) => `${method} ${url.split('?')[0]}`)).toEqual([
    `POST ${ENDPOINT}`,
  ]);
  const form = formOf(microsoft.asked[0]!);
  expect(form).toMatchObject({
    grant_type: 'password',
    username: 'sync@example.com',
    password: 'pass-word',
    client_id: CLIENT_ID,
  });
  expect(form['scope']).toContain('https://graph.microsoft.com/User.Read.All');
  expect(form['scope']).toContain('https://graph.microsoft.com/Presence.Read.All');
});

test('LOGIN_ORIGIN changes only where the request goes', async () => {
  const { microsoft, tokens } = account('http://127.0.0.1:9999');
  microsoft.on('POST http://127.0.0.1:9999/', () => granted('token-1'));
  expect((await tokens.token()).token).toBe('token-1');
  expect(formOf(microsoft.asked[0]!)['scope']).toContain('https://graph.microsoft.com/');
});

test('a token is used again while it lives long enough', async () => {
  const { microsoft, clock, tokens } = account();
  microsoft.on('POST', () => granted('token-1', 3600));
  await tokens.token();
  clock.now += 20 * MINUTE;
  expect((await tokens.token(30 * MINUTE)).token).toBe('token-1');
  expect(microsoft.asked).toHaveLength(1);
});

test('one that does not is renewed by the refresh token, without the password', async () => {
  const { microsoft, clock, password, tokens } = account();
  microsoft.inTurn(
    'POST',
    () => granted('token-1', 3600),
    () => granted('token-2', 3600, 'r-2'),
  );
  await tokens.token();
  clock.now += 40 * MINUTE;
  expect((await tokens.token(30 * MINUTE)).token).toBe('token-2');
  expect(formOf(microsoft.asked[1]!)).toMatchObject({
    grant_type: 'refresh_token',
    refresh_token: 'refresh-1',
  });
  expect(password).toHaveBeenCalledTimes(1);
});

test('what was stored serves after a restart, until Graph refuses it', async () => {
  const cache = memory();
  const before = account(null, cache);
  before.microsoft.on('POST', () => granted('token-1'));
  await before.tokens.token();

  const { microsoft, tokens } = account(null, cache);
  microsoft.on('POST', () => granted('token-2'));
  expect((await tokens.token()).token).toBe('token-1');
  expect(microsoft.asked).toHaveLength(0);
  tokens.refuse('token-1');
  expect((await tokens.token()).token).toBe('token-2');
  expect(formOf(microsoft.asked[0]!)['grant_type']).toBe('refresh_token');
});

test('a cache that cannot be read or written is no refusal', async () => {
  const cache = memory();
  cache.read = () => Promise.reject(new Error('disk'));
  cache.write = () => Promise.reject(new Error('disk'));
  const { microsoft, tokens } = account(null, cache);
  microsoft.on('POST', () => granted('token-1'));
  expect(await tokens.token()).toMatchObject({ token: 'token-1' });
});

test('a refresh token that is refused leads back to the password, once', async () => {
  const { microsoft, clock, tokens } = account();
  microsoft.inTurn(
    'POST',
    () => granted('token-1', 3600),
    () => loginRefusal(50173),
    () => granted('token-2', 3600),
  );
  await tokens.token();
  clock.now += 50 * MINUTE;
  expect((await tokens.token(30 * MINUTE)).token).toBe('token-2');
  expect(microsoft.asked.map((asked) => formOf(asked)['grant_type'])).toEqual([
    'password',
    'refresh_token',
    'password',
  ]);
});

test('a login in trouble is not answered with the password', async () => {
  const { microsoft, clock, tokens } = account();
  microsoft.inTurn(
    'POST',
    () => granted('token-1', 3600),
    () => json({}, 503),
  );
  await tokens.token();
  clock.now += 50 * MINUTE;
  expect(await failing(tokens.token(30 * MINUTE))).toMatchObject({ code: 'login-unavailable' });
  expect(microsoft.asked).toHaveLength(2);
});

test('a wrong password is sent once, whoever asks at the same time', async () => {
  const { microsoft, tokens } = account();
  microsoft.on('POST', () => loginRefusal(50126));
  const results = await Promise.all([1, 2, 3].map(() => failing(tokens.token())));
  for (const error of results) {
    expect(error).toMatchObject({
      code: 'wrong-credentials',
      retry: 'never',
      requestId: 'trace-1',
    });
    expect(JSON.stringify([error.message, String(error.cause)])).not.toContain('pass-word');
  }
  expect(microsoft.asked).toHaveLength(1);
});

test('callers at the same time share one sign-in', async () => {
  const { microsoft, tokens } = account();
  microsoft.on('POST', () => granted('token-1'));
  const all = await Promise.all([1, 2, 3, 4].map(() => tokens.token()));
  expect(all.map(({ token }) => token)).toEqual(Array(4).fill('token-1'));
  expect(microsoft.asked).toHaveLength(1);
});

test('a date in Retry-After of the login is by the clock of its answer', async () => {
  const { microsoft, tokens } = account();
  const headers = {
    date: 'Wed, 01 Jan 2070 13:00:00 GMT',
    'retry-after': 'Wed, 01 Jan 2070 13:00:30 GMT',
  };
  microsoft.on('POST', () => json({}, 429, headers));
  expect(await failing(tokens.token())).toMatchObject({ retryAfterMs: 30_000 });
});

test('MSAL remembers no throttling of its own: the next try goes out', async () => {
  const { microsoft, tokens } = account();
  microsoft.inTurn(
    'POST',
    () => json({}, 429, { 'retry-after': '2.5' }),
    () => granted('token-1'),
  );
  expect(await failing(tokens.token())).toMatchObject({
    code: 'login-throttled',
    retryAfterMs: 2_500,
  });
  expect((await tokens.token()).token).toBe('token-1');
});

test.each([
  ['html instead of JSON', () => new Response('<html>'), 'login-unavailable'],
  ['a redirect', () => new Response(null, { status: 302 }), 'login-unavailable'],
  ['an empty answer', () => json({}), 'login-unavailable'],
  ['an error page of a proxy', () => new Response('Forbidden', { status: 403 }), 'login-refused'],
])('%s is no token', async (_what, reply, code) => {
  const { microsoft, tokens } = account();
  microsoft.on('POST', reply);
  expect(await failing(tokens.token())).toMatchObject({ code });
});

test('nobody there', async () => {
  const { tokens } = account();
  expect(await failing(tokens.token())).toMatchObject({
    code: 'login-unavailable',
    retry: 'backoff',
  });
});

test('MSAL writes nothing to the console', async () => {
  const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation(() => undefined),
  );
  const { microsoft, tokens } = account();
  microsoft.on('POST', () => loginRefusal(50126));
  await failing(tokens.token());
  for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

const appAnswer = (token: string) =>
  json({ token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: token });

test('an app signs in with its secret, and again only when need be', async () => {
  const microsoft = new FakeMicrosoft();
  const clock = { now: Date.now() };
  microsoft.inTurn(
    'POST',
    () => appAnswer('app-1'),
    () => appAnswer('app-2'),
  );
  const tokens = appTokens(
    { cloud: 'usgov', fetch: microsoft.fetch, now: () => clock.now },
    { tenant: TENANT_ID, clientId: CLIENT_ID, credential: { secret: 'top-secret' } },
  );
  expect((await tokens.token()).token).toBe('app-1');
  expect((await tokens.token()).token).toBe('app-1');
  expect(microsoft.asked[0]?.url).toContain('https://login.microsoftonline.us/');
  expect(formOf(microsoft.asked[0]!)).toMatchObject({
    grant_type: 'client_credentials',
    client_secret: 'top-secret',
    scope: 'https://graph.microsoft.us/.default',
  });
  clock.now += 57 * MINUTE;
  expect((await tokens.token()).token).toBe('app-2');
  expect(microsoft.asked).toHaveLength(2);
});

test('a wrong secret is told apart from an expired one', async () => {
  const microsoft = new FakeMicrosoft();
  const tokens = appTokens(
    { cloud: 'global', fetch: microsoft.fetch, now: Date.now },
    { tenant: TENANT_ID, clientId: CLIENT_ID, credential: { secret: 'top-secret' } },
  );
  microsoft.on('POST', () => loginRefusal(7000215, 'invalid_client', 401));
  expect((await failing(tokens.token())).code).toBe('wrong-client-secret');
  microsoft.on('POST', () => loginRefusal(7000222, 'invalid_client', 401));
  expect((await failing(tokens.token())).code).toBe('client-secret-expired');
});

test('a certificate signs an assertion for the cloud’s own endpoint, in a laboratory too', async () => {
  const { publicKey, privateKey } = await generateKeyPair('PS256', { extractable: true });
  const der = new Uint8Array([1, 2, 3, 4]);
  const certificate = `-----BEGIN CERTIFICATE-----\n${btoa(String.fromCharCode(...der))}\n-----END CERTIFICATE-----\n`;
  const microsoft = new FakeMicrosoft();
  microsoft.on('POST', () => appAnswer('app-1'));
  const tokens = appTokens(
    { cloud: 'global', loginOrigin: 'http://127.0.0.1:1', fetch: microsoft.fetch, now: Date.now },
    {
      tenant: TENANT_ID,
      clientId: CLIENT_ID,
      credential: { certificate, privateKey: await exportPKCS8(privateKey) },
    },
  );
  expect((await tokens.token()).token).toBe('app-1');
  const assertion = formOf(microsoft.asked[0]!)['client_assertion'] ?? '';
  await jwtVerify(assertion, publicKey, { audience: ENDPOINT, issuer: CLIENT_ID });
  expect(decodeJwt(assertion).sub).toBe(CLIENT_ID);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', der));
  const thumbprint = btoa(String.fromCharCode(...digest))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  expect(decodeProtectedHeader(assertion)).toMatchObject({ alg: 'PS256', 'x5t#S256': thumbprint });
});

test('a certificate that cannot be used says so, and asks nobody', async () => {
  const microsoft = new FakeMicrosoft();
  const tokens = appTokens(
    { cloud: 'global', fetch: microsoft.fetch, now: Date.now },
    {
      tenant: TENANT_ID,
      clientId: CLIENT_ID,
      credential: { certificate: 'no', privateKey: 'BEGIN PRIVATE KEY' },
    },
  );
  expect(await failing(tokens.token())).toMatchObject({
    code: 'client-certificate-bad',
    retry: 'never',
  });
  expect(microsoft.asked).toHaveLength(0);
});
