// The doctor looks at the way to the edge and back: name, proxy, certificate, clock, connector, key,
// WebSockets. It opens no tunnel: that would turn out the agent that is running.
import type { EdgeUrl } from '../edge-url.ts';
import type { Identity } from '../identity.ts';
import { openLine } from '../line.ts';
import type { LineFailure } from '../line-failure.ts';
import { askBy, type HttpAnswer, problemIn } from '../outward/ask.ts';
import { routeTo } from '../outward/route.ts';
import { parseProxy, type WayOut } from '../outward/way-out.ts';
import { edgeClock } from '../tunnel/edge-clock.ts';
import { aboutCertificate, clockIsOff } from '../tunnel/endings.ts';
import { askSelf, authorization, type Caller, selfAnswer } from '../tunnel/self.ts';
import { type Finding, type Findings, findingsAbout } from './finding.ts';

export interface EdgeQuestion {
  readonly edge: EdgeUrl;
  readonly identity: Identity | undefined;
  readonly way: WayOut;
  /** Epoch ms. */
  now(): number;
}

const TIMEOUT_MS = 8_000;
/** More than this, in ms, and the edge refuses proofs. */
const CLOCK_LIMIT_MS = 30_000;
const ENROL = 'make a new code on the admin page and run: presence-agent enrol URL CODE';

export async function checkEdge(
  { edge, identity, way, now }: EdgeQuestion,
  take: (finding: Finding) => void,
): Promise<void> {
  const it = findingsAbout('edge', take);
  if (!parseProxy(way.proxyFor(edge.href)).ok) {
    it.skipped('edge', 'cannot be reached with this proxy setting');
    return;
  }
  const time = edgeClock({ now });
  const caller = identity && { edge, identity, ask: askBy(way), edgeClock: time };
  const asking = () =>
    caller
      ? askSelf(caller, TIMEOUT_MS)
      : askBy(way)(`${edge.href}/agent`, { method: 'GET', timeoutMs: TIMEOUT_MS });

  let asked = await asking();
  if (!asked.ok) {
    notReached(edge, asked.failure, it);
    return;
  }
  const date = Date.parse(asked.answer.headers.date ?? '');
  if (isOfTheEdge(asked.answer) && Math.abs(now() - date) > CLOCK_LIMIT_MS) {
    const text = clockIsOff(Math.round((now() - date) / 1000));
    it.fault('clock', text, 'set the clock, and let a time service (NTP) keep it');
    // The other checks shall not fail for the same reason.
    time.learn(date);
    asked = await asking();
    if (!asked.ok) {
      notReached(edge, asked.failure, it);
      return;
    }
  } else if (isOfTheEdge(asked.answer) || (caller && asked.answer.status === 200)) {
    // A proof that the edge takes was made at its time, whether it says what time it has or not.
    it.ok('clock', 'the clocks agree');
  }
  if (judge(edge, asked.answer, caller !== undefined, it) && caller) {
    await checkWebSocket(caller, way, it);
  }
}

function notReached(edge: EdgeUrl, failure: LineFailure, it: Findings): void {
  if (failure.kind === 'tls') {
    const said = `${failure.code ?? ''} ${failure.detail}`;
    const id = /EXPIRED|expired|NOT_YET_VALID/.test(said)
      ? 'edge-expired'
      : /ALTNAME|HOSTNAME|NotValidForName|altnames/i.test(said)
        ? 'edge-wrong-name'
        : 'edge-untrusted';
    const text = `the certificate of ${edge.href} is not accepted (${failure.detail})`;
    it.fault(id, text, aboutCertificate(failure));
    return;
  }
  if (failure.kind !== 'network') return;
  if (failure.proxy) {
    proxyFault(failure.proxy, failure, it);
    return;
  }
  if (failure.hasNoTls) {
    const why = `${edge.href} speaks no TLS, or one that is too old (${failure.detail})`;
    const action = 'check host and port in "edge", and what answers there in its place';
    it.fault('edge-no-tls', why, action);
    return;
  }
  const text = `no connection to ${edge.href} (${failure.detail})`;
  switch (failure.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN': {
      it.fault('edge-name', text, 'check "edge", and the name server of this machine');
      return;
    }
    case 'ECONNREFUSED': {
      it.fault('edge-refused', text, 'check "edge": nobody serves at this address and port');
      return;
    }
    case 'ETIMEDOUT': {
      it.fault(
        'edge-silent',
        text,
        'a firewall swallows it: let this machine out to the edge (HTTPS), or set HTTPS_PROXY',
      );
      return;
    }
    default: {
      it.fault('edge-broken', text, 'check what stands between this machine and the edge');
      return;
    }
  }
}

