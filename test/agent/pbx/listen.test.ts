// The agent's listening port: who gets in, and what those cost who do not.
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Clock, systemClock } from '../../../agent/clock.ts';
import type { AwaitedPbx } from '../../../agent/pbx/admission.ts';
import { awaitOnce } from '../../../agent/pbx/connect.ts';
import { DOOR } from '../../../agent/pbx/door.ts';
import { type ListenAddress, listenForPbxs } from '../../../agent/pbx/listen.ts';
import { recordPeer } from '../../contract/pbx-recorder.ts';
import { selfSigned } from '../../sim/pbx/self-signed.ts';
import { type Pbx, type PbxOptions, startPbx } from '../../sim/pbx/server.ts';
import { fakeClock } from '../fake-clock.ts';
import { fakeLog } from '../fake-log.ts';
import { temporaryFile } from '../temporary.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const awaited = (name: string, password = 'secret365'): AwaitedPbx => ({
  name,
  credentials: { app: 'microsoft365', password },
});

async function listening(
  pbxs: AwaitedPbx[],
  {
    clock = systemClock,
    ...secure
  }: Pick<ListenAddress, 'tls' | 'tlsFiles'> & { clock?: Clock } = {},
) {
  const { tls } = secure;
  const { log, lines } = fakeLog();
  const at = { host: '127.0.0.1', port: 0, ...secure };
  const it = await listenForPbxs(at, pbxs, { clock, log });
  ends.push(() => it.close());
  const origin = `${tls ? 'https' : 'http'}://127.0.0.1:${it.port}`;
  return { ...it, lines, url: `${origin}/microsoft365.htm`, ws: origin.replace('http', 'ws') };
}

async function pbxWith(options: PbxOptions = {}): Promise<Pbx> {
  const pbx = await startPbx(options);
  ends.push(() => pbx.close());
  return pbx;
}

type Listener = Awaited<ReturnType<typeof listening>>;

function serve(at: Listener, pbx: Pbx, name = pbx.name) {
  const target = { ...awaited(name), post: at.post(name), url: at.url };
  const peer = recordPeer(pbx, (ears, deps, signal) => awaitOnce(target, ears, deps, signal));
  ends.push(() => peer.end());
  return peer;
}

async function stranger({ ws }: Listener): Promise<WebSocket> {
  const socket = new WebSocket(ws);
  socket.on('error', () => {});
  await once(socket, 'open');
  return socket;
}

