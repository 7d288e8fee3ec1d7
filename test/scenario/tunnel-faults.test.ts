// What networks do to a tunnel. Each story ends with both sides equal within 5 s of the line being back,
// unattended, and with a log that an admin can read.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type MovingClock, movingClock } from '../sim/clock/moving-clock.ts';
import { runAgent, startAgent, stopAgent } from '../sim/demo/agent-process.ts';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { agentToml, CONNECTOR } from '../sim/laboratory.ts';
import { startWire, type Wire } from '../sim/network/tcp-proxy.ts';
import { startTlsFront } from '../sim/network/tls-front.ts';
import { startWebProxy } from '../sim/network/web-proxy.ts';
import { selfSigned } from '../sim/pbx/self-signed.ts';
import { type Cast, castOf } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { saidAt } from './log-time.ts';

const BACK_WITHIN_MS = 5_000;
/** By the agent's clock, as all that is below: a tunnel that carries nothing any more is noticed. */
const NOTICED_WITHIN_MS = 15_000;
/** And where another one can be had, that stands, and both sides are equal. */
const REPAIRED_WITHIN_MS = 20_000;
/** Another tunnel stands after a clean loss. Of many: `npm run bench -- herd`. */
const RESET_WITHIN_MS = 1_000;
/** How fast the agent's clock goes while nobody is to notice but the agent. */
const RATE = 5;

let demo: SetUp;
let cast: Cast;
let stateDir: string;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'tunnel-faults-'));
  demo = await setUp({ stateDir, port: 0 });
  cast = castOf(demo);
  await cast.allGreen();
  // Each story brings an agent of its own.
  await stopAgent(demo.agent);
}, 60_000);

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

afterAll(async () => {
  await demo?.close();
  await rm(stateDir, { recursive: true, force: true });
});

const edgePort = () => Number(new URL(demo.edge.origin).port);

/** A configuration for an agent that reaches the edge at `edge`. */
async function prepared(edge: string, more = ''): Promise<string> {
  const folder = await mkdtemp(join(stateDir, 'agent-'));
  await mkdir(join(folder, 'state'));
  const configFile = join(folder, 'agent.toml');
  const toml = agentToml(demo.lab, { edge, stateDir: join(folder, 'state') });
  await writeFile(configFile, more + toml, { mode: 0o600 });
  return configFile;
}

async function enrolled(configFile: string, edge: string, env = {}): Promise<void> {
  const { code } = await demo.admin.send<{ code: string }>('POST', '/api/agents', {});
  await runAgent(['enrol', edge, code, '--config', configFile], env);
}

/** An agent as a process; answers what it says. */
async function agentAt(edge: string, more = '', env = {}): Promise<string[]> {
  const configFile = await prepared(edge, more);
  await enrolled(configFile, edge, env);
  const lines: string[] = [];
  const child = startAgent(['run', '--config', configFile], (line) => lines.push(line), env);
  ends.push(() => stopAgent(child));
  await leads();
  return lines;
}

const leads = () =>
  eventually(
    () => cast.lamp('agent'),
    ({ state }) => state === 'ok',
  );

/** An agent behind a wire, and its clock: what it waits for goes by faster where a test says so. */
async function wired(): Promise<{ wire: Wire; lines: string[]; clock: MovingClock }> {
  const wire = await startWire(edgePort());
  const clock = await movingClock(await mkdtemp(join(stateDir, 'clock-')));
  ends.push(wire.down, clock.close);
  const lines = await agentAt(`http://127.0.0.1:${wire.port}/${CONNECTOR}`, '', clock.env);
  return { wire, lines, clock };
}

let turn = 0;
/** Somebody changes on each side, to something new; answers how to see it on the other. */
function change(): () => Promise<void> {
  turn += 1;
  const [chosen, shown] =
    turn % 2 ? (['Busy', 'busy'] as const) : (['DoNotDisturb', 'dnd'] as const);
  const [set, seen] = turn % 2 ? ['away', 'Away/Away'] : ['dnd', 'DoNotDisturb/DoNotDisturb'];
  cast.teams('alice').choose(chosen);
  cast.pbx('carol').setPresence(set ?? '');
  return async () => {
    await cast.bothSidesEqual(BACK_WITHIN_MS);
    await becomes(cast.onPbx('alice'), shown);
    await becomes(cast.inTeams('carol'), seen ?? '');
  };
}

