// A self-hosted edge between both simulators, with no connector yet: what an admin finds who opens the page.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningEdge, startEdge } from '../../edge/self-hosted/start-edge.ts';
import { type Admin, admin } from '../sim/demo/admin.ts';
import { runAgent, startAgent, stopAgent } from '../sim/demo/agent-process.ts';
import {
  agentToml,
  CONNECTOR,
  type Laboratory,
  PUBLIC_HOST,
  startLaboratory,
} from '../sim/laboratory.ts';

export interface Site {
  lab: Laboratory;
  origin: string;
  connectorUrl: string;
  adminToken: string;
  /** Somebody else, over HTTP. */
  other: Admin;
  /** Ends the edge, and starts it again at its address and on its storage. */
  restartEdge(whileAway: () => Promise<unknown>): Promise<void>;
  /** Does on site what the page says: enrols an agent by this command, and runs it. */
  runAgent(command: string): Promise<void>;
  close(): Promise<void>;
}

/** @param env of the edge, besides what it needs */
export async function startSite(env: Record<string, string> = {}): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), 'page-'));
  const adminToken = randomBytes(24).toString('base64url');
  const lab = await startLaboratory({ edgeOrigin: 'http://127.0.0.1:1' });
  const vars = {
    ADMIN_TOKEN: adminToken,
    SETTINGS_KEY: randomBytes(32).toString('base64'),
    GRAPH_ORIGIN: lab.microsoft.origin,
    LOGIN_ORIGIN: lab.microsoft.origin,
    ...env,
  };
  const stateDir = join(directory, 'edge');
  const start = (port: number) => startEdge({ host: '127.0.0.1', port, stateDir, vars });
  let edge: RunningEdge = await start(0);
  lab.microsoft.setHosts({ [PUBLIC_HOST]: edge.origin });
  const connectorUrl = `${edge.origin}/${CONNECTOR}`;
  const ends: (() => Promise<void>)[] = [() => edge.close(), () => lab.close()];
  return {
    lab,
    origin: edge.origin,
    async restartEdge(whileAway) {
      const { port } = new URL(edge.origin);
      await edge.close();
      try {
        await whileAway();
      } finally {
        edge = await start(Number(port));
      }
    },
    connectorUrl,
    adminToken,
    other: admin(connectorUrl, adminToken),
    async runAgent(command) {
      const [program, ...words] = command.split(' ');
      if (program !== 'presence-agent') throw new Error(`Not a command of ours: ${command}`);
      const configFile = join(directory, 'agent.toml');
      const toml = agentToml(lab, { edge: connectorUrl, stateDir: join(directory, 'agent') });
      await writeFile(configFile, toml, { mode: 0o600 });
      await runAgent([...words, '--config', configFile]);
      const child = startAgent(['run', '--config', configFile]);
      ends.unshift(() => stopAgent(child));
    },
    async close() {
      for (const end of ends) await end();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
