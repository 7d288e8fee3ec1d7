// Why a PBX is down: stable codes, the sentence that goes with each, and how soon to try again.
import type { LineFailure } from '../line-failure.ts';
import type { Ended } from '../supervise.ts';
import type { Refused } from './admission.ts';

export type PbxFaultCode =
  | 'unreachable'
  | 'not-called'
  | 'not-located'
  | 'wrong-pbx'
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

/** A PBX that is to dial us has not done so. */
export const notCalled = (app: string, url: string): Ended =>
  ended(
    'not-called',
    `the PBX has not connected: at the App object "${app}" tick "Websocket", enter ${url} as its URL, and let the PBX through to this port`,
  );

/** Somebody dialled us and was not let in. `app` is the App object of the PBX that was meant. */
export function admissionRefused(refused: Refused, app: string | undefined): Ended {
  switch (refused.why) {
    case 'no-challenge':
      return ended('login-refused', 'a login without a challenge was refused');
    case 'wrong-password':
      return ended(
        'login-refused',
        app === undefined
          ? 'a login with a wrong password was refused'
          : `the PBX logs in with a wrong password: the password here must be the one of the App object "${app}"`,
      );
    case 'not-taken':
      return ended('login-refused', `a login was refused, it is none of a PBX (${refused.detail})`);
    case 'user-login':
      return ended(
        'login-refused',
        `the login of the user "${refused.who}" was refused: only the App object itself may log in here`,
      );
    case 'wrong-app':
      return ended(
        'login-refused',
        `the PBX logs in as the App object "${refused.app}", but "app" is "${app}": make them equal`,
      );
    case 'unknown-pbx':
      return ended(
        'login-refused',
        refused.name === undefined
          ? 'a PBX that does not say its name fits more than one [[pbx]]: give each App object a password of its own'
          : `a PBX that calls itself "${refused.name}" knows the password, but no [[pbx]] without "url" has this name: add one, or correct "name"`,
      );
  }
}

/** The same PBX logged in once more; its newest connection counts. */
export const replaced = (): Ended =>
  ended('closed', 'the PBX has connected anew, without ending this connection');

/** Users are registered at a PBX that nobody configured and nobody can find. */
export const notLocated = (name: string, master: string): Ended =>
  ended(
    'not-located',
    `users are registered at the PBX "${name}", but the PBX "${master}" is away or does not say where it is: tick "Admin" at the App object, add a [[pbx]] section for "${name}", or set find_slaves = false for "${master}"`,
  );

/** The address of a slave that is not registered at its master leads back to the master. */
export const wrongPbx = (wanted: string, found: string | undefined): Ended =>
  ended(
    'wrong-pbx',
    found === undefined
      ? `whether the address leads to the PBX "${wanted}" cannot be told: tick "Admin" at the App object there`
      : `the address of the PBX "${wanted}" leads to "${found}": "${wanted}" is not registered at its master now; else add a [[pbx]] section for it`,
  );

/** `api` is the box to tick in the App object, under the name the PBX shows it. */
export const apiMissing = (api: 'TableUsers' | 'PbxApi', app: string, why: string): Ended =>
  ended('api-missing', `${api} is not usable (${why}): tick "${api}" at the App object "${app}"`);

export const silent = (detail: string): Ended => ended('silent', detail);

export const closed = (code: number, reason: string): Ended =>
  ended('closed', `the PBX closed the connection (${code}${reason ? ` ${reason}` : ''})`);

/** Slow: to read it all again costs this machine much, and changes nothing. */
export const endless = (rows: number): Ended =>
  ended('closed', `the user list of the PBX has no end: more than ${rows} rows`, 'slow');

export const broken = (detail: string): Ended => ended('closed', detail);

const noTls = (url: string, detail: string): string =>
  `${url} speaks no TLS, or one that is too old (${detail}): check the port in "url"; wss:// wants the HTTPS port of the PBX, ws:// its HTTP port`;

/** The line could not be opened. */
export function notOpened(url: string, failure: LineFailure): Ended {
  switch (failure.kind) {
    case 'aborted':
      return ended('closed', 'the agent is being stopped');
    case 'network':
      if (failure.hasNoTls) return ended('unreachable', noTls(url, failure.detail));
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
