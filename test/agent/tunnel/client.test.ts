// The agent's end of the tunnel against a fake edge, on a real socket.
import { type CryptoKey, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../agent/clock.ts';
import { parseEdgeUrl } from '../../../agent/edge-url.ts';
import { type Identity, privateJwk } from '../../../agent/identity.ts';
import { straight } from '../../../agent/outward/way-out.ts';
import { connectOnce } from '../../../agent/tunnel/client.ts';
import { edgeClock } from '../../../agent/tunnel/edge-clock.ts';
import { AGENT_PROOF_TYP, TUNNEL_SUBPROTOCOL } from '../../../shared/agent-auth.ts';
import { CLOSE } from '../../../shared/protocol/close-codes.ts';
import { type DownFrame, watchMoreFrame } from '../../../shared/protocol/down.ts';
import { MAX_FRAME_LENGTH, SILENCE_LIMIT_MS } from '../../../shared/protocol/frame.ts';
import { type UpFrame, wroteFrame } from '../../../shared/protocol/up.ts';
import { type FakeEdge, startEdge } from '../fake-edge.ts';
import { fakeLog } from '../fake-log.ts';

let publicKey: CryptoKey;
let identity: Identity;
beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  publicKey = pair.publicKey;
  identity = {
    edge: '',
    agentId: 'agent-1',
    credential: 'the credential',
    privateKey: privateJwk.parse(await exportJWK(pair.privateKey)),
  };
});

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function edgeWith(knobs: Partial<FakeEdge['knobs']> = {}): Promise<FakeEdge> {
  const edge = await startEdge(knobs);
  ends.push(edge.close);
  return edge;
}

/** A second passes in 50 ms. */
const hasty: Clock = { now: Date.now, after: (ms, then) => systemClock.after(ms / 20, then) };

function connect({ url }: { url: string }, clock: Clock = systemClock) {
  const parsed = parseEdgeUrl(url);
  if (!parsed.ok) throw new Error(parsed.problem);
  const stop = new AbortController();
  const heard: string[] = [];
  const said: DownFrame[] = [];
  let send: (frame: UpFrame) => void = () => {};
  const hello = { agent: { version: '1', platform: 'test', startedAt: 0 }, pbxs: ['pbx'] };
  const ended = connectOnce(
    { edge: parsed.edge, identity, hello },
    {
      up(sends, { role }) {
        send = sends;
        heard.push(`up ${role}`);
      },
      said: (frame) => said.push(frame),
      down: () => heard.push('down'),
    },
    { clock, edgeClock: edgeClock(clock), way: straight, log: fakeLog().log },
    stop.signal,
  );
  ends.push(async () => {
    stop.abort();
    await ended;
  });
  const up = () => expect.poll(() => heard).toContain('up leading');
  return { heard, said, ended, stop, up, send: (frame: UpFrame) => send(frame) };
}

