import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { newConnectorToken } from '../../../edge/http/connector-token.ts';
import { digestOf } from '../../../edge/secret-text.ts';
import type { ConnectorName } from '../../../shared/ids.ts';
import { ADMIN_TOKEN, bed, KNOWN, NOW, ORIGIN, OTHER, problemOf, record } from './bed.ts';

type Bed = ReturnType<typeof bed>;

/** Gives a connector a token of its own, which KV does not show yet. */
async function withToken({ tokens, keyring }: Bed, connector: ConnectorName): Promise<string> {
  const token = await newConnectorToken(keyring, connector);
  tokens.set(connector, [{ id: 'one', hash: await digestOf(token) }]);
  return token;
}

/** As KV shows it after a while. */
const shownInKv = ({ store, tokens }: Bed, connector: ConnectorName) =>
  store.set(`settings:${connector}`, JSON.stringify(record({ tokens: tokens.get(connector)! })));

const ANOTHER_EDGE = bed({ env: { SETTINGS_KEY: btoa('a'.repeat(32)) } });

/** A token of one connector that claims to be for the known one. */
const renamed = (token: string) =>
  token.replace(/^pct\.[^.]+/, `pct.${btoa(KNOWN).replace(/=+$/, '')}`);

const status = (edge: Bed, token: string, headers: Record<string, string> = {}) =>
  edge.fetch(`/${KNOWN}/api/status`, { headers: { authorization: `Bearer ${token}`, ...headers } });

async function signIn(edge: Bed, token = ADMIN_TOKEN, origin = ORIGIN, connector = KNOWN) {
  const answer = await edge.fetch(`${origin}/${connector}/api/session`, {
    method: 'POST',
    body: JSON.stringify({ token }),
  });
  const set = answer.headers.get('set-cookie') ?? '';
  const { csrfToken } = (await answer.clone().json()) as { csrfToken: string };
  return { answer, set, cookie: set.split(';')[0] ?? '', csrfToken };
}

describe('a token in the Authorization header', () => {
  it('of the operator opens every connector', async () => {
    const edge = bed();
    expect((await status(edge, ADMIN_TOKEN)).status).toBe(200);
    expect((await edge.admin('GET', `/${OTHER}/api/status`)).status).toBe(200);
  });

  it('of a connector opens this one', async () => {
    const edge = bed();
    const token = await withToken(edge, KNOWN);
    expect((await status(edge, token)).status).toBe(200);
  });

  it('of another connector is refused, also where nothing exists', async () => {
    const edge = bed();
    const authorization = `Bearer ${await withToken(edge, OTHER)}`;
    for (const path of [
      `/${KNOWN}/api/status`,
      '/nobody.example/x/api/status',
      '/-/x/api/status',
    ]) {
      const answer = await problemOf(await edge.fetch(path, { headers: { authorization } }));
      expect(answer).toMatchObject({ http: 403, code: 'forbidden' });
    }
  });

  it.each([
    ['no token at all', async () => 'wrong'],
    ['nearly one', async () => 'pct.____.x'],
    ['one that names no connector', async () => `pct.AAAA.${'a'.repeat(43)}.${'b'.repeat(43)}`],
    ['one of another edge', () => newConnectorToken(ANOTHER_EDGE.keyring, KNOWN)],
    ['one whose name was changed', async (edge: Bed) => renamed(await withToken(edge, OTHER))],
    ['one cut short', async (edge: Bed) => (await withToken(edge, KNOWN)).slice(0, -1)],
  ] as const)('%s is refused and wakes no object', async (_, tokenOf) => {
    const edge = bed();
    const answer = await status(edge, await tokenOf(edge));
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect((await problemOf(answer)).http).toBe(401);
    expect(edge.calls).toEqual([]);
  });

  it('of a connector holds while KV does not show it, and ends while KV still does', async () => {
    const edge = bed();
    const token = await withToken(edge, KNOWN);
    expect((await status(edge, token)).status).toBe(200);
    shownInKv(edge, KNOWN);
    edge.tokens.delete(KNOWN);
    expect((await status(edge, token)).status).toBe(401);
  });

  it('of a connector outlives a change of SETTINGS_KEY, once KV shows it', async () => {
    const before = bed();
    const token = await withToken(before, KNOWN);
    const after = bed({ env: { SETTINGS_KEY: btoa('n'.repeat(32)) } });
    after.tokens.set(KNOWN, before.tokens.get(KNOWN)!);
    expect((await status(after, token)).status).toBe(401);
    expect(after.calls).toEqual([]);
    shownInKv(after, KNOWN);
    expect((await status(after, token)).status).toBe(200);
  });
});

