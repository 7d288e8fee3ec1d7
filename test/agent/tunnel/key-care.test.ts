import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseEdgeUrl } from '../../../agent/edge-url.ts';
import { type Identity, prepareIdentity, readIdentity } from '../../../agent/identity.ts';
import { newKeyPair } from '../../../agent/key-pair.ts';
import type { Ask } from '../../../agent/outward/ask.ts';
import { edgeClock } from '../../../agent/tunnel/edge-clock.ts';
import { careForKey, KEY_LIFETIME_MS } from '../../../agent/tunnel/key-care.ts';
import { fakeClock } from '../fake-clock.ts';
import { fakeLog } from '../fake-log.ts';
import { temporaryDirectory } from '../temporary.ts';

const EDGE = 'https://edge.example.net/example.com/microsoft365';
const HOUR = 3_600_000;

async function setup({ madeAt, isUp = true }: { madeAt?: number; isUp?: boolean }) {
  const stateDir = join(await temporaryDirectory(), 'state');
  const clock = fakeClock(KEY_LIFETIME_MS * 10);
  const { privateKey } = await newKeyPair();
  const place = await prepareIdentity(stateDir);
  await place.save({
    ...{ edge: EDGE, agentId: 'agent-1', credential: 'old', privateKey },
    ...(madeAt === undefined ? {} : { madeAt }),
  });
  const asked: string[] = [];
  const ask: Ask = async (url, { method }) => {
    asked.push(`${method} ${url.replace(EDGE, '')}`);
    const status = method === 'POST' ? 201 : 200;
    return { ok: true, answer: { status, headers: {}, text: '{"credential":"new"}' } };
  };
  const { log, lines } = fakeLog();
  const stop = new AbortController();
  const parsed = parseEdgeUrl(EDGE);
  if (!parsed.ok) throw new Error(parsed.problem);
  const { edge } = parsed;
  const caller = (identity: Identity) =>
    isUp ? { edge, identity, ask, edgeClock: edgeClock(clock) } : undefined;
  void careForKey({ stateDir, caller, clock, random: () => 0.5, log }, stop.signal);
  return { asked, lines, clock, stop, stored: () => readIdentity(stateDir) };
}

test('a key of a month is renewed, once', async () => {
  const it = await setup({ madeAt: KEY_LIFETIME_MS * 9 });
  await it.clock.pass(HOUR);
  await expect.poll(() => it.lines).toEqual(['info  key renewed']);
  expect(it.asked).toEqual(['POST /agent/key', 'GET /agent']);
  expect(await it.stored()).toMatchObject({ credential: 'new', madeAt: it.clock.now() });
  await it.clock.pass(5 * HOUR);
  expect(it.asked).toHaveLength(2);
  it.stop.abort();
});

test.each([
  ['a young key', { madeAt: KEY_LIFETIME_MS * 9.5 }],
  ['without a tunnel any key', { isUp: false }],
])('%s stays', async (_, options) => {
  const it = await setup(options);
  await it.clock.pass(5 * HOUR);
  await expect.poll(async () => (await it.stored())?.credential).toBe('old');
  expect(it.asked).toEqual([]);
  it.stop.abort();
});
