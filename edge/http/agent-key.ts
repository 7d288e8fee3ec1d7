// The public key of an agent, as it comes from outside.
import { calculateJwkThumbprint, importJWK } from 'jose';
import * as z from 'zod';
import { AGENT_KEY_ALG } from '../../shared/agent-auth.ts';
import { late } from '../../shared/late.ts';
import { type AgentKey, agentKey } from './agent-proof.ts';
import { invalid } from './body.ts';

export const publicKey = late(() =>
  agentKey().extend({
    d: z.undefined({ error: 'This is the private key: it must never leave the agent.' }).optional(),
  }),
);

/** The members that matter, of a key that is a point on the curve; throws `Refused` (422). */
export async function usableKey({
  kty,
  crv,
  x,
  y,
}: AgentKey): Promise<{ jwk: AgentKey; thumbprint: string }> {
  const jwk = { kty, crv, x, y };
  try {
    await importJWK(jwk, AGENT_KEY_ALG);
  } catch {
    throw invalid([{ path: 'publicKey', message: 'Must be a public key on the curve P-256.' }]);
  }
  return { jwk, thumbprint: await calculateJwkThumbprint(jwk) };
}
