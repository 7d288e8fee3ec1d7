// What a line does with ears that throw at what comes in, on real sockets.
import { type AddressInfo, Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Line, openLine } from '../../agent/line.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const end of ends.splice(0).reverse()) await end();
});

/** Two ends of one connection; `hear` is what our ears do with each text. */
async function connected() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  ends.push(() => {
    for (const client of server.clients) client.terminate();
    return new Promise((resolve) => server.close(resolve));
  });
  const came = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const options = { maxMessageBytes: 1_024, timeoutMs: 5_000 };
  const { signal } = new AbortController();
  const dialled = await openLine(`ws://127.0.0.1:${port}`, options, signal);
  if (!dialled.ok) throw new Error('not opened');
  return { line: dialled.line, other: await came };
}

function listenTo(line: Line, hear: (text: string) => void) {
  const closed: unknown[][] = [];
  const heard: string[] = [];
  line.listen({
    text(text) {
      heard.push(text);
      hear(text);
    },
    closed: (...how) => closed.push(how),
  });
  return { heard, closed };
}

const boom = () => {
  throw new RangeError('too deep');
};

test('what is said in one breath leaves together, and comes in its order', async () => {
  const { line, other } = await connected();
  const texts = Array.from({ length: 100 }, (_, n) => `text ${n}`);
  const came: string[] = [];
  const all = new Promise<void>((resolve) => {
    other.on('message', (data) => {
      if (came.push(String(data)) === texts.length) resolve();
    });
  });
  const writes = vi.spyOn(Socket.prototype, '_writev' as never);
  for (const text of texts) line.send(text);
  expect(writes).not.toHaveBeenCalled();
  await all;
  expect(writes).toHaveBeenCalledTimes(1);
  expect(came).toEqual(texts);
  line.send('alone');
  await new Promise((resolve) => other.once('message', resolve));
  expect(writes).toHaveBeenCalledTimes(2);
});

test('ears that throw end their line, are told so once, and hear nothing after it', async () => {
  const { line, other } = await connected();
  const it = listenTo(line, boom);
  const hungUp = new Promise((resolve) => other.once('close', resolve));
  for (const text of ['one', 'two', 'three']) other.send(text);
  expect(await hungUp).toBe(1011);
  expect(it.heard).toEqual(['one']);
  expect(it.closed).toEqual([[1011, 'what it sent is not taken: RangeError: too deep', true]]);
});

test('so they do at what came in before they listened', async () => {
  const { line, other } = await connected();
  for (const text of ['one', 'two']) other.send(text);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const it = listenTo(line, boom);
  expect(it.heard).toEqual(['one']);
  expect(it.closed).toMatchObject([[1011, expect.any(String), true]]);
});

test('whoever the line was handed over to is told', async () => {
  const { line, other } = await connected();
  listenTo(line, () => {
    line.listen(undefined);
    boom();
  });
  const hungUp = new Promise((resolve) => other.once('close', resolve));
  other.send('one');
  await hungUp;
  expect(listenTo(line, () => {}).closed).toMatchObject([[1011, expect.any(String), true]]);
});

test('another line goes on, and its own end is no fault of ours', async () => {
  const [broken, well] = [await connected(), await connected()];
  listenTo(broken.line, boom);
  const it = listenTo(well.line, () => {});
  broken.other.send('one');
  await new Promise((resolve) => broken.other.once('close', resolve));
  well.other.send('two');
  await expect.poll(() => it.heard).toEqual(['two']);
  well.other.close(1001, 'going');
  await expect.poll(() => it.closed).toEqual([[1001, 'going', false]]);
});
