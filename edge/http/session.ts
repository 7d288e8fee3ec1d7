// Sessions of the admin page: a signed cookie, nothing stored. It is for one connector, and dies with
// the token that it was opened with.
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import { decodeJwt } from 'jose';
import * as z from 'zod';
import { type ConnectorName, connectorName } from '../../shared/ids.ts';
import type { Who } from '../connector/rpc.ts';
import type { EdgeEnv } from '../env.ts';
import type { Keyring } from '../keyring.ts';
import { reachedAs } from './reached-as.ts';

export const SESSION_COOKIE = 'presence-session';
const LIFETIME_MS = 8 * 60 * 60 * 1000;

const sessionClaims = z.object({
  jti: z.string(),
  sub: z.string(),
  exp: z.number(),
  /** Which ADMIN_TOKEN the operator signed in with; absent for a connector's own token. */
  adminToken: z.string().optional(),
});

export interface Session {
  id: string;
  connector: ConnectorName;
  who: Who;
  /** Epoch ms */
  expiresAt: number;
}

export interface Sessions {
  /** Sets the cookie. */
  open(c: Context, connector: ConnectorName, who: Who, now: number): Promise<Session>;
  /** The session of the request's cookie, whichever connector it is for. */
  read(c: Context, now: number): Promise<Session | null>;
  /** Takes the cookie away. */
  close(c: Context): void;
  /** What a write with this session has to carry in `x-csrf-token`. */
  csrfToken(session: Pick<Session, 'connector' | 'id'>): Promise<string>;
  isCsrfToken(session: Pick<Session, 'connector' | 'id'>, token: string): Promise<boolean>;
}

export function createSessions(keyring: Keyring, env: EdgeEnv): Sessions {
  const adminTokenMark = (connector: ConnectorName) =>
    keyring.mac('admin-token', connector, env.adminToken);

  return {
    async open(c, connector, who, now) {
      const session = { id: crypto.randomUUID(), connector, who, expiresAt: now + LIFETIME_MS };
      const claims = {
        jti: session.id,
        sub: who,
        ...(who === 'operator' ? { adminToken: await adminTokenMark(connector) } : {}),
      };
      const token = await keyring.signToken('session', connector, claims, session.expiresAt);
      const maxAge = LIFETIME_MS / 1000;
      setCookie(c, SESSION_COOKIE, token, { ...cookieOptions(c, env), maxAge });
      return session;
    },

    async read(c, now) {
      const token = cookie(c, env);
      const connector = token === undefined ? undefined : claimedConnector(token);
      if (token === undefined || !connector) return null;
      const verified = await keyring.verifyToken('session', connector, token, now);
      const claims = verified.ok ? sessionClaims.safeParse(verified.claims).data : undefined;
      if (!claims) return null;
      const { jti: id, sub: who, exp, adminToken } = claims;
      if (who === 'operator' && adminToken !== (await adminTokenMark(connector))) return null;
      return { id, connector, who, expiresAt: exp * 1000 };
    },

    close(c) {
      deleteCookie(c, SESSION_COOKIE, cookieOptions(c, env));
    },

    csrfToken: ({ connector, id }) => keyring.mac('csrf', connector, id),
    isCsrfToken: ({ connector, id }, token) => keyring.verifyMac('csrf', connector, id, token),
  };
}

/** In a frame of another site a cookie has to be asked for, and is kept apart for each such site. */
function cookieOptions(c: Context, env: EdgeEnv): CookieOptions {
  const basics = { path: '/', httpOnly: true } as const;
  if (env.frameAncestors.length > 0) {
    return { ...basics, prefix: 'host', secure: true, sameSite: 'None', partitioned: true };
  }
  if (reachedAs(c.req.raw).plainLoopback) return { ...basics, sameSite: 'Strict' };
  return { ...basics, prefix: 'host', secure: true, sameSite: 'Strict' };
}

const cookie = (c: Context, env: EdgeEnv): string | undefined =>
  cookieOptions(c, env).prefix
    ? getCookie(c, SESSION_COOKIE, 'host')
    : getCookie(c, SESSION_COOKIE);

/** Unverified: it only says with whose key to verify. */
function claimedConnector(token: string): ConnectorName | undefined {
  try {
    const [domain = '', instance = ''] = String(decodeJwt(token).aud).split('/');
    return connectorName(domain, instance);
  } catch {
    return undefined;
  }
}
