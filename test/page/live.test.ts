import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Refusal } from '../../edge/page/ask.ts';
import { Live } from '../../edge/page/live/live.ts';
import { sentEvents } from '../../edge/page/live/sent-events.ts';
import type { LampView } from '../../shared/lamps.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('events come whole, however they were cut on their way', () => {
  const text =
    'retry: 1000\n\nid: 5-1\nevent: status\ndata: [1]\n\n: still here\n\ndata: a\ndata: b:c\n\nda';
  const whole = [
    { id: '5-1', event: 'status', data: '[1]' },
    { id: undefined, event: 'message', data: 'a\nb:c' },
  ];
  for (const size of [1, 2, 7, text.length]) {
    const take = sentEvents();
    const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    expect(pieces.flatMap(take)).toEqual(whole);
  }
});

/** A server whose streams the test holds in its hand. */
function server() {
  const opened: { lastEventId: string | undefined; gone: boolean }[] = [];
  let write: ReadableStreamDefaultController<Uint8Array> | undefined;
  let refusal: Refusal | undefined;
  const told: LampView[][] = [];
  const ups: boolean[] = [];
  const live = new Live({
    random: () => 0.5,
    open: async (lastEventId) => {
      const here = { lastEventId, gone: false };
      opened.push(here);
      if (refusal) throw refusal;
      return new ReadableStream({
        start(controller) {
          write = controller;
        },
        cancel() {
          here.gone = true;
        },
      });
    },
  });
  live.on('status', (lamps) => void told.push(lamps));
  live.onUp((isUp) => void ups.push(isUp));
  const end = new AbortController();
  const running = live.run(end.signal);
  const send = async (text: string) => {
    write?.enqueue(new TextEncoder().encode(text));
    await vi.advanceTimersByTimeAsync(0);
  };
  return {
    live,
    opened,
    told,
    ups,
    send,
    status: (n: number) => send(`id: 1-${n}\nevent: status\ndata: []\n\n`),
    close: () => write?.close(),
    refuse(how: Refusal | undefined) {
      refusal = how;
    },
    async leave() {
      end.abort();
      await running;
    },
  };
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('it is up from the first event on', async () => {
  const { status, live, told, send, leave } = server();
  await pass(0);
  await send('retry: 1000\n\n');
  expect(live.isUp).toBe(false);
  await status(1);
  expect(live.isUp).toBe(true);
  expect(told).toEqual([[]]);
  await leave();
});

test('a stream that ends is opened again where it was, and stays up meanwhile', async () => {
  const { status, close, ups, opened, leave } = server();
  await pass(0);
  await status(7);
  close();
  await pass(1_000);
  expect(opened.map(({ lastEventId }) => lastEventId)).toEqual([undefined, '1-7']);
  await status(8);
  expect(ups).toEqual([true]);
  await leave();
});

test('where the next stream does not come it is down, and tried ever later', async () => {
  const { status, close, ups, opened, refuse, leave } = server();
  await pass(0);
  await status(1);
  refuse(new Refusal('offline', ''));
  close();
  await pass(1_000);
  expect(ups).toEqual([true, false]);
  await pass(60_000);
  const inAMinute = opened.length;
  expect(inAMinute).toBeGreaterThan(4);
  expect(inAMinute).toBeLessThan(8);
  await pass(60_000);
  expect(opened.length - inAMinute).toBeLessThanOrEqual(3);
  refuse(undefined);
  for (const before = opened.length; opened.length === before; ) await pass(1_000);
  await status(2);
  expect(ups).toEqual([true, false, true]);
  await leave();
});

test('a server that says how long to wait is not asked before', async () => {
  const { opened, refuse, leave } = server();
  refuse(new Refusal('unavailable', '', { status: 503, retryAfter: 30 }));
  await pass(29_000);
  expect(opened).toHaveLength(1);
  await pass(2_000);
  expect(opened).toHaveLength(2);
  await leave();
});

test('a stream on which nothing comes is given up', async () => {
  const { opened, live, leave } = server();
  await pass(5_000);
  expect(opened[0]).toMatchObject({ gone: true });
  expect(live.isUp).toBe(false);
  await leave();
});

test('a line that fell silent is noticed, one that beats is not', async () => {
  const { status, send, live, opened, leave } = server();
  await pass(0);
  await status(1);
  for (let n = 0; n < 4; n++) {
    await pass(20_000);
    await send(': still here\n\n');
  }
  expect(live.isUp).toBe(true);
  await pass(50_000);
  expect(live.isUp).toBe(false);
  expect(opened[0]).toMatchObject({ gone: true });
  await leave();
});

test('leaving hangs up at once, and whoever comes back is served after that', async () => {
  const { status, live, opened, ups, leave } = server();
  await pass(0);
  await status(1);
  const left = leave();
  const back = new AbortController();
  const again = live.run(back.signal);
  await left;
  expect(opened[0]).toMatchObject({ gone: true });
  await pass(0);
  await status(2);
  expect(ups).toEqual([true, false, true]);
  back.abort();
  await again;
});
