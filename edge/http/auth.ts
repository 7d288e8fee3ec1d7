// Who asks: the operator's token, a connector's token, a session's cookie, or Cloudflare Access.
import type { ConnectorName } from '../../shared/ids.ts';
import { idOfToken, isToken, whoOfToken } from '../connector/rpc.ts';
import { digestOf, sameDigest } from '../secret-text.ts';
import { ACCESS_HEADER, type VerifyAccess, verifyAccess } from './access.ts';
import { clientAddress } from './client-address.ts';
import { connectorOfToken, isOfThisEdge } from './connector-token.ts';
import { pathConnector, type RequestContext, type SignedIn } from './context.ts';
import type { Edge } from './deps.ts';
import { Refused } from './problem.ts';
import { createSessions, type Session, type Sessions } from './session.ts';
import { countWrongTokens } from './wrong-tokens.ts';

export interface Auth {
  sessions: Sessions;
  /** Who signed the request; throws `Refused` (401, 429) where nobody valid did. */
  signedIn(c: RequestContext): Promise<SignedIn>;
  /** Whose token it is, whichever way it came; throws as above. */
  ownerOf(c: RequestContext, token: string): Promise<SignedIn>;
}

export function createAuth(edge: Edge): Auth {
  const { env, now } = edge;
  const sessions = createSessions(edge.keyring, env);
  /** Guesses, by client; and those that are none, since they bear our MAC, each by itself. */
  const guessed = countWrongTokens();
  const revoked = countWrongTokens();
  const access = env.access ? verifyAccess(env.access, edge) : undefined;

  async function ownerOf(c: RequestContext, token: string): Promise<SignedIn> {
    const client = clientAddress(c.req.raw, env.selfHosted);
    const digest = await digestOf(token);
    const isOurs = await bearsOurMac(edge, token);
    const [fence, of] = isOurs ? [revoked, digest] : [guessed, client];
    const waitMs = fence.waitMs(of, digest, now());
    if (waitMs > 0) throw tooManyWrong(waitMs);
    const owner = await lookUp(edge, token, { digest, isOurs });
    if (owner) {
      fence.right(of, digest, now());
      return owner;
    }
    fence.wrong(of, digest, now());
    throw unauthorized('This token is not valid.');
  }

  async function bySession(c: RequestContext): Promise<SignedIn | null> {
    const session = await sessions.read(c, now());
    if (!session || !(await stillHolds(edge, session))) return null;
    const { who, scope, id, expiresAt } = session;
    return { who, scope, by: { kind: 'session', id, expiresAt } };
  }

  return {
    sessions,
    ownerOf,
    async signedIn(c) {
      const token = /^Bearer +(.+?) *$/i.exec(c.req.header('authorization') ?? '')?.[1];
      if (token !== undefined) return ownerOf(c, token);
      const session = await bySession(c);
      const isForHere =
        session !== null && (session.scope === 'all' || session.scope === pathConnector(c));
      // A customer's session, for another place: whom Access lets in is the operator all the same.
      const asserted = isForHere || !access ? null : await byAccess(c, access, now());
      const signedIn = asserted ?? session;
      if (signedIn) return signedIn;
      throw unauthorized('Send the admin token as Authorization: Bearer, or open a session.');
    },
  };
}

async function bearsOurMac(edge: Edge, token: string): Promise<boolean> {
  const connector = connectorOfToken(token);
  return connector !== undefined && isOfThisEdge(edge.keyring, connector, token);
}

async function lookUp(
  edge: Edge,
  token: string,
  { digest, isOurs }: { digest: string; isOurs: boolean },
): Promise<SignedIn | null> {
  const by = { kind: 'bearer' } as const;
  if (sameDigest(digest, await digestOf(edge.env.adminToken))) {
    return { who: 'operator', scope: 'all', by };
  }
  const scope = connectorOfToken(token);
  // No object is asked on a stranger's word.
  if (!scope || !(isOurs || (await isInKv(edge, scope, digest)))) return null;
  const id = await edge.connector(scope).findToken({ hash: digest });
  return id === null ? null : { who: whoOfToken(id), scope, by };
}

/** Known from before `SETTINGS_KEY` was another; that it still counts only the object knows: KV may be a minute old. */
async function isInKv(edge: Edge, connector: ConnectorName, digest: string): Promise<boolean> {
  const record = await edge.record(connector);
  return record?.tokens.some(({ hash }) => sameDigest(hash, digest)) ?? false;
}

/** A session opened with a connector's token ends when that token is revoked. */
async function stillHolds(edge: Edge, { who, scope }: Session): Promise<boolean> {
  if (!isToken(who)) return true;
  // No token opens all of them.
  if (scope === 'all') return false;
  return (await edge.connector(scope).findToken({ id: idOfToken(who) })) !== null;
}

async function byAccess(
  c: RequestContext,
  verify: VerifyAccess,
  now: number,
): Promise<SignedIn | null> {
  const assertion = c.req.header(ACCESS_HEADER);
  const who = assertion === undefined ? null : await verify(assertion, now);
  return who === null ? null : { who: `access:${who}`, scope: 'all', by: { kind: 'access' } };
}

const unauthorized = (detail: string) =>
  new Refused('unauthorized', detail, { headers: { 'www-authenticate': 'Bearer' } });

function tooManyWrong(waitMs: number): Refused {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new Refused('rate-limited', `Too many wrong tokens; wait ${seconds} s.`, {
    headers: { 'retry-after': String(seconds) },
  });
}
