// `presence-agent run`: puts the parts together and keeps them going until the signal says stop.
import { TUNNEL_BACKOFF } from '../shared/backoff.ts';
import { type Clock, sleep } from './clock.ts';
import { type Config, DEFAULT_STATE_DIR } from './config.ts';
import { type Environment, listenAddress, pbxTargets, readConfig } from './config-files.ts';
import { type EdgeUrl, parseEdgeUrl } from './edge-url.ts';
import { serveHealth } from './health.ts';
import { type Identity, identityChange, readIdentity } from './identity.ts';
import { keepPbx } from './keep-pbx.ts';
import { keepSlave } from './keep-slave.ts';
import { addressOf, answered } from './knock.ts';
import type { Log } from './log.ts';
import type { AwaitedPbx } from './pbx/admission.ts';
import type { PbxTarget } from './pbx/connect.ts';
import { type ListenAddress, type Listening, listenForPbxs } from './pbx/listen.ts';
import { Refusal } from './refusal.ts';
import type { Pacing } from './relay/outgoing.ts';
import { Relay } from './relay/relay.ts';
import { type Ended, supervise } from './supervise.ts';
import { type TrackedPart, Tracker } from './tracker.ts';
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

/** A removed agent needs a human. In ms. */
const TUNNEL_SLOW_MS = 60_000;
const A_DAY_MS = 86_400_000;

/** Runs until the signal says stop. Wrong settings are a Refusal; everything else is tried again. */
export async function run(configFile: string, deps: RunDeps, signal: AbortSignal): Promise<void> {
  const prepared = await prepare(configFile, deps);
  const { config, targets, awaited } = prepared;
  const tracker = new Tracker(deps.clock.now);
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const found: Promise<unknown>[] = [];
  const relay = new Relay(
    awaited.map(({ name }) => name),
    deps.pacing,
    (home, toldBy) => {
      const master = targets.find(({ name }) => name === toldBy);
      if (!master || !config.pbx.find(({ name }) => name === toldBy)?.find_slaves) return;
      deps.log.about(`PBX ${toldBy}`).info(`users are registered at "${home}": looking for it`);
      relay.addPbx(home);
      found.push(keepSlave(home, master, tracker.part(`pbx ${home}`), relay, deps, either));
    },
  );
  const listening = prepared.listen && (await openListening(prepared.listen, awaited, deps));
  const parts = awaited.map((pbx) => ({ pbx, part: tracker.part(`pbx ${pbx.name}`) }));
  const tunnelPart = tracker.part('tunnel');
  const health = config.health && (await serveHealth(config.health, tracker));
  const pbxs = parts.map(({ pbx, part }) => {
    const target = targets.find(({ name }) => name === pbx.name);
    return keepPbx({ pbx, target, listening }, part, relay, deps, either);
  });
  const last = await keepTunnel(prepared, tunnelPart, relay, deps, signal);
  // Replaced: two processes must not both work the PBX. This one waits for its own end instead of
  // leaving, because whatever starts services would start it again and turn the other one out.
  over.abort();
  await Promise.all([...pbxs, ...found]);
  await listening?.close();
  while (last && !signal.aborted) await sleep(deps.clock, A_DAY_MS, signal);
  health?.close();
  health?.closeAllConnections();
}

interface Prepared {
  config: Config;
  targets: PbxTarget[];
  /** Every configured PBX. */
  awaited: AwaitedPbx[];
  listen: ListenAddress | undefined;
  stateDir: string;
}

async function prepare(configFile: string, { env, log }: RunDeps): Promise<Prepared> {
  const config = await readConfig(configFile);
  if (!config) throw new Refusal(`There is no configuration file ${configFile}.`);
  const { targets, awaited, problems } = await pbxTargets(config.pbx, env);
  const listen = config.listen && (await listenAddress(config.listen));
  problems.push(...(listen?.problems ?? []));
  if (awaited.length === 0)
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
  if (listen && !listen.address.tls) {
    log.warn(
      'PBXs dial the agent without encryption (ws://); set "tls_cert" and "tls_key" wherever it is possible',
    );
  }
  return { config, targets, awaited, listen: listen?.address, stateDir };
}

/** The port where PBXs dial us; one that cannot be had is the admin's business. */
async function openListening(
  address: ListenAddress,
  awaited: readonly AwaitedPbx[],
  { clock, log }: RunDeps,
): Promise<Listening> {
  const about = log.about('listen');
  try {
    const listening = await listenForPbxs(address, awaited, { clock, log: about });
    about.info(`PBXs may connect to ${address.host}:${listening.port}`);
    return listening;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const where = `"listen": ${address.host}:${address.port}`;
    if (code === 'EADDRINUSE') throw new Refusal(`${where} is taken by another program.`);
    if (code === 'EADDRNOTAVAIL') throw new Refusal(`${where} is no address of this machine.`);
    if (code === 'EACCES') throw new Refusal(`${where} needs more rights: use a port above 1023.`);
    throw new Refusal(`${where} cannot be opened, or certificate and key do not fit (${message}).`);
  }
}

function keepTunnel(
  { config, stateDir, awaited }: Prepared,
  part: TrackedPart,
  relay: Relay,
  deps: RunDeps,
  signal: AbortSignal,
): Promise<Ended | undefined> {
  const { clock, random, about } = deps;
  const log = deps.log.about('tunnel');
  const agent = { ...about, startedAt: clock.now() };
  const hello = { agent, pbxs: awaited.map(({ name }) => name) };
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
