// `presence-agent run`: puts the parts together and keeps them going until the signal says stop.
import { type Clock, sleep } from './clock.ts';
import type { Config } from './config.ts';
import { type Environment, edgeCa, listenAddress, pbxTargets, readConfig } from './config-files.ts';
import { serveHealth } from './health.ts';
import { type Identity, readIdentity } from './identity.ts';
import { keepPbx } from './keep-pbx.ts';
import { keepSlave } from './keep-slave.ts';
import { keepTunnel } from './keep-tunnel.ts';
import { openListening } from './listening.ts';
import type { Log } from './log.ts';
import { metricsOf } from './metrics.ts';
import type { WayOut } from './outward/way-out.ts';
import type { AwaitedPbx } from './pbx/admission.ts';
import type { PbxTarget } from './pbx/connect.ts';
import type { ListenAddress } from './pbx/listen.ts';
import { places } from './places.ts';
import { Refusal } from './refusal.ts';
import { HOMES_LIMIT } from './relay/homes-wanted.ts';
import type { Pacing } from './relay/outgoing.ts';
import { Relay } from './relay/relay.ts';
import { reportOf } from './report.ts';
import { notifier } from './service/notify.ts';
import { Tracker } from './tracker.ts';

export interface RunDeps {
  readonly clock: Clock;
  random(): number;
  /** The log as the settings want it. */
  logFor(config: Pick<Config, 'log' | 'log_file'>): Log;
  readonly pacing: Pacing;
  readonly env: Environment;
  readonly proxyFor: WayOut['proxyFor'];
  readonly about: { readonly version: string; readonly platform: string };
}

/** What the parts share once the log is known. */
interface Working extends RunDeps {
  readonly log: Log;
  readonly tracker: Tracker;
}

const A_DAY_MS = 86_400_000;

/** Runs until the signal says stop. Wrong settings are a Refusal; everything else is tried again. */
export async function run(configFile: string, given: RunDeps, signal: AbortSignal): Promise<void> {
  const prepared = await prepare(configFile, given);
  const { config, targets, awaited, stateDir, identity, way } = prepared;
  const { clock, about, env } = given;
  const tracker = new Tracker(clock.now);
  const deps: Working = { ...given, log: given.logFor(config), tracker };
  warnOfTls(prepared, deps.log);
  const notify = notifier(env, deps, signal);
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const found: Promise<unknown>[] = [];
  const names = awaited.map(({ name }) => name);
  const relay = new Relay(names, deps.pacing, (home, toldBy, isLast) => {
    if (isLast && config.pbx.some(({ find_slaves }) => find_slaves)) {
      deps.log.warn(
        `users are registered at ${HOMES_LIMIT} PBXs that are not configured: no more are looked for until the agent restarts`,
      );
    }
    const master = targets.find(({ name }) => name === toldBy);
    if (!master || !config.pbx.find(({ name }) => name === toldBy)?.find_slaves) return;
    deps.log.about(`PBX ${toldBy}`).info(`users are registered at "${home}": looking for it`);
    relay.addPbx(home);
    found.push(keepSlave(home, master, tracker.part(`pbx ${home}`), relay, deps, either));
  });
  const listening = prepared.listen && (await openListening(prepared.listen, awaited, deps));
  const parts = awaited.map((pbx) => ({ pbx, part: tracker.part(`pbx ${pbx.name}`) }));
  const report = () =>
    reportOf(tracker, {
      version: about.version,
      edge: config.edge?.href ?? identity.edge,
      agentId: identity.agentId,
    });
  const health =
    config.health &&
    (await serveHealth(config.health, { tracker, metrics: metricsOf(tracker, about), report }));
  signal.addEventListener('abort', notify.stopping);

  const pbxs = parts.map(({ pbx, part }) => {
    const target = targets.find(({ name }) => name === pbx.name);
    return keepPbx({ pbx, target, listening }, part, relay, deps, either);
  });
  const hello = {
    agent: { ...about, startedAt: tracker.startedAt },
    pbxs: names,
  };
  const tunnel = keepTunnel({ stateDir, edge: config.edge, way, hello }, relay, deps, signal);
  tracker.onChange(() => notify.status(statusLine(tracker)));
  notify.ready(statusLine(tracker));
  const last = await tunnel;
  // Replaced: two processes must not both work the PBX. This one waits for its own end instead of
  // leaving, because whatever starts services would start it again and turn the other one out.
  over.abort();
  await Promise.all([...pbxs, ...found]);
  await listening?.close();
  while (last && !signal.aborted) await sleep(clock, A_DAY_MS, signal);
  health?.close();
  health?.closeAllConnections();
}

function statusLine(tracker: Tracker): string {
  const down = tracker.all().filter(({ up }) => !up);
  if (down.length === 0) return `connected, ${tracker.role ?? 'no role yet'}`;
  return `not connected: ${down.map(({ name, fault }) => `${name} (${fault?.code})`).join(', ')}`;
}

interface Prepared {
  config: Config;
  targets: PbxTarget[];
  /** Every configured PBX. */
  awaited: AwaitedPbx[];
  listen: ListenAddress | undefined;
  stateDir: string;
  identity: Identity;
  way: WayOut;
}

async function prepare(
  configFile: string,
  { env, proxyFor }: Pick<RunDeps, 'env' | 'proxyFor'>,
): Promise<Prepared> {
  const config = await readConfig(configFile);
  if (!config) throw new Refusal(`There is no configuration file ${configFile}.`);
  const { targets, awaited, problems } = await pbxTargets(config.pbx, env);
  const listen = config.listen && (await listenAddress(config.listen));
  problems.push(...(listen?.problems ?? []));
  if (awaited.length === 0)
    problems.push('"pbx": there is no [[pbx]] section, so no PBX to connect to.');
  const { problems: caProblems, ...ca } = await edgeCa(config.edge_ca_file);
  problems.push(...caProblems);
  const stateDir = config.state_dir ?? places.stateDir;
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
  if (problems.length > 0 || !identity) {
    throw new Refusal(`${configFile} is not right:`, ...problems);
  }
  const way = { ...ca, proxyFor };
  return { config, targets, awaited, listen: listen?.address, stateDir, identity, way };
}

function warnOfTls({ targets, listen }: Pick<Prepared, 'targets' | 'listen'>, log: Log): void {
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
  if (listen && !listen.tls) {
    log.warn(
      'PBXs dial the agent without encryption (ws://); set "tls_cert" and "tls_key" wherever it is possible',
    );
  }
}
