// How soon the tunnel is tried again, against a fake edge on a real socket and a clock that stands still.
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parseEdgeUrl } from '../../agent/edge-url.ts';
import { prepareIdentity } from '../../agent/identity.ts';
import { keepTunnel } from '../../agent/keep-tunnel.ts';
import { newKeyPair } from '../../agent/key-pair.ts';
import { straight, type WayOut } from '../../agent/outward/way-out.ts';
import { Relay } from '../../agent/relay/relay.ts';
import { Tracker } from '../../agent/tracker.ts';
import { MAX_FRAME_LENGTH } from '../../shared/protocol/frame.ts';
import { startWebProxy } from '../sim/network/web-proxy.ts';
import { fakeClock } from './fake-clock.ts';
import { type FakeEdge, startEdge } from './fake-edge.ts';
import { fakeLog } from './fake-log.ts';
import { temporaryDirectory } from './temporary.ts';

/** After so many tries a back-off alone would take 20 s to the next. */
const MANY = 10;
/** Within this it is tried again, in ms. */
const SOON_MS = 4_000;

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function kept(edge: FakeEdge, way: WayOut = straight) {
  const stateDir = join(await temporaryDirectory(), 'state');
  const { privateKey } = await newKeyPair();
  const place = await prepareIdentity(stateDir);
  await place.save({ edge: edge.url, agentId: 'agent-1', credential: 'one', privateKey });
  const parsed = parseEdgeUrl(edge.url);
  if (!parsed.ok) throw new Error(parsed.problem);
  const clock = fakeClock();
  const { log, lines } = fakeLog();
  const tracker = new Tracker(clock.now);
  const stop = new AbortController();
  const ended = keepTunnel(
    {
      ...{ stateDir, edge: parsed.edge, way },
      hello: { agent: { version: '1', platform: 'test', startedAt: 0 }, pbxs: ['pbx'] },
    },
    new Relay(['pbx'], { soon: setImmediate, later: (then) => void setTimeout(then, 20) }),
    // The dice always say to wait for as long as may be.
    { clock, random: () => 0.999, log, tracker },
    stop.signal,
  );
  ends.push(async () => {
    stop.abort();
    edge.cut();
    await ended;
  });
  return { clock, lines, tracker };
}

test('an edge that could not serve for a long time is back within seconds of being able to', async () => {
  const edge = await startEdge({ refuse: { status: 503 } });
  ends.push(edge.close);
  const { clock } = await kept(edge);
  while (edge.requests.length < MANY) {
    await clock.pass(1_000);
    await new Promise(setImmediate);
  }
  delete edge.knobs.refuse;
  await expect.poll(() => clock.timers()).toBeGreaterThan(1);
  await clock.pass(SOON_MS);
  await expect.poll(() => edge.sockets.size).toBe(1);
});

test('an edge whose frames are beyond the limit is told of, and tried again more and more rarely', async () => {
  const edge = await startEdge();
  ends.push(edge.close);
  const { clock, lines, tracker } = await kept(edge);
  const lamp = () => tracker.all().find(({ name }) => name === 'tunnel');
  /** Says too much on the next connection; answers how long it took the agent to dial again. */
  const sayTooMuch = async () => {
    await expect.poll(() => lamp()?.up).toBe(true);
    const dials = edge.requests.length;
    edge.send('x'.repeat(MAX_FRAME_LENGTH * 3 + 1));
    await expect.poll(() => lamp()?.fault?.detail).toContain('Max payload size exceeded');
    const since = clock.now();
    while (edge.requests.length === dials) {
      await clock.pass(50);
      await new Promise(setImmediate);
    }
    return clock.now() - since;
  };
  const pauses = [await sayTooMuch(), await sayTooMuch(), await sayTooMuch()];
  // From 200 ms on, doubling: what the real socket takes is not in this clock.
  for (const [at, pause] of pauses.entries()) expect(pause).toBeGreaterThanOrEqual(199 * 2 ** at);
  expect(lamp()).toMatchObject({ losses: { closed: 3 } });
  expect(lines).toContain(
    'warn  tunnel: the tunnel was closed (1006 what it sent is not taken: Max payload size exceeded)',
  );
});

test('a web proxy that takes whoever comes and says nothing: it is dialled again, and used once it answers', async () => {
  const edge = await startEdge();
  const { host } = new URL(edge.url);
  const proxy = await startWebProxy({ [host]: Number(host.split(':')[1]) });
  ends.push(edge.close, proxy.down);
  proxy.isSilent = true;
  const { clock, tracker } = await kept(edge, { proxyFor: () => proxy.url });
  const isUp = () => tracker.all().some(({ name, up }) => name === 'tunnel' && up);
  const passUntil = (done: () => boolean) =>
    expect.poll(
      async () => {
        await clock.pass(100);
        return done();
      },
      { timeout: 10_000, interval: 20 },
    );
  // The dial, and two questions beside it whether it hangs: the first of them got no answer.
  await passUntil(() => proxy.asked.length >= 3).toBe(true);
  expect(proxy.sockets.size).toBeLessThanOrEqual(2);
  proxy.isSilent = false;
  await passUntil(isUp).toBe(true);
  await expect.poll(() => proxy.sockets.size).toBe(1);
});
