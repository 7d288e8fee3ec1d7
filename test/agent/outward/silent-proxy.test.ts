// A web proxy that takes whoever comes and never answers the CONNECT: whoever dials through it gives up in
// time, and leaves nothing open there.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../agent/clock.ts';
import { parseEdgeUrl } from '../../../agent/edge-url.ts';
import { newKeyPair } from '../../../agent/key-pair.ts';
import { openLine } from '../../../agent/line.ts';
import { askBy } from '../../../agent/outward/ask.ts';
import { routeTo } from '../../../agent/outward/route.ts';
import { connectOnce } from '../../../agent/tunnel/client.ts';
import { edgeClock } from '../../../agent/tunnel/edge-clock.ts';
import { startTlsFront } from '../../sim/network/tls-front.ts';
import { startWebProxy } from '../../sim/network/web-proxy.ts';
import { selfSigned } from '../../sim/pbx/self-signed.ts';
import { fakeLog } from '../fake-log.ts';

/** Of a machine that is overrun. */
const SOON = { timeout: 5_000 };

const ends: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const end of ends.splice(0).reverse()) await end();
});

const URL_OF_EDGE = 'https://edge.test/example.com/microsoft365';
const LIMIT_MS = 200;
/** What a slow machine may add, in ms. */
const SLACK_MS = 2_000;

/** @param scheme how the proxy is spoken to */
async function silentProxy(scheme: 'http' | 'https' = 'http') {
  const proxy = await startWebProxy();
  ends.push(proxy.down);
  proxy.isSilent = true;
  if (scheme === 'http') return { proxy, way: { proxyFor: () => proxy.url } };
  const tls = selfSigned('proxy');
  const front = await startTlsFront(proxy.port, tls);
  ends.push(front.close);
  const way = { extraCa: tls.cert, proxyFor: () => `https://127.0.0.1:${front.port}` };
  return { proxy, way };
}

type Silent = Awaited<ReturnType<typeof silentProxy>>;

const question = ({ way }: Silent, signal?: AbortSignal, timeoutMs = LIMIT_MS) =>
  askBy(way)(`${URL_OF_EDGE}/agent`, { method: 'GET', timeoutMs }, signal);

function dial({ way }: Silent, signal: AbortSignal = new AbortController().signal) {
  const routed = routeTo(URL_OF_EDGE, way);
  if (!routed.ok) throw new Error('no route');
  const { route } = routed;
  const options = { maxMessageBytes: 1_024, timeoutMs: LIMIT_MS, route };
  return openLine(URL_OF_EDGE.replace('https', 'wss'), options, signal);
}

/** What `act` answers, unless it takes far too long. */
const inTime = (act: Promise<unknown>): Promise<unknown> =>
  Promise.race([act, new Promise((resolve) => setTimeout(resolve, LIMIT_MS + SLACK_MS, 'hangs'))]);

describe.each(['http', 'https'] as const)('a silent proxy (%s)', (scheme) => {
  test.each([
    ['a question', question],
    ['a dial', dial],
  ])('%s fails in time, blames it, and leaves nothing open', async (_, act) => {
    const it = await silentProxy(scheme);
    const acted = inTime(act(it));
    await expect.poll(() => it.proxy.asked, SOON).toEqual(['edge.test:443']);
    expect(await acted).toMatchObject({
      ok: false,
      failure: {
        kind: 'network',
        code: 'ETIMEDOUT',
        detail: 'no answer within 0.2 s',
        proxy: { name: expect.stringContaining('127.0.0.1:') },
      },
    });
    await expect.poll(() => it.proxy.sockets.size, SOON).toBe(0);
  });

  test.each([
    ['a question', (it: Silent, signal: AbortSignal) => question(it, signal, 60_000)],
    ['a dial', dial],
  ])('%s that is no longer wanted leaves nothing open', async (_, act) => {
    const it = await silentProxy(scheme);
    const stop = new AbortController();
    const acted = inTime(act(it, stop.signal));
    await expect.poll(() => it.proxy.asked, SOON).toHaveLength(1);
    stop.abort();
    expect(await acted).toEqual({ ok: false, failure: { kind: 'aborted' } });
    await expect.poll(() => it.proxy.sockets.size, SOON).toBe(0);
  });
});

test.each([
  ['a question', (it: Silent, signal: AbortSignal) => question(it, signal, 60_000)],
  ['a dial', dial],
])('%s that is taken back at once comes to no proxy', async (_, act) => {
  const it = await silentProxy();
  const stop = new AbortController();
  const acted = act(it, stop.signal);
  stop.abort();
  expect(await acted).toMatchObject({ failure: { kind: 'aborted' } });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(it.proxy.cameAt).toEqual([]);
});

test.each([
  ['a question', question],
  ['a dial', dial],
])(
  '%s to an edge that is silent behind a proxy which is not is no fault of the proxy',
  async (_, act) => {
    const silent = await startWebProxy();
    silent.isSilent = true;
    const proxy = await startWebProxy({ 'edge.test:443': silent.port });
    ends.push(silent.down, proxy.down);
    const acted = await inTime(act({ proxy, way: { proxyFor: () => proxy.url } }));
    const failure = { kind: 'network', code: 'ETIMEDOUT', detail: 'no answer within 0.2 s' };
    expect(acted).toEqual({ ok: false, failure });
    await expect.poll(() => proxy.sockets.size + silent.sockets.size, SOON).toBe(0);
  },
);

test('the tunnel says of it that it does not answer', async () => {
  const it = await silentProxy();
  const parsed = parseEdgeUrl(URL_OF_EDGE);
  if (!parsed.ok) throw new Error(parsed.problem);
  const { privateKey } = await newKeyPair();
  const identity = { edge: parsed.edge.href, agentId: 'agent-1', credential: 'c', privateKey };
  const hello = { agent: { version: '1', platform: 'test', startedAt: 0 }, pbxs: [] };
  // Sockets go on in their own time.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const ended = connectOnce(
    { edge: parsed.edge, identity, hello },
    { up() {}, said() {}, down() {} },
    { clock: systemClock, edgeClock: edgeClock(systemClock), way: it.way, log: fakeLog().log },
    new AbortController().signal,
  );
  await expect.poll(() => it.proxy.asked, SOON).toHaveLength(1);
  vi.advanceTimersByTime(15_000);
  vi.useRealTimers();
  const said = await inTime(ended);
  expect(said).toMatchObject({ code: 'proxy', retry: 'backoff' });
  expect(said).toMatchObject({
    detail: expect.stringMatching(
      /^the proxy 127\.0\.0\.1:\d+ does not answer \(no answer within 15 s\): .*HTTPS_PROXY/,
    ),
  });
  await expect.poll(() => it.proxy.sockets.size, SOON).toBe(0);
});
