// An agent introduces itself: a one-time code against a credential for the key pair it made on site.
import type { Hono } from 'hono';
import { calculateJwkThumbprint, importJWK } from 'jose';
import { z } from 'zod';
import { AGENT_KEY_ALG } from '../../shared/agent-auth.ts';
import type { ConnectorName } from '../../shared/ids.ts';
import { type AgentKey, agentKey, issueCredential } from './agent-proof.ts';
import { fitting, invalid, jsonOf } from './body.ts';
import { connectorOf, type HttpEnv, type RequestContext, unknownConnector } from './context.ts';
import type { Edge } from './deps.ts';
import { knownConnector } from './known-connector.ts';
import { Refused, unwrap } from './problem.ts';
import { resource } from './resource.ts';

const publicKey = agentKey.extend({
  d: z.undefined({ error: 'This is the private key: it must never leave the agent.' }).optional(),
});
const enrolment = z.object({ code: z.string().min(1).max(4096), publicKey });
const codeClaims = z.object({ id: z.string() });

export function enrolRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  app.use('/enrol', knownConnector(edge, 'POST'));
  app.all(
    '/enrol',
    resource({
      POST: async (c) => {
        const connector = connectorOf(c);
        const enrolmentId = await enrolmentIdOf(edge, c, connector);
        const { publicKey } = fitting(enrolment, jsonOf(c));
        const jwk = await usableKey(publicKey);
        const thumbprint = await calculateJwkThumbprint(jwk);
        const { agentId } = unwrap(await edge.connector(connector).enrol(enrolmentId, thumbprint));
        const credential = await issueCredential(edge.keyring, connector, agentId, jwk);
        return c.json({ agentId, credential }, 201);
      },
    }),
  );
}

/** The enrolment that the code is for; throws `Refused`: 404, 400, 422, 401 or 410, in this order. */
async function enrolmentIdOf(
  edge: Edge,
  c: RequestContext,
  connector: ConnectorName,
): Promise<string> {
  const code = codeIn(c);
  const verified =
    code === undefined
      ? undefined
      : await edge.keyring.verifyToken('enrol', connector, code, edge.now());
  if (verified?.ok) return codeClaims.parse(verified.claims).id;
  if (verified?.why === 'expired') throw new Refused('code-used', 'The code has expired.');
  if (!(await edge.record(connector))) throw unknownConnector();
  if (code === undefined) fitting(enrolment, jsonOf(c));
  throw new Refused('unauthorized', 'The code is not one of this connector.');
}

function codeIn(c: RequestContext): string | undefined {
  try {
    const body = jsonOf(c);
    const code = (body as { code?: unknown } | null)?.code;
    return typeof code === 'string' && code !== '' ? code : undefined;
  } catch {
    return undefined;
  }
}

/** The members that matter, of a key that is a point on the curve. */
async function usableKey({ kty, crv, x, y }: AgentKey): Promise<AgentKey> {
  const jwk = { kty, crv, x, y };
  try {
    await importJWK(jwk, AGENT_KEY_ALG);
    return jwk;
  } catch {
    throw invalid([{ path: 'publicKey', message: 'Must be a public key on the curve P-256.' }]);
  }
}
