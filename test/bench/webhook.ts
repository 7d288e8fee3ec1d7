// How many notifications a second the webhook takes, and beside it in the same run: the least that a
// Worker could do, and an ordinary server with the same checks.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { startEdge } from '../../edge/self-hosted/start-edge.ts';
import { castOf } from '../scenario/cast.ts';
import { eventually } from '../scenario/eventually.ts';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { CONNECTOR, PUBLIC_HOST } from '../sim/laboratory.ts';
import { asAccount } from '../sim/microsoft/caller.ts';
import type { Microsoft } from '../sim/microsoft/microsoft.ts';
import { makeKeyPair, type Receiver, startReceiver } from '../sim/microsoft/receiver.ts';
import { startMicrosoft } from '../sim/microsoft/server.ts';
import { type Flood, flood } from './flood.ts';
import type { PlainReceiverOptions } from './plain-receiver.ts';

/**
 * What is promised: so many a second at least, how long 99 of 100 wait in ms while they come as fast as they
 * are taken, and how many times ours the bare Worker may take.
 */
const PROMISED = { perSecond: 200, p99: 250, ceilingRatio: 2 };
const USERS = 600;
/** Changes of each user: one that is the same as before would cost less than what it stands for. */
const ROUNDS = 20;
const STATES = ['Busy', 'Available', 'BeRightBack', 'DoNotDisturb'] as const;
/** Changes that none of the three is measured by: what a process does first is not yet compiled, and that is seconds. */
const RUN_UP = 5 * USERS;
const LAST_ON_PBX = 'dnd';
/** In s: from the last answer until the PBX shows all of it. */
const EQUAL_LIMIT_S = 10;

const people = Array.from({ length: USERS }, (_, at) => ({
  displayName: `User ${at + 1}`,
  userPrincipalName: `user${at + 1}@example.com`,
}));

