// Sessions of the admin page: a signed cookie, nothing stored. It is for one connector, or for all where
// the operator signed in at the root, and dies with the token that it was opened with.
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import { decodeJwt } from 'jose';
import * as z from 'zod';
import { type ConnectorName, connectorName } from '../../shared/ids.ts';
import { late } from '../../shared/late.ts';
import type { Who } from '../connector/rpc.ts';
import type { EdgeEnv } from '../env.ts';
import type { Keyring } from '../keyring.ts';
import { reachedAs } from './reached-as.ts';

export const SESSION_COOKIE = 'presence-session';
const LIFETIME_MS = 8 * 60 * 60 * 1000;

const sessionClaims = late(() =>
  z.object({
    jti: z.string(),
    sub: z.string(),
    exp: z.number(),
    /** Which ADMIN_TOKEN the operator signed in with; absent for a connector's own token. */
    adminToken: z.string().optional(),
  }),
);

/** What a session opens. `all`: the operator's, at the root; no connector can have this name. */
export type Scope = ConnectorName | 'all';

export interface Session {
  id: string;
  scope: Scope;
  who: Who;
  /** Epoch ms */
  expiresAt: number;
}

export interface Sessions {
  /** Sets the cookie. */
  open(c: Context, scope: Scope, who: Who, now: number): Promise<Session>;
  /** The session of the request's cookie, whatever it is for. */
  read(c: Context, now: number): Promise<Session | null>;
  /** Takes the cookie away. */
  close(c: Context): void;
  /** What a write with this session has to carry in `x-csrf-token`. */
  csrfToken(session: Pick<Session, 'scope' | 'id'>): Promise<string>;
  isCsrfToken(session: Pick<Session, 'scope' | 'id'>, token: string): Promise<boolean>;
}

export function createSessions(keyring: Keyring, env: EdgeEnv): Sessions {
  const adminTokenMark = (scope: Scope) =>
    keyring.mac('admin-token', keyName(scope), env.adminToken);

  return {
    async open(c, scope, who, now) {
      const session = { id: crypto.randomUUID(), scope, who, expiresAt: now + LIFETIME_MS };
      const claims = {
        jti: session.id,
        sub: who,
        ...(who === 'operator' ? { adminToken: await adminTokenMark(scope) } : {}),
      };
      const token = await keyring.signToken('session', keyName(scope), claims, session.expiresAt);
      const maxAge = LIFETIME_MS / 1000;
      setCookie(c, SESSION_COOKIE, token, { ...cookieOptions(c, env), maxAge });
      return session;
    },

    async read(c, now) {
      const token = cookie(c, env);
      const scope = token === undefined ? undefined : claimedScope(token);
      if (token === undefined || !scope) return null;
      const verified = await keyring.verifyToken('session', keyName(scope), token, now);
      const claims = verified.ok ? sessionClaims().safeParse(verified.claims).data : undefined;
      if (!claims) return null;
      const { jti: id, sub: who, exp, adminToken } = claims;
      if (who === 'operator' && adminToken !== (await adminTokenMark(scope))) return null;
      return { id, scope, who, expiresAt: exp * 1000 };
    },

    close(c) {
      deleteCookie(c, SESSION_COOKIE, cookieOptions(c, env));
    },

    csrfToken: ({ scope, id }) => keyring.mac('csrf', keyName(scope), id),
    isCsrfToken: ({ scope, id }, token) => keyring.verifyMac('csrf', keyName(scope), id, token),
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

/** Keys are derived by names of connectors; `all` has one of its own. */
const keyName = (scope: Scope): ConnectorName => scope as ConnectorName;

/** Unverified: it only says with whose key to verify. */
function claimedScope(token: string): Scope | undefined {
  try {
    const audience = String(decodeJwt(token).aud);
    if (audience === 'all') return 'all';
    const [domain = '', instance = ''] = audience.split('/');
    return connectorName(domain, instance);
  } catch {
    return undefined;
  }
}
