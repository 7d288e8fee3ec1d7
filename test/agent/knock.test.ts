import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { addressOf, answered } from '../../agent/knock.ts';
import { fakeClock } from './fake-clock.ts';

describe('the address of a URL', () => {
  it.each([
    ['wss://192.0.2.10/PBX0/APPS/websocket', '192.0.2.10', 443],
    ['ws://127.0.0.1:9481/PBX0/APPS/websocket', '127.0.0.1', 9481],
    ['https://edge.example.net/example.com/microsoft365', 'edge.example.net', 443],
    ['http://[::1]:8787/example.com/microsoft365', '::1', 8787],
  ])('%s is %s, port %i', (url, host, port) => {
    expect(addressOf(url)).toEqual({ host, port });
  });
});

describe('knocking', () => {
  it('goes on until somebody answers', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    const { port } = await new Promise<{ port: number }>((settle) =>
      server.once('listening', () => settle(server.address() as { port: number })),
    );
    await new Promise((settle) => server.close(settle));
    const clock = fakeClock();
    const waiting = answered({ host: '127.0.0.1', port }, { clock, random: () => 0.5 }, signal());
    let open = false;
    void waiting.then(() => {
      open = true;
    });
    await clock.pass(1_600);
    await untilTimer(clock);
    expect(open).toBe(false);
    const again = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
    await new Promise((settle) => again.once('listening', settle));
    await clock.pass(1_600);
    await waiting;
    again.close();
  });

  it('of many who wait for the same address is spread over 800 ms', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((settle) => server.once('listening', settle));
    const { port } = server.address() as { port: number };
    const clock = fakeClock(0);
    const knocks: number[] = [];
    server.on('connection', () => knocks.push(clock.now()));
    const all = [0, 0.25, 0.5, 0.75, 1].map((dice) =>
      answered({ host: '127.0.0.1', port }, { clock, random: () => dice }, signal()),
    );
    for (let n = 1; n <= all.length; n += 1) {
      await clock.pass(n === 1 ? 1_200 : 200);
      await expect.poll(() => knocks.length).toBe(n);
    }
    await Promise.all(all);
    expect(knocks).toEqual([1_200, 1_400, 1_600, 1_800, 2_000]);
    server.close();
  });

  it('ends when told to', async () => {
    const stop = new AbortController();
    const clock = fakeClock();
    const waiting = answered(
      { host: '127.0.0.1', port: 1 },
      { clock, random: () => 0 },
      stop.signal,
    );
    stop.abort();
    await waiting;
    expect(clock.timers()).toBe(0);
  });
});

const signal = () => new AbortController().signal;

/** The refused connection is real and takes a moment; then the next knock is planned. */
async function untilTimer(clock: { timers(): number }): Promise<void> {
  while (clock.timers() === 0) await new Promise((settle) => setImmediate(settle));
}