describe('guessing', () => {
  const client = (address: string) => ({ 'cf-connecting-ip': address });
  async function guess(edge: Bed, times: number, address: string) {
    for (let i = 0; i < times; i++) await status(edge, `guess ${i}`, client(address));
  }

  it('is slowed down per client, and says for how long', async () => {
    const edge = bed();
    await guess(edge, 20, '192.0.2.1');
    const answer = await status(edge, 'one more', client('192.0.2.1'));
    expect(answer.headers.get('retry-after')).toBe('60');
    expect((await problemOf(answer)).code).toBe('rate-limited');
    expect((await status(edge, 'wrong', client('192.0.2.2'))).status).toBe(401);

    edge.clock.now += 60_000;
    expect((await status(edge, 'wrong', client('192.0.2.1'))).status).toBe(401);
  });

  it('does not find out by the 429 whether a token is right', async () => {
    const edge = bed();
    await guess(edge, 20, '192.0.2.1');
    expect((await status(edge, ADMIN_TOKEN, client('192.0.2.1'))).status).toBe(429);
  });

  it('does not shut out who was signed in from the same address', async () => {
    const edge = bed();
    await status(edge, ADMIN_TOKEN, client('192.0.2.1'));
    await guess(edge, 20, '192.0.2.1');
    expect((await status(edge, ADMIN_TOKEN, client('192.0.2.1'))).status).toBe(200);
  });

  it('is what a revoked token does, though it was right before', async () => {
    const edge = bed();
    const token = await withToken(edge, KNOWN);
    expect((await status(edge, token)).status).toBe(200);
    edge.tokens.delete(KNOWN);
    for (let i = 0; i < 20; i++) expect((await status(edge, token)).status).toBe(401);
    expect((await status(edge, token)).status).toBe(429);
  });

  it('bars no token of this edge: it cannot be guessed', async () => {
    const edge = bed();
    const token = await withToken(edge, KNOWN);
    await guess(edge, 20, '192.0.2.1');
    expect((await status(edge, token, client('192.0.2.1'))).status).toBe(200);
    expect((await status(edge, `${token}x`, client('192.0.2.1'))).status).toBe(429);
    // Nor does one that was revoked, and is sent again and again.
    const revoked = await withToken(edge, OTHER);
    edge.tokens.delete(OTHER);
    for (let i = 0; i < 25; i++) await status(edge, revoked, client('192.0.2.3'));
    expect((await status(edge, token, client('192.0.2.3'))).status).toBe(200);
  });

  it('counts at the sign-in of the page too', async () => {
    const edge = bed();
    for (let i = 0; i < 20; i++) await signIn(edge, `guess ${i}`);
    expect((await signIn(edge, 'one more')).answer.status).toBe(429);
  });
});

