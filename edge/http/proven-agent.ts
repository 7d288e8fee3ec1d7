// Which agent asks: the proof in `Authorization: Bearer`, verified without anything stored. Before that
// no object is addressed.

import type { ProvenAgent } from '../connector/rpc.ts';
import { verifyAgentProof } from './agent-proof.ts';
import { connectorOf, type RequestContext, unknownConnector } from './context.ts';
import type { Edge } from './deps.ts';
import { Refused } from './problem.ts';

/** Throws `Refused`: `clock-skew` (only to whoever holds the key), `connector-unknown`, `unauthorized`. */
export async function provenAgent(edge: Edge, c: RequestContext): Promise<ProvenAgent> {
  const connector = connectorOf(c);
  const proof = /^Bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? '';
  const now = edge.now();
  const verdict = await verifyAgentProof(edge.keyring, connector, proof, now);
  if (verdict.kind === 'agent') return verdict.agent;
  if (verdict.kind === 'clock-skew') {
    const time = new Date(now);
    const detail = `The proof is not for now. Here it is ${time.toISOString()}: set the clock.`;
    throw new Refused('clock-skew', detail, { headers: { date: time.toUTCString() } });
  }
  if (!(await edge.record(connector))) throw unknownConnector();
  throw new Refused('unauthorized', 'The agent has to prove itself: enrol it first.', {
    headers: { 'www-authenticate': 'Bearer' },
  });
}

export const isUpgrade = (c: RequestContext): boolean =>
  c.req.header('upgrade')?.toLowerCase() === 'websocket';
