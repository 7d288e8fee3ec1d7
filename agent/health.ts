// Tells monitoring on this machine whether the agent lives and whether it is of use.
import { createServer, type Server } from 'node:http';
import type { HostPort } from './config.ts';
import { Refusal } from './refusal.ts';
import type { Tracker } from './tracker.ts';

/**
 * Serves `/healthz` (200 while the process works) and `/readyz` (200 while tunnel and PBX sessions
 * are up, else 503 with what is missing).
 */
export async function serveHealth({ host, port }: HostPort, tracker: Tracker): Promise<Server> {
  const server = createServer((request, response) => {
    const { status, body } = answer(request.method ?? '', request.url ?? '', tracker);
    response.writeHead(status, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      connection: 'close',
    });
    response.end(`${JSON.stringify(body)}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new Refusal(`"health": nothing can be served at ${host}:${port} (${error.code}).`));
    });
    server.listen(port, host, resolve);
  });
  return server;
}

function answer(method: string, url: string, tracker: Tracker): { status: number; body: object } {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: { error: 'only GET' } };
  switch (url.split('?')[0]) {
    case '/healthz':
      return { status: 200, body: { ok: true } };
    case '/readyz': {
      const parts = tracker.all();
      const ready = parts.every(({ up }) => up);
      const missing = parts.filter(({ up }) => !up).map(({ name, fault }) => ({ name, ...fault }));
      return ready ? { status: 200, body: { ready } } : { status: 503, body: { ready, missing } };
    }
    default:
      return { status: 404, body: { error: 'there are /healthz and /readyz' } };
  }
}