describe('a session', () => {
  it('is a cookie that scripts and other sites do not get', async () => {
    const { set, answer } = await signIn(bed());
    expect(answer.status).toBe(201);
    expect(set).toMatch(/^__Host-presence-session=/);
    for (const part of ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/']) {
      expect(set).toContain(part);
    }
    expect(set).not.toContain('Domain');
  });

  it('is a plain cookie on loopback without TLS', async () => {
    const { set } = await signIn(bed(), ADMIN_TOKEN, 'http://127.0.0.1:8787');
    expect(set).toMatch(/^presence-session=/);
    expect(set).not.toContain('Secure');
    expect(set).toContain('SameSite=Strict');
  });

  it('is a secure cookie behind a proxy that ends TLS', async () => {
    const answer = await bed().fetch(`http://127.0.0.1:8787/${KNOWN}/api/session`, {
      method: 'POST',
      headers: { 'x-forwarded-proto': 'https' },
      body: JSON.stringify({ token: ADMIN_TOKEN }),
    });
    expect(answer.headers.get('set-cookie')).toContain('Secure');
  });

  it('is not opened for a page by plain http from elsewhere, whatever the token: browsers would not keep it', async () => {
    const edge = bed();
    const open = async (
      url: string,
      token: string,
      headers: Record<string, string> = { origin: new URL(url).origin },
    ): Promise<Response> =>
      edge.fetch(url, { method: 'POST', headers, body: JSON.stringify({ token }) });
    for (const path of [`/${KNOWN}/api/session`, '/api/session']) {
      const lan = `http://192.168.1.5:8787${path}`;
      const right = await open(lan, ADMIN_TOKEN);
      expect(right.headers.get('set-cookie')).toBeNull();
      const problem = await problemOf(right);
      expect(problem).toMatchObject({ http: 403, code: 'plain-http' });
      // More than may be guessed: none of these is one.
      for (let i = 0; i < 25; i++) {
        expect(await problemOf(await open(lan, `guess ${i}`))).toEqual(problem);
      }
      const https = { 'x-forwarded-proto': 'https' };
      const passed = await open(lan, ADMIN_TOKEN, https);
      expect(passed.status).toBe(201);
      expect(passed.headers.get('set-cookie')).toMatch(/^__Host-presence-session=/);
      expect((await open(lan, 'wrong', https)).status).toBe(401);
    }
  });

  it('is opened for a script by plain http: it keeps what it likes', async () => {
    const lan = 'http://192.168.1.5:8787';
    const { set, answer } = await signIn(bed(), ADMIN_TOKEN, lan);
    expect(answer.status).toBe(201);
    expect(set).toMatch(/^__Host-presence-session=.*Secure/);
    expect((await signIn(bed(), 'wrong', lan)).answer.status).toBe(401);
  });

  it('is opened where the browser says that its page is by https, though the proxy does not', async () => {
    const sent = (origin: string, headers: Record<string, string> = {}) =>
      bed().fetch(`http://edge.example.net/${KNOWN}/api/session`, {
        method: 'POST',
        headers: { origin, ...headers },
        body: JSON.stringify({ token: ADMIN_TOKEN }),
      });
    expect((await sent('https://edge.example.net')).status).toBe(201);
    const plain = [
      await sent('http://edge.example.net'),
      await sent('http://edge.example.net', { 'x-forwarded-proto': 'https' }),
    ];
    for (const answer of plain) expect((await problemOf(answer)).code).toBe('plain-http');
  });

  it('may live in a frame where that was allowed', async () => {
    const edge = bed({ env: { FRAME_ANCESTORS: 'https://pbx.example.com' } });
    const { set, answer } = await signIn(edge);
    for (const part of ['SameSite=None', 'Secure', 'Partitioned']) expect(set).toContain(part);
    const csp = answer.headers.get('content-security-policy');
    expect(csp).toContain('frame-ancestors https://pbx.example.com');
  });

  it('reads, and writes only with its CSRF token', async () => {
    const edge = bed();
    const { cookie, csrfToken } = await signIn(edge);
    const path = `/${KNOWN}/api/agents`;
    const send = (headers: Record<string, string>) =>
      edge.fetch(path, { method: 'POST', headers: { cookie, ...headers } });
    expect((await edge.fetch(path, { headers: { cookie } })).status).toBe(200);
    expect(await problemOf(await send({}))).toMatchObject({ http: 403, code: 'csrf-token' });
    expect((await send({ 'x-csrf-token': 'wrong' })).status).toBe(403);
    expect((await send({ 'x-csrf-token': csrfToken })).status).toBe(201);
  });

  it('tells its CSRF token again', async () => {
    const edge = bed();
    const { cookie, csrfToken } = await signIn(edge);
    const answer = await edge.fetch(`/${KNOWN}/api/session`, { headers: { cookie } });
    expect(answer.headers.get('x-csrf-token')).toBe(csrfToken);
    expect(await answer.json()).toMatchObject({ connector: KNOWN, who: 'operator', csrfToken });
  });

  it('is for one connector, also that of the operator', async () => {
    const edge = bed();
    const { cookie } = await signIn(edge);
    const answer = await edge.fetch(`/${OTHER}/api/status`, { headers: { cookie } });
    expect(await problemOf(answer)).toMatchObject({ http: 403, code: 'forbidden' });
  });

  it('can be opened before the connector exists, to create it', async () => {
    const edge = bed();
    const fresh = 'fresh.example/microsoft365' as ConnectorName;
    const { answer, cookie } = await signIn(edge, ADMIN_TOKEN, ORIGIN, fresh);
    expect(answer.status).toBe(201);
    expect((await edge.fetch(`/${fresh}/api/settings`, { headers: { cookie } })).status).toBe(404);
  });

  it('is not opened by the token of another connector', async () => {
    const edge = bed();
    const { answer } = await signIn(edge, await withToken(edge, OTHER));
    expect(answer.status).toBe(403);
  });

  it('is not opened from another site', async () => {
    const answer = await bed().fetch(`/${KNOWN}/api/session`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
      body: JSON.stringify({ token: ADMIN_TOKEN }),
    });
    expect(answer.status).toBe(403);
  });

  it('ends: by itself, by signing out, with its token, with the ADMIN_TOKEN', async () => {
    const edge = bed();
    const read = (cookie: string) => edge.fetch(`/${KNOWN}/api/status`, { headers: { cookie } });
    const operator = await signIn(edge);
    const own = await signIn(edge, await withToken(edge, KNOWN));
    expect((await read(own.cookie)).status).toBe(200);
    shownInKv(edge, KNOWN);
    edge.tokens.delete(KNOWN);
    expect((await read(own.cookie)).status).toBe(401);

    const out = await edge.fetch(`/${KNOWN}/api/session`, {
      method: 'DELETE',
      headers: { cookie: operator.cookie, 'x-csrf-token': operator.csrfToken },
    });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');

    const changed = bed({ env: { ADMIN_TOKEN: 'another' } });
    const { cookie } = operator;
    expect((await changed.fetch(`/${KNOWN}/api/status`, { headers: { cookie } })).status).toBe(401);
    edge.clock.now += 8 * 3_600_000 + 1000;
    expect((await read(cookie)).status).toBe(401);
  });
});

