// `presence-agent run`: puts the parts together and keeps them going until the signal says stop.
import { PBX_BACKOFF } from '../shared/backoff.ts';
import { type Clock, sleep } from './clock.ts';
import type { Config } from './config.ts';
import { type Environment, edgeCa, pbxTargets, readConfig } from './config-files.ts';
import { serveHealth } from './health.ts';
import { type Identity, readIdentity } from './identity.ts';
import { keepTunnel } from './keep-tunnel.ts';
import { addressOf, answered } from './knock.ts';
import type { Log } from './log.ts';
import { metricsOf } from './metrics.ts';
import type { WayOut } from './outward/way-out.ts';
import { connectOnce as connectPbx, type PbxTarget } from './pbx/connect.ts';
import { places } from './places.ts';
import { Refusal } from './refusal.ts';
import type { Pacing } from './relay/outgoing.ts';
import { Relay } from './relay/relay.ts';
import { reportOf } from './report.ts';
import { notifier } from './service/notify.ts';
import { supervise } from './supervise.ts';
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

/** An App object with a wrong password may be locked by too many tries. In ms. */
const PBX_SLOW_MS = 32_000;
const A_DAY_MS = 86_400_000;

/** Runs until the signal says stop. Wrong settings are a Refusal; everything else is tried again. */
export async function run(configFile: string, given: RunDeps, signal: AbortSignal): Promise<void> {
  const { config, targets, stateDir, identity, way } = await prepare(configFile, given);
  const { clock, about, env } = given;
  const tracker = new Tracker(clock.now);
  const deps: Working = { ...given, log: given.logFor(config), tracker };
  warnOfTls(targets, deps.log);
  const notify = notifier(env, deps, signal);
  const relay = new Relay(
    targets.map(({ name }) => name),
    deps.pacing,
  );
  const parts = targets.map((target) => ({ target, part: tracker.part(`pbx ${target.name}`) }));
  const report = () =>
    reportOf(tracker, {
      version: about.version,
      edge: config.edge?.href ?? identity.edge,
      agentId: identity.agentId,
    });
  const health =
    config.health &&
    (await serveHealth(config.health, { tracker, metrics: metricsOf(tracker, about), report }));
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  signal.addEventListener('abort', notify.stopping);

  const pbxs = parts.map(({ target, part }) => keepPbx(target, part, relay, deps, either));
  const hello = {
    agent: { ...about, startedAt: tracker.startedAt },
    pbxs: targets.map(({ name }) => name),
  };
  const tunnel = keepTunnel({ stateDir, edge: config.edge, way, hello }, relay, deps, signal);
  tracker.onChange(() => notify.status(statusLine(tracker)));
  notify.ready(statusLine(tracker));
  const last = await tunnel;
  // Replaced: two processes must not both work the PBX. This one waits for its own end instead of
  // leaving, because whatever starts services would start it again and turn the other one out.
  over.abort();
  await Promise.all(pbxs);
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
  const { targets, problems } = await pbxTargets(config.pbx, env);
  if (config.listen) {
    problems.push('"listen": this version only dials the PBX; take the [listen] section out.');
  }
  if (targets.length === 0)
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
  return { config, targets, stateDir, identity, way: { ...ca, proxyFor } };
}

function warnOfTls(targets: readonly PbxTarget[], log: Log): void {
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
}

type Part = ReturnType<Tracker['part']>;

function keepPbx(target: PbxTarget, part: Part, relay: Relay, deps: Working, signal: AbortSignal) {
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
          list(users) {
            deps.tracker.users.set(target.name, users.length);
            ears.list(users);
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
