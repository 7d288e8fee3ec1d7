// One of many agents: the agents' own code to keep a tunnel, all in one process, each on a wire of its own. PBXs
// there are none, but users who rest.
import { systemClock } from '../../agent/clock.ts';
import { parseEdgeUrl } from '../../agent/edge-url.ts';
import { keepTunnel } from '../../agent/keep-tunnel.ts';
import { createLog } from '../../agent/log.ts';
import { Relay } from '../../agent/relay/relay.ts';
import { Tracker } from '../../agent/tracker.ts';
import type { Wire } from '../sim/network/tcp-proxy.ts';
import { type Enrolled, pacing } from './customers.ts';

export interface Member {
  /** Its own way to the edge. */
  readonly wire: Wire;
  readonly losses: Readonly<Record<string, number>>;
  readonly isUp: boolean;
  /** Epoch ms. */
  upAt: number;
}

/** @param users how many the PBX has, who are called as in `tenantOf` */
export function tunnelOf(
  { edge, stateDir }: Enrolled,
  wire: Wire,
  users: number,
  signal: AbortSignal,
) {
  const tracker = new Tracker(Date.now);
  const parsed = parseEdgeUrl(edge);
  if (!parsed.ok) throw new Error(parsed.problem);
  const member: Member = {
    wire,
    upAt: 0,
    get isUp() {
      return tracker.isReady;
    },
    get losses() {
      return tracker.all()[0]?.losses ?? {};
    },
  };
  const ended = keepTunnel(
    {
      ...{ stateDir, edge: parsed.edge },
      way: { proxyFor: () => '' },
      hello: { agent: { version: '0', platform: 'bench', startedAt: Date.now() }, pbxs: ['pbx'] },
    },
    relayWith(users),
    {
      ...{ clock: systemClock, random: Math.random, tracker },
      log: createLog({ level: 'error', write: console.error, now: Date.now }),
    },
    signal,
  );
  tracker.onChange(() => {
    if (tracker.isReady) member.upAt = Date.now();
  });
  return { member, ended };
}

/** A PBX whose users all rest, without a line of its own. */
function relayWith(users: number): Relay {
  const relay = new Relay(['pbx'], pacing);
  const ears = relay.earsOf('pbx');
  const guids = Array.from({ length: users }, (_, at) => `guid-${at + 1}`);
  ears.up(
    { name: 'pbx', domain: 'example.com' },
    {
      watch: (guid) => ears.items(guid, []),
      unwatch: () => {},
      locate: async () => undefined,
      set: (_, done) => done(),
    },
  );
  const row = (guid: string, at: number) => ({
    ...{ guid, cn: `User ${at + 1}`, h323: `user${at + 1}` },
    emails: [`user${at + 1}@example.com`],
  });
  ears.list(guids.map(row), new Map());
  return relay;
}