describe('a session for all connectors', () => {
  const signInAtTheRoot = async (edge: Bed, token = ADMIN_TOKEN) => {
    const answer = await edge.fetch('/api/session', {
      method: 'POST',
      body: JSON.stringify({ token }),
    });
    const set = answer.headers.get('set-cookie') ?? '';
    const body = (await answer.clone().json()) as { csrfToken: string };
    return { answer, cookie: set.split(';')[0] ?? '', csrfToken: body.csrfToken };
  };

  it('is opened at the root by the operator, and opens the list and every connector', async () => {
    const edge = bed();
    const { answer, cookie, csrfToken } = await signInAtTheRoot(edge);
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({
      who: 'operator',
      expiresAt: expect.any(String),
      csrfToken,
    });
    for (const path of ['/api/session', `/${KNOWN}/api/status`, `/${OTHER}/api/status`]) {
      expect((await edge.fetch(path, { headers: { cookie } })).status, path).toBe(200);
    }
    const here = await edge.fetch(`/${KNOWN}/api/session`, { headers: { cookie } });
    expect(await here.json()).toMatchObject({ connector: KNOWN, who: 'operator', csrfToken });
  });

  it('writes only with its CSRF token, in every connector', async () => {
    const edge = bed();
    const { cookie, csrfToken } = await signInAtTheRoot(edge);
    const ofOne = await signIn(edge);
    for (const connector of [KNOWN, OTHER]) {
      const send = (headers: Record<string, string>) =>
        edge.fetch(`/${connector}/api/agents`, { method: 'POST', headers: { cookie, ...headers } });
      expect(await problemOf(await send({}))).toMatchObject({ http: 403, code: 'csrf-token' });
      expect((await send({ 'x-csrf-token': ofOne.csrfToken })).status).toBe(403);
      expect((await send({ 'x-csrf-token': csrfToken })).status).toBe(201);
    }
    const out = (headers: Record<string, string>) =>
      edge.fetch('/api/session', { method: 'DELETE', headers: { cookie, ...headers } });
    expect((await out({})).status).toBe(403);
    expect((await out({ 'x-csrf-token': csrfToken })).status).toBe(204);
  });

  it('is not what a session of one connector is, though the operator opened it', async () => {
    const edge = bed();
    const { cookie } = await signIn(edge);
    const answer = await edge.fetch('/api/session', { headers: { cookie } });
    expect(await problemOf(answer)).toMatchObject({ http: 403, code: 'forbidden' });
  });

  it('is not opened by a token of one connector, a wrong one, or from another site', async () => {
    const edge = bed();
    const own = await signInAtTheRoot(edge, await withToken(edge, KNOWN));
    expect(await problemOf(own.answer)).toMatchObject({ http: 403, code: 'forbidden' });
    expect((await signInAtTheRoot(edge, 'wrong')).answer.status).toBe(401);
    const elsewhere = await edge.fetch('/api/session', {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
      body: JSON.stringify({ token: ADMIN_TOKEN }),
    });
    expect(elsewhere.status).toBe(403);
  });

  it('ends with the ADMIN_TOKEN, and by itself', async () => {
    const edge = bed();
    const { cookie } = await signInAtTheRoot(edge);
    const changed = bed({ env: { ADMIN_TOKEN: 'another' } });
    expect((await changed.fetch('/api/session', { headers: { cookie } })).status).toBe(401);
    edge.clock.now += 8 * 3_600_000 + 1000;
    expect((await edge.fetch('/api/session', { headers: { cookie } })).status).toBe(401);
  });

  it('asks nobody who is not signed in which connectors there are', async () => {
    const edge = bed();
    expect((await edge.fetch('/api/session')).status).toBe(401);
    expect((await edge.fetch('/api/connectors')).status).toBe(401);
    expect(edge.touched()).toEqual([]);
  });
});

