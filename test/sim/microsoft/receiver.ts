// A tiny notification endpoint for the simulator's own tests: answers the handshake, keeps what
// comes. Decrypts with node:crypto and independently of the code that encrypts.
import {
  constants,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  privateDecrypt,
  timingSafeEqual,
} from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// tsyringe, inside @peculiar/x509, demands a Reflect polyfill, for decorators that are not used here.
if (!('getMetadata' in Reflect)) {
  const nothing = (): undefined => undefined;
  Object.assign(Reflect, {
    getMetadata: nothing,
    getOwnMetadata: nothing,
    defineMetadata: nothing,
    metadata: () => nothing,
  });
}
const { X509CertificateGenerator } = await import('@peculiar/x509');

export interface Received {
  readonly path: string;
  readonly host: string;
  readonly body: {
    value: Record<string, unknown>[];
    validationTokens?: string[];
  };
}

export interface Receiver {
  readonly origin: string;
  readonly received: Received[];
  /** Status to answer notifications with. */
  status: number;
  /** What to answer a handshake with; default: the decoded token as text/plain; null: nothing, ever. */
  handshake: (token: string, raw: string) => { status: number; type: string; body: string } | null;
  close(): Promise<void>;
}

/** Listens on a free port. */
export async function startReceiver(): Promise<Receiver> {
  const receiver: Omit<Receiver, 'origin' | 'close'> = {
    received: [],
    status: 202,
    handshake: (token) => ({ status: 200, type: 'text/plain', body: token }),
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://receiver');
      const token = url.searchParams.get('validationToken');
      if (token !== null) {
        const answer = receiver.handshake(token, url.search.replace(/^.*validationToken=/, ''));
        if (answer)
          response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
        return;
      }
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Received['body'];
      receiver.received.push({ path: url.pathname, host: request.headers.host ?? '', body });
      response.writeHead(receiver.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(receiver, {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

export interface KeyPair {
  /** base64 DER, as encryptionCertificate wants it. */
  readonly certificate: string;
  readonly pem: string;
  readonly privateKey: ReturnType<typeof createPrivateKey>;
}

/** A self-signed RSA certificate. */
export async function makeKeyPair(bits = 2048): Promise<KeyPair> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: bits,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=presence test',
    keys,
    signingAlgorithm: algorithm,
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  return {
    certificate: Buffer.from(certificate.rawData).toString('base64'),
    pem: certificate.toString('pem'),
    privateKey: createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }),
  };
}

/** Decrypts an encryptedContent by the steps of facts/graph.md §2.6; throws where the MAC is wrong. */
export function decrypt(content: Record<string, string>, pair: KeyPair): Record<string, unknown> {
  const symmetric = privateDecrypt(
    { key: pair.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
    Buffer.from(content['dataKey'] ?? '', 'base64'),
  );
  const data = Buffer.from(content['data'] ?? '', 'base64');
  const mac = createHmac('sha256', symmetric).update(data).digest();
  if (!timingSafeEqual(mac, Buffer.from(content['dataSignature'] ?? '', 'base64'))) {
    throw new Error('The data signature is wrong.');
  }
  const cipher = createDecipheriv('aes-256-cbc', symmetric, symmetric.subarray(0, 16));
  const plain = Buffer.concat([cipher.update(data), cipher.final()]);
  return JSON.parse(plain.toString('utf8')) as Record<string, unknown>;
}
