import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { loginKeys } from '../../../edge/graph/login-keys.ts';
import { ProvenTokens } from '../../../edge/graph/proven-tokens.ts';
import { type Expected, verifyValidationTokens } from '../../../edge/graph/validation-token.ts';
import type { SigningKey } from '../../../edge/key-set.ts';
import { type SigningKeys, signingKeys } from '../../../edge/signing-keys.ts';
import { CLIENT_ID, FakeMicrosoft, json, TENANT_ID } from './fake-microsoft.ts';

const PUBLISHER = '0bf30f3b-4a52-48df-9a82-234910c4a086';
const NOW = Date.UTC(2026, 10, 23, 12);
const NOW_S = NOW / 1000;
const V1 = `https://sts.windows.net/${TENANT_ID}/`;
const V2 = `https://login.microsoftonline.com/${TENANT_ID}/v2.0`;
const expected = { clientId: CLIENT_ID, tenantId: TENANT_ID, cloud: 'global', now: NOW } as const;

// As the page prints them (facts: graph §2.5): v1 with appid, v2 with azp.
const v1: JWTPayload = {
  aud: CLIENT_ID,
  iss: V1,
  iat: NOW_S - 60,
  nbf: NOW_S - 60,
  exp: NOW_S + 8 * 3600,
  aio: 'E2NgYKj',
  appid: PUBLISHER,
  appidacr: '2',
  idp: V1,
  tid: TENANT_ID,
  uti: 'xyz',
  ver: '1.0',
};
const { appid: _appid, ...rest } = v1;
const v2: JWTPayload = { ...rest, iss: V2, azp: PUBLISHER, ver: '2.0' };

let privateKey: CryptoKey;
let otherKey: CryptoKey;
let jwk: { kid: string; use: string };

beforeAll(async () => {
  const pair = await generateKeyPair('RS256', { extractable: true });
  privateKey = pair.privateKey;
  jwk = { ...(await exportJWK(pair.publicKey)), kid: 'key-1', use: 'sig' };
  otherKey = (await generateKeyPair('RS256')).privateKey;
});

const sign = (claims: JWTPayload, key = privateKey, kid = 'key-1') =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid }).sign(key);

function publishing(keys: () => object[], loginOrigin: string | null = null) {
  const microsoft = new FakeMicrosoft();
  const clock = { now: NOW };
  const jwksUri = 'https://login.microsoftonline.com/common/discovery/keys';
  microsoft.on('openid-configuration', () => json({ jwks_uri: jwksUri }));
  microsoft.on('/common/discovery/keys', () => json({ keys: keys() }));
  const now = () => clock.now;
  const access = { cloud: 'global', loginOrigin, fetch: microsoft.fetch, now } as const;
  const keeping = {
    now,
    kept: { read: async () => null, write: async () => undefined },
    background: (work: Promise<unknown>) => void work,
    log: () => undefined,
  };
  return { microsoft, clock, keys: signingKeys(() => loginKeys(access), keeping) };
}

const verify = async (claims: JWTPayload, keys: SigningKeys) =>
  verifyValidationTokens([await sign(claims)], expected, keys);

test.each([
  ['v1', () => v1],
  ['v2', () => v2],
])('a token of the %s form is Microsoft’s', async (_form, claims) => {
  const { keys } = publishing(() => [jwk]);
  expect(await verify(claims(), keys)).toEqual({ ok: true });
});

test.each(['usgov', 'usgov-dod'] as const)(
  'in %s the issuer is that cloud’s login',
  async (cloud) => {
    const { keys } = publishing(() => [jwk]);
    const there = { ...expected, cloud };
    const inThatCloud = await sign({ ...v2, iss: V2.replace('.com', '.us') });
    expect(await verifyValidationTokens([inThatCloud], there, keys)).toEqual({ ok: true });
    const global = await sign(v2);
    expect(await verifyValidationTokens([global], there, keys)).toEqual({
      ok: false,
      why: 'issuer',
    });
  },
);

test.each<[string, JWTPayload, string]>([
  ['another audience', { ...v1, aud: 'somebody-else' }, 'audience'],
  ['another tenant', { ...v1, iss: V1.replace(TENANT_ID, CLIENT_ID) }, 'issuer'],
  ['another issuer', { ...v2, iss: 'https://evil.example/' }, 'issuer'],
  ['another cloud', { ...v2, iss: V2.replace('.com', '.us') }, 'issuer'],
  ['another publisher', { ...v1, appid: CLIENT_ID }, 'publisher'],
  ['no publisher', rest, 'publisher'],
  ['two publishers', { ...v1, azp: CLIENT_ID }, 'publisher'],
  ['run out', { ...v1, exp: NOW_S - 301 }, 'time'],
  ['not yet good', { ...v1, nbf: NOW_S + 301 }, 'time'],
])('%s is refused', async (_what, claims, why) => {
  const { keys } = publishing(() => [jwk]);
  expect(await verify(claims, keys)).toEqual({ ok: false, why });
});

