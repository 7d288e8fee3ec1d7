import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Client, clientOn } from './client.ts';
import { dialAddress } from './dial-out.ts';
import { loginDigest, sameDigest } from './digest.ts';
import type { Message } from './messages.ts';
import { type Pbx, startPbx } from './server.ts';

let pbx: Pbx;
let service: WebSocketServer;
let origin: string;
beforeEach(async () => {
  pbx = await startPbx();
  service = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(service, 'listening');
  origin = `127.0.0.1:${(service.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await pbx.close();
  service.close();
});

const challenge = '0123456789abcdef';

/** The app service's side of one login. */
async function accept(password: string): Promise<{ client: Client; login: Message; ok: boolean }> {
  const [socket] = (await once(service, 'connection')) as [WebSocket];
  const client = clientOn(socket);
  expect(await client.next('AppChallenge')).toEqual({ mt: 'AppChallenge' });
  client.send({ mt: 'AppChallengeResult', challenge });
  const login = await client.next('AppLogin');
  const ok = sameDigest(loginDigest(login, challenge, password), login['digest']);
  client.send({ mt: 'AppLoginResult', app: 'microsoft365', domain: 'example.com', ok });
  return { client, login, ok };
}

test('the PBX logs in with info, introduces itself and serves its APIs', async () => {
  const accepted = accept(pbx.password);
  const url = `http://${origin}/example.com/microsoft365/microsoft365.htm`;
  const dialled = pbx.dial(url);
  expect(dialled.url).toBe(`ws://${origin}/example.com/microsoft365`);
  const { client, login, ok } = await accepted;
  expect(ok).toBe(true);
  expect(login).toMatchObject({
    app: 'microsoft365',
    domain: 'example.com',
    sip: 'microsoft365',
    guid: expect.stringMatching(/^[0-9a-f]{32}$/),
    info: { appobj: 'microsoft365', appurl: url, pbx: 'pbx', unlicensed: true, apps: [] },
  });
  expect(await client.next('PbxInfo')).toMatchObject({
    domain: 'example.com',
    pbx: 'pbx',
    apis: ['PbxApi', 'PbxTableUsers', 'PbxAdminApi'],
  });
  expect(await client.next('AppInfo')).toEqual({ mt: 'AppInfo', app: 'microsoft365' });
  client.send({ mt: 'AppInfoResult', app: 'microsoft365', info: { apis: {} } });
  await dialled.loggedIn;
  expect(await dialled.appInfo).toMatchObject({ info: { apis: {} } });
  const answer = await client.ask({ api: 'PbxApi', mt: 'SubscribePresence', sip: 'alice' });
  expect(answer).not.toHaveProperty('error');
  expect(pbx.sessions()).toMatchObject([{ direction: 'out', app: 'microsoft365' }]);
  expect(pbx.violations).toEqual([]);
  expect(JSON.stringify(pbx.messages)).not.toContain(String(login['digest']));
});

test('a service that refuses is recorded, and dialled again when told so', async () => {
  const refused = accept('another password');
  const dialled = pbx.dial(`ws://${origin}/`, { redialMs: 5 });
  expect(await refused).toMatchObject({ ok: false });
  await expect(dialled.loggedIn).rejects.toThrow();
  expect(pbx.violations).toMatchObject([{ code: 'refused-by-service' }]);
  const { ok, client } = await accept(pbx.password);
  expect(ok).toBe(true);
  await client.next('AppInfo');
  expect(dialled.connected()).toBe(true);
});

test('after a reboot the PBX dials again; KeepAlive goes both ways', async () => {
  const first = accept(pbx.password);
  pbx.dial(`ws://${origin}/`, { redialMs: 5, keepAliveMs: 10 });
  const { client } = await first;
  await client.next('KeepAlive');
  const second = accept(pbx.password);
  await pbx.reboot({ downMs: 20 });
  await client.closed;
  const again = await second;
  await again.client.next('AppInfo');
  again.client.send({ mt: 'KeepAlive' });
  await again.client.next('KeepAlive');
});

test('two PBXs can dial one service', async () => {
  const slave = await startPbx({ name: 'slave', master: pbx, users: [{ h323: 'zoe' }] });
  const names: unknown[] = [];
  service.on('connection', async (socket) => {
    const client = clientOn(socket);
    await client.next('AppChallenge');
    client.send({ mt: 'AppChallengeResult', challenge });
    await client.next('AppLogin');
    client.send({ mt: 'AppLoginResult', ok: true });
    names.push((await client.next('PbxInfo'))['pbx']);
  });
  const dials = [pbx.dial(`ws://${origin}/`), slave.dial(`ws://${origin}/`)];
  await Promise.all(dials.map(({ loggedIn }) => loggedIn));
  await expect.poll(() => names.toSorted(), { interval: 5 }).toEqual(['pbx', 'slave']);
  await slave.close();
});

test.each([
  ['http://h:1/d/i/searchapi', 'ws://h:1/d/i', 'searchapi'],
  ['https://h/d/i/app.htm', 'wss://h/d/i', 'app'],
  ['http://h:1/app.htm', 'ws://h:1/', 'app'],
  ['ws://h:1/x', 'ws://h:1/x', undefined],
])('%s is dialled at %s', (url, address, app) => {
  expect(dialAddress(url)).toEqual({ url: address, app });
});

test('a long challenge is no challenge', async () => {
  const dialled = pbx.dial(`ws://${origin}/`);
  const [socket] = (await once(service, 'connection')) as [WebSocket];
  const client = clientOn(socket);
  await client.next('AppChallenge');
  client.send({ mt: 'AppChallengeResult', challenge: `${challenge}0` });
  await expect(dialled.loggedIn).rejects.toThrow();
  expect(pbx.violations).toMatchObject([{ code: 'bad-challenge' }]);
});
