// Every fault that the doctor knows, produced for real, and named.
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../../agent/clock.ts';
import { doctor } from '../../../agent/doctor/doctor.ts';
import type { Finding } from '../../../agent/doctor/finding.ts';
import { newKeyPair } from '../../../agent/key-pair.ts';
import { startTlsFront } from '../../sim/network/tls-front.ts';
import { startWebProxy, type WebProxy } from '../../sim/network/web-proxy.ts';
import { selfSigned } from '../../sim/pbx/self-signed.ts';
import { type Pbx, type PbxOptions, startPbx } from '../../sim/pbx/server.ts';
import { temporaryDirectory } from '../temporary.ts';
import { type FakeSelf, json, problem, startSelf } from './fake-self.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface World {
  readonly folder: string;
  readonly self: FakeSelf;
  readonly pbx: Pbx;
  /** Lines of the configuration; a test changes what it wants to. */
  top: Record<string, string | undefined>;
  section: Record<string, string | undefined>;
  proxy: string;
  clockOffMs: number;
  configFile: string;
  write(): Promise<void>;
  /** The identity file, or nothing. */
  identity(text: string | undefined): Promise<void>;
  path(name: string, text?: string): Promise<string>;
}

const NAME = 'example.com/microsoft365';

/** Everything is well in it. */
async function world(options: PbxOptions = {}): Promise<World> {
  const folder = await temporaryDirectory();
  const self = await startSelf();
  const pbx = await startPbx(options);
  ends.push(self.close, pbx.close);
  const path = async (name: string, text?: string) => {
    const file = join(folder, name);
    if (text !== undefined) await writeFile(file, text, { mode: 0o600 });
    return file;
  };
  const stateDir = await path('state');
  await mkdir(stateDir);
  const it: World = {
    ...{ folder, self, pbx, path },
    top: {
      edge: `"http://127.0.0.1:${self.port}/${NAME}"`,
      state_dir: `"${stateDir}"`,
    },
    section: {
      name: `"${pbx.name}"`,
      url: `"${pbx.url}"`,
      app: `"${pbx.app}"`,
      password_file: `"${await path('password', `${pbx.password}\n`)}"`,
    },
    proxy: '',
    clockOffMs: 0,
    configFile: join(folder, 'config.toml'),
    async write() {
      const lines = (table: Record<string, string | undefined>) =>
        Object.entries(table).flatMap(([key, value]) => (value ? [`${key} = ${value}`] : []));
      const section = lines(it.section);
      await path(
        'config.toml',
        [...lines(it.top), ...(section.length > 0 ? ['[[pbx]]', ...section] : [])].join('\n'),
      );
    },
    async identity(text) {
      const file = join(stateDir, 'identity.json');
      if (text === undefined) await rm(file, { force: true });
      else await writeFile(file, text, { mode: 0o600 });
    },
  };
  const { privateKey } = await newKeyPair();
  const edge = `http://127.0.0.1:${self.port}/${NAME}`;
  await it.identity(
    JSON.stringify({ edge, agentId: 'agent-1', credential: 'the-credential', privateKey }),
  );
  await it.write();
  return it;
}

async function examine(it: World, reportFile?: string) {
  const said: string[] = [];
  const look = (json: boolean) =>
    doctor(
      {
        ...{ configFile: it.configFile, json, say: (line) => said.push(line) },
        ...(reportFile ? { reportFile } : {}),
      },
      {
        clock: { ...systemClock, now: () => Date.now() + it.clockOffMs },
        env: {},
        proxyFor: (url) => (new URL(url).hostname === '127.0.0.1' ? '' : it.proxy),
        about: { version: '1.2.3', platform: 'test' },
      },
    );
  const well = await look(true);
  const findings = JSON.parse(said[0] ?? '[]') as Finding[];
  return { well, findings, said, look };
}

const wrong = (findings: Finding[]) =>
  findings.filter(({ state }) => state === 'fault' || state === 'warning');

test('where all is well nothing is found', async () => {
  const it = await world();
  it.section['url'] = `"${it.pbx.url}"`;
  const { well, findings } = await examine(it);
  expect(well).toBe(true);
  // The simulated PBX of this test is reached without TLS.
  expect(wrong(findings).map(({ id }) => id)).toEqual(['pbx-plain']);
  expect(findings.filter(({ state }) => state === 'ok').map(({ id }) => id)).toEqual([
    ...['config', 'identity', 'proxy', 'clock', 'edge', 'websocket', 'pbx-login', 'pbx-users'],
    'pbx-rights',
  ]);
});

