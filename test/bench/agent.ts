// What the agent takes, as it is installed (one file, the Node of `npm ci`, TLS to edge and PBX): size, time
// to start, memory with 10,000 users, processor at rest, and whether it grows over a million changes.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildAgent } from '../../agent/build/build-agent.ts';
import { eventually } from '../scenario/eventually.ts';
import { freePort } from '../sim/network/free-port.ts';
import { selfSigned } from '../sim/pbx/self-signed.ts';
import { type Pbx, startPbx } from '../sim/pbx/server.ts';
import { type CountingEdge, startCountingEdge } from './agent-world.ts';
import { corePercent, coreSeconds, residentMb } from './process-figures.ts';

export interface AgentLoad {
  users: number;
  /** Changes of presence on the PBX; each tenth is answered by a write of the edge. */
  changes: number;
}

/** A minute: once, some seconds after the load, V8 tidies up for 0.2 s; after that next to nothing happens. */
const IDLE_S = 60;
/** Changes made before the last ones have to have arrived. */
const STEP = 2_000;
const LONG_MS = 120_000;
/** What is promised. */
const LIMITS = { memoryMb: 90, idlePercent: 1, startS: 1, fileBytes: 1_000_000, growthMb: 10 };

export async function benchAgent({ users, changes }: AgentLoad) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-agent-'));
  const { file, bytes } = await buildAgent();
  const tls = selfSigned();
  const edge = await startCountingEdge(tls);
  const pbx = await startPbx({ users, recordLimit: 1_000, tls });
  const config = join(folder, 'config.toml');
  const ca = join(folder, 'ca.pem');
  const health = `127.0.0.1:${await freePort()}`;
  await writeFile(ca, tls.cert);
  await writeFile(
    config,
    `state_dir = "${folder}"
health = "${health}"
[[pbx]]
name = "pbx"
url = "${pbx.secureUrl}"
app = "${pbx.app}"
password = "${pbx.password}"
ca_file = "${ca}"
`,
  );
  const start = (...words: string[]) =>
    spawn(process.execPath, [file, ...words, '--config', config], {
      stdio: 'ignore',
      // The edge's certificate is one of a public authority: those are all loaded, this one beside them.
      env: { ...process.env, NODE_EXTRA_CA_CERTS: ca },
    });
  await once(start('enrol', edge.url, 'x'), 'close');

  let agent: ChildProcess | undefined;
  try {
    const began = Date.now();
    agent = start('run');
    while (!(await isReady(health))) await delay(10);
    const startS = (Date.now() - began) / 1_000;
    await eventually(
      () => edge.told.users,
      (told) => told >= users,
      LONG_MS,
    );
    const usersS = (Date.now() - began) / 1_000;
    edge.watch(pbx.users().map(({ guid }) => guid));
    await eventually(
      () => edge.told.presences,
      (told) => told >= users,
      LONG_MS,
    );
    const watchedS = (Date.now() - began) / 1_000;

    const idlePercent = await corePercent(agent.pid, IDLE_S);
    const memoryMb = await residentMb(agent.pid);
    const soak = await change(pbx, edge, { agent, changes });
    const held = {
      memory: Math.max(memoryMb, ...soak.memoryMb) < LIMITS.memoryMb,
      idle: idlePercent < LIMITS.idlePercent,
      start: startS < LIMITS.startS,
      file: bytes < LIMITS.fileBytes,
      growth: soak.growthMb < LIMITS.growthMb,
    };
    return {
      users,
      'one file, bytes': bytes,
      'start to ready, s': startS,
      'all users told, s': usersS,
      'all watched, s': watchedS,
      'at rest, % of a core': idlePercent,
      'memory at rest, MB': memoryMb,
      ...{ soak, held },
    };
  } finally {
    agent?.kill();
    await pbx.close();
    await edge.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Tunnel and PBX session are up; `false` also where nobody answers yet. */
const isReady = (health: string): Promise<boolean> =>
  fetch(`http://${health}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** Everybody changes by turns, as fast as it gets through; memory ten times on the way. */
async function change(
  pbx: Pbx,
  edge: CountingEdge,
  { agent, changes }: { agent: ChildProcess; changes: number },
) {
  const people = pbx.users().map(({ guid }) => pbx.user(guid));
  const { presences, wrote } = edge.told;
  const memoryMb: number[] = [];
  const began = performance.now();
  const coreBefore = await coreSeconds(agent.pid);
  let written = 0;
  for (let n = 0; n < changes; n += 1) {
    const round = Math.floor(n / people.length);
    const person = people[n % people.length];
    person?.setPresence(round % 2 ? 'away' : 'busy');
    if (person && n % 10 === 9) {
      written += 1;
      edge.set(person.row().guid, n, round % 2 ? 'dnd' : 'lunch');
    }
    if ((n + 1) % STEP === 0) {
      await eventually(
        () => [edge.told.presences - presences, edge.told.wrote - wrote] as const,
        ([told, took]) => told >= n + 1 && took >= written,
        LONG_MS,
      );
    }
    if ((n + 1) % Math.ceil(changes / 10) === 0) memoryMb.push(await residentMb(agent.pid));
  }
  const seconds = (performance.now() - began) / 1_000;
  const coreS = (await coreSeconds(agent.pid)) - coreBefore;
  const [first = 0, ...later] = memoryMb.slice(2);
  return {
    changes,
    writes: written,
    'changes a second': Math.round(changes / seconds),
    'processor for 1,000 changes, ms': Math.round((coreS * 1_000) / (changes / 1_000)),
    memoryMb,
    // The first fifth warms up: compiled code, buffers.
    growthMb: (later.at(-1) ?? first) - first,
  };
}
