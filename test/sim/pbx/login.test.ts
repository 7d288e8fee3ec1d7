import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Client, connect, logIn } from './client.ts';
import { loginDigest } from './digest.ts';
import { type Pbx, startPbx } from './server.ts';

let pbx: Pbx;
beforeEach(async () => {
  pbx = await startPbx({
    apps: [{ h323: 'microsoft365' }, { h323: 'admin-only', password: 'go', apis: ['admin'] }],
  });
});
afterEach(() => pbx.close());

const violations = () => pbx.violations.map(({ code }) => code);

async function challenged(): Promise<{ client: Client; challenge: string }> {
  const client = await connect(pbx.url);
  const result = await client.ask({ mt: 'AppChallenge', src: 'c' });
  return { client, challenge: String(result['challenge']) };
}

test('an App object logs in and is told the system name', async () => {
  const { client, challenge } = await challenged();
  expect(challenge).toMatch(/^[0-9a-f]{16}$/);
  const login = { app: 'microsoft365', info: { z: 'ä<&>', a: [] } };
  const digest = loginDigest(login, challenge, pbx.password);
  client.send({ mt: 'AppLogin', ...login, digest });
  expect(await client.next('AppLoginResult')).toEqual({
    mt: 'AppLoginResult',
    app: 'microsoft365',
    domain: 'example.com',
    ok: true,
  });
  expect(violations()).toEqual([]);
  expect(pbx.sessions()).toMatchObject([{ direction: 'in', app: 'microsoft365' }]);
});

test.each([
  ['a wrong password', { app: 'microsoft365' }, 'nonsense', 'wrong-digest'],
  ['an unknown name', { app: 'nobody' }, 'secret365', 'unknown-app'],
  ['a user', { app: 'microsoft365', sip: 'alice' }, 'secret365', 'user-login'],
])('%s is refused and the connection closed', async (_, fields, password, code) => {
  const { client, challenge } = await challenged();
  client.send({ mt: 'AppLogin', ...fields, digest: loginDigest(fields, challenge, password) });
  const answer = await client.next('AppLoginResult');
  expect(answer).toMatchObject({ ok: false, error: 1, errorText: 'Login failed' });
  expect(await client.closed).toBe(1008);
  expect(violations()).toEqual([code]);
});

test('a challenge is good for one attempt on its own connection', async () => {
  const { client, challenge } = await challenged();
  const login = { mt: 'AppLogin', app: 'microsoft365' };
  const digest = loginDigest(login, challenge, pbx.password);
  const other = await connect(pbx.url);
  other.send({ ...login, digest });
  expect(await other.next('AppLoginResult')).toMatchObject({ ok: false });
  client.send({ ...login, digest: 'x' });
  client.send({ ...login, digest });
  await client.closed;
  expect(client.inbox).toMatchObject([{ mt: 'AppLoginResult', ok: false }]);
  expect(violations()).toEqual(['login-without-challenge', 'wrong-digest']);
});

test('nothing works before the login', async () => {
  const client = await connect(pbx.url);
  client.send({ api: 'PbxApi', mt: 'GetNodeInfo', src: '1' });
  expect(await client.next('Error')).toMatchObject({ api: 'PbxApi', src: '1' });
  await client.closed;
  expect(violations()).toEqual(['before-login']);
});

test('an API that is not ticked answers with an error, an unknown one too', async () => {
  const client = await logIn({ url: pbx.url, app: 'admin-only', password: 'go' });
  const answer = await client.ask({ api: 'PbxApi', mt: 'SubscribePresence', sip: 'alice' });
  expect(answer).toMatchObject({ mt: 'SubscribePresenceResult', error: 6 });
  expect(await client.ask({ api: 'RCC', mt: 'Initialize' })).toMatchObject({ mt: 'Error' });
  expect(await client.ask({ mt: 'Nonsense' })).toMatchObject({ mt: 'Error' });
  expect(await client.ask({ api: 'PbxAdminApi', mt: 'DeleteObject' })).toMatchObject({
    mt: 'Error',
    text: 'unknown mt DeleteObject',
  });
  expect(violations()).toEqual(['api-not-ticked', 'unknown-api', 'unknown-mt', 'unknown-mt']);
});

test('the records hold every message but neither digest nor password', async () => {
  await logIn(pbx, { key: 'leaked' });
  const mts = pbx.messages.map(({ direction, message }) => `${direction} ${message.mt}`);
  expect(mts).toEqual([
    'in AppChallenge',
    'out AppChallengeResult',
    'in AppLogin',
    'out AppLoginResult',
  ]);
  expect(JSON.stringify(pbx.messages)).not.toContain('leaked');
  expect(pbx.messages[2]?.message['digest']).toBe('[removed]');
  expect(violations()).toEqual(['leaked-key', 'unknown-field']);
});

test('only the one path takes connections', async () => {
  await expect(connect(pbx.url.replace('PBX0', 'PBX1'))).rejects.toThrow('404');
});
