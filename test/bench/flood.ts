// As many requests as a server takes, a fixed number at a time; each body is sent once.
import { Agent, request } from 'node:http';
import { type Figures, figures } from './figures.ts';

/** At a time: Microsoft keeps several connections open, and one alone would measure only round trips. */
const LANES = 16;

export interface Flood {
  perSecond: number;
  ms: Figures;
  /** How many were answered with each status. */
  statuses: Record<string, number>;
}

export async function flood(url: string, bodies: readonly string[]): Promise<Flood> {
  const agent = new Agent({ keepAlive: true, maxSockets: LANES });
  const spans: number[] = [];
  const statuses: Record<string, number> = {};
  const waiting = [...bodies].reverse();
  const began = performance.now();
  const lane = async () => {
    for (let body = waiting.pop(); body !== undefined; body = waiting.pop()) {
      const from = performance.now();
      const status = await post(agent, url, body);
      spans.push(performance.now() - from);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const seconds = (performance.now() - began) / 1_000;
  agent.destroy();
  return { perSecond: Math.round(bodies.length / seconds), ms: figures(spans), statuses };
}

function post(agent: Agent, url: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const asked = request(url, { agent, method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0)).on('error', reject);
    });
    asked.on('error', reject).end(body);
  });
}
