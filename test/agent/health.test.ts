import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { serveHealth } from '../../agent/health.ts';
import { metricsOf } from '../../agent/metrics.ts';
import { reportOf } from '../../agent/report.ts';
import { Tracker } from '../../agent/tracker.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const ABOUT = { version: '1.2.3', edge: 'https://e.net/a.b/c', agentId: 'agent-1' };
const sourcesOf = (tracker: Tracker) => ({
  tracker,
  metrics: metricsOf(tracker, ABOUT),
  report: () => reportOf(tracker, ABOUT),
});

async function setup() {
  const tracker = new Tracker(() => 0);
  const parts = { tunnel: tracker.part('tunnel'), pbx: tracker.part('pbx main') };
  const server = await serveHealth({ host: '127.0.0.1', port: 0 }, sourcesOf(tracker));
  ends.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return { status: response.status, body: await response.json() };
  };
  const text = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  return { ...parts, tracker, get, text, port };
}

test('healthz answers as long as the process works', async () => {
  const { get } = await setup();
  expect(await get('/healthz')).toEqual({ status: 200, body: { ok: true } });
});

test('readyz names what is missing and why', async () => {
  const { get, tunnel, pbx } = await setup();
  expect((await get('/readyz')).body).toMatchObject({
    ready: false,
    missing: [{ name: 'tunnel', code: 'starting' }, { name: 'pbx main' }],
  });
  tunnel.up();
  pbx.down({ code: 'tls', detail: 'no', retry: 'backoff' });
  expect(await get('/readyz')).toEqual({
    status: 503,
    body: { ready: false, missing: [{ name: 'pbx main', code: 'tls', detail: 'no' }] },
  });
  pbx.up();
  expect(await get('/readyz?verbose')).toEqual({ status: 200, body: { ready: true } });
});

test('metrics say what is up, what was lost and why, and what went over the tunnel', async () => {
  const { text, tunnel, pbx, tracker } = await setup();
  tunnel.up();
  tunnel.down({ code: 'silent', detail: '', retry: 'backoff' });
  // A try that failed is no loss.
  tunnel.down({ code: 'unreachable', detail: '', retry: 'backoff' });
  tunnel.up();
  pbx.down({ code: 'tls', detail: '', retry: 'backoff' });
  tracker.takes('leading');
  tracker.counted('up', 'presences');
  tracker.counted('up', 'presences');
  tracker.users.set('main', 12);
  // Asked twice, nothing is counted twice.
  await text('/metrics');
  const lines = (await text('/metrics')).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'presence_agent_info{version="1.2.3"} 1',
      'presence_agent_ready 0',
      'presence_agent_leading 1',
      'presence_agent_up{part="tunnel"} 1',
      'presence_agent_up{part="pbx main"} 0',
      'presence_agent_connects_total{part="tunnel"} 2',
      'presence_agent_losses_total{part="tunnel",reason="silent"} 1',
      'presence_agent_frames_total{direction="up",type="presences"} 2',
      'presence_agent_pbx_users{pbx="main"} 12',
    ]),
  );
  expect(lines.filter((line) => line.includes('reason="unreachable"'))).toEqual([]);
  expect(lines.some((line) => /^process_resident_memory_bytes \d{7,}$/.test(line))).toBe(true);
});

test('status says the same in one piece', async () => {
  const { get, tunnel, pbx } = await setup();
  tunnel.up();
  pbx.down({ code: 'tls', detail: 'no', retry: 'backoff' });
  expect((await get('/status')).body).toMatchObject({
    ...ABOUT,
    ready: false,
    parts: [
      { name: 'tunnel', up: true },
      { name: 'pbx main', up: false, fault: { code: 'tls', detail: 'no' } },
    ],
  });
});

test('nothing else is there', async () => {
  const { get } = await setup();
  expect((await get('/')).status).toBe(404);
  expect((await get('/healthz', { method: 'POST' })).status).toBe(405);
});

test('an address that is taken is refused with a sentence', async () => {
  const { port } = await setup();
  const taken = serveHealth({ host: '127.0.0.1', port }, sourcesOf(new Tracker(() => 0)));
  await expect(taken).rejects.toThrow(
    `"health": 127.0.0.1:${port} is taken by another program: end that one, or name another port.`,
  );
});
