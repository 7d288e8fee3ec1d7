// An agent introduces itself: a one-time code against a credential for the key pair it made on site.
import type { Hono } from 'hono';
import * as z from 'zod';
import type { ConnectorName } from '../../shared/ids.ts';
import { late } from '../../shared/late.ts';
import { digestOf } from '../secret-text.ts';
import { publicKey, usableKey } from './agent-key.ts';
import { issueCredential } from './agent-proof.ts';
import { fitting, jsonOf } from './body.ts';
import { clientAddress } from './client-address.ts';
import { connectorOf, type HttpEnv, type RequestContext, unknownConnector } from './context.ts';
import type { Edge } from './deps.ts';
import { knownConnector } from './known-connector.ts';
import { Refused, unwrap } from './problem.ts';
import { resource } from './resource.ts';
import { countWrongTokens, type WrongTokens } from './wrong-tokens.ts';

const enrolment = late(() => z.object({ code: z.string().max(4096), publicKey: publicKey() }));
const codeClaims = late(() => z.object({ id: z.string() }));

export function enrolRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  const wrongCodes = countWrongTokens();
  app.use('/enrol', knownConnector(edge, 'POST'));
  app.all(
    '/enrol',
    resource({
      POST: async (c) => {
        const connector = connectorOf(c);
        const enrolmentId =
          (await signedEnrolment(edge, c, connector)) ??
          (await refuseCode(edge, c, connector, wrongCodes));
        const { jwk, thumbprint } = await usableKey(fitting(enrolment(), jsonOf(c)).publicKey);
        const { agentId } = unwrap(await edge.connector(connector).enrol(enrolmentId, thumbprint));
        const credential = await issueCredential(edge.keyring, connector, agentId, jwk);
        return c.json({ agentId, credential }, 201);
      },
    }),
  );
}

/** The enrolment that a code of ours is for, which cannot be guessed; `undefined`: it is none. Throws 410. */
async function signedEnrolment(
  edge: Edge,
  c: RequestContext,
  connector: ConnectorName,
): Promise<string | undefined> {
  const code = codeIn(c);
  if (code === undefined) return undefined;
  const verified = await edge.keyring.verifyToken('enrol', connector, code, edge.now());
  if (verified.ok) return codeClaims().parse(verified.claims).id;
  if (verified.why === 'expired') throw new Refused('code-used', 'The code has expired.');
  return undefined;
}

/** Says what is wrong: 429, 404, 400, 422 or 401, in this order. Wrong codes are counted per client. */
async function refuseCode(
  edge: Edge,
  c: RequestContext,
  connector: ConnectorName,
  wrongCodes: WrongTokens,
): Promise<never> {
  const client = clientAddress(c.req.raw, edge.env.selfHosted);
  const code = codeIn(c);
  const digest = await digestOf(code ?? '');
  const waitMs = wrongCodes.waitMs(client, digest, edge.now());
  if (waitMs > 0) {
    const headers = { 'retry-after': String(Math.ceil(waitMs / 1000)) };
    throw new Refused('rate-limited', 'Too many wrong codes: wait a minute.', { headers });
  }
  if (!(await edge.record(connector))) throw unknownConnector();
  if (code === undefined) fitting(enrolment(), jsonOf(c));
  wrongCodes.wrong(client, digest, edge.now());
  throw new Refused('unauthorized', 'The code is not one of this connector.');
}

function codeIn(c: RequestContext): string | undefined {
  try {
    const body = jsonOf(c);
    const code = (body as { code?: unknown } | null)?.code;
    return typeof code === 'string' ? code : undefined;
  } catch {
    return undefined;
  }
}
