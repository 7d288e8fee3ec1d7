// Sets the whole product up against the simulators: real edge, real agent, nothing but HTTP and TOML.
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { type RunningEdge, startEdge } from '../../../edge/self-hosted/start-edge.ts';
import type { MovingClock } from '../clock/moving-clock.ts';
import type { FullDisk } from '../disk/full-disk.ts';
import {
  agentToml,
  CONNECTOR,
  type Laboratory,
  type LaboratoryOptions,
  settingsFor,
  startLaboratory,
} from '../laboratory.ts';
import { together } from '../preloaded.ts';
import { type Admin, admin } from './admin.ts';
import { runAgent, startAgent, stopAgent } from './agent-process.ts';

export interface SetUpOptions {
  /** Emptied first: keys and passwords of an earlier laboratory are of no use. */
  stateDir: string;
  /** 0: whichever is free. */
  port: number;
  /** Where the laboratory differs from the one of the demonstration. */
  laboratory?: Pick<LaboratoryOptions, 'cloud' | 'tenant' | 'pbxUsers' | 'pbxTls'>;
  /** Settings other than the usual ones. */
  settings?: Record<string, unknown>;
  /** Whose time everything lives by; default: the machine's. */
  clock?: MovingClock;
  /** Where one of them lives by a time of its own. */
  clocks?: { edge?: MovingClock; agent?: MovingClock };
  /** What the edge writes to; default: the machine's. */
  disk?: FullDisk;
  /** Where the edge finds Graph, which is at `origin`; default: there. */
  graphAt?: (origin: string) => Promise<`http://${string}`>;
  say?: (who: 'edge' | 'agent', line: string) => void;
}

export interface SetUp {
  lab: Laboratory;
  edge: RunningEdge;
  admin: Admin;
  connectorUrl: string;
  adminToken: string;
  /** When the last field of the settings was saved, epoch ms of the machine. */
  settingsSavedAt: number;
  configFile: string;
  /** The agent that runs now; scenarios replace it. */
  agent: ChildProcess;
  /**
   * Enrols and starts one more agent for the same connector, in a directory of its own; `edge`: the
   * connector's URL where it is another way.
   */
  anotherAgent(name: string, edge?: string): Promise<AnotherAgent>;
  restartAgent(): Promise<void>;
  /** Ends the edge (as a crash would with `kill`) and starts it again on the same storage. */
  restartEdge(how: 'close' | 'kill', whileAway?: () => unknown): Promise<void>;
  close(): Promise<void>;
}

export interface AnotherAgent {
  process: ChildProcess;
  configFile: string;
  /** What it has said. */
  lines: string[];
}

/**
 * Resolves when the edge has answered; one that is away, or hangs, keeps nobody waiting. On a connection of its
 * own: kept ones are idle for too long whenever the clock jumps, and reset under whoever takes them next.
 */
export const answers = (url: string): Promise<void> =>
  new Promise((resolve) => {
    const asked = get(url, { agent: false, timeout: 1_000 }, (answer) => answer.resume());
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => {});
    asked.on('close', resolve);
  });

export async function setUp(options: SetUpOptions): Promise<SetUp> {
  const { stateDir, port, laboratory, settings, clock, disk, say = () => {} } = options;
  const clocks = { edge: clock, agent: clock, ...options.clocks };
  await rm(stateDir, { recursive: true, force: true });
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const adminToken = randomBytes(24).toString('base64url');
  const lab = await startLaboratory({
    ...laboratory,
    ...(clock && { clock }),
    edgeOrigin: `http://127.0.0.1:${port}`,
  });
  const graph = await options.graphAt?.(lab.microsoft.origin);
  if (graph) lab.microsoft.turn({ linkOrigin: graph });
  const vars = {
    ADMIN_TOKEN: adminToken,
    SETTINGS_KEY: randomBytes(32).toString('base64'),
    GRAPH_ORIGIN: graph ?? lab.microsoft.origin,
    LOGIN_ORIGIN: lab.microsoft.origin,
    ...together(clocks.edge?.env, disk?.env),
  };
  const start = (at: number) =>
    startEdge({
      host: '127.0.0.1',
      port: at,
      stateDir: join(stateDir, 'edge'),
      vars,
      say: (line) => say('edge', line),
      ...(clocks.edge && { now: clocks.edge.now }),
    });
  let edge = await start(port).catch(async (error: unknown) => {
    await lab.close();
    throw error;
  });
  const { origin } = edge;
  clock?.follow(() => answers(`${origin}/healthz`));
  lab.microsoft.setHosts({ 'edge.example.net': origin });
  const connectorUrl = `${origin}/${CONNECTOR}`;
  const desk = admin(connectorUrl, adminToken);

  await desk.send('PUT', '/api/settings', { ...settingsFor(lab), ...settings });
  const settingsSavedAt = Date.now();
  for (const account of lab.microsoft.accounts) await desk.send('POST', '/api/accounts', account);
  const configFile = join(stateDir, 'agent.toml');
  const agentState = join(stateDir, 'agent');
  await writeFile(configFile, agentToml(lab, { edge: connectorUrl, stateDir: agentState }), {
    mode: 0o600,
  });
  const { code } = await desk.send<{ code: string }>('POST', '/api/agents', { name: 'laboratory' });
  await runAgent(['enrol', connectorUrl, code, '--config', configFile], clocks.agent?.env);
  const run = () =>
    startAgent(['run', '--config', configFile], (line) => say('agent', line), clocks.agent?.env);
  let agent = run();
  const others: ChildProcess[] = [];

  return {
    lab,
    admin: desk,
    connectorUrl,
    adminToken,
    settingsSavedAt,
    configFile,
    get edge() {
      return edge;
    },
    get agent() {
      return agent;
    },
    async anotherAgent(name, edge = connectorUrl) {
      const folder = join(stateDir, name);
      await mkdir(folder);
      const configFile = join(folder, 'agent.toml');
      const toml = agentToml(lab, { edge, stateDir: join(folder, 'state') });
      await writeFile(configFile, toml, { mode: 0o600 });
      const { code } = await desk.send<{ code: string }>('POST', '/api/agents', { name });
      await runAgent(['enrol', edge, code, '--config', configFile], clocks.agent?.env);
      const lines: string[] = [];
      const process = startAgent(
        ['run', '--config', configFile],
        (line) => lines.push(line),
        clocks.agent?.env,
      );
      others.push(process);
      return { process, configFile, lines };
    },
    async restartAgent() {
      await stopAgent(agent);
      agent = run();
    },
    async restartEdge(how, whileAway = () => {}) {
      await edge[how]();
      await whileAway();
      edge = await start(Number(new URL(origin).port));
    },
    async close() {
      for (const one of [agent, ...others]) await stopAgent(one);
      await edge.close();
      await lab.close();
    },
  };
}