describe('PBXs that dial the agent', () => {
  test('several at once get to their own posts', async () => {
    const master = await pbxWith();
    const branch = await pbxWith({ name: 'branch', master, users: [{ h323: 'zoe' }] });
    const at = await listening([awaited('pbx'), awaited('branch')]);
    const [one, two] = [serve(at, master), serve(at, branch)];
    branch.dial(at.url);
    master.dial(at.url);
    await Promise.all([one.ready(), two.ready()]);
    expect(one.heard[0]).toBe('up pbx example.com');
    expect(two.users().map(({ h323 }) => h323)).toEqual(['zoe']);
    expect([...master.violations, ...branch.violations]).toEqual([]);
  });

  test('AppInfo is answered', async () => {
    const pbx = await pbxWith();
    const at = await listening([awaited('pbx')]);
    serve(at, pbx);
    expect(await pbx.dial(at.url).appInfo).toEqual({
      mt: 'AppInfoResult',
      app: 'microsoft365',
      info: { apis: {} },
      serviceInfo: { apis: {} },
    });
  });

  test('without PbxAdminApi their name is known all the same', async () => {
    const pbx = await pbxWith({ apps: [{ h323: 'microsoft365', apis: ['pbx', 'tableusers'] }] });
    const at = await listening([awaited('pbx')]);
    const it = serve(at, pbx);
    pbx.dial(at.url);
    await it.ready();
    expect(it.heard[0]).toBe('up pbx example.com');
    expect(pbx.violations).toEqual([]);
  });

  test('over TLS, with the certificate of the agent', async () => {
    const tls = selfSigned();
    const pbx = await pbxWith();
    const at = await listening([awaited('pbx')], { tls });
    const it = serve(at, pbx);
    const dialled = pbx.dial(at.url, { ca: tls.cert });
    expect(dialled.url).toMatch(/^wss:/);
    await it.ready();
  });

  test('get the renewed certificate, and the one of before until both files fit', async () => {
    const [old, renewed] = [selfSigned(), selfSigned()];
    const tlsFiles = {
      cert: await temporaryFile('agent.pem', old.cert),
      key: await temporaryFile('agent.key', old.key),
    };
    const clock = fakeClock(0);
    const at = await listening([awaited('pbx')], { tls: old, tlsFiles, clock });
    const trusts = async ({ cert }: { cert: string }) => {
      const socket = connectTls({ port: at.port, host: '127.0.0.1', ca: cert });
      const ended = await Promise.race([
        once(socket, 'secureConnect').then(() => 'yes'),
        once(socket, 'error').then(() => 'no'),
      ]).catch(() => 'no');
      socket.destroy();
      return ended;
    };
    await writeFile(tlsFiles.cert, renewed.cert);
    clock.advance(10_000);
    await expect.poll(() => at.lines.join('\n')).toMatch(/warn .*cannot be used \(.*mismatch/);
    expect([await trusts(old), await trusts(renewed)]).toEqual(['yes', 'no']);
    await writeFile(tlsFiles.key, renewed.key);
    clock.advance(10_000);
    await expect.poll(() => at.lines.join('\n')).toMatch(/info .*was renewed/);
    expect([await trusts(old), await trusts(renewed)]).toEqual(['no', 'yes']);
    clock.advance(60_000);
    expect(at.lines).toHaveLength(2);
  });

  test('a new login of the same PBX ends the session before, and is taken next', async () => {
    const pbx = await pbxWith();
    const at = await listening([awaited('pbx')]);
    const first = serve(at, pbx);
    pbx.dial(at.url);
    await first.ready();
    pbx.halfOpen();
    const second = pbx.dial(at.url);
    expect(await first.ended).toMatchObject({ code: 'closed' });
    await second.loggedIn;
    await serve(at, pbx).ready();
  });

  test('that never come are a fault with what to do', async () => {
    const pbx = await pbxWith();
    const at = await listening([awaited('pbx')]);
    const target = { ...awaited('pbx'), post: at.post('pbx'), url: at.url };
    const hasty: Clock = { now: Date.now, after: (ms, then) => systemClock.after(ms / 500, then) };
    const it = recordPeer(pbx, (ears, deps, stop) => awaitOnce(target, ears, deps, stop), hasty);
    const ended = await it.ended;
    expect(ended.code).toBe('not-called');
    expect(ended.detail).toContain('tick "Websocket"');
  });
});

describe('who is not let in', () => {
  test('a wrong password is a fault of that PBX, said once, and its way in once corrected', async () => {
    const pbx = await pbxWith();
    const at = await listening([awaited('pbx', 'another')]);
    const it = serve(at, pbx);
    const dialled = pbx.dial(at.url);
    await expect(dialled.loggedIn).rejects.toThrow();
    expect(await it.ended).toMatchObject({ code: 'login-refused' });
    await expect(pbx.dial(at.url).loggedIn).rejects.toThrow();
    expect(at.lines).toEqual([expect.stringContaining('wrong password')]);
    expect(at.lines.join()).not.toContain('another');
  });

  test('a PBX nobody awaits is named, and takes no session away', async () => {
    const master = await pbxWith();
    const other = await pbxWith({ name: 'other', master });
    const at = await listening([awaited('pbx')]);
    const it = serve(at, master);
    master.dial(at.url);
    await it.ready();
    await expect(other.dial(at.url).loggedIn).rejects.toThrow();
    expect(at.lines).toEqual([expect.stringContaining('calls itself "other"')]);
    expect(await it.set('alice', 'busy')).toBeUndefined();
  });

  test('each challenge is another one, and a login that fails ends the connection', async () => {
    const pbx = await pbxWith();
    const at = await listening([awaited('pbx')]);
    serve(at, pbx);
    const socket = await stranger(at);
    const logins: string[] = [];
    socket.on('message', (text) => logins.push(String(text)));
    socket.send('{"mt":"AppChallenge"}');
    socket.send('{"mt":"AppChallenge"}');
    await expect.poll(() => logins.length).toBe(2);
    const challenges = logins.map((text) => JSON.parse(text).challenge);
    expect(new Set(challenges).size).toBe(2);
    expect(challenges[0]).toMatch(/^[0-9a-f]{16}$/);
    socket.send('{"mt":"AppLogin","app":"microsoft365","digest":"00"}');
    const [code] = await once(socket, 'close');
    expect(code).toBe(1008);
    expect(logins[2]).toContain('"ok":false');
  });

  test('requests before the login are not heeded', async () => {
    const at = await listening([awaited('pbx')]);
    const socket = await stranger(at);
    const heard: string[] = [];
    socket.on('message', (text) => heard.push(String(text)));
    socket.send('{"mt":"PbxInfo","pbx":"pbx"}');
    socket.send('{"mt":"AppChallenge"}');
    await expect.poll(() => heard.length).toBe(1);
    expect(heard[0]).toContain('AppChallengeResult');
  });

  test('a browser gets a sentence', async () => {
    const at = await listening([]);
    const response = await fetch(at.url);
    expect(response.status).toBe(426);
    expect(await response.text()).toContain('The PBX connects here');
  });
});

describe('strangers', () => {
  /** A second passes in 20 ms. */
  const hasty: Clock = { now: Date.now, after: (ms, then) => systemClock.after(ms / 50, then) };
  const tcp = async ({ port }: Listener): Promise<Socket> => {
    const socket = connectTcp(port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  };

  test.each([
    ['say nothing', ''],
    ['begin a request and never end it', 'GET / HTTP/1.1\r\nhost: x\r\n'],
  ])('who %s are cut', async (_, words) => {
    const at = await listening([awaited('pbx')], { clock: hasty });
    const socket = await tcp(at);
    socket.write(words);
    await once(socket, 'close');
  });

  test('who say nothing after the upgrade are cut', async () => {
    const at = await listening([awaited('pbx')], { clock: hasty });
    const [code] = await once(await stranger(at), 'close');
    expect(code).toBe(1006);
  });

  test('who say much are cut before it is taken in', async () => {
    const at = await listening([awaited('pbx')]);
    const socket = await stranger(at);
    socket.send('x'.repeat(2 * DOOR.bytes));
    await once(socket, 'close');
    const many = await stranger(at);
    const closed = once(many, 'close');
    for (let n = 0; n < 5_000; n += 1) many.send('{"mt":"AppChallenge"}');
    await closed;
  });

  test('who only hold connections do not keep the PBX out', async () => {
    const pbx = await pbxWith();
    const at = await listening([awaited('pbx')]);
    const it = serve(at, pbx);
    const idle = await Promise.all(Array.from({ length: 40 }, () => tcp(at)));
    pbx.dial(at.url);
    await it.ready();
    expect(await it.set('alice', 'busy')).toBeUndefined();
    for (const socket of idle) socket.destroy();
  });

  test('who guess passwords wait outside after some tries', async () => {
    const at = await listening([awaited('pbx')]);
    for (let n = 0; n < DOOR.failed; n += 1) {
      const socket = await stranger(at);
      socket.send('{"mt":"AppLogin","digest":"00"}');
      await once(socket, 'close');
    }
    const late = request(at.url);
    late.end();
    await expect(once(late, 'response')).rejects.toThrow();
    expect(at.lines).toHaveLength(1);
  });

  /** Says it after a challenge; answers how the line is closed. */
  const says = async (at: Listener, text: string): Promise<number> => {
    const socket = await stranger(at);
    const closed = once(socket, 'close');
    socket.send('{"mt":"AppChallenge"}');
    socket.send(text);
    return (await closed)[0];
  };
  const deep = `{"mt":"AppLogin","digest":"x","info":{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}}`;

  test('who say what is nested 5,000 deep are refused and wait outside after some tries; a PBX goes on', async () => {
    const pbx = await pbxWith();
    const at = await listening([awaited('pbx')]);
    const it = serve(at, pbx);
    pbx.dial(at.url);
    await it.ready();
    for (let n = 0; n < DOOR.failed; n += 1) expect(await says(at, deep)).toBe(1008);
    await expect(stranger(at)).rejects.toThrow();
    expect(at.lines).toEqual([
      'warn  127.0.0.1: a login was refused, it is none of a PBX (nested more than 32 deep)',
    ]);
    expect(await it.set('alice', 'busy')).toBeUndefined();
  });

  test('at whose words the agent throws are refused, named, and wait outside after some tries', async () => {
    const faulty: AwaitedPbx = {
      name: 'pbx',
      get credentials(): never {
        throw new RangeError('too deep');
      },
    };
    const at = await listening([faulty]);
    const text = '{"mt":"AppLogin","digest":"x"}';
    for (let n = 0; n < DOOR.failed; n += 1) expect(await says(at, text)).toBe(1011);
    await expect(stranger(at)).rejects.toThrow();
    expect(at.lines).toEqual([
      expect.stringMatching(/^warn {2}127\.0\.0\.1: a login was refused, .*RangeError: too deep/),
    ]);
  });

  test('a PBX that is logged in may say more than a stranger', async () => {
    const pbx = await pbxWith({ users: 400 });
    const at = await listening([awaited('pbx')], { clock: hasty });
    const it = serve(at, pbx);
    pbx.dial(at.url);
    await it.ready();
    expect(it.users()).toHaveLength(400);
    await new Promise((resolve) => setTimeout(resolve, DOOR.loginMs / 50 + 50));
    expect(await it.set('user1', 'busy')).toBeUndefined();
  });
});