describe('a tunnel', () => {
  test('begins with hello and is up with the welcome', async () => {
    const edge = await edgeWith();
    const it = connect(edge);
    await it.up();
    expect(edge.frames).toMatchObject([{ t: 'hello', pbxs: ['pbx'] }]);
  });

  test('proves itself with its own key, for a minute, to this connector', async () => {
    const edge = await edgeWith();
    await connect(edge).up();
    const [request] = edge.requests;
    expect(request?.url).toBe('/example.com/microsoft365/tunnel');
    expect(request?.headers['sec-websocket-protocol']).toBe(TUNNEL_SUBPROTOCOL);
    const token = request?.headers.authorization?.replace('Bearer ', '') ?? '';
    const { payload, protectedHeader } = await jwtVerify(token, publicKey, {
      ...{ issuer: 'agent-1', audience: 'example.com/microsoft365', typ: AGENT_PROOF_TYP },
    });
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload['cred']).toBe('the credential');
    expect(payload.jti).toBeTruthy();
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
  });

  test('carries frames both ways, in order', async () => {
    const edge = await edgeWith();
    const it = connect(edge);
    await it.up();
    edge.send(watchMoreFrame({ epoch: 1, guids: ['a'] }));
    edge.send(watchMoreFrame({ epoch: 1, guids: ['b'] }));
    for (const write of [1, 2]) it.send(wroteFrame({ guid: 'a', write }));
    await expect.poll(() => it.said).toMatchObject([{ guids: ['a'] }, { guids: ['b'] }]);
    await expect.poll(() => edge.frames.slice(1)).toMatchObject([{ write: 1 }, { write: 2 }]);
  });

  test('pings every 5 s and lives on with the pongs alone', async () => {
    const edge = await edgeWith();
    const it = connect(edge, hasty);
    await it.up();
    await expect.poll(() => edge.pings, { timeout: 3_000 }).toBeGreaterThan(5);
    expect(it.heard).toEqual(['up leading']);
  });

  test('ends at once when told to stop', async () => {
    const edge = await edgeWith();
    const it = connect(edge);
    await it.up();
    it.stop.abort();
    expect(await it.ended).toMatchObject({ code: 'stopped' });
    expect(it.heard).toEqual(['up leading', 'down']);
    await expect.poll(() => edge.sockets.size).toBe(0);
  });
});

describe('why a tunnel ended', () => {
  test.each([
    [CLOSE.replaced, 'replaced', 'never'],
    [CLOSE.revoked, 'revoked', 'slow'],
    [CLOSE.connectorDeleted, 'connector-deleted', 'slow'],
    [CLOSE.unsupportedVersion, 'unsupported-version', 'slow'],
    [CLOSE.badFrame, 'bad-frame', 'backoff'],
    [1012, 'closed', 'backoff'],
  ])('close code %i: %s, %s', async (code, reason, retry) => {
    const edge = await edgeWith();
    const it = connect(edge);
    await it.up();
    for (const socket of edge.sockets) socket.close(code);
    expect(await it.ended).toMatchObject({ code: reason, retry });
    expect(it.heard).toEqual(['up leading', 'down']);
  });

  test.each([
    ['a frame beyond the limit', MAX_FRAME_LENGTH + 1, 'bad-frame', 'too-long'],
    ['a message beyond what a frame can be', MAX_FRAME_LENGTH * 3 + 1, 'closed', 'Max payload'],
  ])('%s from the edge ends it', async (_, length, code, part) => {
    const edge = await edgeWith();
    const it = connect(edge);
    await it.up();
    edge.send('x'.repeat(length));
    const ended = await it.ended;
    expect(ended).toMatchObject({ code, retry: 'backoff' });
    expect(ended.detail).toContain(part);
    expect(it.said).toEqual([]);
  });

  test('cut: closed', async () => {
    const edge = await edgeWith();
    const it = connect(edge);
    await it.up();
    edge.cut();
    expect(await it.ended).toMatchObject({ code: 'closed' });
  });

  test('no sign of life for 10 s: silent', async () => {
    const edge = await edgeWith({ pong: false });
    expect(await connect(edge, hasty).ended).toMatchObject({ code: 'silent' });
  });

  test('what waited in the breath of hello is no sign of life at the next ping', async () => {
    const edge = await edgeWith({ pong: false });
    const spans: number[] = [];
    const after: Clock['after'] = (ms, then) => {
      spans.push(ms);
      return hasty.after(ms, then);
    };
    expect(await connect(edge, { now: Date.now, after }).ended).toMatchObject({ code: 'silent' });
    // The wait for the welcome, and for a sign of life: from the start, and from the welcome.
    expect(spans.filter((ms) => ms === SILENCE_LIMIT_MS)).toHaveLength(3);
  });

  test('no welcome: not up', async () => {
    const edge = await edgeWith({ welcome: false });
    const it = connect(edge, hasty);
    expect(await it.ended).toMatchObject({ code: 'no-welcome' });
    expect(it.heard).toEqual([]);
  });

  test.each([
    ['{"v":1,"t":"reboot"}', CLOSE.badFrame, 'bad-frame'],
    ['{"v":1,"t":"set"}', CLOSE.badFrame, 'bad-frame'],
    ['hello', CLOSE.badFrame, 'bad-frame'],
    ['{"v":99,"t":"welcome"}', CLOSE.unsupportedVersion, 'unsupported-version'],
  ])('%s closes with %i', async (text, code, reason) => {
    const edge = await edgeWith();
    const it = connect(edge);
    await it.up();
    const [socket] = edge.sockets;
    const closed = new Promise((resolve) => socket?.once('close', resolve));
    edge.send(text);
    expect(await it.ended).toMatchObject({ code: reason });
    expect(await closed).toBe(code);
  });

  test('a line that takes nothing is given up before memory runs out', async () => {
    const edge = await edgeWith();
    const it = connect(edge);
    await it.up();
    for (const socket of edge.sockets) socket.pause();
    const detail = 'x'.repeat(1_000_000);
    for (let write = 0; write < 60; write++) it.send(wroteFrame({ guid: detail, write }));
    expect(await it.ended).toMatchObject({ code: 'overflow', retry: 'backoff' });
  });
});