/** The edge behind TLS and a proxy that knows its name. */
async function behindProxy(it: World, tls = selfSigned('ca', { dns: ['edge.test'] })) {
  const front = await startTlsFront(it.self.port, tls);
  const proxy = await startWebProxy({ 'edge.test:443': front.port });
  ends.push(front.close, proxy.down);
  await elsewhere(it, `https://edge.test/${NAME}`);
  it.top['edge_ca_file'] = `"${await it.path('edge-ca.pem', tls.cert)}"`;
  it.proxy = proxy.url;
  return proxy;
}

async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Accepts connections and never says a word. */
async function mutePort(): Promise<number> {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  return (server.address() as { port: number }).port;
}

/** Enrolled and configured for another address. */
async function elsewhere(it: World, edge: string): Promise<void> {
  it.top['edge'] = `"${edge}"`;
  const file = join(it.folder, 'state', 'identity.json');
  const identity = JSON.parse(await readFile(file, 'utf8'));
  await it.identity(JSON.stringify({ ...identity, edge }));
}

type Fault = [id: string, state: 'fault' | 'warning', arrange: (it: World) => unknown, PbxOptions?];

const FAULTS: Fault[] = [
  // --- settings and this machine ---
  ['config-missing', 'fault', (it) => rm(it.configFile)],
  [
    'config-unreadable',
    'fault',
    async (it) => {
      await rm(it.configFile);
      await mkdir(it.configFile);
    },
  ],
  ['config-invalid', 'fault', (it) => it.path('config.toml', 'edge = nonsense')],
  [
    'pbx-missing',
    'fault',
    (it) => {
      it.section = {};
      return it.write();
    },
  ],
  [
    'pbx-missing',
    'fault',
    async (it) => {
      it.section = {};
      await it.write();
      const top = await readFile(it.configFile, 'utf8');
      await it.path('config.toml', `${top}\n[listen]\naddress = "127.0.0.1:0"\n`);
    },
  ],
  [
    'pbx-settings',
    'fault',
    (it) => {
      it.section['password_file'] = '"/nowhere/password"';
      return it.write();
    },
  ],
  [
    'pbx-settings',
    'fault',
    (it) => writeFile(join(it.folder, 'password'), '\ufeffsecret365', 'utf16le'),
  ],
  [
    'edge-ca',
    'fault',
    async (it) => {
      it.top['edge_ca_file'] = `"${await it.path('empty.pem', 'nothing')}"`;
      await it.write();
    },
  ],
  ['password-exposed', 'warning', async (it) => chmod(await it.path('password'), 0o644)],
  ['not-enrolled', 'fault', (it) => it.identity(undefined)],
  [
    'state-dir',
    'fault',
    async (it) => {
      it.top['state_dir'] = `"${await it.path('a-file', '')}/state"`;
      await it.write();
    },
  ],
  ['identity-damaged', 'fault', (it) => it.identity('{"half')],
  ['key-exposed', 'warning', (it) => chmod(join(it.folder, 'state', 'identity.json'), 0o644)],
  [
    'edge-mismatch',
    'fault',
    (it) => {
      it.top['edge'] = `"http://127.0.0.1:${it.self.port}/example.com/other"`;
      return it.write();
    },
  ],
  [
    'agent-not-running',
    'warning',
    async (it) => {
      it.top['health'] = `"127.0.0.1:${await deadPort()}"`;
      await it.write();
    },
  ],
  // --- the way to the edge ---
  [
    'proxy-setting',
    'fault',
    async (it) => {
      await behindProxy(it);
      it.proxy = 'socks5://127.0.0.1:1080';
      await it.write();
    },
  ],
  [
    'proxy-unreachable',
    'fault',
    async (it) => {
      await (await behindProxy(it)).down();
      await it.write();
    },
  ],
  ['proxy-login', 'fault', withProxy((proxy) => (proxy.login = 'agent:secret'))],
  ['proxy-refuses', 'fault', withProxy((proxy) => (proxy.refuses = 403))],
  ['proxy-silent', 'fault', withProxy((proxy) => (proxy.isSilent = true))],
  [
    'proxy-no-tls',
    'fault',
    async (it) => {
      await behindProxy(it);
      // Answers what it takes for a request that is none, as web proxies do.
      it.proxy = `https://127.0.0.1:${it.self.port}`;
      await it.write();
    },
  ],
  [
    'edge-name',
    'fault',
    async (it) => {
      await elsewhere(it, `https://no-such-host.invalid/${NAME}`);
      await it.write();
    },
  ],
  [
    'edge-refused',
    'fault',
    async (it) => {
      await elsewhere(it, `http://127.0.0.1:${await deadPort()}/${NAME}`);
      await it.write();
    },
  ],
  ['edge-silent', 'fault', (it) => (it.self.silent = true)],
  [
    'edge-untrusted',
    'fault',
    async (it) => {
      await behindProxy(it);
      it.top['edge_ca_file'] = undefined;
      await it.write();
    },
  ],
  [
    'edge-wrong-name',
    'fault',
    async (it) => {
      await behindProxy(it, selfSigned('ca', { dns: ['somebody-else.test'] }));
      await it.write();
    },
  ],
  [
    'edge-expired',
    'fault',
    async (it) => {
      await behindProxy(it, selfSigned('ca', { dns: ['edge.test'], endedMs: 86_400_000 }));
      await it.write();
    },
  ],
  [
    'edge-no-tls',
    'fault',
    async (it) => {
      await elsewhere(it, `https://127.0.0.1:${it.self.port}/${NAME}`);
      await it.write();
    },
  ],
  ['sign-in-page', 'fault', answering(webPage(200))],
  ['sign-in-page', 'fault', answering(webPage(511))],
  ['not-an-edge', 'fault', answering({ status: 200, headers: json, body: '{"hello":1}' })],
  ['edge-unavailable', 'fault', answering(problem(503, 'misconfigured'))],
  ['edge-unavailable', 'fault', answering(webPage(502))],
  ['edge-unavailable', 'fault', answering(webPage(429))],
  ['connector-unknown', 'fault', answering(problem(404, 'connector-unknown'))],
  ['clock', 'fault', (it) => (it.clockOffMs = 600_000)],
  ['key-refused', 'fault', answering(problem(401, 'unauthorized'))],
  ['agent-removed', 'fault', answering(problem(401, 'revoked'))],
  ['websocket-blocked', 'fault', (it) => (it.self.upgrades = false)],
  // --- the PBX ---
  ['pbx-name', 'fault', dialling(() => 'ws://no-such-pbx.invalid/PBX0/APPS/websocket')],
  ['pbx-refused', 'fault', dialling(async () => `ws://127.0.0.1:${await deadPort()}/x`)],
  ['pbx-path', 'fault', dialling(({ pbx }) => pbx.url.replace('PBX0', 'PBX1'))],
  ['pbx-certificate', 'fault', dialling(({ pbx }) => pbx.secureUrl ?? ''), { tls: selfSigned() }],
  ['pbx-no-tls', 'fault', dialling(({ pbx }) => pbx.url.replace('ws:', 'wss:'))],
  [
    'pbx-insecure',
    'warning',
    async (it) => {
      it.section['insecure_tls'] = 'true';
      await dialling(({ pbx }) => pbx.secureUrl ?? '')(it);
    },
    { tls: selfSigned() },
  ],
  ['pbx-login', 'fault', (it) => it.path('password', 'wrong')],
  [
    'pbx-presence-api',
    'fault',
    () => {},
    { apps: [{ h323: 'microsoft365', apis: ['tableusers', 'admin'] }] },
  ],
  [
    'pbx-users-api',
    'fault',
    () => {},
    { apps: [{ h323: 'microsoft365', apis: ['pbx', 'admin'] }] },
  ],
  [
    'pbx-admin-api',
    'warning',
    () => {},
    { apps: [{ h323: 'microsoft365', apis: ['pbx', 'tableusers'] }] },
  ],
  [
    'pbx-other-name',
    'warning',
    (it) => {
      it.section['name'] = '"headquarters"';
      return it.write();
    },
  ],
  ['pbx-empty', 'fault', () => {}, { users: [] }],
  [
    'pbx-rights',
    'fault',
    ({ pbx }) => {
      for (const { h323 } of pbx.users()) pbx.setRights(h323, null);
    },
  ],
  ['pbx-rights', 'warning', ({ pbx }) => pbx.setRights('alice', null)],
  ['pbx-rights', 'warning', ({ pbx }) => pbx.setRights('alice', { presence: false })],
  ['pbx-rights-calls', 'warning', ({ pbx }) => pbx.setRights('alice', { otf: false })],
];

