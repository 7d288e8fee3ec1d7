// How an agent proves itself at the tunnel: the names both sides must agree on.

/** Signature algorithm of the agent's key pair, which is made on site and never leaves it. */
export const AGENT_KEY_ALG = 'ES256';
/** `typ` of the proof that the agent signs for each connection. */
export const AGENT_PROOF_TYP = 'agent-proof+jwt';
/** A proof is good for this many seconds around its `iat`. */
export const AGENT_PROOF_LIFETIME_S = 60;
/** Claim of the proof that holds the credential which the edge issued at enrolment. */
export const AGENT_CREDENTIAL_CLAIM = 'cred';
/** WebSocket subprotocol of the tunnel. */
export const TUNNEL_SUBPROTOCOL = 'presence-tunnel';
