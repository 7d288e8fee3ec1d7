// How the agent proves who it is at the tunnel: a short-lived JWT signed with its own key.
import { importJWK, SignJWT } from 'jose';
import {
  AGENT_CREDENTIAL_CLAIM,
  AGENT_KEY_ALG,
  AGENT_PROOF_LIFETIME_S,
  AGENT_PROOF_TYP,
} from '../../shared/agent-auth.ts';
import type { ConnectorName } from '../../shared/ids.ts';
import type { Identity } from '../identity.ts';

/**
 * One proof for one connection attempt.
 * @param now epoch ms
 * @param id makes it unlike every other proof
 */
export async function agentProof(
  identity: Identity,
  connector: ConnectorName,
  now: number,
  id: string,
): Promise<string> {
  const issuedAt = Math.floor(now / 1000);
  return new SignJWT({ [AGENT_CREDENTIAL_CLAIM]: identity.credential })
    .setProtectedHeader({ alg: AGENT_KEY_ALG, typ: AGENT_PROOF_TYP })
    .setIssuer(identity.agentId)
    .setAudience(connector)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + AGENT_PROOF_LIFETIME_S)
    .setJti(id)
    .sign(await importJWK(identity.privateKey, AGENT_KEY_ALG));
}
