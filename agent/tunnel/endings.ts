// Why a tunnel is down: stable codes, the sentence that goes with each, and how soon to try again.
import { AGENT_PROOF_LIFETIME_S } from '../../shared/agent-auth.ts';
import { CLOSE } from '../../shared/protocol/close-codes.ts';
import type { LineFailure } from '../line-failure.ts';
import { problemIn } from '../outward/ask.ts';
import type { Ended } from '../supervise.ts';

export type TunnelEndCode =
  | 'not-enrolled'
  | 'unreachable'
  | 'hung'
  | 'proxy'
  | 'tls'
  | 'clock'
  | 'sign-in-page'
  | 'not-an-edge'
  | 'unavailable'
  | 'unknown-connector'
  | 'refused'
  | 'revoked'
  | 'connector-deleted'
  | 'replaced'
  | 'unsupported-version'
  | 'bad-frame'
  | 'no-welcome'
  | 'silent'
  | 'overflow'
  | 'closed'
  | 'stopped';

const end = (code: TunnelEndCode, detail: string, retry: Ended['retry'] = 'backoff'): Ended => ({
  code,
  detail,
  retry,
});

const ENROL_AGAIN =
  'make a new code on the admin page and run "presence-agent enrol URL CODE" here';

export const notEnrolled = (why: string): Ended =>
  end('not-enrolled', `${why} To go on, ${ENROL_AGAIN}.`, 'slow');
export const stopped = (): Ended => end('stopped', 'the agent is being stopped', 'never');
export const badFrame = (detail: string): Ended =>
  end('bad-frame', `the edge sent a frame that this agent does not understand (${detail})`);
export const noWelcome = (ms: number): Ended =>
  end('no-welcome', `the edge took the connection but did not answer within ${ms / 1000} s`);
export const silent = (ms: number): Ended =>
  end('silent', `the edge has said nothing for ${ms / 1000} s`);
export const hung = (): Ended =>
  end('hung', 'dialling hung while the edge answers others; dialling anew');
export const overflow = (bytes: number): Ended =>
  end(
    'overflow',
    `the line is too slow: ${bytes} bytes wait to be sent; starting over from a snapshot`,
  );
export const unsupportedVersion = (): Ended =>
  end(
    'unsupported-version',
    'agent and edge speak different versions: update the older one, the edge first',
    'slow',
  );

/** The edge closed the tunnel, or the line broke (1006). */
export function tunnelClosed(code: number, reason: string): Ended {
  switch (code) {
    case CLOSE.replaced:
      return end(
        'replaced',
        'another process took over with the identity of this agent, and this one stops; if that was not meant, stop one of them and give it an enrolment of its own',
        'never',
      );
    case CLOSE.revoked:
      return end(
        'revoked',
        `the admin removed this agent; to bring it back, ${ENROL_AGAIN}`,
        'slow',
      );
    case CLOSE.connectorDeleted:
      return end(
        'connector-deleted',
        `the connector was deleted at the edge; once there is one, ${ENROL_AGAIN}`,
        'slow',
      );
    case CLOSE.unsupportedVersion:
      return unsupportedVersion();
    case CLOSE.badFrame:
      return end(
        'bad-frame',
        `the edge does not understand a frame of this agent (${reason || 'no detail'})`,
      );
    default:
      return end('closed', `the tunnel was closed (${code}${reason ? ` ${reason}` : ''})`);
  }
}

/** The tunnel could not be opened. `now`: epoch ms, to see whether this machine's clock is wrong. */
export function tunnelNotOpened(url: string, failure: LineFailure, now: number): Ended {
  switch (failure.kind) {
    case 'aborted':
      return stopped();
    case 'network':
      if (failure.proxy) return proxyFailed(failure.proxy, failure);
      return failure.hasNoTls ? noTls(url, failure.detail) : unreachable(url, failure);
    case 'tls':
      return end(
        'tls',
        `the certificate of ${url} is not accepted (${failure.detail}): ${aboutCertificate(failure)}`,
      );
    case 'http':
      return refusedUpgrade(url, failure, now);
  }
}

const unreachable = (url: string, { detail, code }: LineFailure & { kind: 'network' }): Ended =>
  end(
    'unreachable',
    code === 'ENOTFOUND' || code === 'EAI_AGAIN'
      ? `the name in ${url} is not found (${detail}): check "edge" and the name server of this machine`
      : `no connection to ${url} (${detail}): check "edge" and whether the firewall lets this machine out to it; where a web proxy has to be used, set HTTPS_PROXY`,
  );

