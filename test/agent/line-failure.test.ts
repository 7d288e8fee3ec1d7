// What goes wrong below TLS, in it, and with a certificate: each is another one's to mend.
import { createServer as createPlain, type Server } from 'node:net';
import { createServer as createTls, type TlsOptions } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { openLine } from '../../agent/line.ts';
import { failureOf, type LineFailure } from '../../agent/line-failure.ts';
import { selfSigned } from '../sim/pbx/self-signed.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function failureAt(server: Server): Promise<LineFailure> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as { port: number };
  const url = `wss://127.0.0.1:${port}/`;
  const options = { maxMessageBytes: 1_024, timeoutMs: 5_000 };
  const dialled = await openLine(url, options, new AbortController().signal);
  if (dialled.ok) throw new Error('it was opened');
  return dialled.failure;
}

const overTls = (options: TlsOptions) => {
  const server = createTls({ ...selfSigned(), ...options });
  server.on('tlsClientError', () => {});
  return server;
};
const saying = (text: string) =>
  createPlain((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(text));
  });

test.each<[string, () => Server]>([
  ['a web server without TLS', () => saying('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['something that is no web server', () => saying('SSH-2.0-OpenSSH_9.2\r\n')],
  [
    'TLS of long ago',
    () => overTls({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }),
  ],
  [
    'TLS with other ciphers only',
    () => overTls({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }),
  ],
])('%s is no matter of certificates', async (_, server) => {
  expect(await failureAt(server())).toMatchObject({ kind: 'network', hasNoTls: true });
});

test('a certificate that nobody vouches for is one', async () => {
  const failure = await failureAt(overTls({}));
  expect(failure).toMatchObject({ kind: 'tls' });
  expect(failure).not.toHaveProperty('hasNoTls');
});

const error = (code: string, message = code) => Object.assign(new Error(message), { code });

test.each([
  ['ERR_SSL_WRONG_VERSION_NUMBER'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'],
  ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'],
  ['ERR_SSL_DH_KEY_TOO_SMALL'],
  ['EPROTO', 'write EPROTO 1:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:'],
  ['', 'received corrupt message of type InvalidContentType'],
  ['', 'received fatal alert: ProtocolVersion'],
])('%s %s: no common TLS', (code: string, message?: string) => {
  expect(failureOf(error(code, message))).toMatchObject({ kind: 'network', hasNoTls: true });
});

test.each([
  ['SELF_SIGNED_CERT_IN_CHAIN'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['CERT_HAS_EXPIRED'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', "not in the cert's altnames: DNS:handshake-failure.test"],
  ['', 'invalid peer certificate: UnknownIssuer'],
  ['ERR_OSSL_PEM_NO_START_LINE', 'error:0480006C:PEM routines::no start line'],
])('%s %s: the certificate', (code: string, message?: string) => {
  expect(failureOf(error(code, message))).toMatchObject({ kind: 'tls' });
});

test.each([
  ['ECONNREFUSED', 'connect ECONNREFUSED'],
  ['ECONNRESET', 'socket hang up'],
])('%s %s: the network', (code, message) => {
  const failure = failureOf(error(code, message));
  expect(failure).toMatchObject({ kind: 'network' });
  expect(failure).not.toHaveProperty('hasNoTls');
});
