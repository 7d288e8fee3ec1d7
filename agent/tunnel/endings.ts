// Why a tunnel is down: stable codes, the sentence that goes with each, and how soon to try again.
import { AGENT_PROOF_LIFETIME_S } from '../../shared/agent-auth.ts';
import { CLOSE } from '../../shared/protocol/close-codes.ts';
import type { LineFailure } from '../line-failure.ts';
import type { Ended } from '../supervise.ts';

export type TunnelEndCode =
  | 'not-enrolled'
  | 'unreachable'
  | 'tls'
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
export const overflow = (bytes: number): Ended =>
  end(
    'overflow',
    `the line is too slow: ${bytes} bytes wait to be sent; starting over from a snapshot`,
  );
export const unsupportedVersion = (): Ended =>
  end('unsupported-version', 'agent and edge speak different versions: update this agent', 'slow');

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
      return end(
        'unreachable',
        `no connection to ${url} (${failure.detail}): check "edge", the name server and whether the firewall lets this machine out to it`,
      );
    case 'tls':
      return end(
        'tls',
        `the certificate of ${url} is not accepted (${failure.detail}): something between here and the edge may be opening TLS; let this address through unopened`,
      );
    case 'http':
      return refusedUpgrade(url, failure, now);
  }
}

function refusedUpgrade(url: string, answer: LineFailure & { kind: 'http' }, now: number): Ended {
  const { status, html } = answer;
  const said = problemOf(answer.body);
  const because = said?.detail ? ` ("${said.detail}")` : '';
  if (status >= 500 || status === 429) {
    return end(
      'unavailable',
      `the edge cannot serve just now (HTTP ${status})${because}; trying again`,
    );
  }
  if (html || status < 400 || ![401, 403, 404, 410].includes(status)) {
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
    const way = offS > 0 ? 'ahead of' : 'behind';
    return end(
      'refused',
      `the clock of this machine is ${Math.abs(offS)} s ${way} the edge's, so the edge refuses it: set it right`,
    );
  }
  return end(
    'refused',
    `the edge refuses this agent (HTTP ${status})${because}: ${ENROL_AGAIN}`,
    'slow',
  );
}

/** The edge's `application/problem+json`, as far as the body is one. */
function problemOf(body: string): { code?: string; detail?: string } | undefined {
  try {
    const { code, detail } = JSON.parse(body) as Record<string, unknown>;
    return {
      ...(typeof code === 'string' ? { code } : {}),
      ...(typeof detail === 'string' ? { detail: detail.slice(0, 200) } : {}),
    };
  } catch {
    return undefined;
  }
}