/** What the log says of the tunnel, without its time. */
const ofTunnel = (lines: string[]) =>
  lines.filter((line) => line.includes('tunnel: ')).map((line) => line.replace(/^\S+ /, ''));

/** Lost once, back once, and nothing in between. */
function expectOneOutage(lines: string[], lost: RegExp): void {
  expect(ofTunnel(lines)).toEqual([
    'info  tunnel: connected',
    expect.stringMatching(lost),
    expect.stringMatching(/^info {2}tunnel: connected again after [\d.]+ s$/),
  ]);
}

async function isBack(lines: string[], since: number): Promise<void> {
  await eventually(
    () => ofTunnel(lines).filter((line) => line.includes('connected again')).length,
    (times) => times > 0,
    BACK_WITHIN_MS,
  );
  expect(Date.now() - since).toBeLessThan(BACK_WITHIN_MS);
}

/** Lets the agent say in time that the tunnel is of no use since `begun`. */
async function isNoticed(lines: string[], clock: MovingClock, begun: number): Promise<void> {
  // Read later than said: what counts is when it was said.
  await clock.passUntil(() => ofTunnel(lines).length > 1, 2 * NOTICED_WITHIN_MS, RATE);
  expect(saidAt(lines, /warn {2}tunnel: /) - begun).toBeLessThanOrEqual(NOTICED_WITHIN_MS);
}

describe('the line between agent and edge', { retry: 0 }, () => {
  it.each([0, 9_000])('is a black hole, and for %i ms more when it is noticed', async (more) => {
    const { wire, lines, clock } = await wired();
    const begun = clock.now();
    wire.mode = 'black-hole';
    const seen = change();
    await isNoticed(lines, clock, begun);
    await clock.pass(more, RATE);
    wire.mode = 'pass';
    const since = Date.now();
    await seen();
    await isBack(lines, since);
    expect(clock.now() - begun - more).toBeLessThan(REPAIRED_WITHIN_MS);
    expectOneOutage(lines, /^warn {2}tunnel: the edge has said nothing for 10 s$/);
  });

  it('breaks with a reset', async () => {
    const { wire, lines } = await wired();
    wire.reset();
    const since = Date.now();
    await change()();
    await isBack(lines, since);
    expect(saidAt(lines, 'connected again') - since).toBeLessThan(RESET_WITHIN_MS);
    expectOneOutage(lines, /^warn {2}tunnel: the tunnel was closed \(1006\)$/);
  });

  it('is half closed by the edge’s side', async () => {
    const { wire, lines, clock } = await wired();
    const begun = clock.now();
    wire.halfClose();
    const seen = change();
    // Nobody says that it is over: the silence does.
    await isNoticed(lines, clock, begun);
    const since = Date.now();
    await seen();
    await isBack(lines, since);
    expect(clock.now() - begun).toBeLessThan(REPAIRED_WITHIN_MS);
    expectOneOutage(lines, /^warn {2}tunnel: the (edge has said nothing|tunnel was closed)/);
  });

  it('is gone for three seconds, and hangs up on whoever dials', async () => {
    const { wire, lines } = await wired();
    wire.mode = 'drop';
    wire.reset();
    const seen = change();
    await delay(3_000);
    wire.mode = 'pass';
    const since = Date.now();
    await seen();
    await isBack(lines, since);
    expectOneOutage(lines, /^warn {2}tunnel: the tunnel was closed \(1006\)$/);
  });

  it('gives one byte a second: it counts as gone within 15 s, and nobody waits for what trickles', async () => {
    const { wire, lines, clock } = await wired();
    const begun = clock.now();
    // The agent lives as much faster.
    wire.bytesPerSecond = RATE;
    const seen = change();
    await isNoticed(lines, clock, begun);
    // Dialling too is one byte a second now.
    await clock.pass(20_000, RATE);
    wire.bytesPerSecond = null;
    const since = Date.now();
    await seen();
    await isBack(lines, since);
    expectOneOutage(lines, /^warn {2}tunnel: the edge has said nothing for 10 s$/);
  });

  it('is slow: everything arrives all the same, and nothing is lost', async () => {
    const { wire, lines } = await wired();
    wire.delayMs = 400;
    await change()();
    await change()();
    expect(ofTunnel(lines)).toEqual(['info  tunnel: connected']);
  });
});