test('without exp or nbf a token is refused', async () => {
  const { keys } = publishing(() => [jwk]);
  const { exp: _exp, ...endless } = v1;
  const { nbf: _nbf, ...beginless } = v1;
  expect((await verify(endless, keys)).ok).toBe(false);
  expect((await verify(beginless, keys)).ok).toBe(false);
});

test('clocks may differ by minutes', async () => {
  const { keys } = publishing(() => [jwk]);
  expect(await verify({ ...v1, exp: NOW_S - 240, nbf: NOW_S - 900 }, keys)).toEqual({ ok: true });
});

test('signatures, algorithms and forms', async () => {
  const { keys } = publishing(() => [jwk]);
  const check = (tokens: string[]) => verifyValidationTokens(tokens, expected, keys);
  const good = await sign(v1);
  expect(await check([await sign(v1, otherKey)])).toEqual({ ok: false, why: 'signature' });
  expect(await check(['not.a.token'])).toEqual({ ok: false, why: 'malformed' });
  const none = `${btoa('{"alg":"none","kid":"key-1"}')}.${good.split('.')[1]}.`;
  expect(await check([none])).toEqual({ ok: false, why: 'malformed' });
  const secret = new TextEncoder().encode(JSON.stringify(jwk));
  const hmac = new SignJWT(v1).setProtectedHeader({ alg: 'HS256', kid: 'key-1' }).sign(secret);
  expect(await check([await hmac])).toEqual({ ok: false, why: 'malformed' });
  expect(await check([])).toEqual({ ok: false, why: 'missing' });
  expect(await check(Array(17).fill(good))).toEqual({ ok: false, why: 'too-many' });
  expect(await check([good, good])).toEqual({ ok: true });
  // One bad one condemns the batch.
  expect(await check([good, await sign({ ...v1, aud: 'x' })])).toMatchObject({ ok: false });
});

test.each([
  ['https://login.microsoftonline.com/{tenantid}/v2.0', true],
  ['https://sts.windows.net/{tenantid}/', true],
  [V2, true],
  ['https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0', false],
])('a key for the issuer %s signs for us: %s', async (issuer, ok) => {
  const { keys } = publishing(() => [{ ...jwk, issuer }]);
  expect((await verify(v1, keys)).ok).toBe(ok);
});

describe('the keys', () => {
  test('are fetched once, and again for a kid nobody knows, at most once a minute', async () => {
    let published = [{ ...jwk, kid: 'old' }];
    const { microsoft, clock, keys } = publishing(() => published);
    const asked = () => microsoft.count('discovery/keys');
    expect(await verify(v1, keys)).toEqual({ ok: false, why: 'unknown-key' });
    expect(asked()).toBe(1);
    for (let n = 0; n < 5; n += 1) await verify(v1, keys);
    expect(asked()).toBe(1);
    published = [jwk];
    clock.now += 60_000;
    expect(await verify(v1, keys)).toEqual({ ok: true });
    await verify(v1, keys);
    expect(asked()).toBe(2);
  });

  test('are fetched anew each day, and go on serving where that fails', async () => {
    const { microsoft, clock, keys } = publishing(() => [jwk]);
    await keys.find('key-1');
    microsoft.on('GET', () => new Response(null, { status: 503 }));
    clock.now += 25 * 3_600_000;
    expect(await keys.find('key-1')).not.toBeNull();
    await vi.waitFor(() => expect(microsoft.asked.length).toBeGreaterThan(2));
  });

  test('that cannot be had are no verdict', async () => {
    const { microsoft, keys } = publishing(() => [jwk]);
    microsoft.on('GET', () => new Response(null, { status: 503 }));
    await expect(verify(v1, keys)).rejects.toMatchObject({ code: 'login-unavailable' });
  });

  test('come from the laboratory, where there is one', async () => {
    const { microsoft, keys } = publishing(() => [jwk], 'http://127.0.0.1:9');
    expect(await verify(v1, keys)).toEqual({ ok: true });
    expect(microsoft.asked.map(({ url }) => url)).toEqual([
      'http://127.0.0.1:9/common/.well-known/openid-configuration',
      'http://127.0.0.1:9/common/discovery/keys',
    ]);
  });

  test.each([
    ['a strange address', () => json({ jwks_uri: 'https://evil.example/keys' })],
    ['nothing', () => new Response(null, { status: 500 })],
  ])('are asked at the known place where discovery names %s', async (_what, reply) => {
    const { microsoft, keys } = publishing(() => []);
    microsoft.on('openid-configuration', reply);
    microsoft.on('/common/discovery/v2.0/keys', () => json({ keys: [jwk] }));
    expect(await verify(v1, keys)).toEqual({ ok: true });
    expect(microsoft.count('evil.example')).toBe(0);
  });
});

