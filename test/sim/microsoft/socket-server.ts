// The plug between node:http and Ask/Answer: a real server on a real loopback socket.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, Ask } from './http.ts';

const bodyLimit = 4 * 1024 * 1024;

export interface SocketServer {
  readonly origin: string;
  close(): Promise<void>;
}

/** Listens on a loopback address; port 0 takes a free one. */
export async function serve(
  port: number,
  host: string,
  handle: (ask: Ask) => Promise<Answer>,
): Promise<SocketServer> {
  const server = createServer((request, response) => {
    respond(request, response, handle).catch((error: unknown) => {
      console.error('microsoft simulator:', error);
      if (!response.headersSent) response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    origin: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  handle: (ask: Ask) => Promise<Answer>,
): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) {
      response.writeHead(413).end();
      return;
    }
    chunks.push(chunk);
  }
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const answer = await handle({
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers,
    body: Buffer.concat(chunks).toString('utf8'),
  });
  send(answer, response);
}

function send(answer: Answer, response: ServerResponse): void {
  switch (answer.kind) {
    case 'hang':
      return;
    case 'cut':
      response.socket?.resetAndDestroy();
      return;
    case 'empty':
      response.writeHead(
        answer.status,
        answer.status === 204 ? answer.headers : { 'content-length': '0', ...answer.headers },
      );
      response.end();
      return;
    case 'text':
      response.writeHead(answer.status, {
        'content-type': 'text/plain; charset=utf-8',
        ...answer.headers,
      });
      response.end(answer.text);
      return;
    case 'json':
      response.writeHead(answer.status, {
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
        ...answer.headers,
      });
      response.end(JSON.stringify(answer.json));
      return;
    case 'stream': {
      response.writeHead(200, answer.headers);
      response.flushHeaders();
      const stop = answer.open((chunk) => response.write(chunk));
      response.once('close', stop);
    }
  }
}
