// The agent dials the simulated PBX, on a real socket. What it does there is test/contract/pbx-peer.ts.
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { type Clock, systemClock } from '../../../agent/clock.ts';
import { connectOnce, type PbxTarget } from '../../../agent/pbx/connect.ts';
import { MAX_MESSAGE_BYTES } from '../../../agent/pbx/dial.ts';
import { recordPeer } from '../../contract/pbx-recorder.ts';
import { selfSigned } from '../../sim/pbx/self-signed.ts';
import { type Pbx, type PbxOptions, startPbx } from '../../sim/pbx/server.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function pbxWith(options: PbxOptions = {}): Promise<Pbx> {
  const pbx = await startPbx(options);
  ends.push(() => pbx.close());
  return pbx;
}

/** Dials the PBX and remembers all it says. */
function connect(pbx: Pbx, change: Partial<PbxTarget> = {}, clock: Clock = systemClock) {
  const target: PbxTarget = {
    name: pbx.name,
    address: { url: pbx.url, insecureTls: false },
    credentials: { app: pbx.app, password: pbx.password },
    ...change,
  };
  const peer = recordPeer(
    pbx,
    (ears, deps, signal) => connectOnce(target, ears, deps, signal),
    clock,
  );
  ends.push(() => peer.end());
  return peer;
}

describe('the name of the PBX', () => {
  test('does without PbxAdminApi, but for addresses of the system', async () => {
    const pbx = await pbxWith({ apps: [{ h323: 'microsoft365', apis: ['pbx', 'tableusers'] }] });
    const it = connect(pbx);
    await it.ready();
    expect(it.heard[0]).toBe('up undefined undefined');
    expect(it.users().find(({ h323 }) => h323 === 'alice')?.emails).toEqual([]);
  });

  test('a PBX that calls itself otherwise is warned of', async () => {
    const it = connect(await pbxWith({ name: 'main' }), { name: 'pbx' });
    await it.ready();
    expect(it.lines).toEqual(['warn  calls itself "main", the configuration calls it "pbx"']);
  });
});

describe('why a PBX is down', () => {
  const app = (name: string, password: string) => ({ credentials: { app: name, password } });

  test.each([
    ['a wrong password', app('microsoft365', 'wrong')],
    ['a wrong App object', app('microsoft', 'secret365')],
  ])('%s: login-refused, tried slowly', async (_, change) => {
    const it = connect(await pbxWith(), change);
    expect(await it.ended).toMatchObject({ code: 'login-refused', retry: 'slow' });
  });

  test.each([
    ['TableUsers', ['pbx', 'admin'] as const],
    ['PbxApi', ['tableusers', 'admin'] as const],
  ])('%s is not ticked: the fault names the box', async (box, apis) => {
    const it = connect(await pbxWith({ apps: [{ h323: 'microsoft365', apis: [...apis] }] }));
    const ended = await it.ended;
    expect(ended).toMatchObject({ code: 'api-missing' });
    expect(ended.detail).toContain(`tick "${box}" at the App object "microsoft365"`);
  });

  test('nobody there: unreachable', async () => {
    const pbx = await startPbx();
    await pbx.close();
    expect(await connect(pbx).ended).toMatchObject({ code: 'unreachable' });
  });

  test('a wrong path: unreachable, with the path to check', async () => {
    const pbx = await pbxWith();
    const address = { url: `${pbx.url}/x`, insecureTls: false };
    const ended = await connect(pbx, { address }).ended;
    expect(ended.code).toBe('unreachable');
    expect(ended.detail).toContain('/PBX0/APPS/websocket');
  });

  test('cut: closed', async () => {
    const pbx = await pbxWith();
    const it = connect(pbx);
    await it.ready();
    pbx.cut();
    expect(await it.ended).toMatchObject({ code: 'closed', retry: 'backoff' });
  });

  /** All of a pushed row but the name in it is shorter. */
  const ROW_BYTES = 10_000;

  test('a message of nearly 4 MiB is taken, and cut to size', async () => {
    const pbx = await pbxWith();
    const it = connect(pbx);
    await it.ready();
    pbx.addUser({ h323: 'long', cn: 'x'.repeat(MAX_MESSAGE_BYTES - ROW_BYTES) });
    await expect.poll(() => it.heard).toContain('user long');
  });

  test('a message beyond 4 MiB ends the session', async () => {
    const pbx = await pbxWith();
    const it = connect(pbx);
    await it.ready();
    pbx.addUser({ h323: 'long', cn: 'x'.repeat(MAX_MESSAGE_BYTES) });
    const ended = await it.ended;
    expect(ended).toMatchObject({ code: 'closed', retry: 'backoff' });
    expect(ended.detail).toContain('what it sent is not taken: Max payload size exceeded');
    expect(it.heard).not.toContain('user long');
  });

  /** A second passes in 50 ms. */
  const hasty: Clock = { now: Date.now, after: (ms, then) => systemClock.after(ms / 20, then) };

  test('dead without a word: silent, within 15 s', async () => {
    const pbx = await pbxWith();
    const it = connect(pbx, {}, hasty);
    await it.ready();
    pbx.halfOpen();
    const since = Date.now();
    expect(await it.ended).toMatchObject({ code: 'silent' });
    expect(Date.now() - since).toBeLessThan(15_000 / 20);
  });

  test('a PBX that answers neither pings nor KeepAlive is not dead', async () => {
    const pbx = await pbxWith({ knobs: { answerPings: false, answerKeepAlive: false } });
    const it = connect(pbx, {}, hasty);
    await it.ready();
    const over = await Promise.race([it.ended, new Promise((r) => setTimeout(r, 2_000, 'alive'))]);
    expect(over).toBe('alive');
  });
});

