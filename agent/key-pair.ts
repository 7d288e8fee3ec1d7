// A key pair of this machine, new. The private half is for the identity file and for nobody else.
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { AGENT_KEY_ALG } from '../shared/agent-auth.ts';
import { type PrivateJwk, privateJwk } from './identity.ts';

export async function newKeyPair(): Promise<{ publicKey: JWK; privateKey: PrivateJwk }> {
  const pair = await generateKeyPair(AGENT_KEY_ALG, { extractable: true });
  return {
    publicKey: await exportJWK(pair.publicKey),
    privateKey: privateJwk.parse(await exportJWK(pair.privateKey)),
  };
}
