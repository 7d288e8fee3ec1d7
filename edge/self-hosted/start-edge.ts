// Runs the Worker on this machine: bundle, configuration, workerd with its storage on disk.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { jurisdictionChanged } from '../env.ts';
import { bundle } from './bundle.ts';
import { watchClock } from './clock-watch.ts';
import { cannotWrite, reason, StartFault } from './fault.ts';
import type { LaunchOptions } from './launch-options.ts';
import { endLeftover, noteStarted } from './leftover.ts';
import { lockState } from './state-lock.ts';
import { storageWatch } from './storage-watch.ts';
import { type Ended, startWorkerd, type WorkerdProcess } from './workerd-process.ts';
import { inUrl, writeConfig } from './write-config.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** The edge itself: what its Worker is made of, and where the bundle lies. */
export const EDGE = {
  wranglerConfig: join(ROOT, 'wrangler.toml'),
  bundleDir: join(ROOT, 'dist', 'self-hosted'),
};
/** Longest wait until workerd listens and answers, in ms. */
const START_LIMIT_MS = 20_000;

export interface StartEdgeOptions extends LaunchOptions {
  /** The Worker to run, by its wrangler.toml; default: the edge's own. */
  wranglerConfig?: string;
  /** Where its bundle is kept from start to start; default: `dist/self-hosted`, another's in the state. */
  bundleDir?: string;
  /** Ends a start that is under way. */
  signal?: AbortSignal;
  /** What the Worker and workerd say, line by line. */
  say?: (line: string) => void;
  /** The time of day, epoch ms; default: the machine's. */
  now?: () => number;
  /** Longest wait until workerd listens and answers, in ms. */
  startLimitMs?: number;
}

export interface RunningEdge {
  /** e.g. `http://127.0.0.1:8787` */
  origin: string;
  /** Of workerd. */
  pid: number;
  /** Settles when workerd has ended, for whatever reason. */
  ended: Promise<Ended>;
  /** Settles with a sentence when the clock was set back: it is to be started anew. */
  setBack: Promise<string>;
  /** Ends within 1 s. */
  close(): Promise<void>;
  /** Ends as a crash would. */
  kill(): Promise<void>;
}

/**
 * Starts an edge and resolves when it answers. The environment in `vars` must have passed `parseEnv`.
 * Throws `StartFault` with sentences for people.
 */
