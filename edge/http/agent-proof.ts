// Who an agent is: a proof signed with its own key, in it the credential that the edge issued for that
// key. Both verify without anything stored; whether the agent was removed, the object knows.
import { calculateJwkThumbprint, decodeJwt, importJWK, jwtVerify } from 'jose';
import * as z from 'zod';
import {
  AGENT_CREDENTIAL_CLAIM,
  AGENT_KEY_ALG,
  AGENT_PROOF_LIFETIME_S,
  AGENT_PROOF_TYP,
} from '../../shared/agent-auth.ts';
import type { ConnectorName } from '../../shared/ids.ts';
import { late } from '../../shared/late.ts';
import type { ProvenAgent } from '../connector/rpc.ts';
import type { Keyring } from '../keyring.ts';

/** Clocks may differ by this many seconds. */
const LEEWAY_S = 30;

/** The public key of an agent: exactly these members, and never the private `d`. */
export const agentKey = late(() =>
  z.object({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: z.string().length(43),
    y: z.string().length(43),
  }),
);
export type AgentKey = z.infer<ReturnType<typeof agentKey>>;

const credentialClaims = late(() =>
  z.object({ sub: z.string().min(1), cnf: z.object({ jwk: agentKey() }) }),
);
const proofClaims = late(() =>
  z.object({
    iat: z.number(),
    exp: z.number(),
    jti: z.string().min(1),
    [AGENT_CREDENTIAL_CLAIM]: z.string(),
  }),
);

/** What an agent gets at enrolment. It does not expire: the object revokes it. */
export const issueCredential = (
  keyring: Keyring,
  connector: ConnectorName,
  agentId: string,
  jwk: AgentKey,
): Promise<string> => keyring.signToken('agent', connector, { sub: agentId, cnf: { jwk } }, null);

export type ProofVerdict =
  | { kind: 'agent'; agent: ProvenAgent }
  /** Ours and signed by the agent, but for another time than now. */
  | { kind: 'clock-skew' }
  | { kind: 'invalid' };

/** `now` in epoch ms. */
export async function verifyAgentProof(
  keyring: Keyring,
  connector: ConnectorName,
  proof: string,
  now: number,
): Promise<ProofVerdict> {
  const claimed = claimsOf(proof);
  if (!claimed) return { kind: 'invalid' };
  const credential = await keyring.verifyToken(
    'agent',
    connector,
    claimed[AGENT_CREDENTIAL_CLAIM],
    now,
  );
  const issued = credential.ok ? credentialClaims().safeParse(credential.claims).data : undefined;
  if (!issued || !(await isSigned(proof, connector, issued, claimed.iat))) {
    return { kind: 'invalid' };
  }
  const { iat, exp } = claimed;
  if (exp <= iat || exp - iat > AGENT_PROOF_LIFETIME_S) return { kind: 'invalid' };
  const nowS = now / 1000;
  if (iat > nowS + LEEWAY_S || exp < nowS - LEEWAY_S) return { kind: 'clock-skew' };
  const thumbprint = await calculateJwkThumbprint(issued.cnf.jwk);
  return { kind: 'agent', agent: { agentId: issued.sub, thumbprint } };
}

/**
 * Everything but the time, which is judged afterwards: only whoever holds the key is told how far its
 * clock is off.
 */
async function isSigned(
  proof: string,
  connector: ConnectorName,
  issued: z.infer<ReturnType<typeof credentialClaims>>,
  iat: number,
): Promise<boolean> {
  try {
    await jwtVerify(proof, await importJWK(issued.cnf.jwk, AGENT_KEY_ALG), {
      algorithms: [AGENT_KEY_ALG],
      typ: AGENT_PROOF_TYP,
      issuer: issued.sub,
      audience: connector,
      currentDate: new Date(iat * 1000),
    });
    return true;
  } catch {
    return false;
  }
}

function claimsOf(proof: string): z.infer<ReturnType<typeof proofClaims>> | undefined {
  try {
    return proofClaims().safeParse(decodeJwt(proof)).data;
  } catch {
    return undefined;
  }
}