describe('where the clock of this machine is wrong', () => {
  const HOUR = 3_600_000;
  /** Microsoft's login says what time it is there. */
  function telling(aheadMs: number) {
    const it = publishing(() => [jwk]);
    it.microsoft.on('/common/discovery/keys', () =>
      json({ keys: [jwk] }, 200, { date: new Date(it.clock.now + aheadMs).toUTCString() }),
    );
    return it;
  }
  const seenAt = async (now: number, keys: SigningKeys) =>
    verifyValidationTokens([await sign(v1)], { ...expected, now }, keys);

  test.each([-HOUR, 9 * HOUR])('by %i ms, a token counts by Microsoft’s time', async (offMs) => {
    const { keys, clock } = telling(-offMs);
    clock.now = NOW + offMs;
    expect(await seenAt(clock.now, keys)).toEqual({ ok: true });
  });

  test('and is set back after the keys were fetched, the time is asked for once in a while', async () => {
    const { keys, clock, microsoft } = telling(0);
    expect(await seenAt(clock.now, keys)).toEqual({ ok: true });
    const asked = () => microsoft.count('/common/discovery/keys');
    expect(asked()).toBe(1);
    clock.now = NOW - HOUR;
    microsoft.on('/common/discovery/keys', () =>
      json({ keys: [jwk] }, 200, { date: new Date(NOW).toUTCString() }),
    );
    for (let n = 0; n < 20; n += 1) expect(await seenAt(clock.now, keys)).toEqual({ ok: true });
    expect(asked()).toBe(2);
  });

  test('a token that is too old at Microsoft too is refused', async () => {
    const { keys, clock } = telling(0);
    clock.now = NOW + 9 * HOUR;
    expect(await seenAt(clock.now, keys)).toEqual({ ok: false, why: 'time' });
  });
});

describe('a token that was found good', () => {
  async function found(claims = v1) {
    const published: object[] = [jwk];
    const { keys, clock } = publishing(() => published);
    const proven = new ProvenTokens();
    const token = await sign(claims);
    const check = (of: Partial<Expected> = {}) =>
      verifyValidationTokens([token], { ...expected, now: clock.now, ...of }, keys, proven);
    expect(await check()).toEqual({ ok: true });
    return { check, clock, published };
  }

  test('is not opened again', async () => {
    const { check } = await found();
    const verified = vi.spyOn(crypto.subtle, 'verify');
    expect(await check()).toEqual({ ok: true });
    expect(verified).not.toHaveBeenCalled();
    verified.mockRestore();
  });

  test('is good for its app and tenant alone', async () => {
    const { check } = await found();
    expect(await check({ clientId: TENANT_ID })).toEqual({ ok: false, why: 'audience' });
    expect(await check({ tenantId: CLIENT_ID })).toEqual({ ok: false, why: 'issuer' });
  });

  test('is good in its cloud alone', async () => {
    const { check } = await found(v2);
    expect(await check({ cloud: 'usgov' })).toEqual({ ok: false, why: 'issuer' });
  });

  test.each([
    ['until its end', 8 * 3600 + 299, { ok: true }],
    ['and not longer', 8 * 3600 + 300, { ok: false, why: 'time' }],
    ['from its beginning', -360, { ok: true }],
    ['and not before', -361, { ok: false, why: 'time' }],
  ])('is good %s', async (_, seconds, verdict) => {
    const { check, clock } = await found();
    clock.now += seconds * 1_000;
    expect(await check()).toEqual(verdict);
  });

  test('is opened anew where another key has its name', async () => {
    const { check, clock, published } = await found();
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    published.splice(0, 1, { ...(await exportJWK(publicKey)), kid: 'key-1', use: 'sig' });
    // Nobody believes keys for longer than two days.
    clock.now += 48 * 3_600_000;
    expect(await check({ now: NOW })).toEqual({ ok: false, why: 'signature' });
  });

  test('is no longer, once its key was withdrawn', async () => {
    const { check, clock, published } = await found();
    published.splice(0, 1, { ...jwk, kid: 'key-2' });
    // Nobody believes keys for longer than two days.
    clock.now += 48 * 3_600_000;
    expect(await check({ now: NOW })).toEqual({ ok: false, why: 'unknown-key' });
  });
});

test('tokens that were found good are forgotten where there are too many, and long ones at once', () => {
  const proven = new ProvenTokens();
  const key = { jwk: {} } as SigningKey;
  const add = (token: string) => proven.add(token, { key, expected, from: 0, until: Infinity });
  for (let n = 0; n < 256; n += 1) add(`token-${n}`);
  expect(proven.has('token-0', key, expected)).toBe(true);
  add('one more');
  expect(proven.has('token-0', key, expected)).toBe(false);
  expect(proven.has('one more', key, expected)).toBe(true);
  const long = 'x'.repeat(4_097);
  add(long);
  expect(proven.has(long, key, expected)).toBe(false);
});
