// Tells monitoring on this machine whether the agent lives and whether it is of use.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { HostPort } from './config.ts';
import type { Metrics } from './metrics.ts';
import { portRefusal } from './port-refusal.ts';
import { Refusal } from './refusal.ts';
import type { Report } from './report.ts';
import type { Tracker } from './tracker.ts';

export interface HealthSources {
  readonly tracker: Tracker;
  readonly metrics: Metrics;
  report(): Report;
}

type Answer = { status: number; type?: string; body: string | object };

/**
 * Serves `/healthz` (200 while the process works), `/readyz` (200 while tunnel and PBX sessions are up,
 * else 503 with what is missing), `/metrics` (Prometheus) and `/status` (all of it, for `status`).
 */
export async function serveHealth(
  { host, port }: HostPort,
  sources: HealthSources,
): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request.method ?? '', request.url ?? '', sources)
      .catch((error: Error) => ({ status: 500, body: { error: error.message } }))
      .then((it) => send(response, it))
      // Whatever a request does, it ends nothing but its own connection.
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      const where = `"health": ${host}:${port}`;
      const remedy = 'name an address of this machine';
      reject(
        portRefusal(where, code) ?? new Refusal(`${where} cannot be opened (${code}): ${remedy}.`),
      );
    });
    server.listen(port, host, resolve);
  });
  return server;
}

function send(response: ServerResponse, { status, type = 'application/json', body }: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(typeof body === 'string' ? body : `${JSON.stringify(body)}\n`);
}

async function answer(
  method: string,
  url: string,
  { tracker, metrics, report }: HealthSources,
): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: { error: 'only GET' } };
  switch (url.split('?')[0]) {
    case '/healthz':
      return { status: 200, body: { ok: true } };
    case '/readyz': {
      const ready = tracker.isReady;
      if (ready) return { status: 200, body: { ready } };
      const down = tracker.all().filter(({ up }) => !up);
      const missing = down.map(({ name, fault }) => ({ name, ...fault }));
      return { status: 503, body: { ready, missing } };
    }
    case '/metrics':
      return { status: 200, type: metrics.contentType, body: await metrics.text() };
    case '/status':
      return { status: 200, body: report() };
    default:
      return { status: 404, body: { error: 'there are /healthz, /readyz, /metrics and /status' } };
  }
}