test('a frame at which the agent throws ends the tunnel, with a sentence', async () => {
  const edge = await edgeWith();
  const it = connect(edge);
  await it.up();
  it.said.push = () => {
    throw new TypeError('no');
  };
  edge.send(watchMoreFrame({ epoch: 1, guids: ['a'] }));
  const ended = await it.ended;
  expect(ended).toMatchObject({ code: 'closed', retry: 'backoff' });
  expect(ended.detail).toContain('what it sent is not taken: TypeError: no');
  expect(it.heard).toEqual(['up leading', 'down']);
});

describe('why a tunnel was not opened', () => {
  const json = { 'content-type': 'application/problem+json' };
  const html = { 'content-type': 'text/html; charset=utf-8' };
  test.each<[string, FakeEdge['knobs']['refuse'] & object, string, string, string]>([
    [
      '401',
      { status: 401, headers: json, body: '{"detail":"bad proof"}' },
      'refused',
      'slow',
      'bad proof',
    ],
    [
      '401 revoked',
      { status: 401, headers: json, body: '{"code":"revoked"}' },
      'revoked',
      'slow',
      'enrol',
    ],
    ['410', { status: 410 }, 'revoked', 'slow', 'enrol'],
    ['404', { status: 404, headers: json }, 'unknown-connector', 'slow', 'two names'],
    [
      '503',
      { status: 503, headers: json, body: '{"detail":"SETTINGS_KEY"}' },
      'unavailable',
      'backoff',
      'SETTINGS_KEY',
    ],
    ['520 of a proxy', { status: 520, headers: html }, 'unavailable', 'backoff', '520'],
    ['429', { status: 429 }, 'unavailable', 'backoff', '429'],
    [
      'a sign-in page',
      { status: 200, headers: html, body: '<html>' },
      'sign-in-page',
      'backoff',
      'captive portal',
    ],
    [
      'a redirect',
      { status: 302, headers: { location: 'http://portal/' } },
      'not-an-edge',
      'backoff',
      'towards http://portal/',
    ],
    ['404 of a web server', { status: 404, headers: html }, 'sign-in-page', 'backoff', 'filter'],
    [
      'a wrong clock',
      { status: 401, headers: { date: new Date(Date.now() + 300_000).toUTCString() } },
      'clock',
      'backoff',
      's behind the edge',
    ],
  ])('%s', async (_, refuse, code, retry, part) => {
    const ended = await connect(await edgeWith({ refuse })).ended;
    expect(ended).toMatchObject({ code, retry });
    expect(ended.detail).toContain(part);
  });

  test('nobody there', async () => {
    const edge = await startEdge();
    await edge.close();
    expect(await connect(edge).ended).toMatchObject({ code: 'unreachable' });
  });
});