describe('Cloudflare Access', async () => {
  const team = 'https://team.cloudflareaccess.com';
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' };
  const keys = async () => Response.json({ keys: [jwk] });
  const env = { ACCESS_TEAM_DOMAIN: 'team.cloudflareaccess.com', ACCESS_AUD: 'the-app' };

  const assertion = (claims: Record<string, unknown> = {}, key: CryptoKey = privateKey) =>
    new SignJWT({
      iss: team,
      aud: ['the-app'],
      email: 'ann@example.com',
      exp: NOW / 1000 + 60,
      ...claims,
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .sign(key);
  const ask = async (edge: Bed, jwt: string, init: RequestInit = {}) =>
    edge.fetch(`/${KNOWN}/api/agents`, {
      ...init,
      headers: { 'cf-access-jwt-assertion': jwt, ...(init.headers as Record<string, string>) },
    });

  it('is the sign-in of the operator', async () => {
    const edge = bed({ env, fetch: keys });
    expect((await ask(edge, await assertion())).status).toBe(200);
    const headers = { 'cf-access-jwt-assertion': await assertion() };
    for (const path of ['/api/connectors', '/api/session']) {
      expect((await edge.fetch(path, { headers })).status, path).toBe(200);
    }
    expect((await ask(edge, await assertion(), { method: 'POST' })).status).toBe(201);
    expect(edge.calls.at(-1)?.args[0]).toBe('access:ann@example.com');
  });

  it('is the operator’s also with the cookie of a customer’s session, but not where that one is for', async () => {
    const edge = bed({ env, fetch: keys });
    const made = await edge.admin('POST', '/api/tokens', {});
    const { token } = (await made.json()) as { token: string };
    const opened = await edge.fetch(`/${KNOWN}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    const headers = { cookie, 'cf-access-jwt-assertion': await assertion() };
    const statusOf = async (path: string) => (await edge.fetch(path, { headers })).status;
    expect(await statusOf(`/${KNOWN}/api/tokens`)).toBe(403);
    expect(await statusOf('/api/connectors')).toBe(200);
    expect(await statusOf(`/${OTHER}/api/status`)).toBe(200);
    const without = await edge.fetch('/api/connectors', { headers: { cookie } });
    expect(without.status).toBe(403);
  });

  it('writes nothing that another site asked for', async () => {
    const edge = bed({ env, fetch: keys });
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await ask(edge, await assertion(), { method: 'POST', headers })).status).toBe(403);
  });

  it('is refused with another audience, issuer, time or key', async () => {
    const edge = bed({ env, fetch: keys });
    const { privateKey: foreign } = await generateKeyPair('RS256');
    const bad = [
      await assertion({ aud: 'other' }),
      await assertion({ iss: 'https://evil.example' }),
      await assertion({ exp: NOW / 1000 - 60 }),
      await assertion({}, foreign),
      'nonsense',
    ];
    for (const jwt of bad) expect((await ask(edge, jwt)).status).toBe(401);
  });

  it('is not looked at where it is not configured', async () => {
    expect((await ask(bed({ fetch: keys }), await assertion())).status).toBe(401);
  });

  it('says so when its keys cannot be had', async () => {
    expect((await ask(bed({ env }), await assertion())).status).toBe(503);
  });

  it('goes on while its keys cannot be had, where an isolate has met them', async () => {
    const store = new Map<string, string>();
    expect((await ask(bed({ env, fetch: keys, store }), await assertion())).status).toBe(200);
    expect((await ask(bed({ env, store }), await assertion())).status).toBe(200);
  });

  it('asks for a key that nobody has once, however many name one', async () => {
    let asked = 0;
    const edge = bed({
      env,
      fetch: () => {
        asked += 1;
        return keys();
      },
    });
    const { privateKey: foreign } = await generateKeyPair('RS256');
    for (const kid of ['two', 'three', 'four']) {
      const jwt = await new SignJWT({ iss: team, aud: 'the-app' })
        .setProtectedHeader({ alg: 'RS256', kid })
        .sign(foreign);
      expect((await ask(edge, jwt)).status).toBe(401);
    }
    expect(asked).toBe(1);
  });
});
