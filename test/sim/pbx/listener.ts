/** The PBX's ports: HTTP for the control, WebSocket at the one path of AppWebsocket, ws and wss alike. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { MAX_MESSAGE_BYTES } from './wire.ts';

/** Where a PBX takes AppWebsocket connections (facts §1.1, mode B). */
export const WEBSOCKET_PATH = '/PBX0/APPS/websocket';

/** What becomes of a connection attempt: taken, kept waiting, or destroyed. */
export type Admission = 'take' | 'hold' | 'destroy';

/** The open ports. */
export interface Listener {
  readonly http: number;
  readonly https: number | undefined;
  /** Takes the connections that were kept waiting. */
  release(): void;
  /** Destroys the connections that were kept waiting. */
  cut(): void;
  /** Another certificate for connections from now on. */
  changeTls(tls: { cert: string; key: string }): void;
  close(): Promise<void>;
}

/** What the ports need to know. */
export interface ListenerOptions {
  host: string;
  port: number;
  tls: { cert: string; key: string; port?: number } | undefined;
  admit: () => Admission;
  connected: (socket: WebSocket) => void;
  control: RequestListener;
}

/** Opens the ports. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const sockets = new WebSocketServer({
    noServer: true,
    autoPong: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  let waiting: { request: IncomingMessage; socket: Duplex; head: Buffer }[] = [];

  function take(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (socket.destroyed) return;
    sockets.handleUpgrade(request, socket, head, options.connected);
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const admission = options.admit();
    if (admission === 'destroy') return void socket.destroy();
    if (new URL(request.url ?? '/', 'http://pbx').pathname !== WEBSOCKET_PATH) {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    } else if (admission === 'hold') waiting.push({ request, socket, head });
    else take(request, socket, head);
  }

  async function open(server: Server, port: number): Promise<number> {
    server.on('upgrade', upgrade);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, options.host, resolve);
    });
    return (server.address() as AddressInfo).port;
  }

  const plain = createServer(options.control);
  const servers: Server[] = [plain];
  const http = await open(plain, options.port);
  let https: number | undefined;
  let changeTls: Listener['changeTls'] = () => {
    throw new Error('started without tls');
  };
  if (options.tls) {
    const secure = createTlsServer(options.tls, options.control);
    servers.push(secure);
    changeTls = (tls) => secure.setSecureContext(tls);
    https = await open(secure, options.tls.port ?? 0);
  }

  function cut(): void {
    for (const { socket } of waiting) socket.destroy();
    waiting = [];
  }

  return {
    http,
    https,
    release() {
      const ready = waiting;
      waiting = [];
      for (const { request, socket, head } of ready) take(request, socket, head);
    },
    cut,
    changeTls,
    async close() {
      cut();
      await Promise.all(
        servers.map(async (server) => {
          const closed = new Promise((resolve) => server.close(resolve));
          server.closeAllConnections();
          await closed;
        }),
      );
    },
  };
}
