// How soon the tunnel is tried again, against a fake edge on a real socket and a clock that stands still.
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parseEdgeUrl } from '../../agent/edge-url.ts';
import { prepareIdentity } from '../../agent/identity.ts';
import { keepTunnel } from '../../agent/keep-tunnel.ts';
import { newKeyPair } from '../../agent/key-pair.ts';
import { straight } from '../../agent/outward/way-out.ts';
import { Relay } from '../../agent/relay/relay.ts';
import { Tracker } from '../../agent/tracker.ts';
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

async function kept(edge: FakeEdge) {
  const stateDir = join(await temporaryDirectory(), 'state');
  const { privateKey } = await newKeyPair();
  const place = await prepareIdentity(stateDir);
  await place.save({ edge: edge.url, agentId: 'agent-1', credential: 'one', privateKey });
  const parsed = parseEdgeUrl(edge.url);
  if (!parsed.ok) throw new Error(parsed.problem);
  const clock = fakeClock();
  const stop = new AbortController();
  const ended = keepTunnel(
    {
      ...{ stateDir, edge: parsed.edge, way: straight },
      hello: { agent: { version: '1', platform: 'test', startedAt: 0 }, pbxs: ['pbx'] },
    },
    new Relay(['pbx'], { soon: setImmediate, later: (then) => void setTimeout(then, 20) }),
    // The dice always say to wait for as long as may be.
    { clock, random: () => 0.999, log: fakeLog().log, tracker: new Tracker(clock.now) },
    stop.signal,
  );
  ends.push(async () => {
    stop.abort();
    edge.cut();
    await ended;
  });
  return { clock };
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
