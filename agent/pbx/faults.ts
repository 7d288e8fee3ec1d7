// Why a PBX is down: stable codes, the sentence that goes with each, and how soon to try again.
import type { LineFailure } from '../line-failure.ts';
import type { Ended } from '../supervise.ts';

export type PbxFaultCode =
  | 'unreachable'
  | 'tls'
  | 'login-refused'
  | 'api-missing'
  | 'silent'
  | 'closed';

const ended = (code: PbxFaultCode, detail: string, retry: Ended['retry'] = 'backoff'): Ended => ({
  code,
  detail: detail.slice(0, 1024),
  retry,
});

/** Slow: an App object with a wrong password may be locked by too many tries. */
export const loginRefused = (app: string, why: string): Ended =>
  ended(
    'login-refused',
    `the PBX refuses the login (${why}): "app" must be the Name of the App object ("${app}" is configured) and the password the one of that object`,
    'slow',
  );

/** `api` is the box to tick in the App object, under the name the PBX shows it. */
export const apiMissing = (api: 'PbxTableUsers' | 'PbxApi', app: string, why: string): Ended =>
  ended('api-missing', `${api} is not usable (${why}): tick "${api}" at the App object "${app}"`);

export const silent = (detail: string): Ended => ended('silent', detail);

export const closed = (code: number, reason: string): Ended =>
  ended('closed', `the PBX closed the connection (${code}${reason ? ` ${reason}` : ''})`);

export const broken = (detail: string): Ended => ended('closed', detail);

/** The line could not be opened. */
export function notOpened(url: string, failure: LineFailure): Ended {
  switch (failure.kind) {
    case 'aborted':
      return ended('closed', 'the agent is being stopped');
    case 'network':
      return ended(
        'unreachable',
        `no connection to ${url} (${failure.detail}): check "url" and the network`,
      );
    case 'tls':
      return ended(
        'tls',
        `the certificate of ${url} is not accepted (${failure.detail}): set "ca_file" to the PEM file of the authority that signed it, and use a host name or address in "url" that the certificate names`,
      );
    case 'http':
      return ended(
        'unreachable',
        `${url} answered HTTP ${failure.status} in place of a WebSocket: check the path in "url", normally /PBX0/APPS/websocket`,
      );
  }
}
