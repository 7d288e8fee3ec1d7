// Why a line could not be opened, sorted by who can help: the network, a certificate, or the server
// that answered something else than an upgrade.
import type { IncomingMessage } from 'node:http';

export type LineFailure =
  | { kind: 'aborted' }
  | {
      kind: 'network';
      detail: string;
      /** Of Node, e.g. `ENOTFOUND`. */
      code?: string;
      /** Where a web proxy is the trouble: which, and what it answered if it did. */
      proxy?: { name: string; status?: number };
      /** There is no common TLS with what answers at this port: plain HTTP, or a version of long ago. */
      hasNoTls?: true;
    }
  | { kind: 'tls'; detail: string; code?: string }
  | {
      kind: 'http';
      status: number;
      /** The server's own clock, in epoch ms, where it said so. */
      serverNow?: number;
      html: boolean;
      location?: string;
      /** First part of the body. */
      body: string;
    };

/** No end came within the time that there was. */
export const tooSlow = (timeoutMs: number): Error =>
  Object.assign(new Error(`no answer within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' });

/** Sorts an error of `ws`, `node:tls` or `node:net`. */
export function failureOf(error: Error & { code?: string; errors?: Error[] }): LineFailure {
  // Several addresses were tried: each has its own error, and the collecting one has no text.
  const [first] = error.errors ?? [];
  if (!error.message && first) return failureOf(first);
  const detail = reasonIn(error.message) || error.code || 'no connection';
  const code = error.code === undefined ? {} : { code: error.code };
  if (hasNoTls(error)) return { kind: 'network', detail, ...code, hasNoTls: true };
  return { kind: isTls(error) ? 'tls' : 'network', detail, ...code };
}

/**
 * The two ends found no TLS to speak, which no certificate mends. OpenSSL's reason is a part of the code
 * (`ERR_SSL_WRONG_VERSION_NUMBER`) or, beside EPROTO, of the message; Deno has the words of rustls.
 */
function hasNoTls({ code = '', message }: { code?: string; message: string }): boolean {
  return (
    (/^(EPROTO|ERR_SSL)/.test(code) || /ssl routines|fatal alert|corrupt message/i.test(message)) &&
    /(wrong|bad|protocol)[_ ]?version|packet[_ ]length[_ ]too[_ ]long|un(supported|known)[_ ]protocol|handshake[_ ]?failure|insufficient[_ ]?security|no[_ ]shared[_ ]cipher|dh[_ ]key[_ ]too[_ ]small|legacy[_ ]renegotiation|corrupt message/i.test(
      `${code} ${message}`,
    )
  );
}

/** OpenSSL's message has its reason among addresses, numbers, files and a line break. */
const reasonIn = (message: string): string =>
  /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] ?? message;

/** OpenSSL's verify errors come as codes in Node, as words in Deno. */
function isTls({ code = '', message }: { code?: string; message: string }): boolean {
  return (
    /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/.test(
      code,
    ) || /certificate|self.signed|(ssl|pem) routines/i.test(message)
  );
}

const BODY_LIMIT = 4_096;
const BODY_WAIT_MS = 2_000;

/** Reads what a server said in place of the upgrade, as far as it says it soon. */
export async function refusalOf(response: IncomingMessage): Promise<LineFailure> {
  const { date, location } = response.headers;
  const serverNow = date === undefined ? Number.NaN : Date.parse(date);
  return {
    kind: 'http',
    status: response.statusCode ?? 0,
    ...(Number.isNaN(serverNow) ? {} : { serverNow }),
    html: /\bhtml\b/i.test(response.headers['content-type'] ?? ''),
    ...(location === undefined ? {} : { location }),
    body: await beginningOf(response),
  };
}

function beginningOf(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let body = '';
    const done = () => {
      clearTimeout(timer);
      resolve(body.slice(0, BODY_LIMIT));
    };
    const timer = setTimeout(done, BODY_WAIT_MS);
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      body += chunk;
      if (body.length >= BODY_LIMIT) done();
    });
    response.on('end', done);
    response.on('error', done);
  });
}
