// The same checks in an ordinary server of one's own: Fastify, jose, node:crypto, SQLite. What the edge
// is measured against; takes `{jwks, audience, clientState, privateKey, database}` as its first argument.
import {
  constants,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  privateDecrypt,
  timingSafeEqual,
} from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import fastify from 'fastify';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { WebSocketServer } from 'ws';

export interface PlainReceiverOptions {
  /** Where Microsoft's signing keys are. */
  jwks: string;
  audience: string;
  clientState: string;
  /** PKCS#8, PEM. */
  privateKey: string;
  /** A file. */
  database: string;
}

interface Item {
  clientState: string;
  resourceData: { id: string };
  encryptedContent: { data: string; dataKey: string; dataSignature: string };
}

const options = JSON.parse(process.argv[2] ?? '') as PlainReceiverOptions;
const keys = createRemoteJWKSet(new URL(options.jwks));
const privateKey = createPrivateKey(options.privateKey);
const expectedState = Buffer.from(options.clientState);
const database = new DatabaseSync(options.database);
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
database.exec('CREATE TABLE presence (user TEXT PRIMARY KEY, presence TEXT)');
const save = database.prepare('INSERT OR REPLACE INTO presence VALUES (?, ?)');

const server = fastify();
const sockets = new WebSocketServer({ server: server.server });

server.post('/subscriptions', async (request, reply) => {
  const { value, validationTokens } = request.body as { value: Item[]; validationTokens: string[] };
  for (const token of validationTokens) {
    await jwtVerify(token, keys, { audience: options.audience, algorithms: ['RS256'] });
  }
  for (const item of value) {
    const state = Buffer.from(item.clientState);
    if (state.length !== expectedState.length || !timingSafeEqual(state, expectedState)) continue;
    save.run(item.resourceData.id, opened(item));
    for (const socket of sockets.clients) socket.send('{"t":"set"}');
  }
  return reply.code(202).send();
});

function opened({ encryptedContent }: Item): string {
  const symmetric = privateDecrypt(
    { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
    Buffer.from(encryptedContent.dataKey, 'base64'),
  );
  const data = Buffer.from(encryptedContent.data, 'base64');
  const mac = createHmac('sha256', symmetric).update(data).digest();
  if (!timingSafeEqual(mac, Buffer.from(encryptedContent.dataSignature, 'base64'))) {
    throw new Error('The signature is wrong.');
  }
  const cipher = createDecipheriv('aes-256-cbc', symmetric, symmetric.subarray(0, 16));
  return Buffer.concat([cipher.update(data), cipher.final()]).toString('utf8');
}

console.log(await server.listen({ host: '127.0.0.1', port: 0 }));
