// The edge as the doctor asks it: `GET …/agent`, and a word over a WebSocket. Set `answer` to have it say
// something else; checks no proof.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { HttpAnswer } from '../fake-edge.ts';

export interface FakeSelf {
  readonly port: number;
  /** Answer to `GET …/agent`. */
  answer: HttpAnswer;
  /** Upgrades are answered like a plain request, as a filter that takes out the header does. */
  upgrades: boolean;
  /** Accepts and says nothing. */
  silent: boolean;
  /** Its clock is ahead of ours by this many ms. */
  aheadMs: number;
  close(): Promise<void>;
}

export const json = { 'content-type': 'application/json' };
export const problem = (status: number, code: string): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify({ code, detail: `It is ${code}.` }),
});
const SELF = { agentId: 'agent-1', name: 'branch office', state: 'leading' };

export async function startSelf(): Promise<FakeSelf> {
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on('connection', (socket) => {
    socket.on('message', () => {
      socket.send('pong');
      socket.close(1000);
    });
  });
  const server = createServer((_, response) => {
    if (self.silent) return;
    const { status, headers, body } = self.answer;
    const date = new Date(Date.now() + self.aheadMs).toUTCString();
    response.writeHead(status, { date, ...headers });
    response.end(body);
  });
  server.on('upgrade', (request, socket, head) => {
    if (self.upgrades) {
      sockets.handleUpgrade(request, socket, head, (it) => sockets.emit('connection', it));
    } else socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const self: FakeSelf = {
    port,
    answer: { status: 200, headers: json, body: JSON.stringify(SELF) },
    ...{ upgrades: true, silent: false, aheadMs: 0 },
    async close() {
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return self;
}
