import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { serveHealth } from '../../agent/health.ts';
import { Tracker } from '../../agent/tracker.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function setup() {
  const tracker = new Tracker(() => 0);
  const parts = { tunnel: tracker.part('tunnel'), pbx: tracker.part('pbx main') };
  const server = await serveHealth({ host: '127.0.0.1', port: 0 }, tracker);
  ends.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return { status: response.status, body: await response.json() };
  };
  return { ...parts, get, port };
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

test('nothing else is there', async () => {
  const { get } = await setup();
  expect((await get('/')).status).toBe(404);
  expect((await get('/healthz', { method: 'POST' })).status).toBe(405);
});

test('an address that is taken is refused with a sentence', async () => {
  const { port } = await setup();
  const taken = serveHealth({ host: '127.0.0.1', port }, new Tracker(() => 0));
  await expect(taken).rejects.toThrow(/"health": nothing can be served at .* \(EADDRINUSE\)/);
});
