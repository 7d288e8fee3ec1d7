// How soon a PBX is tried again whose line ended, on real sockets: one that says more than anybody reads, and
// one that dials us and is lost at once. What else ends a session is test/agent/pbx/connect.test.ts.
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../agent/clock.ts';
import { keepPbx } from '../../agent/keep-pbx.ts';
import { MAX_MESSAGE_BYTES } from '../../agent/pbx/dial.ts';
import { loginDigest } from '../../agent/pbx/handshake.ts';
import { listenForPbxs } from '../../agent/pbx/listen.ts';
import { Relay } from '../../agent/relay/relay.ts';
import type { Ended } from '../../agent/supervise.ts';
import { Tracker } from '../../agent/tracker.ts';
import { startPbx } from '../sim/pbx/server.ts';
import { fakeClock } from './fake-clock.ts';
import { fakeLog } from './fake-log.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Answers each connection with one message that has no end, and reads nothing after that: no goodbye either. */
async function talkative() {
  let dials = 0;
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => {
    dials += 1;
    socket.on('error', () => {});
    socket.once('message', () => {
      socket.pause();
      socket.send('x'.repeat(MAX_MESSAGE_BYTES + 1));
    });
  });
  ends.push(async () => {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}/PBX0/APPS/websocket`, dials: () => dials };
}

function kept(url: string) {
  const clock = fakeClock();
  const { log, lines } = fakeLog();
  const tracker = new Tracker(clock.now);
  const stop = new AbortController();
  const pacing = { soon: setImmediate, later: (then: () => void) => void setTimeout(then, 20) };
  const pbx = { name: 'pbx', credentials: { app: 'microsoft365', password: 'secret365' } };
  const target = { ...pbx, address: { url, insecureTls: false } };
  const part = tracker.part('pbx');
  let downs = 0;
  const counted = {
    ...part,
    down(ended: Ended) {
      downs += 1;
      part.down(ended);
    },
  };
  const ended = keepPbx(
    { pbx, target, listening: undefined },
    counted,
    new Relay(['pbx'], pacing),
    { clock, random: () => 0.999, log, tracker },
    stop.signal,
  );
  ends.push(async () => {
    stop.abort();
    await ended;
  });
  return { clock, lines, lamp: () => tracker.all()[0], downs: () => downs };
}

test('a message beyond 4 MiB is told of, and the PBX tried again more and more rarely', async () => {
  const pbx = await talkative();
  const it = kept(pbx.url);
  const pauses: number[] = [];
  for (const tries of [1, 2, 3]) {
    // The clock stands still meanwhile: what ends the line is none of the agent's time limits.
    await expect.poll(it.downs, { timeout: 5_000 }).toBe(tries);
    expect(it.lamp()?.fault?.detail).toContain('Max payload size exceeded');
    const dials = pbx.dials();
    const since = it.clock.now();
    while (pbx.dials() === dials) {
      await it.clock.pass(100);
      await new Promise(setImmediate);
    }
    pauses.push(it.clock.now() - since);
  }
  expect(pauses).toEqual([1_000, 2_000, 4_000]);
  expect(it.lines).toEqual([
    'warn  PBX pbx: the PBX closed the connection (1006 what it sent is not taken: Max payload size exceeded)',
  ]);
});

/** Logs in as a PBX does that dials us, and says nothing after that: no PbxInfo. */
async function silentLogin(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  socket.on('error', () => {});
  return new Promise((resolve) => {
    socket.once('open', () => socket.send('{"mt":"AppChallenge"}'));
    socket.on('message', (text) => {
      const { mt, challenge, ok } = JSON.parse(String(text));
      if (ok === true) resolve(socket);
      if (mt !== 'AppChallengeResult') return;
      const names = { app: 'microsoft365', domain: '', sip: 'microsoft365', guid: '', dn: '' };
      const login = { ...names, info: { appobj: 'microsoft365', pbx: 'pbx' } };
      const digest = loginDigest(login, challenge, 'secret365');
      socket.send(JSON.stringify({ mt: 'AppLogin', ...login, digest }));
    });
  });
}

test.each<[string, (first: WebSocket) => Promise<unknown>]>([
  [
    'is lost 300 ms after its login',
    async (first) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      first.terminate();
    },
  ],
  ['logs in anew at once', (first) => silentLogin(first.url)],
])('a PBX that dials us and %s, before PbxInfo: its next login is served', async (_, happens) => {
  const pbx = { name: 'pbx', credentials: { app: 'microsoft365', password: 'secret365' } };
  const { log } = fakeLog();
  const clock = systemClock;
  const listening = await listenForPbxs({ host: '127.0.0.1', port: 0 }, [pbx], { clock, log });
  ends.push(() => listening.close());
  const tracker = new Tracker(clock.now);
  const stop = new AbortController();
  const pacing = { soon: setImmediate, later: (then: () => void) => void setTimeout(then, 20) };
  const kept = keepPbx(
    { pbx, target: undefined, listening },
    tracker.part('pbx'),
    new Relay(['pbx'], pacing),
    { clock, random: () => 0.999, log, tracker },
    stop.signal,
  );
  ends.push(() => {
    stop.abort();
    // Without an end it would hang here, too.
    return Promise.race([kept, new Promise((resolve) => setTimeout(resolve, 1_000))]);
  });
  await happens(await silentLogin(`ws://127.0.0.1:${listening.port}`));
  const simulated = await startPbx();
  ends.push(() => simulated.close());
  simulated.dial(`http://127.0.0.1:${listening.port}/microsoft365.htm`);
  await expect.poll(() => tracker.all()[0]?.up, { timeout: 8_000 }).toBe(true);
});
