// Bodies that come slowly, in part, or without an end: whoever sends them keeps nobody else waiting, and costs the
// edge little. Real sockets, since a client that is one lets nobody do this.
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { residentMb } from '../bench/process-figures.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import { CONNECTOR } from '../sim/laboratory.ts';
import { type Cast, NAMES } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onStage } from './stage.ts';

/** As many as one machine may easily have open. */
const SENDERS = 300;
/** Who waited for any of them would wait for ever; the figures are those of `npm run bench`. */
const AT_ONCE_MS = 1_000;
/** What one of them may cost, in MB: no more than a body may have. */
const MB_EACH = 1;

let demo: SetUp;
let cast: Cast;
onStage('slow-bodies', (stage) => {
  ({ demo, cast } = stage);
});

const open: Socket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** A request to the webhook whose head is there, and whatever is answered to it. */
function sender(head: string, path = `/${CONNECTOR}/subscriptions`) {
  const socket = connect(Number(new URL(demo.edge.origin).port), '127.0.0.1');
  const said = { text: '', isOver: false };
  socket.on('data', (data) => {
    said.text += data;
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    said.isOver = true;
  });
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: edge.example.net\r\nContent-Type: application/json\r\n${head}\r\n\r\n`,
  );
  open.push(socket);
  return { socket, said };
}

/** Changes in Teams are told, answered and shown as ever. */
async function isUnhurt(status: 'Busy' | 'DoNotDisturb', shown: string): Promise<void> {
  demo.lab.microsoft.records.clear();
  for (const name of NAMES) cast.teams(name).choose(status);
  for (const name of NAMES) await becomes(cast.onPbx(name), shown);
  // The PBX may show it before Microsoft has its answer.
  const told = await eventually(
    () => demo.lab.microsoft.records.notifications,
    (all) =>
      new Set(all.flatMap(({ items }) => items.map(({ userId }) => userId))).size === NAMES.length,
  );
  expect(new Set(told.map(({ status }) => status))).toEqual(new Set([202]));
  expect(Math.max(...told.map(({ ms }) => ms))).toBeLessThan(AT_ONCE_MS);
}

it('a byte a second, a body shorter than announced, chunks without an end: others are answered as ever', async () => {
  const before = await residentMb(demo.edge.pid);
  const heads = ['Content-Length: 100000', 'Transfer-Encoding: chunked'];
  const senders = Array.from({ length: SENDERS }, (_, n) => sender(heads[n % 2] ?? ''));
  const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
  const dribbling = setInterval(() => {
    for (const [n, { socket }] of senders.entries()) socket.write(n % 2 ? chunked(' ') : ' ');
  }, 1_000);
  try {
    await isUnhurt('Busy', 'busy');
    await isUnhurt('DoNotDisturb', 'dnd');
    expect((await residentMb(demo.edge.pid)) - before).toBeLessThan(SENDERS * MB_EACH);
    // Nobody was answered before the end of a body: nothing of it was believed.
    expect(senders.filter(({ said }) => said.text !== '')).toEqual([]);
  } finally {
    clearInterval(dribbling);
  }
  for (const { socket } of senders) socket.end();
  await isUnhurt('Busy', 'busy');
});

it('chunks beyond every limit are refused, and the connection ends', async () => {
  const { socket, said } = sender('Transfer-Encoding: chunked');
  const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
  const flooding = setInterval(() => socket.writable && socket.write(chunk.repeat(16)), 10);
  try {
    await eventually(
      () => said,
      ({ text, isOver }) => text.startsWith('HTTP/1.1 413') || isOver,
      20_000,
    );
  } finally {
    clearInterval(flooding);
  }
  await isUnhurt('DoNotDisturb', 'dnd');
});