function proxyFault(
  { name, status }: { name: string; status?: number },
  { detail, code, hasNoTls }: LineFailure & { kind: 'network' },
  it: Findings,
): void {
  if (hasNoTls) {
    const why = `the proxy ${name} speaks no TLS, or one that is too old (${detail})`;
    it.fault('proxy-no-tls', why, 'write http:// in place of https:// in HTTPS_PROXY');
    return;
  }
  const text = `the proxy ${name} does not let us through (${detail})`;
  if (status === 407) {
    const action = `put user and password into HTTPS_PROXY: http://user:password@${name}`;
    it.fault('proxy-login', text, action);
    return;
  }
  if (status !== undefined) {
    it.fault('proxy-refuses', text, "allow CONNECT to the edge's address and port there");
    return;
  }
  if (code === 'ETIMEDOUT') {
    it.fault(
      'proxy-silent',
      `the proxy ${name} does not answer (${detail})`,
      'look whether it works and reaches the edge; check HTTPS_PROXY; what needs no proxy belongs in NO_PROXY',
    );
    return;
  }
  it.fault(
    'proxy-unreachable',
    `no connection to the proxy ${name} (${detail})`,
    'check HTTPS_PROXY; what needs no proxy belongs in NO_PROXY',
  );
}

const isOfTheEdge = ({ headers }: HttpAnswer): boolean =>
  /^application\/(problem\+)?json/.test(headers['content-type'] ?? '') &&
  headers.date !== undefined;

/** Says what an answer means; whether the agent is known and may come. */
function judge(edge: EdgeUrl, answer: HttpAnswer, isEnrolled: boolean, it: Findings): boolean {
  const { status, headers, text } = answer;
  const code = problemIn(text)?.code;
  const said = `${edge.href} answered HTTP ${status}`;
  // First: what stands before an edge that is down says so with a web page. 511 is a sign-in page's own.
  if ((status >= 500 && status !== 511) || status === 429) {
    const why = `${said}: it cannot serve just now`;
    it.fault('edge-unavailable', why, 'look whether the edge runs; its log says what it lacks');
    return false;
  }
  if (status === 511 || /\bhtml\b/i.test(headers['content-type'] ?? '')) {
    const why = `${said} with a web page, not as the edge does`;
    const action =
      'a sign-in page (captive portal) or a filter stands between: let this machine through, or correct "edge"';
    it.fault('sign-in-page', why, action);
    return false;
  }
  switch (code) {
    case 'connector-unknown':
      it.fault(
        'connector-unknown',
        `the edge does not know ${edge.connector}`,
        'check the two names at the end of "edge", or save the settings of the connector first',
      );
      return false;
    case 'revoked':
      it.fault('agent-removed', 'an administrator removed this agent', ENROL);
      return false;
    case 'unauthorized':
      if (isEnrolled)
        it.fault('key-refused', 'the edge does not accept the key of this agent', ENROL);
      else it.ok('edge', `${edge.href} answers`);
      return false;
  }
  if (status !== 200 || !isSelf(text)) {
    it.fault('not-an-edge', `${said}, not as the edge does`, 'correct "edge"');
    return false;
  }
  const { name, state } = selfAnswer.parse(JSON.parse(text));
  it.ok('edge', `${edge.href} knows this agent as "${name}", ${state}`);
  return true;
}

function isSelf(text: string): boolean {
  try {
    return selfAnswer.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

async function checkWebSocket(caller: Caller, way: WayOut, it: Findings): Promise<void> {
  const url = `${caller.edge.href}/agent`;
  const routed = routeTo(url, way);
  if (!routed.ok) return;
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), TIMEOUT_MS);
  const dialled = await openLine(
    url.replace(/^http/, 'ws'),
    {
      headers: { authorization: await authorization(caller) },
      maxMessageBytes: 1_024,
      timeoutMs: TIMEOUT_MS,
      route: routed.route,
    },
    over.signal,
  );
  const answered = dialled.ok && (await pong(dialled.line, over.signal));
  clearTimeout(timer);
  if (answered) {
    it.ok('websocket', 'WebSockets get through');
    return;
  }
  it.fault(
    'websocket-blocked',
    'HTTPS gets through to the edge, but WebSockets do not',
    'a proxy or filter takes out the upgrade: let WebSockets to the edge through',
  );
}

function pong(
  line: Extract<Awaited<ReturnType<typeof openLine>>, { ok: true }>['line'],
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (heard: boolean) => {
      line.listen(undefined);
      line.close(1000, '');
      resolve(heard);
    };
    signal.addEventListener('abort', () => done(false));
    line.listen({ text: () => done(true), closed: () => done(false) });
    line.send('ping');
  });
}
