import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { PublicClientApplication } from '@azure/msal-node';
import { createLocalJWKSet, decodeJwt, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { askToken, caller, clientForm, passwordForm } from './caller.ts';
import { loginErrorNumbers } from './login-error.ts';
import type { Microsoft } from './microsoft.ts';
import { makeKeyPair } from './receiver.ts';
import { startMicrosoft } from './server.ts';

let clock = Date.parse('2026-11-23T12:00:00Z');
let microsoft: Microsoft;
beforeAll(async () => {
  microsoft = await startMicrosoft({ now: () => clock });
});
afterAll(() => microsoft.close());
beforeEach(() => {
  clock += 24 * 3_600_000;
});

const graph = 'https://graph.microsoft.com';

test('the password grant answers a delegated token signed by the published key', async () => {
  const { status, body } = await askToken(microsoft, passwordForm(microsoft));
  expect(status).toBe(200);
  expect(body).toMatchObject({ token_type: 'Bearer' });
  expect(body.scope.split(' ')).toContain(`${graph}/Presence.Read.All`);
  expect(body.expires_in).toBeGreaterThanOrEqual(3600);
  expect(body.expires_in).toBeLessThanOrEqual(5400);
  expect(body.refresh_token).toBeUndefined();

  const jwks = await (await fetch(`${microsoft.origin}/common/discovery/v2.0/keys`)).json();
  const { payload } = await jwtVerify(body.access_token, createLocalJWKSet(jwks as never), {
    audience: graph,
    issuer: `https://sts.windows.net/${microsoft.tenantId}/`,
    currentDate: new Date(clock),
  });
  expect(payload).toMatchObject({
    appid: microsoft.clientIdSyncToPbx,
    tid: microsoft.tenantId,
    scp: 'User.Read.All Presence.Read.All',
    oid: microsoft.user(microsoft.account.username).id,
  });
});

test('client credentials answer an app-only token with roles', async () => {
  const { status, body } = await askToken(microsoft, clientForm(microsoft), microsoft.domain);
  expect(status).toBe(200);
  const claims = decodeJwt(body.access_token);
  expect(claims['roles']).toEqual(['Presence.ReadWrite.All']);
  expect(claims['scp']).toBeUndefined();
});

test.each(['PS256', 'RS256'])(
  'a client assertion with %s stands in for the secret',
  async (alg) => {
    const pair = await makeKeyPair();
    const { x5tS256, x5t } = microsoft.addCertificate(microsoft.clientIdSyncToTeams, pair.pem);
    const assertion = (audience: string, header: Record<string, string>) =>
      new SignJWT({})
        .setProtectedHeader({ alg, typ: 'JWT', ...header })
        .setIssuer(microsoft.clientIdSyncToTeams)
        .setSubject(microsoft.clientIdSyncToTeams)
        .setAudience(audience)
        .setJti(randomUUID())
        .setNotBefore(clock / 1000)
        .setExpirationTime(clock / 1000 + 600)
        .sign(createPrivateKey(pair.privateKey.export({ format: 'pem', type: 'pkcs8' })));
    const ask = async (audience: string, header: Record<string, string>) => {
      const { client_secret: _, ...form } = clientForm(microsoft);
      return askToken(microsoft, {
        ...form,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await assertion(audience, header),
      });
    };
    const real = `https://login.microsoftonline.com/${microsoft.tenantId}/oauth2/v2.0/token`;
    expect((await ask(real, { 'x5t#S256': x5tS256 })).status).toBe(200);
    expect(
      (await ask(`${microsoft.origin}/${microsoft.tenantId}/oauth2/v2.0/token`, { x5t })).status,
    ).toBe(200);
    expect((await ask('https://elsewhere/token', { x5t })).body.error_codes).toEqual([700023]);
    const refused = { error: 'invalid_client', error_codes: [700027] };
    expect((await ask(real, { x5t: 'other' })).body).toMatchObject(refused);
    const before = clock;
    clock = Date.parse(new X509Certificate(pair.pem).validTo);
    expect((await ask(real, { x5t })).body).toMatchObject(refused);
    clock = before;
  },
);

test('errors are Microsoft token errors', async () => {
  const { status, body } = await askToken(
    microsoft,
    passwordForm(microsoft, { password: 'wrong' }),
  );
  expect(status).toBe(400);
  expect(body.error).toBe('invalid_grant');
  expect(body.error_description).toMatch(
    /^AADSTS50126: .+ Trace ID: .+ Correlation ID: .+ Timestamp: /,
  );
  expect(body.error_codes).toEqual([50126]);
  expect(Object.keys(body)).toEqual(
    expect.arrayContaining(['timestamp', 'trace_id', 'correlation_id', 'error_uri']),
  );
  const text = JSON.stringify(microsoft.records.requests.at(-1));
  expect(text).not.toContain('wrong');
  expect(text).toContain('<redacted>');
});

const refusals: [string, (m: Microsoft) => Record<string, string>, number, number, string][] = [
  [
    'unknown user',
    (m) => passwordForm(m, { username: 'nobody@example.com' }),
    50034,
    400,
    'invalid_grant',
  ],
  [
    'unknown app',
    (m) => passwordForm(m, { client_id: randomUUID() }),
    700016,
    400,
    'unauthorized_client',
  ],
  [
    'disabled user',
    (m) => passwordForm(m, { username: 'dora.disabled@example.com' }),
    50056,
    400,
    'invalid_grant',
  ],
  [
    'no consent',
    (m) => passwordForm(m, { scope: `${graph}/Mail.Read` }),
    65001,
    400,
    'invalid_grant',
  ],
  [
    'a scope that does not exist',
    (m) => passwordForm(m, { scope: `${graph}/Presence.Raed.All` }),
    650053,
    400,
    'invalid_client',
  ],
  [
    'public client flows off',
    (m) => passwordForm(m, { client_id: m.clientIdSyncToTeams }),
    7000218,
    401,
    'invalid_client',
  ],
  ['wrong secret', (m) => clientForm(m, { client_secret: 'x' }), 7000215, 401, 'invalid_client'],
  [
    'app-only scope by name',
    (m) => clientForm(m, { scope: `${graph}/Presence.Read.All` }),
    1002012,
    400,
    'invalid_scope',
  ],
  [
    'unknown resource',
    (m) => clientForm(m, { scope: 'https://example.org/.default' }),
    500011,
    400,
    'invalid_resource',
  ],
  [
    'unknown grant',
    (m) => passwordForm(m, { grant_type: 'magic' }),
    70003,
    400,
    'unsupported_grant_type',
  ],
  ['no scope', (m) => passwordForm(m, { scope: '' }), 900144, 400, 'invalid_request'],
];
test.each(refusals)('%s', async (_name, form, code, status, error) => {
  const answer = await askToken(microsoft, form(microsoft));
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({ error, error_codes: [code] });
});

test('an unknown tenant is 90002, and common is not for passwords', async () => {
  expect(
    (await askToken(microsoft, passwordForm(microsoft), randomUUID())).body.error_codes,
  ).toEqual([90002]);
  expect((await askToken(microsoft, passwordForm(microsoft), 'common')).body.error_codes).toEqual([
    9001023,
  ]);
  expect((await askToken(microsoft, passwordForm(microsoft), 'organizations')).status).toBe(200);
  expect(
    (await askToken(microsoft, clientForm(microsoft), 'organizations')).body.error_codes,
  ).toEqual([50059]);
});

test('account knobs: MFA, expired, disabled, blocked', async () => {
  const name = microsoft.account.username;
  const codeWith = async (change: Parameters<Microsoft['changeUser']>[1]) => {
    microsoft.changeUser(name, change);
    return (await askToken(microsoft, passwordForm(microsoft))).body;
  };
  const mfa = await codeWith({ signIn: { mfa: true } });
  expect(mfa).toMatchObject({
    error: 'invalid_grant',
    error_codes: [50076],
    suberror: 'basic_action',
  });
  expect(JSON.parse(mfa.claims)).toHaveProperty('access_token');
  expect((await codeWith({ signIn: { mfa: false, passwordExpired: true } })).error_codes).toEqual([
    50055,
  ]);
  expect(
    (await codeWith({ signIn: { passwordExpired: false, blockedBy: 53003 } })).error_codes,
  ).toEqual([53003]);
  expect(
    (await codeWith({ signIn: { blockedBy: null }, accountEnabled: false })).error_codes,
  ).toEqual([50057]);
  expect((await codeWith({ accountEnabled: true })).access_token).toBeDefined();
});

test('ten wrong passwords lock the account, the right one included, for a minute', async () => {
  for (let i = 0; i < 10; i++)
    await askToken(microsoft, passwordForm(microsoft, { password: 'wrong' }));
  expect((await askToken(microsoft, passwordForm(microsoft))).body.error_codes).toEqual([50053]);
  clock += 60_000;
  expect((await askToken(microsoft, passwordForm(microsoft))).status).toBe(200);
});

test('an expired secret is 7000222', async () => {
  const secret = microsoft.app(microsoft.clientIdSyncToTeams).secrets[0]!;
  const { expiresAt } = secret;
  secret.expiresAt = clock;
  expect((await askToken(microsoft, clientForm(microsoft))).body.error_codes).toEqual([7000222]);
  secret.expiresAt = expiresAt;
});

test('the device code flow: pending, slow down, approved, used; MFA is no obstacle', async () => {
  microsoft.changeUser(microsoft.account.username, { signIn: { mfa: true } });
  const scope = `offline_access ${graph}/Presence.Read.All`;
  const start = await askToken(
    microsoft,
    { client_id: microsoft.clientIdSyncToPbx, scope },
    microsoft.tenantId,
    'devicecode',
  );
  expect(start.body).toMatchObject({ interval: 5, expires_in: 900 });
  const poll = () =>
    askToken(microsoft, {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: microsoft.clientIdSyncToPbx,
      device_code: start.body.device_code,
    });
  expect((await poll()).body.error).toBe('authorization_pending');
  expect((await poll()).body.error).toBe('slow_down');
  clock += 10_000;
  expect((await poll()).body.error).toBe('authorization_pending');
  microsoft.approveDeviceCode(start.body.user_code, microsoft.account.username);
  clock += 10_000;
  const done = await poll();
  expect(done.status).toBe(200);
  expect((await poll()).body.error).toBe('bad_verification_code');

  const refresh = (token: string) =>
    askToken(microsoft, {
      grant_type: 'refresh_token',
      client_id: microsoft.clientIdSyncToPbx,
      refresh_token: token,
      scope,
    });
  const second = await refresh(done.body.refresh_token);
  expect(second.status).toBe(200);
  expect(second.body.refresh_token).not.toBe(done.body.refresh_token);
  expect((await refresh(done.body.refresh_token)).status).toBe(200);
  microsoft.revokeRefreshTokens(microsoft.account.username);
  expect((await refresh(second.body.refresh_token)).body).toMatchObject({
    error: 'invalid_grant',
    error_codes: [50173],
  });
  microsoft.changeUser(microsoft.account.username, { signIn: { mfa: false } });
});

test('device codes expire and can be declined', async () => {
  const start = async () => {
    const form = { client_id: microsoft.clientIdSyncToPbx, scope: `${graph}/.default` };
    return (await askToken(microsoft, form, microsoft.tenantId, 'devicecode')).body;
  };
  const poll = async (code: string) =>
    (
      await askToken(microsoft, {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        client_id: microsoft.clientIdSyncToPbx,
        device_code: code,
      })
    ).body.error;
  const [one, two] = [await start(), await start()];
  microsoft.declineDeviceCode(one.user_code);
  expect(await poll(one.device_code)).toBe('authorization_declined');
  clock += 900_000;
  expect(await poll(two.device_code)).toBe('expired_token');
});

test('discovery names the real host, keys are served at both addresses', async () => {
  const get = async (path: string) =>
    (await fetch(microsoft.origin + path)).json() as Promise<Record<string, unknown>>;
  expect(await get(`/${microsoft.tenantId}/v2.0/.well-known/openid-configuration`)).toMatchObject({
    issuer: `https://login.microsoftonline.com/${microsoft.tenantId}/v2.0`,
    jwks_uri: `https://login.microsoftonline.com/${microsoft.tenantId}/discovery/v2.0/keys`,
  });
  expect(await get('/common/.well-known/openid-configuration')).toMatchObject({
    issuer: 'https://sts.windows.net/{tenantid}/',
    jwks_uri: 'https://login.microsoftonline.com/common/discovery/keys',
  });
  expect(await get('/example.com/v2.0/.well-known/openid-configuration')).toMatchObject({
    issuer: `https://login.microsoftonline.com/${microsoft.tenantId}/v2.0`,
  });
  expect(await get('/common/discovery/keys')).toEqual(await get('/common/discovery/v2.0/keys'));
});

test('Graph refuses no token, a broken one, a foreign one and an expired one with 401', async () => {
  const other = await startMicrosoft({ now: () => clock, ownKeys: true });
  const foreign = String((await askToken(other, clientForm(other))).body.access_token);
  await other.close();
  const own = String((await askToken(microsoft, clientForm(microsoft))).body.access_token);
  const path = `/users/${microsoft.users()[1]!.id}/presence`;
  expect((await caller(microsoft, own)('GET', path)).status).toBe(200);
  for (const token of ['', 'nonsense', foreign, `${own.slice(0, -8)}AAAAAAAA`]) {
    const answer = await caller(microsoft, token)('GET', path);
    expect(answer.status).toBe(401);
    expect(answer.body.error.code).toBe('InvalidAuthenticationToken');
    expect(answer.body.error.innerError).toHaveProperty('request-id');
  }
  clock += 91 * 60_000;
  expect((await caller(microsoft, own)('GET', path)).status).toBe(401);
});

test('login can be down, and single requests can be made to fail', async () => {
  microsoft.turn({ loginDown: 503 });
  expect((await askToken(microsoft, clientForm(microsoft))).status).toBe(503);
  microsoft.turn({ loginDown: 'cut' });
  await expect(askToken(microsoft, clientForm(microsoft))).rejects.toThrow();
  microsoft.turn({ loginDown: false });
  microsoft.fail({
    route: 'POST /token',
    status: 400,
    body: { error: 'temporarily_unavailable', error_codes: [90033] },
  });
  expect((await askToken(microsoft, clientForm(microsoft))).body.error_codes).toEqual([90033]);
  expect((await askToken(microsoft, clientForm(microsoft))).status).toBe(200);
});

/** Every number in the table of facts/graph.md §3.3. */
const numbers = [
  50076, 50074, 50079, 50072, 53003, 53000, 53001, 53002, 53004, 530032, 50126, 50053, 50034, 50055,
  50144, 50056, 50057, 50128, 50059, 90002, 90038, 700016, 7000218, 7000215, 70002, 7000222, 65001,
  90094, 50105, 70011, 50196, 50033, 50087, 90006, 90024, 90033, 90012, 90055,
];

test.each(numbers)('AADSTS%i can be had on demand, of an account and of an app', async (number) => {
  expect(loginErrorNumbers).toContain(number);
  const app = microsoft.app(microsoft.clientIdSyncToTeams);
  app.blockedBy = number;
  const ofApp = await askToken(microsoft, clientForm(microsoft));
  app.blockedBy = null;
  expect(ofApp.body.error_codes).toEqual([number]);
  expect(ofApp.status).toBeGreaterThanOrEqual(400);
  const { username } = microsoft.account;
  microsoft.changeUser(username, { signIn: { blockedBy: number } });
  const ofAccount = await askToken(microsoft, passwordForm(microsoft));
  microsoft.changeUser(username, { signIn: { blockedBy: null } });
  expect(ofAccount.body.error_codes).toEqual([number]);
  expect(ofAccount.body.trace_id).toMatch(/^[0-9a-f-]{36}$/);
});

test('a tenant may live in another cloud: the login and its description say which', async () => {
  microsoft.tenant().nationalCloud = 'partner.microsoftonline.cn';
  const refused = await askToken(microsoft, clientForm(microsoft));
  expect(refused.body.error_codes).toEqual([90038]);
  expect(refused.body.error_description).toContain("Cloud 'partner.microsoftonline.cn'");
  const path = `${microsoft.origin}/example.com/v2.0/.well-known/openid-configuration`;
  const described = (await (await fetch(path)).json()) as Record<string, string>;
  expect(described['cloud_instance_name']).toBe('partner.microsoftonline.cn');
  expect(described['issuer']).toBe(
    `https://login.partner.microsoftonline.cn/${microsoft.tenantId}/v2.0`,
  );
  microsoft.tenant().nationalCloud = null;
});

test('an app that demands assignment lets in only who is assigned', async () => {
  const app = microsoft.app(microsoft.clientIdSyncToPbx);
  app.assigned = new Set();
  expect((await askToken(microsoft, passwordForm(microsoft))).body.error_codes).toEqual([50105]);
  app.assigned.add(microsoft.user(microsoft.account.username).id);
  expect((await askToken(microsoft, passwordForm(microsoft))).status).toBe(200);
  app.assigned = null;
});

test("Microsoft's own client library gets along with it", async () => {
  const send = async (
    url: string,
    options?: { headers?: Record<string, string>; body?: string },
  ) => {
    const init: RequestInit = { method: options?.body === undefined ? 'GET' : 'POST' };
    if (options?.headers) init.headers = options.headers;
    if (options?.body !== undefined) init.body = options.body;
    const response = await fetch(
      url.replace('https://login.microsoftonline.com', real.origin),
      init,
    );
    const headers = Object.fromEntries(response.headers);
    return { status: response.status, headers, body: (await response.json()) as never };
  };
  // MSAL reads the wall clock.
  const real = await startMicrosoft();
  const application = new PublicClientApplication({
    auth: {
      clientId: real.clientIdSyncToPbx,
      authority: `https://login.microsoftonline.com/${real.tenantId}`,
    },
    system: { networkClient: { sendGetRequestAsync: send, sendPostRequestAsync: send } },
  });
  const scopes = [`${graph}/.default`];
  const result = await application.acquireTokenByUsernamePassword({ scopes, ...real.account });
  expect(result?.account?.username).toBe(real.account.username);
  expect(result?.scopes).toContain(`${graph}/Presence.Read.All`);
  const wrong = { scopes, username: real.account.username, password: 'x' };
  await expect(application.acquireTokenByUsernamePassword(wrong)).rejects.toMatchObject({
    errorCode: 'invalid_grant',
  });
  await real.close();
});