export async function benchWebhook() {
  const directory = await mkdtemp(join(tmpdir(), 'bench-webhook-'));
  try {
    const { ours, bodies, equalS } = await floodOurs(directory);
    const ceiling = await floodCeiling(directory, bodies);
    const plain = await floodPlain(directory);
    return {
      notifications: bodies.length - RUN_UP,
      'the edge': ours,
      'the PBX shows what was said last, s after it': equalS,
      'a Worker that only stores a row and pushes a frame': ceiling,
      'Fastify with the same checks': plain,
      'ceiling / edge': Math.round((10 * ceiling.perSecond) / ours.perSecond) / 10,
      held: {
        'every notification is answered 202': ours.statuses['202'] === bodies.length - RUN_UP,
        '200 a second': ours.perSecond >= PROMISED.perSecond,
        '250 ms': ours.ms.p99 < PROMISED.p99,
        'within 2 × of the bare Worker':
          ceiling.perSecond <= PROMISED.ceilingRatio * ours.perSecond,
        'the PBX shows it': equalS < EQUAL_LIMIT_S,
      },
      'Fastify / edge': Math.round((10 * plain.perSecond) / ours.perSecond) / 10,
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function floodOurs(
  directory: string,
): Promise<{ ours: Flood; bodies: string[]; equalS: number }> {
  const demo = await setUp({
    stateDir: join(directory, 'ours'),
    port: 0,
    laboratory: { tenant: { people }, pbxUsers: USERS },
  });
  const receiver = await startReceiver();
  try {
    await castOf(demo).allGreen(60_000);
    // What Microsoft sends is kept back, to be sent as fast as it is taken.
    demo.lab.microsoft.setHosts({ [PUBLIC_HOST]: receiver.origin });
    const bodies = await madeBy(demo.lab.microsoft, receiver);
    const url = `${demo.edge.origin}/${CONNECTOR}/subscriptions`;
    const ours = await sustained(url, bodies);
    return { ours, bodies, equalS: await untilEqual(demo.lab) };
  } finally {
    await demo.close();
    await receiver.close();
  }
}

/** What is taken of all but the run-up, which comes before it. */
async function sustained(url: string, bodies: readonly string[]): Promise<Flood> {
  const { statuses } = await flood(url, bodies.slice(0, RUN_UP));
  if (statuses['202'] !== RUN_UP) throw new Error(`The run-up: ${JSON.stringify(statuses)}`);
  return flood(url, bodies.slice(RUN_UP));
}

/** What was taken has to arrive as well, whatever became of it on the way. Throws where it does not. */
async function untilEqual({ pbx }: SetUp['lab']): Promise<number> {
  const from = Date.now();
  const others = () => pbx.users().filter(({ h323 }) => pbx.user(h323).activity() !== LAST_ON_PBX);
  await eventually(
    () => others().length,
    (left) => left === 0,
    60_000,
  );
  return (Date.now() - from) / 1_000;
}

async function floodCeiling(directory: string, bodies: readonly string[]): Promise<Flood> {
  const edge = await startEdge({
    wranglerConfig: resolve(import.meta.dirname, 'ceiling/wrangler.toml'),
    stateDir: join(directory, 'ceiling'),
    host: '127.0.0.1',
    port: 0,
    vars: {},
  });
  const socket = new WebSocket(`${edge.origin.replace('http', 'ws')}/socket`);
  try {
    await once(socket, 'open');
    return await sustained(`${edge.origin}/`, bodies);
  } finally {
    socket.terminate();
    await edge.close();
  }
}

async function floodPlain(directory: string): Promise<Flood> {
  const receiver = await startReceiver();
  const microsoft = await startMicrosoft({
    tenant: { people },
    hosts: { [PUBLIC_HOST]: receiver.origin },
  });
  const pair = await makeKeyPair();
  const clientState = 'a state of its own';
  const account = await asAccount(microsoft);
  const ids = microsoft.users().map(({ id }) => id);
  const { status } = await account('POST', '/subscriptions', {
    changeType: 'updated',
    notificationUrl: `https://${PUBLIC_HOST}/subscriptions`,
    resource: `/communications/presences?$filter=id in (${ids.map((id) => `'${id}'`).join(',')})`,
    expirationDateTime: new Date(Date.now() + 59 * 60_000).toISOString(),
    includeResourceData: true,
    encryptionCertificate: pair.certificate,
    encryptionCertificateId: 'key-1',
    clientState,
  });
  if (status !== 201) throw new Error(`The subscription was answered with ${status}.`);
  const bodies = await madeBy(microsoft, receiver);
  const options: PlainReceiverOptions = {
    jwks: `${microsoft.origin}/${microsoft.tenantId}/discovery/v2.0/keys`,
    audience: microsoft.clientIdSyncToPbx,
    clientState,
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    database: join(directory, 'plain.sqlite'),
  };
  const main = resolve(import.meta.dirname, 'plain-receiver.ts');
  const words = ['--disable-warning=ExperimentalWarning', main, JSON.stringify(options)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [origin] = await once(createInterface({ input: child.stdout }), 'line');
    const socket = new WebSocket(String(origin).replace('http', 'ws'));
    await once(socket, 'open');
    return await sustained(`${origin}/subscriptions`, bodies);
  } finally {
    child.kill();
    await Promise.all([microsoft.close(), receiver.close()]);
  }
}

/** Notifications as Microsoft makes them, one a request, in the order of the changes. */
async function madeBy(microsoft: Microsoft, receiver: Receiver): Promise<string[]> {
  microsoft.turn({ latencyMs: 0, jitterMs: 0, itemsPerPost: 1 });
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { userPrincipalName } of people) {
      microsoft.teams(userPrincipalName).choose(STATES[round % STATES.length] ?? 'Busy');
    }
    await eventually(
      () => receiver.received.length,
      (length) => length >= (round + 1) * USERS,
      120_000,
    );
  }
  return receiver.received.map(({ body }) => JSON.stringify(body));
}