describe('the edge', { retry: 0 }, () => {
  it.each(['close', 'kill'] as const)('restarts (%s)', async (how) => {
    const { lines } = await wired();
    let seen = async () => {};
    await demo.restartEdge(how, () => {
      seen = change();
    });
    const since = Date.now();
    await seen();
    await isBack(lines, since);
    expectOneOutage(lines, /^warn {2}tunnel: (the tunnel was closed|no connection to)/);
  });
});

describe('a web proxy on the way', { retry: 0 }, () => {
  it('is down for a while', async () => {
    const tls = selfSigned('company', { dns: ['edge.test'] });
    const front = await startTlsFront(edgePort(), tls);
    const proxy = await startWebProxy({ 'edge.test:443': front.port });
    proxy.login = 'agent:secret';
    ends.push(front.close, proxy.down);
    const ca = join(stateDir, 'company-ca.pem');
    await writeFile(ca, tls.cert);
    const lines = await agentAt(`https://edge.test/${CONNECTOR}`, `edge_ca_file = "${ca}"\n`, {
      HTTPS_PROXY: proxy.url.replace('//', '//agent:secret@'),
    });
    await proxy.down();
    const seen = change();
    await eventually(
      () => ofTunnel(lines),
      (said) => said.some((line) => line.includes('no connection to the proxy')),
    );
    await delay(3_000);
    await proxy.up();
    const since = Date.now();
    await seen();
    await isBack(lines, since);
    expect(lines.join('\n')).not.toContain('agent:secret');
  });
});

describe('the edge’s certificate', { retry: 0 }, () => {
  it('is of another authority all of a sudden, until that is trusted', async () => {
    const [before, after] = [selfSigned('before'), selfSigned('after')];
    const front = await startTlsFront(edgePort(), before);
    const wire = await startWire(front.port);
    ends.push(front.close, wire.down);
    const ca = join(stateDir, 'edge-ca.pem');
    await writeFile(ca, before.cert);
    const edge = `https://127.0.0.1:${wire.port}/${CONNECTOR}`;
    const lines = await agentAt(edge, `edge_ca_file = "${ca}"\n`);
    front.changeCertificate(after);
    wire.reset();
    const seen = change();
    await eventually(
      () => ofTunnel(lines),
      (said) => said.some((line) => line.includes('is not accepted')),
      BACK_WITHIN_MS,
    );
    await delay(3_000);
    await writeFile(ca, after.cert);
    const since = Date.now();
    await seen();
    await isBack(lines, since);
    expect(ofTunnel(lines)).toEqual([
      'info  tunnel: connected',
      'warn  tunnel: the tunnel was closed (1006)',
      expect.stringMatching(/^warn {2}tunnel: the certificate of .* set "edge_ca_file"/),
      expect.stringMatching(/^info {2}tunnel: connected again after/),
    ]);
  });
});

describe('the clock of the agent’s machine', () => {
  /** What the log says of a clock that is ten minutes off. */
  const off = (way: string) =>
    expect.stringMatching(
      new RegExp(`^warn {2}tunnel: the clock of this machine is (599|600|601) s ${way} the edge's`),
    );
  const again = expect.stringMatching(/^info {2}tunnel: connected again after/);

  async function clockOffBy(ms: number) {
    const clock = await movingClock(await mkdtemp(join(stateDir, 'clock-')));
    ends.push(clock.close);
    await clock.jump(ms);
    return clock;
  }

  it.each([
    ['ahead of', 600_000],
    ['behind', -600_000],
  ])('is ten minutes %s the right time: it works, and says so', async (way, offMs) => {
    const clock = await clockOffBy(offMs);
    const lines = await agentAt(demo.connectorUrl, '', clock.env);
    await change()();
    expect(ofTunnel(lines)).toEqual([off(way), again]);
  });

  it('is set ten minutes ahead while the agent works: the tunnel stands, and the next one says so', async () => {
    const { wire, lines, clock } = await wired();
    clock.set(600_000);
    await change()();
    expect(ofTunnel(lines)).toEqual(['info  tunnel: connected']);
    wire.reset();
    await change()();
    await eventually(
      () => ofTunnel(lines).slice(1),
      (said) => said.length === 3,
    );
    expect(ofTunnel(lines).slice(1)).toEqual([
      'warn  tunnel: the tunnel was closed (1006)',
      off('ahead of'),
      again,
    ]);
    await change()();
  });
});
