// How soon a PBX is tried again that says more than anybody reads, on real sockets and a clock that stands
// still. What else ends a session is test/agent/pbx/connect.test.ts.
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { keepPbx } from '../../agent/keep-pbx.ts';
import { MAX_MESSAGE_BYTES } from '../../agent/pbx/dial.ts';
import { Relay } from '../../agent/relay/relay.ts';
import type { Ended } from '../../agent/supervise.ts';
import { Tracker } from '../../agent/tracker.ts';
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
