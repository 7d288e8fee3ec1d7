// The edge as the agent's tunnel sees it: a real WebSocket server that does what a test says. Checks
// no proof and knows no connector; it keeps what it was shown. Set `refuse` to turn connections away.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { TUNNEL_SUBPROTOCOL } from '../../shared/agent-auth.ts';
import { type DownFrame, welcomeFrame } from '../../shared/protocol/down.ts';
import { PING, PONG } from '../../shared/protocol/frame.ts';
import { type UpFrame, upFrame } from '../../shared/protocol/up.ts';

export interface HttpAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

export interface FakeEdge {
  /** URL of a connector here. */
  readonly url: string;
  readonly frames: UpFrame[];
  readonly requests: { url: string; headers: IncomingHttpHeaders; body?: unknown }[];
  readonly sockets: Set<WebSocket>;
  pings: number;
  knobs: {
    /** Answer to an upgrade in place of it. */
    refuse?: HttpAnswer;
    /** Answer to POST …/enrol. */
    enrol: HttpAnswer;
    role: 'leading' | 'standby';
    welcome: boolean;
    pong: boolean;
  };
  send(frame: DownFrame | string): void;
  cut(): void;
  close(): Promise<void>;
}

export async function startEdge(knobs: Partial<FakeEdge['knobs']> = {}): Promise<FakeEdge> {
  const frames: UpFrame[] = [];
  const requests: FakeEdge['requests'] = [];
  const sockets = new Set<WebSocket>();
  const http = createServer(async (request, response) => {
    const body = (await request.setEncoding('utf8').toArray()).join('');
    const said = body === '' ? {} : { body: JSON.parse(body) };
    requests.push({ url: request.url ?? '', headers: request.headers, ...said });
    reply(response, edge.knobs.enrol);
  });
  const tunnel = new WebSocketServer({ noServer: true, handleProtocols: () => TUNNEL_SUBPROTOCOL });
  http.on('upgrade', (request, socket, head) => {
    requests.push({ url: request.url ?? '', headers: request.headers });
    const { refuse } = edge.knobs;
    if (refuse) {
      const { status, headers = {}, body = '' } = refuse;
      const lines = Object.entries({ 'content-length': body.length, ...headers });
      const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      socket.end(`HTTP/1.1 ${status} No\r\n${head}\r\n${body}`);
    } else tunnel.handleUpgrade(request, socket, head, open);
  });

  function open(socket: WebSocket): void {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', (data) => {
      const text = data.toString();
      if (text === PING) {
        edge.pings += 1;
        if (edge.knobs.pong) socket.send(PONG);
        return;
      }
      const frame = upFrame().parse(JSON.parse(text));
      frames.push(frame);
      const { role, welcome } = edge.knobs;
      if (frame.t === 'hello' && welcome)
        edge.send(welcomeFrame({ agentId: 'agent-1', epoch: 1, role }));
    });
  }

  const enrolled: HttpAnswer = {
    status: 201,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ agentId: 'agent-1', credential: 'credential-1' }),
  };
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const edge: FakeEdge = {
    url: `http://127.0.0.1:${port}/example.com/microsoft365`,
    ...{ frames, requests, sockets, pings: 0 },
    knobs: { enrol: enrolled, role: 'leading', welcome: true, pong: true, ...knobs },
    send(frame) {
      const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
      for (const socket of sockets) socket.send(text);
    },
    cut() {
      for (const socket of sockets) socket.terminate();
    },
    async close() {
      edge.cut();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return edge;
}

function reply(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, headers);
  response.end(body);
}