export async function startEdge(options: StartEdgeOptions): Promise<RunningEdge> {
  await makeStateDir(options.stateDir);
  const unlock = lockState(options.stateDir);
  try {
    const edge = await startAlone(options);
    const close = () => edge.close().finally(unlock);
    const kill = () => edge.kill().finally(unlock);
    return { ...edge, close, kill };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function startAlone(options: StartEdgeOptions): Promise<RunningEdge> {
  const { stateDir, host, vars, now = Date.now } = options;
  const signal = options.signal ?? new AbortController().signal;
  const configFile = join(stateDir, 'edge.capnp');
  const pidFile = join(stateDir, 'workerd.pid');
  await endLeftover(pidFile, configFile);
  await pinJurisdiction(stateDir, vars['JURISDICTION']);
  await mustBeFree(host, options.port);
  const wranglerConfig = options.wranglerConfig ?? EDGE.wranglerConfig;
  const bundleDir =
    options.bundleDir ??
    (wranglerConfig === EDGE.wranglerConfig ? EDGE.bundleDir : join(stateDir, 'bundle'));
  await bundle(wranglerConfig, bundleDir, signal);
  const clock = await watchClock(stateDir, now);
  const config = { ...options, wranglerConfig, bundleDir, latestTime: clock.latest };
  await writeConfig(config, configFile).catch(async (cause) => {
    await clock.stop();
    throw cause;
  });

  const say = options.say ?? (() => {});
  const watch = storageWatch({ stateDir, say, now });
  const workerd = startWorkerd(configFile, { ...certificates(), ...vars }, (line) => {
    say(line);
    watch(line);
  });
  try {
    await noteStarted(pidFile, workerd.pid).catch((cause) => {
      throw cannotWrite(stateDir, cause);
    });
    const limit = AbortSignal.timeout(options.startLimitMs ?? START_LIMIT_MS);
    const port = await portOf(workerd, signal, limit);
    await untilServing(`http://${inUrl(reachable(host))}:${port}`, workerd, signal, limit);
    return {
      origin: `http://${inUrl(host)}:${port}`,
      pid: workerd.pid,
      ended: workerd.ended,
      setBack: clock.setBack,
      async close() {
        await workerd.stop();
        await clock.stop();
        await rm(pidFile, { force: true });
      },
      async kill() {
        await workerd.kill();
        await clock.stop();
      },
    };
  } catch (error) {
    await workerd.kill();
    await clock.stop();
    await rm(pidFile, { force: true });
    throw error;
  }
}

async function makeStateDir(stateDir: string): Promise<void> {
  try {
    for (const name of ['storage', 'worker', 'assets']) {
      await mkdir(join(stateDir, name), { recursive: true, mode: 0o700 });
    }
  } catch (cause) {
    throw cannotWrite(stateDir, cause);
  }
}

/** Here it decides nothing, but the same state must not come under another name unnoticed. */
async function pinJurisdiction(stateDir: string, wanted = ''): Promise<void> {
  const file = join(stateDir, 'jurisdiction');
  const pinned = await readFile(file, 'utf8').catch(() => '');
  if (pinned !== '' && pinned !== wanted) {
    throw new StartFault([jurisdictionChanged(pinned, wanted || null)]);
  }
  // Once: on a full disk a file that is written over is empty.
  if (wanted === '' || pinned === wanted) return;
  await writeFile(file, wanted).catch((cause) => {
    throw cannotWrite(stateDir, cause);
  });
}

/** What to do where the port cannot be opened, by the code of Node. */
const NOT_OPENED: Readonly<Record<string, string>> = {
  EACCES: 'Set another PORT, above 1023, or let the user of the edge open this one.',
  EADDRNOTAVAIL: 'Set HOST to an address of this machine.',
  ENOTFOUND: 'Set HOST to an address of this machine.',
  EAI_AGAIN: 'Set HOST to an address of this machine.',
};

/** Asked before workerd does, whose words for it help nobody. */
async function mustBeFree(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((settle, fail) => {
      server.on('error', fail).listen({ host, port, exclusive: true }, settle);
    });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      const sentence = `PORT ${port} on ${host} is in use by another program. End it, or set another PORT.`;
      throw new StartFault([sentence], { cause });
    }
    const what = NOT_OPENED[code ?? ''] ?? '';
    throw new StartFault([`HOST ${host}, PORT ${port}: ${reason(cause)}. ${what}`.trim()], {
      cause,
    });
  } finally {
    await new Promise((settle) => server.close(settle));
  }
}

/** Where the machine keeps the authorities it trusts, if that is said; nothing else of ours is its. */
function certificates(): Record<string, string> {
  const names = ['SSL_CERT_FILE', 'SSL_CERT_DIR'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Heard with a limit too: a workerd that waits for its disk or a file neither listens nor ends. */
async function portOf(
  workerd: WorkerdProcess,
  signal: AbortSignal,
  limit: AbortSignal,
): Promise<number> {
  const tooLate = Promise.race([aborted(signal), aborted(limit)]).then(() => {
    signal.throwIfAborted();
    throw new StartFault([
      'workerd runs, but does not listen. See whether the disk of STATE_DIR answers, and what SSL_CERT_FILE names; then start it again.',
    ]);
  });
  return Promise.race([workerd.port, workerd.ended.then(died), tooLate]);
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((settle) => {
    if (signal.aborted) settle();
    else signal.addEventListener('abort', () => settle(), { once: true });
  });

/** Asks with a limit each time: a server that accepts and never answers must not hold us. */
async function untilServing(
  origin: string,
  workerd: WorkerdProcess,
  signal: AbortSignal,
  limit: AbortSignal,
): Promise<void> {
  const deadline = AbortSignal.any([signal, limit]);
  const asking = async () => {
    for (;;) {
      const once = AbortSignal.any([deadline, AbortSignal.timeout(1000)]);
      const answer = await fetch(`${origin}/healthz`, { signal: once }).catch(() => undefined);
      if (answer?.status === 200) return;
      signal.throwIfAborted();
      if (deadline.aborted) {
        throw new StartFault([
          `The edge does not answer at ${origin}. See what it says above, and whether the disk of STATE_DIR answers; then start it again.`,
        ]);
      }
      await delay(25);
    }
  };
  await Promise.race([asking(), workerd.ended.then(died)]);
}

function died({ lastLines }: Ended): never {
  throw new StartFault(['workerd ended before it served:', ...lastLines]);
}

/** An address that stands for all of them is none to connect to. */
const reachable = (host: string): string => ({ '0.0.0.0': '127.0.0.1', '::': '::1' })[host] ?? host;
