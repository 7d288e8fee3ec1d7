import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, logIn } from './client.ts';
import { selfSigned } from './self-signed.ts';
import { type Pbx, startPbx } from './server.ts';

let pbx: Pbx;
beforeEach(async () => {
  pbx = await startPbx();
});
afterEach(() => pbx.close());

const violations = () => pbx.violations.map(({ code }) => code);
const subscribe = { api: 'PbxApi', mt: 'SubscribePresence', sip: 'dora', src: 'd' };
const soon = (promise: Promise<unknown>, ms = 30) =>
  Promise.race([
    promise.then(() => true),
    new Promise((resolve) => setTimeout(resolve, ms, false)),
  ]);

test('a reboot cuts everything and ends calls; presences are kept or forgotten', async () => {
  const client = await logIn(pbx);
  const dora = pbx.user('dora');
  dora.setPresence('dnd');
  dora.call();
  const causes: string[] = [];
  pbx.on('presence', ({ cause, activity }) => causes.push(`${cause} ${activity}`));
  const rebooted = pbx.reboot({ forgetPresence: false, downMs: 500 });
  expect(await client.closed).toBe(1006);
  expect(pbx.sessions()).toEqual([]);
  await expect(connect(pbx.url)).rejects.toThrow();
  await rebooted;
  expect([dora.activity(), dora.calls()]).toEqual(['dnd', 0]);
  await logIn(pbx);
  await pbx.reboot({ forgetPresence: true });
  expect(dora.activity()).toBe('');
  expect(causes).toContain('reboot dnd');
});

test('cut destroys the connections, new ones come at once', async () => {
  const client = await logIn(pbx);
  pbx.cut();
  expect(await client.closed).toBe(1006);
  await logIn(pbx);
});

test('a held PBX accepts and answers nothing, neither new nor old, until released', async () => {
  const old = await logIn(pbx);
  await old.ask({ ...subscribe, sip: 'bob', src: 'b' });
  await old.rest();
  pbx.hold();
  pbx.user('bob').setPresence('away');
  const answer = old.ask(subscribe);
  const fresh = connect(pbx.url);
  pbx.user('dora').setPresence('busy');
  expect(await soon(Promise.race([answer, fresh]))).toBe(false);
  expect(old.inbox).toEqual([]);
  pbx.release();
  expect(await old.next('PresenceUpdate')).toMatchObject({ src: 'b' });
  expect(await answer).toMatchObject({ mt: 'SubscribePresenceResult' });
  expect((await old.next('PresenceUpdate'))['presence']).toMatchObject([{ activity: 'busy' }, {}]);
  await fresh;
});

test('a half-open connection neither answers nor closes; a new one works', async () => {
  const client = await logIn(pbx);
  pbx.halfOpen();
  const pong = new Promise((resolve) => client.socket.once('pong', resolve));
  client.socket.ping();
  const answer = client.ask(subscribe);
  answer.catch(() => {});
  expect(await soon(Promise.race([answer, pong, client.closed]))).toBe(false);
  expect(await (await logIn(pbx)).ask(subscribe)).toMatchObject({ src: 'd' });
});

test('KeepAlive and pings are answered, or not', async () => {
  const client = await logIn(pbx);
  const pong = () => new Promise((resolve) => client.socket.once('pong', resolve));
  client.socket.ping();
  await pong();
  client.send({ mt: 'KeepAlive' });
  expect(await client.next('KeepAlive')).toEqual({ mt: 'KeepAlive' });
  pbx.knobs.answerKeepAlive = false;
  pbx.knobs.answerPings = false;
  client.send({ mt: 'KeepAlive' });
  client.socket.ping();
  expect(await soon(Promise.race([pong(), client.next('KeepAlive').catch(() => {})]))).toBe(false);
});

test('messages come in fragments that cut through characters', async () => {
  pbx.knobs.fragmentBytes = 7;
  pbx.user('dora').setPresence('busy', 'bis fünf – übermorgen');
  const client = await logIn(pbx);
  await client.ask(subscribe);
  expect((await client.next('PresenceUpdate'))['presence']).toMatchObject([
    { note: 'bis fünf – übermorgen' },
    {},
  ]);
});

test('results can come without src; pushes keep theirs', async () => {
  const client = await logIn(pbx);
  pbx.knobs.resultsWithoutSrc = true;
  client.send(subscribe);
  expect(await client.next('SubscribePresenceResult')).not.toHaveProperty('src');
  expect(await client.next('PresenceUpdate')).toMatchObject({ src: 'd' });
});

test('late answers keep their order', async () => {
  const client = await logIn(pbx);
  pbx.knobs.latencyMs = 10;
  const start = performance.now();
  client.send(subscribe);
  const mts = (await client.rest()).map(({ mt }) => mt);
  expect(mts).toEqual(['SubscribePresenceResult', 'PresenceState', 'PresenceUpdate']);
  expect(performance.now() - start).toBeGreaterThan(8);
});

test('64 KiB and more close the connection', async () => {
  const client = await logIn(pbx);
  client.send({ ...subscribe, sip: 'x'.repeat(65_000) });
  await client.next('SubscribePresenceResult');
  client.send({ ...subscribe, sip: 'x'.repeat(65_536) });
  expect(await client.closed).toBe(1009);
  expect(violations()).toEqual(['too-large']);
});

test('what is no message is recorded and answered with Error', async () => {
  const client = await logIn(pbx);
  for (const text of ['nonsense', '[]', '{"api":"PbxApi"}', '{"mt":"x","src":7}']) {
    client.socket.send(text);
    await client.next('Error');
  }
  client.socket.send(Buffer.from('{"mt":"KeepAlive"}'), { binary: true });
  await client.rest();
  expect(violations()).toEqual([...Array(4).fill('not-a-message'), 'binary']);
});

test('wss is spoken with the certificate of the test', async () => {
  const { cert, key } = selfSigned();
  const secure = await startPbx({ tls: { cert, key } });
  try {
    const url = secure.secureUrl ?? '';
    expect(url).toMatch(/^wss:/);
    const client = await connect(url, { ca: cert });
    expect(await client.ask({ mt: 'AppChallenge' })).toHaveProperty('challenge');
    await expect(connect(url)).rejects.toThrow('self-signed');
  } finally {
    await secure.close();
  }
});
