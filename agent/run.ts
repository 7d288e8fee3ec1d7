// `presence-agent run`: puts the parts together and keeps them going until the signal says stop.
import { PBX_BACKOFF, TUNNEL_BACKOFF } from '../shared/backoff.ts';
import { type Clock, sleep } from './clock.ts';
import { type Config, DEFAULT_STATE_DIR } from './config.ts';
import { type Environment, pbxTargets, readConfig } from './config-files.ts';
import { type EdgeUrl, parseEdgeUrl } from './edge-url.ts';
import { serveHealth } from './health.ts';
import { type Identity, identityChange, readIdentity } from './identity.ts';
import { addressOf, answered } from './knock.ts';
import type { Log } from './log.ts';
import { connectOnce as connectPbx, type PbxTarget } from './pbx/connect.ts';
import { Refusal } from './refusal.ts';
import type { Pacing } from './relay/outgoing.ts';
import { Relay } from './relay/relay.ts';
import { type Ended, supervise } from './supervise.ts';
import { Tracker } from './tracker.ts';
import { connectOnce as connectTunnel } from './tunnel/client.ts';
import { notEnrolled } from './tunnel/endings.ts';

export interface RunDeps {
  readonly clock: Clock;
  random(): number;
  readonly log: Log;
  readonly pacing: Pacing;
  readonly env: Environment;
  readonly about: { readonly version: string; readonly platform: string };
}

/** An App object with a wrong password may be locked; a removed agent needs a human. In ms. */
const PBX_SLOW_MS = 32_000;
const TUNNEL_SLOW_MS = 60_000;
const A_DAY_MS = 86_400_000;

/** Runs until the signal says stop. Wrong settings are a Refusal; everything else is tried again. */
export async function run(configFile: string, deps: RunDeps, signal: AbortSignal): Promise<void> {
  const { config, targets, stateDir } = await prepare(configFile, deps);
  const tracker = new Tracker(deps.clock.now);
  const relay = new Relay(
    targets.map(({ name }) => name),
    deps.pacing,
  );
  const parts = targets.map((target) => ({ target, part: tracker.part(`pbx ${target.name}`) }));
  const tunnelPart = tracker.part('tunnel');
  const health = config.health && (await serveHealth(config.health, tracker));
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);

  const pbxs = parts.map(({ target, part }) => keepPbx(target, part, relay, deps, either));
  const last = await keepTunnel({ config, stateDir, targets }, tunnelPart, relay, deps, signal);
  // Replaced: two processes must not both work the PBX. This one waits for its own end instead of
  // leaving, because whatever starts services would start it again and turn the other one out.
  over.abort();
  await Promise.all(pbxs);
  while (last && !signal.aborted) await sleep(deps.clock, A_DAY_MS, signal);
  health?.close();
  health?.closeAllConnections();
}

interface Prepared {
  config: Config;
  targets: PbxTarget[];
  stateDir: string;
}

async function prepare(configFile: string, { env, log }: RunDeps): Promise<Prepared> {
  const config = await readConfig(configFile);
  if (!config) throw new Refusal(`There is no configuration file ${configFile}.`);
  const { targets, problems } = await pbxTargets(config.pbx, env);
  if (config.listen) {
    problems.push('"listen": this version only dials the PBX; take the [listen] section out.');
  }
  if (targets.length === 0)
    problems.push('"pbx": there is no [[pbx]] section, so no PBX to connect to.');
  const stateDir = config.state_dir ?? DEFAULT_STATE_DIR;
  const identity = await readIdentity(stateDir);
  if (!identity) {
    problems.push(
      `This agent is not enrolled (nothing in ${stateDir}): make a code on the admin page and run "presence-agent enrol URL CODE".`,
    );
  } else if (config.edge && config.edge.href !== identity.edge) {
    problems.push(
      `"edge" is ${config.edge.href}, but this agent is enrolled at ${identity.edge}: correct "edge" or enrol again.`,
    );
  }
  if (problems.length > 0) throw new Refusal(`${configFile} is not right:`, ...problems);
  for (const { name, address } of targets) {
    if (address.url.startsWith('ws:')) {
      log.warn(
        `PBX "${name}" is reached without encryption (ws://); use wss:// wherever it is possible`,
      );
    } else if (address.insecureTls) {
      log.warn(
        `INSECURE: "insecure_tls" is on, ANYBODY IN THE NETWORK CAN PASS FOR PBX "${name}"; use "ca_file" instead`,
      );
    }
  }
  return { config, targets, stateDir };
}

type Part = ReturnType<Tracker['part']>;

function keepPbx(target: PbxTarget, part: Part, relay: Relay, deps: RunDeps, signal: AbortSignal) {
  const log = deps.log.about(`PBX ${target.name}`);
  const ears = relay.earsOf(target.name);
  return supervise(
    {
      backoff: PBX_BACKOFF,
      slowMs: PBX_SLOW_MS,
      connectOnce(up, stop) {
        const heard: typeof ears = {
          ...ears,
          up(system, pbx) {
            up();
            ears.up(system, pbx);
          },
        };
        return connectPbx(target, heard, { clock: deps.clock, log }, stop);
      },
      onUp: () => part.up(),
      onDown(ended) {
        part.down(ended);
        relay.pbxDown(target.name, ended);
      },
      wake: ({ code }, stop) =>
        code === 'unreachable' ? answered(addressOf(target.address.url), deps, stop) : undefined,
    },
    { clock: deps.clock, random: deps.random, log },
    signal,
  );
}

function keepTunnel(
  { config, stateDir, targets }: Prepared,
  part: Part,
  relay: Relay,
  deps: RunDeps,
  signal: AbortSignal,
): Promise<Ended | undefined> {
  const { clock, random, about } = deps;
  const log = deps.log.about('tunnel');
  const agent = { ...about, startedAt: clock.now() };
  const hello = { agent, pbxs: targets.map(({ name }) => name) };
  let credential: string | undefined;
  let edge: string | undefined;
  return supervise(
    {
      backoff: TUNNEL_BACKOFF,
      slowMs: TUNNEL_SLOW_MS,
      async connectOnce(up, stop) {
        // Read anew each time: `enrol` may have been run while this process works.
        const found = await placeOf(stateDir, config.edge);
        if ('ended' in found) return found.ended;
        credential = found.identity.credential;
        edge = found.edge.href;
        const ears = {
          up(...[send, welcome]: Parameters<Relay['tunnelUp']>) {
            up();
            relay.tunnelUp(send, welcome);
          },
          said: relay.tunnelSaid.bind(relay),
          down: () => relay.tunnelDown(),
        };
        return connectTunnel({ ...found, hello }, ears, { clock, log }, stop);
      },
      onUp: () => part.up(),
      onDown: (ended) => part.down(ended),
      wake(ended, stop) {
        if (ended.code === 'unreachable' && edge) return answered(addressOf(edge), deps, stop);
        return ended.retry === 'slow' ? identityChange(stateDir, credential, stop) : undefined;
      },
    },
    { clock, random, log },
    signal,
  );
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
