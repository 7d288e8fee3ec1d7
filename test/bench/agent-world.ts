// A PBX and an edge for measuring the agent alone. The edge is the least that keeps an agent at work: it
// welcomes, watches everybody, answers pings and counts; it checks no proof and keeps no frame.
import { createServer } from 'node:https';
import { type WebSocket, WebSocketServer } from 'ws';
import { TUNNEL_SUBPROTOCOL } from '../../shared/agent-auth.ts';
import { setFrame, watchFrame, welcomeFrame } from '../../shared/protocol/down.ts';
import { PING, PONG, parts } from '../../shared/protocol/frame.ts';
import type { UpFrame } from '../../shared/protocol/up.ts';

export interface CountingEdge {
  readonly url: string;
  /** Epoch ms of the first welcome. */
  welcomedAt: number;
  /** Users told, presences told, writes answered. */
  readonly told: { users: number; presences: number; wrote: number };
  watch(guids: readonly string[]): void;
  set(guid: string, write: number, activity: string): void;
  close(): Promise<void>;
}

/** @param tls for localhost, in PEM */
export async function startCountingEdge(tls: { cert: string; key: string }): Promise<CountingEdge> {
  let socket: WebSocket | undefined;
  const http = createServer(tls, (_, response) => {
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ agentId: 'agent-1', credential: 'credential-1' }));
  });
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => TUNNEL_SUBPROTOCOL });
  const send = (frame: object) => socket?.send(JSON.stringify(frame));
  sockets.on('connection', (opened) => {
    socket = opened;
    opened.on('message', (data) => {
      const text = data.toString();
      if (text === PING) return opened.send(PONG);
      return take(JSON.parse(text) as UpFrame);
    });
  });
  function take(frame: UpFrame): void {
    if (frame.t === 'hello') {
      edge.welcomedAt ||= Date.now();
      send(welcomeFrame({ agentId: 'agent-1', epoch: 1, role: 'leading' }));
    }
    if (frame.t === 'users') edge.told.users += frame.users.length;
    if (frame.t === 'presences') edge.told.presences += frame.presences.length;
    if (frame.t === 'wrote') edge.told.wrote += 1;
  }
  await new Promise<void>((resolve) => http.listen(0, 'localhost', resolve));
  const { port } = http.address() as { port: number };
  const edge: CountingEdge = {
    url: `https://localhost:${port}/example.com/microsoft365`,
    welcomedAt: 0,
    told: { users: 0, presences: 0, wrote: 0 },
    watch(guids) {
      const cut = parts(guids);
      for (const [at, part] of cut.entries()) {
        send(watchFrame({ epoch: 1, list: 1, last: at === cut.length - 1, guids: part }));
      }
    },
    set: (guid, write, activity) =>
      send(setFrame({ epoch: 1, guid, write, contact: 'tel:', activity })),
    async close() {
      for (const client of sockets.clients) client.terminate();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return edge;
}