function withProxy(turn: (proxy: WebProxy) => unknown) {
  return async (it: World) => {
    turn(await behindProxy(it));
    await it.write();
  };
}

function webPage(status: number): FakeSelf['answer'] {
  return { status, headers: { 'content-type': 'text/html' }, body: '<html>Nobody is here' };
}

function answering(answer: FakeSelf['answer']) {
  return (it: World) => {
    it.self.answer = answer;
  };
}

function dialling(url: (it: World) => string | Promise<string>) {
  return async (it: World) => {
    it.section['url'] = `"${await url(it)}"`;
    await it.write();
  };
}

test.each(FAULTS)('%s is named as a %s', async (id, state, arrange, options) => {
  const it = await world(options);
  await arrange(it);
  const { well, findings } = await examine(it);
  const found = findings.find((finding) => finding.id === id);
  expect(found, JSON.stringify(wrong(findings))).toMatchObject({ state });
  expect(found?.action?.length).toBeGreaterThan(10);
  // Nothing else is blamed; what depends on the fault is not looked at.
  const others = wrong(findings).filter((finding) => finding.id !== id);
  expect(others.map((finding) => finding.id).filter((other) => other !== 'pbx-plain')).toEqual(
    FOLLOWING[id] ?? [],
  );
  expect(well).toBe(wrong(findings).every((finding) => finding.state === 'warning'));
});