/** Answers each message by its `mt`; what is not there is not answered. */
async function scripted(answers: Record<string, string>): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', (text) => {
      const { mt, src } = JSON.parse(String(text));
      const answer = answers[mt];
      if (answer) socket.send(answer.replace('SRC', src));
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  ends.push(async () => {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a PBX whose error is no text', () => {
  const error = '"error":{"toString":0}';
  const challenge = { AppChallenge: '{"mt":"AppChallengeResult","challenge":"0123456789abcdef"}' };
  const login = { ...challenge, AppLogin: '{"mt":"AppLoginResult","ok":true}' };

  test.each<[string, Record<string, string>, string]>([
    [
      'to our AppChallenge',
      { AppChallenge: `{"mt":"AppChallengeResult",${error}}` },
      'login-refused',
    ],
    [
      'to our login',
      { ...challenge, AppLogin: `{"mt":"AppLoginResult",${error}}` },
      'login-refused',
    ],
    [
      'after the login',
      { ...login, GetNodeInfo: `{"mt":"GetNodeInfoResult","src":"SRC",${error}}` },
      'api-missing',
    ],
    [
      'to the replication',
      {
        ...login,
        MonitorConfig: '{"mt":"MonitorConfigResult","src":"SRC","error":1}',
        ReplicateStart: `{"mt":"ReplicateStartResult","src":"SRC",${error}}`,
      },
      'api-missing',
    ],
  ])('%s: that line ends, with a sentence', async (_, answers, code) => {
    const url = await scripted(answers);
    const it = connect(await pbxWith(), { address: { url, insecureTls: false } });
    const ended = await it.ended;
    expect(ended.code).toBe(code);
    expect(ended.detail).toContain('(an error without a number)');
  });
});

test('ears that throw end that session, with a sentence', async () => {
  const pbx = await pbxWith();
  const target: PbxTarget = {
    name: pbx.name,
    address: { url: pbx.url, insecureTls: false },
    credentials: { app: pbx.app, password: pbx.password },
  };
  const it = recordPeer(pbx, (ears, deps, signal) => {
    const list = () => {
      throw new TypeError('no');
    };
    return connectOnce(target, { ...ears, list }, deps, signal);
  });
  ends.push(() => it.end());
  const { code, detail } = await it.ended;
  expect(code).toBe('closed');
  expect(detail).toContain('what it sent is not taken: TypeError: no');
});

describe('TLS', () => {
  const tls = selfSigned();
  const over = (url: string | undefined, more: object) => ({
    address: { url: url ?? '', insecureTls: false, ...more },
  });

  test('a certificate nobody vouches for is refused, with what to set', async () => {
    const pbx = await pbxWith({ tls });
    const ended = await connect(pbx, over(pbx.secureUrl, {})).ended;
    expect(ended.code).toBe('tls');
    expect(ended.detail).toContain('"ca_file"');
  });

  test('a port without TLS is no matter of certificates', async () => {
    const pbx = await pbxWith();
    const ended = await connect(pbx, over(pbx.url.replace('ws:', 'wss:'), {})).ended;
    expect(ended.code).toBe('unreachable');
    expect(ended.detail).toMatch(
      / speaks no TLS, .* \(wrong version number\): check the port in "url"; wss:\/\/ wants/,
    );
    expect(ended.detail).not.toContain('ca_file');
  });

  test('a certificate for another name is refused', async () => {
    const pbx = await pbxWith({ tls });
    const url = pbx.secureUrl?.replace('127.0.0.1', '127.0.0.2');
    expect(await connect(pbx, over(url, { ca: tls.cert })).ended).toMatchObject({
      code: expect.stringMatching(/tls|unreachable/),
    });
  });

  test('a text that is no certificate is a fault of TLS, not a crash', async () => {
    const pbx = await pbxWith({ tls });
    const ca = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(await connect(pbx, over(pbx.secureUrl, { ca })).ended).toMatchObject({ code: 'tls' });
  });

  test.each([
    ['ca_file', { ca: tls.cert }],
    ['insecure_tls', { insecureTls: true }],
  ])('works with %s', async (_, more) => {
    const pbx = await pbxWith({ tls });
    await connect(pbx, over(pbx.secureUrl, more)).ready();
  });
});
