// The doctor looks at one PBX, as the agent would: reach, certificate, login, the boxes at the App
// object, the users, and whether their presence may be seen. It writes nothing.
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import type { Clock } from '../clock.ts';
import { addressOf } from '../knock.ts';
import { createLog } from '../log.ts';
import type { PbxTarget } from '../pbx/connect.ts';
import { dialPbx } from '../pbx/dial.ts';
import { replicateUsers } from '../pbx/directory.ts';
import { logIn } from '../pbx/login.ts';
import { errorOf, getNodeInfo } from '../pbx/messages.ts';
import { Session } from '../pbx/session.ts';
import { askSystem } from '../pbx/system.ts';
import { checkRights, type Directory, hungUp } from './check-rights.ts';
import { type Finding, type Findings, findingsAbout } from './finding.ts';

const CONNECT_MS = 5_000;
const ANSWER_MS = 10_000;
/** A large directory takes its time. */
const LIST_MS = 60_000;

export async function checkPbx(
  target: PbxTarget,
  clock: Clock,
  take: (finding: Finding) => void,
): Promise<void> {
  const { name, address, credentials } = target;
  const it = findingsAbout(`PBX ${name}`, take);
  if (!(await reached(address.url, it))) return;
  const over = new AbortController();
  const dialled = await dialPbx(address, clock, over.signal);
  if (!dialled.ok) {
    const {
      ended: { code, detail },
      failure,
    } = dialled;
    if (code === 'tls') {
      const action = 'set "ca_file", and use the name or address in "url" that the certificate has';
      it.fault('pbx-certificate', detail, action);
      return;
    }
    if (failure.kind === 'network' && failure.hasNoTls) {
      const action =
        'check the port in "url": the HTTPS port of the PBX for wss://, its HTTP port for ws://';
      it.fault('pbx-no-tls', detail, action);
      return;
    }
    const action = 'check path and port in "url", normally wss://ADDRESS/PBX0/APPS/websocket';
    it.fault('pbx-path', detail, action);
    return;
  }
  aboutEncryption(address, it);
  const refused = await logIn(dialled.line, credentials, clock, over.signal);
  if (refused) {
    dialled.line.close(1000, '');
    const action = `check "app" and password: Name and password of the App object at the PBX`;
    return refused.code === 'login-refused'
      ? it.fault('pbx-login', refused.detail, action)
      : it.fault('pbx-silent', refused.detail, 'look whether the PBX is well; is it a PBX at all?');
  }
  it.ok('pbx-login', `logged in as "${credentials.app}"`);
  const quiet = createLog({ level: 'error', write: () => {}, now: clock.now });
  const session = new Session(dialled.line, clock, quiet);
  const ended = session.run(over.signal);
  try {
    await checkApis(session, target, { clock, it });
  } finally {
    over.abort();
    await ended;
  }
}

async function reached(url: string, it: Findings): Promise<boolean> {
  const { host, port } = addressOf(url);
  try {
    await lookup(host);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const action = 'check the name in "url", or write the address there';
    it.fault('pbx-name', `the name ${host} is not found (${code})`, action);
    return false;
  }
  const failure = await tcpFailure(host, port);
  if (!failure) return true;
  const text = `no connection to ${host}, port ${port} (${failure})`;
  if (failure === 'ECONNREFUSED') {
    it.fault(
      'pbx-refused',
      text,
      'check address and port in "url"; is the web server of the PBX on?',
    );
  } else {
    it.fault('pbx-unreachable', text, 'check address, route and firewall between agent and PBX');
  }
  return false;
}

/** Why no TCP connection comes about, as a code of Node; `undefined`: it does. */
function tcpFailure(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    const done = (failure: string | undefined) => {
      socket.destroy();
      resolve(failure);
    };
    socket.once('connect', () => done(undefined));
    socket.once('timeout', () => done('ETIMEDOUT'));
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
  });
}

function aboutEncryption({ url, insecureTls }: PbxTarget['address'], it: Findings): void {
  if (url.startsWith('ws:')) {
    const action = 'use wss:// wherever it is possible, with "ca_file"';
    it.warning('pbx-plain', 'the connection is not encrypted (ws://)', action);
  } else if (insecureTls) {
    const text = '"insecure_tls" is on: anybody in the network can pass for this PBX';
    it.warning('pbx-insecure', text, 'set "ca_file" instead');
  } else it.ok('pbx-certificate', 'reached, and its certificate is accepted');
}

async function checkApis(
  session: Session,
  { name, credentials: { app } }: PbxTarget,
  { clock, it }: { clock: Clock; it: Findings },
): Promise<void> {
  const tick = (api: string) => `tick "${api}" at the App object "${app}"`;
  const presenceApi = await new Promise<string | undefined>((resolve) => {
    session.ask(getNodeInfo('doctor'), ANSWER_MS, (answer) =>
      resolve(answer.ok ? errorOf(answer.message) : 'no answer'),
    );
  });
  if (session.isOver) return hungUp(it);
  if (presenceApi) {
    it.fault('pbx-presence-api', `PbxApi is not usable (${presenceApi})`, tick('PbxApi'));
  }
  const system = await askSystem(session);
  if (session.isOver) return hungUp(it);
  if (!system) {
    const text = 'Admin (PbxAdminApi) is not usable: PBX name and visibility cannot be checked';
    it.warning('pbx-admin-api', text, tick('Admin'));
  } else if (system.name && system.name !== name) {
    const text = `it calls itself "${system.name}", the configuration calls it "${name}"`;
    it.warning('pbx-other-name', text, `write name = "${system.name}"`);
  }
  const directory = await directoryOf(session, { app, domain: system?.domain });
  if (!directory) return hungUp(it);
  if (typeof directory === 'string') {
    it.fault('pbx-users-api', directory, tick('TableUsers'));
    return;
  }
  const { users } = directory;
  if (users.length === 0) {
    const action = 'is this the master PBX? Users of a slave are kept at the master';
    it.fault('pbx-empty', 'it has no users', action);
    return;
  }
  it.ok('pbx-users', `${users.length} users`);
  if (!presenceApi) await checkRights(session, app, directory, { clock, it });
}

/** The directory, or why it cannot be read; `undefined`: the session ended. */
function directoryOf(
  session: Session,
  about: { app: string; domain: string | undefined },
): Promise<Directory | string | undefined> {
  return new Promise((resolve) => {
    session.within(LIST_MS, (why) => {
      const text = `the list of users took more than ${LIST_MS / 1000} s`;
      resolve(why === 'timeout' ? text : undefined);
    });
    replicateUsers(session, about, {
      started() {},
      list: (users, lacking) => resolve({ users, lacking }),
      user() {},
      gone() {},
      failed: ({ detail }) => resolve(detail),
    });
  });
}
