// Many customers on one edge: a connector each, with an agent of its own that is enrolled.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { enrol } from '../../agent/enrol.ts';
import { admin } from '../sim/demo/admin.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import { agentToml, settingsFor } from '../sim/laboratory.ts';

export interface Enrolled {
  /** The connector, as the agent reaches it. */
  readonly edge: string;
  readonly stateDir: string;
  readonly configFile: string;
}

export interface CustomerOptions {
  /** Where the agent reaches the edge; default: the edge's own. */
  port?: number;
  pollSeconds?: number;
}

/** How an agent in this process gathers what it says, as `agent/main.ts` does it. */
export const pacing = {
  soon: setImmediate,
  later: (then: () => void) => void setTimeout(then, 20),
};

/** The `n`-th customer: polled, because Microsoft lets an account subscribe a user once. */
export async function customer(
  demo: SetUp,
  folder: string,
  n: number,
  { port = Number(new URL(demo.edge.origin).port), pollSeconds = 300 }: CustomerOptions = {},
): Promise<Enrolled> {
  const name = `customer${n}.example/microsoft365`;
  const desk = admin(`${demo.edge.origin}/${name}`, demo.adminToken);
  const { notificationUrl: _, ...settings } = settingsFor(demo.lab);
  await desk.send('PUT', '/api/settings', { ...settings, source: 'poll', pollSeconds });
  const { code } = await desk.send<{ code: string }>('POST', '/api/agents', { name: 'agent' });
  const stateDir = join(folder, `agent-${n}`);
  await mkdir(stateDir);
  const configFile = join(folder, `agent-${n}.toml`);
  const edge = `http://127.0.0.1:${port}/${name}`;
  await writeFile(configFile, agentToml(demo.lab, { edge, stateDir }), { mode: 0o600 });
  await enrol({
    ...{ url: edge, code, configFile, now: Date.now },
    say: () => {},
    proxyFor: () => '',
  });
  return { edge, stateDir, configFile };
}