const noTls = (url: string, detail: string): Ended =>
  end(
    'unreachable',
    `${url} speaks no TLS, or one that is too old (${detail}): check host and port in "edge", and what answers there in its place`,
  );

function proxyFailed(
  { name, status }: { name: string; status?: number },
  { detail, code, hasNoTls }: LineFailure & { kind: 'network' },
): Ended {
  if (hasNoTls) {
    return end(
      'proxy',
      `the proxy ${name} speaks no TLS, or one that is too old (${detail}): write http:// in place of https:// in HTTPS_PROXY`,
    );
  }
  if (status === 407) {
    return end(
      'proxy',
      `the proxy ${name} wants to know who asks (HTTP 407): put user and password into HTTPS_PROXY, as in http://user:password@${name}`,
    );
  }
  if (status !== undefined) {
    return end(
      'proxy',
      `the proxy ${name} does not let this machine through to the edge (HTTP ${status}): allow CONNECT to the edge's address there`,
    );
  }
  if (code === 'ETIMEDOUT') {
    return end(
      'proxy',
      `the proxy ${name} does not answer (${detail}): look whether it works and reaches the edge, check HTTPS_PROXY, and NO_PROXY if the edge is to be reached without it`,
    );
  }
  return end(
    'proxy',
    `no connection to the proxy ${name} (${detail}): check HTTPS_PROXY, and NO_PROXY if the edge is to be reached without it`,
  );
}

/** What an admin can do about a certificate of the edge that is not accepted. */
export function aboutCertificate({ code, detail }: { code?: string; detail: string }): string {
  const said = `${code ?? ''} ${detail}`;
  if (/EXPIRED|expired|NOT_YET_VALID|not yet valid/i.test(said)) {
    return "check this machine's clock; if it is right, the edge's certificate has to be renewed";
  }
  if (/ALTNAME|HOSTNAME|NotValidForName|altnames/i.test(said)) {
    return 'the certificate is for another name: check "edge", and whether something in between answers in its place';
  }
  return 'where the network opens TLS with a certificate of its own, set "edge_ca_file" to the PEM file of that authority, or let this address through unopened';
}

function refusedUpgrade(url: string, answer: LineFailure & { kind: 'http' }, now: number): Ended {
  const { status, html } = answer;
  const said = problemIn(answer.body);
  const because = said?.detail ? ` ("${said.detail}")` : '';
  if (status >= 500 || status === 429) {
    return end(
      'unavailable',
      `the edge cannot serve just now (HTTP ${status})${because}; trying again`,
    );
  }
  if (html || isWebPage(answer.body)) {
    return end(
      'sign-in-page',
      `${url} answered with a web page (HTTP ${status}), not as the edge does: a sign-in page (captive portal) or a filter of this network stands between; let this machine through there, or correct "edge"`,
    );
  }
  if (status < 400 || ![401, 403, 404, 410].includes(status)) {
    const towards = answer.location ? ` towards ${answer.location}` : '';
    return end(
      'not-an-edge',
      `${url} answered HTTP ${status}${towards}, not as the edge does: a proxy or a sign-in page of the network may stand between, or "edge" is wrong`,
    );
  }
  if (status === 404) {
    return end(
      'unknown-connector',
      `the edge does not know this connector${because}: check the two names at the end of "edge"`,
      'slow',
    );
  }
  if (status === 410 || said?.code === 'revoked') return tunnelClosed(CLOSE.revoked, '');
  const offS = Math.round((now - (answer.serverNow ?? now)) / 1000);
  if (Math.abs(offS) > AGENT_PROOF_LIFETIME_S / 2) {
    return end('clock', `${clockIsOff(offS)}; going on with the time of the edge`);
  }
  if (said?.code === 'clock-skew') {
    return end('clock', 'the clock of this machine was set meanwhile; dialling anew');
  }
  return end(
    'refused',
    `the edge refuses this agent (HTTP ${status})${because}: ${ENROL_AGAIN}`,
    'slow',
  );
}

/** @param offS seconds that this machine is ahead of the edge */
export function clockIsOff(offS: number): string {
  const way = offS > 0 ? 'ahead of' : 'behind';
  return `the clock of this machine is ${Math.abs(offS)} s ${way} the edge's: set it right, logs and certificates go by it`;
}

const isWebPage = (body: string) => /^\s*<(!doctype html|html)/i.test(body);
