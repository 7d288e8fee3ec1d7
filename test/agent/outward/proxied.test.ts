// Tunnel and enrolment as they go out of a company: TLS of the customer's own, a proxy with a password.
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../agent/clock.ts';
import { parseEdgeUrl } from '../../../agent/edge-url.ts';
import { newKeyPair } from '../../../agent/key-pair.ts';
import { askBy } from '../../../agent/outward/ask.ts';
import type { WayOut } from '../../../agent/outward/way-out.ts';
import { connectOnce } from '../../../agent/tunnel/client.ts';
import { edgeClock } from '../../../agent/tunnel/edge-clock.ts';
import { startTlsFront } from '../../sim/network/tls-front.ts';
import { startWebProxy } from '../../sim/network/web-proxy.ts';
import { selfSigned } from '../../sim/pbx/self-signed.ts';
import { startEdge } from '../fake-edge.ts';
import { fakeLog } from '../fake-log.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function company() {
  const edge = await startEdge();
  const tls = selfSigned('company', { dns: ['edge.test'] });
  const front = await startTlsFront(Number(new URL(edge.url).port), tls);
  const proxy = await startWebProxy({ 'edge.test:443': front.port });
  proxy.login = 'agent:p@ss';
  ends.push(edge.close, front.close, proxy.down);
  const way = { extraCa: tls.cert, proxyFor: () => proxy.url.replace('//', '//agent:p%40ss@') };
  return { edge, proxy, way, plainPort: Number(new URL(edge.url).port) };
}

async function tunnel(way: WayOut) {
  const parsed = parseEdgeUrl('https://edge.test/example.com/microsoft365');
  if (!parsed.ok) throw new Error(parsed.problem);
  const { privateKey } = await newKeyPair();
  const identity = { edge: parsed.edge.href, agentId: 'agent-1', credential: 'c', privateKey };
  const stop = new AbortController();
  let up = () => {};
  const isUp = new Promise<string>((resolve) => {
    up = () => resolve('up');
  });
  const hello = { agent: { version: '1', platform: 'test', startedAt: 0 }, pbxs: [] };
  const ended = connectOnce(
    { edge: parsed.edge, identity, hello },
    { up, said() {}, down() {} },
    { clock: systemClock, edgeClock: edgeClock(systemClock), way, log: fakeLog().log },
    stop.signal,
  );
  ends.push(() => stop.abort());
  return { isUp, ended };
}

describe('the tunnel', () => {
  test('opens through a proxy with a password, trusting the authority of the company', async () => {
    const { proxy, way } = await company();
    const { isUp, ended } = await tunnel(way);
    expect(await Promise.race([isUp, ended])).toBe('up');
    expect(proxy.asked).toEqual(['edge.test:443']);
  });

  test.each([
    ['a wrong password', 407, /put user and password into HTTPS_PROXY/],
    ['a proxy that refuses', 403, /allow CONNECT/],
    ['a host that the proxy does not find', 502, /does not let this machine through/],
  ])('names %s', async (_, status, sentence) => {
    const { edge, proxy, way } = await company();
    proxy.refuses = status;
    const ended = await (await tunnel(way)).ended;
    expect(ended).toMatchObject({ code: 'proxy', retry: 'backoff' });
    expect(ended.detail).toMatch(sentence);
    expect(ended.detail).not.toContain('p%40ss@127');
    expect(edge.requests).toEqual([]);
  });

  test('names a proxy that is down', async () => {
    const { proxy, way } = await company();
    await proxy.down();
    const ended = await (await tunnel(way)).ended;
    expect(ended).toMatchObject({ code: 'proxy' });
    expect(ended.detail).toMatch(/no connection to the proxy 127\.0\.0\.1:\d+ .*check HTTPS_PROXY/);
  });

  test('names a certificate that nobody here trusts', async () => {
    const { way } = await company();
    const { proxyFor } = way;
    const ended = await (await tunnel({ proxyFor })).ended;
    expect(ended).toMatchObject({ code: 'tls' });
    expect(ended.detail).toContain('set "edge_ca_file"');
  });

  test('names a port that speaks no TLS', async () => {
    const { proxy, way, plainPort } = await company();
    proxy.hosts.set('edge.test:443', plainPort);
    const ended = await (await tunnel(way)).ended;
    expect(ended).toMatchObject({ code: 'unreachable' });
    expect(ended.detail).toMatch(/edge\.test\/\S* speaks no TLS.*: check host and port in "edge"/);
  });

  test('names a proxy that speaks no TLS', async () => {
    const { way, plainPort } = await company();
    const proxyFor = () => `https://127.0.0.1:${plainPort}`;
    const ended = await (await tunnel({ ...way, proxyFor })).ended;
    expect(ended).toMatchObject({ code: 'proxy' });
    expect(ended.detail).toMatch(/^the proxy 127\.0\.0\.1:\d+ speaks no TLS.*: write http:\/\//);
  });
});

test('a question gets there and back the same way', async () => {
  const { edge, way } = await company();
  const url = 'https://edge.test/example.com/microsoft365/enrol';
  const asked = await askBy(way)(url, { method: 'POST', body: { a: 1 }, timeoutMs: 5_000 });
  expect(asked).toMatchObject({ ok: true, answer: { status: 201 } });
  expect(edge.requests[0]?.body).toEqual({ a: 1 });
});
