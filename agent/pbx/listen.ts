// Waits for PBXs that dial us ("mode A": the App object's "Websocket" is ticked). Owns the port, bounds
// what strangers can cost, and hands each line that logged in to the post of its PBX.
import { randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../clock.ts';
import { lineOver } from '../line.ts';
import type { Log } from '../log.ts';
import type { AwaitedPbx } from './admission.ts';
import { type Admitted, admit } from './admit.ts';
import { type Certificate, type CertificateFiles, certificateRenewals } from './certificate.ts';
import { MAX_MESSAGE_BYTES } from './dial.ts';
import { DOOR, Door } from './door.ts';
import { admissionRefused } from './faults.ts';
import { Post } from './post.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** Without it PBXs log in over plain ws. */
  readonly tls?: Certificate;
  /** Where it is from; looked at from time to time. */
  readonly tlsFiles?: CertificateFiles;
}

export interface Listening {
  readonly port: number;
  /** Where the lines of the awaited PBX of this name arrive. */
  post(name: string): Post;
  close(): Promise<void>;
}

/** All connections, logged in or not: a bound for the machine, far above any site. */
const MAX_CONNECTIONS = 128;
const MAX_HEADER_BYTES = 8_192;

/** Opens the port. Rejects with the system's error when it cannot be had. */
export async function listenForPbxs(
  address: ListenAddress,
  awaited: readonly AwaitedPbx[],
  { clock, log }: { clock: Clock; log: Log },
): Promise<Listening> {
  const door = new Door();
  const posts = new Map(awaited.map(({ name }) => [name, new Post()]));
  /** Connections without a login, by address and port of the other end. */
  const strangers = new Map<string, { socket: Socket; cancel: () => void }>();
  const said = new Set<string>();

  const known = (key: string) => {
    strangers.get(key)?.cancel();
    strangers.delete(key);
    door.leave(key);
  };

  const connected = (socket: Socket) => {
    const { key, from } = endOf(socket);
    socket.on('error', () => socket.destroy());
    const entry = door.enter(key, from, clock.now());
    if (entry.let === 'out') return void socket.destroy();
    if (entry.drop !== undefined) {
      const dropped = strangers.get(entry.drop);
      known(entry.drop);
      dropped?.socket.destroy();
    }
    const cancel = clock.after(DOOR.loginMs, () => socket.destroy());
    strangers.set(key, { socket, cancel });
    socket.once('close', () => known(key));
  };

  /** One line for each reason until somebody is let in: a peer that tries for ever fills no disk. */
  const sayRefused = (from: string, { refused, pbx }: Admitted & { kind: 'refused' }) => {
    const ended = admissionRefused(refused, pbx?.credentials.app);
    if (pbx) posts.get(pbx.name)?.refuse(ended);
    const once = `${refused.why} ${pbx?.name}`;
    const say = said.has(once) ? log.debug : log.warn;
    said.add(once);
    say(`${from}: ${ended.detail}`);
  };

  const opened = async (socket: WebSocket, wire: Duplex, { key, from }: End) => {
    const line = lineOver(socket, wire);
    const admitted = await admit(line, awaited, newChallenge);
    if (admitted.kind === 'left') return;
    if (admitted.kind === 'refused') {
      door.failed(from, clock.now());
      sayRefused(from, admitted);
      line.close(1008, 'not logged in');
      return;
    }
    known(key);
    said.clear();
    log.debug(`${from} logged in as PBX ${admitted.pbx.name}`);
    posts.get(admitted.pbx.name)?.deliver(line);
  };

  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  const options = { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: DOOR.loginMs };
  const over = new AbortController();
  const { tls, tlsFiles } = address;
  const secure =
    tls && createTlsServer({ ...options, ...tls, handshakeTimeout: DOOR.loginMs }, noPage);
  const server = secure ?? createServer(options, noPage);
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', connected);
  server.on('tlsClientError', (error: Error, socket: Socket) => {
    log.debug(`${endOf(socket).from}: no TLS (${error.message})`);
  });
  server.on('upgrade', (request, socket: Duplex, head) => {
    const end = endOf(request.socket);
    let bytes = 0;
    const count = (chunk: Buffer) => {
      bytes += chunk.length;
      if (!strangers.has(end.key)) socket.off('data', count);
      else if (bytes > DOOR.bytes) socket.destroy();
    };
    socket.on('data', count);
    sockets.handleUpgrade(request, socket, head, (opening) => {
      opened(opening, socket, end).catch((error: Error) => {
        door.failed(end.from, clock.now());
        log.warn(`${end.from}: the connection is ended (${error.message})`);
        opening.terminate();
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  if (secure && tlsFiles) {
    const use = (renewed: Certificate) => secure.setSecureContext(renewed);
    void certificateRenewals(tlsFiles, tls, use, { clock, log }, over.signal);
  }

  return {
    port: (server.address() as AddressInfo).port,
    post(name) {
      const post = posts.get(name);
      if (!post) throw new Error(`no PBX "${name}" is awaited`);
      return post;
    },
    close() {
      over.abort();
      for (const { socket, cancel } of strangers.values()) {
        cancel();
        socket.destroy();
      }
      for (const client of sockets.clients) client.terminate();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

interface End {
  /** Names this connection. */
  readonly key: string;
  /** The address alone. */
  readonly from: string;
}

const endOf = ({ remoteAddress = '', remotePort = 0 }: Socket): End => ({
  key: `${remoteAddress} ${remotePort}`,
  from: remoteAddress.replace(/^::ffff:/, ''),
});

/** 16 characters is what a PBX takes at most (SDK, AppChallengeResult). */
const newChallenge = (): string => randomBytes(8).toString('hex');

/** Whoever opens the App object's URL in a browser. */
const noPage: RequestListener = (_, response) => {
  response.writeHead(426, {
    'content-type': 'text/plain; charset=utf-8',
    connection: 'close',
    upgrade: 'websocket',
  });
  response.end('The agent of the presence connector. The PBX connects here; there is no page.\n');
};