/** What cannot but be wrong as well. */
const FOLLOWING: Record<string, string[]> = {
  'config-missing': ['not-enrolled'],
  'config-unreadable': ['not-enrolled'],
  'config-invalid': ['not-enrolled'],
  'state-dir': ['not-enrolled'],
};

test('a PBX that accepts and says nothing is named', async () => {
  const it = await world();
  await dialling(async () => `ws://127.0.0.1:${await mutePort()}/x`)(it);
  const { findings } = await examine(it);
  expect(wrong(findings).map(({ id }) => id)).toEqual(['pbx-path']);
});

test('a PBX that dials the agent is left to the running agent', async () => {
  const it = await world();
  it.section['url'] = undefined;
  await it.write();
  await it.path(
    'config.toml',
    `${await readFile(it.configFile, 'utf8')}\n[listen]\naddress = "127.0.0.1:0"\n`,
  );
  const { well, findings } = await examine(it);
  expect(well).toBe(true);
  expect(findings.at(-1)).toMatchObject({ about: 'PBX pbx', state: 'skipped' });
});

test('a proxy with a login lets the doctor through to a trusted edge', async () => {
  const it = await world();
  const proxy = await behindProxy(it);
  proxy.login = 'agent:p@ss';
  it.proxy = proxy.url.replace('//', '//agent:p%40ss@');
  await it.write();
  const { findings } = await examine(it);
  expect(wrong(findings).map(({ id }) => id)).toEqual(['pbx-plain']);
  expect(proxy.asked).toContain('edge.test:443');
});

test('of each user the box under Visibility is named that is missing', async () => {
  const many = Array.from({ length: 60 }, (_, at) => ({ h323: `user${at}`, cn: `User ${at}` }));
  const it = await world({ users: many });
  it.pbx.setRights('user3', null);
  // Beyond those whose presence is asked for.
  it.pbx.setRights('user58', { presence: false });
  it.pbx.setRights('user59', { otf: false });
  const { findings } = await examine(it);
  const rights = findings.filter(({ id }) => id.startsWith('pbx-rights'));
  expect(rights).toMatchObject([
    { id: 'pbx-rights', names: ['User 3', 'User 58'] },
    { id: 'pbx-rights-calls', names: ['User 59'] },
  ]);
  expect(rights.map(({ action }) => /"(.*?)"/.exec(action ?? '')?.[1])).toEqual([
    'Presence',
    'On the phone',
  ]);
});

test('the report for support has what was found, but no secret and no user', async () => {
  const it = await world();
  const proxy = await behindProxy(it);
  it.proxy = proxy.url.replace('//', '//agent:proxy-secret@');
  it.section['password_file'] = undefined;
  it.section['password'] = '"secret365"';
  it.pbx.setRights('alice', null);
  await it.write();
  const file = join(it.folder, 'report.json');
  const { said } = await examine(it, file);
  expect(said.at(-1)).toContain(file);
  const text = await readFile(file, 'utf8');
  for (const secret of ['secret365', 'proxy-secret', 'the-credential', 'Alice', 'alice']) {
    expect(text).not.toContain(secret);
  }
  const report = JSON.parse(text);
  expect(report).toMatchObject({ agent: { version: '1.2.3' } });
  const rights = report.findings.find(({ id }: Finding) => id === 'pbx-rights');
  expect(rights).toMatchObject({ state: 'warning', users: 1 });
  expect(report.config.join('\n')).toContain('password = "(removed)"');
});

test('for people, a fault has its name, what it is, and what to do', async () => {
  const it = await world();
  it.pbx.setRights('alice', null);
  await it.path('password', 'wrong');
  const { said, look } = await examine(it);
  said.length = 0;
  await look(false);
  const text = said.join('\n');
  expect(text).toMatch(/FAULT {4}PBX pbx: the PBX refuses the login .* \[pbx-login\]\n {9}→ check/);
  expect(said.at(-1)).toBe('1 fault, 1 warning.');
});

test('the table has at least thirty faults', () => {
  expect(new Set(FAULTS.map(([id]) => id)).size).toBeGreaterThanOrEqual(30);
});
