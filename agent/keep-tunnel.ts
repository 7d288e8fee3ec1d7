// Keeps the tunnel up: with the identity as it lies on disk now, with the edge's time, and with the key
// of before where the edge does not know the new one yet.
import { readFile } from 'node:fs/promises';
import { TUNNEL_BACKOFF } from '../shared/backoff.ts';
import { type Clock, sleep } from './clock.ts';
import { type EdgeUrl, parseEdgeUrl } from './edge-url.ts';
import {
  type Identity,
  identityChange,
  readIdentity,
  replaceIdentity,
  settled,
  withPreviousKey,
} from './identity.ts';
import { addressOf, answered } from './knock.ts';
import type { Log } from './log.ts';
import { askBy } from './outward/ask.ts';
import type { WayOut } from './outward/way-out.ts';
import type { Relay } from './relay/relay.ts';
import { type Ended, supervise } from './supervise.ts';
import type { Tracker } from './tracker.ts';
import { connectOnce, type TunnelEars, type TunnelTarget } from './tunnel/client.ts';
import { edgeClock } from './tunnel/edge-clock.ts';
import { notEnrolled } from './tunnel/endings.ts';
import { careForKey } from './tunnel/key-care.ts';

export interface TunnelSettings {
  readonly stateDir: string;
  /** As configured; else that of the enrolment counts. */
  readonly edge: EdgeUrl | undefined;
  readonly way: WayOut;
  readonly hello: TunnelTarget['hello'];
}

export interface TunnelKeeperDeps {
  readonly clock: Clock;
  random(): number;
  readonly log: Log;
  readonly tracker: Tracker;
}

/** A removed agent needs a human. In ms. */
const SLOW_MS = 60_000;
/**
 * A certificate that is not accepted, or a proxy or edge that cannot serve, is tried again after so long at
 * most, in ms, ± a quarter: the try is cheap, and nothing else tells that an admin has put it right.
 */
const AGAIN_MS = 3_000;
const AGAIN_SOON = new Set(['tls', 'unavailable']);
/** The edge does not take this key. */
const REFUSED = new Set(['refused', 'revoked']);

/** Answers why it gave up; `undefined`: it was told to stop. */
export async function keepTunnel(
  { stateDir, edge: configured, way: configuredWay, hello }: TunnelSettings,
  relay: Relay,
  deps: TunnelKeeperDeps,
  signal: AbortSignal,
): Promise<Ended | undefined> {
  const { clock, random, tracker } = deps;
  const log = deps.log.about('tunnel');
  const part = tracker.part('tunnel');
  const time = edgeClock(clock);
  let credential: string | undefined;
  let edge: EdgeUrl | undefined;
  let way = configuredWay;
  let isUp = false;

  /** @param stored as it lies on disk; `target` has its key or the one before */
  const connect = (
    target: TunnelTarget,
    stored: Identity,
    up: () => void,
    stop: AbortSignal,
  ): Promise<Ended> => {
    const ears = counting(relay, tracker, () => {
      isUp = true;
      up();
      void keep(target.identity, stored);
    });
    return connectOnce(target, ears, { clock, edgeClock: time, way, log }, stop);
  };

  /** The edge took this key: the other one, if there is one, is of no use any more. */
  const keep = async (identity: Identity, stored: Identity) => {
    if (!stored.previous) return;
    await replaceIdentity(stateDir, stored, settled(identity)).catch((error: Error) =>
      log.warn(error.message),
    );
  };

  void careForKey(
    {
      ...{ stateDir, clock, random, log },
      caller: (identity) =>
        isUp && edge ? { edge, identity, ask: askBy(way), edgeClock: time } : undefined,
    },
    signal,
  );
  return supervise(
    {
      backoff: TUNNEL_BACKOFF,
      slowMs: SLOW_MS,
      async connectOnce(up, stop) {
        // Read anew each time: `enrol` may have been run while this process works.
        const found = await placeOf(stateDir, configured);
        if ('ended' in found) return found.ended;
        const { identity } = found;
        credential = identity.credential;
        edge = found.edge;
        way = await withFreshCa(way);
        const ended = await connect({ ...found, hello }, identity, up, stop);
        const before = withPreviousKey(identity);
        if (isUp || !before || !REFUSED.has(ended.code)) return ended;
        return connect({ ...found, identity: before, hello }, identity, up, stop);
      },
      onUp: () => part.up(),
      onDown(ended) {
        isUp = false;
        tracker.role = undefined;
        part.down(ended);
      },
      wake(ended, stop) {
        if (ended.code === 'hung') return Promise.resolve();
        if ((ended.code === 'unreachable' || ended.code === 'proxy') && edge) {
          return answered(addressOf(way.proxyFor(edge.href) || edge.href), deps, stop);
        }
        if (AGAIN_SOON.has(ended.code)) {
          return sleep(clock, AGAIN_MS * (0.75 + random() / 2), stop);
        }
        return ended.retry === 'slow' ? identityChange(stateDir, credential, stop) : undefined;
      },
    },
    { clock, random, log },
    signal,
  );
}

/** An authority that took the place of another one needs no restart. */
async function withFreshCa(way: WayOut): Promise<WayOut> {
  if (way.extraCaFile === undefined) return way;
  const extraCa = await readFile(way.extraCaFile, 'utf8').catch(() => way.extraCa);
  return extraCa === undefined ? way : { ...way, extraCa };
}

/** The relay's ears, and the tracker's. */
function counting(relay: Relay, tracker: Tracker, isUp: () => void): TunnelEars {
  return {
    up(send, welcome) {
      tracker.role = welcome.role;
      isUp();
      relay.tunnelUp((frame) => {
        tracker.counted('up', frame.t);
        send(frame);
      }, welcome);
    },
    said(frame) {
      tracker.counted('down', frame.t);
      if (frame.t === 'role') tracker.takes(frame.role);
      relay.tunnelSaid(frame);
    },
    down: () => relay.tunnelDown(),
  };
}

type Place = { edge: EdgeUrl; identity: Identity } | { ended: Ended };

async function placeOf(stateDir: string, edge: EdgeUrl | undefined): Promise<Place> {
  try {
    const identity = await readIdentity(stateDir);
    if (!identity) return { ended: notEnrolled(`Nothing is in ${stateDir} any more.`) };
    const parsed = parseEdgeUrl(edge?.href ?? identity.edge);
    if (!parsed.ok) return { ended: notEnrolled(`The stored URL ${parsed.problem}.`) };
    return { edge: parsed.edge, identity };
  } catch (error) {
    return { ended: notEnrolled((error as Error).message) };
  }
}
