// Signing in and out of the admin page: of one connector, or, for the operator at the root, of all.
import type { Hono } from 'hono';
import * as z from 'zod';
import { late } from '../../../shared/late.ts';
import type { Auth } from '../auth.ts';
import { fitting, jsonOf } from '../body.ts';
import { connectorOf, type HttpEnv, type RequestContext, type SignedIn } from '../context.ts';
import { CSRF_HEADER, checkCsrf, refuseOtherSites } from '../csrf.ts';
import type { Edge } from '../deps.ts';
import { Refused } from '../problem.ts';
import { reachedAs } from '../reached-as.ts';
import { resource } from '../resource.ts';
import type { Scope } from '../session.ts';
import type { OperatorSessionAnswer, SessionAnswer } from './answers.ts';

export const signIn = late(() => z.object({ token: z.string().min(1).max(4096) }).strict());

/** Below a connector, behind the admin guard. */
export function sessionRoutes(app: Hono<HttpEnv>, edge: Edge, auth: Auth): void {
  app.all(
    '/api/session',
    resource({
      GET: async (c) => {
        const session = await reading(c, auth);
        return c.json({ connector: connectorOf(c), ...session } satisfies SessionAnswer);
      },
      POST: async (c) => {
        const connector = connectorOf(c);
        const session = await opening(c, { edge, auth, scope: connector });
        return c.json({ connector, ...session } satisfies SessionAnswer, 201);
      },
      DELETE: (c) => closing(c, auth),
    }),
  );
}

/** At the root: a session that opens every connector. */
export function operatorSessionRoutes(app: Hono<HttpEnv>, edge: Edge, auth: Auth): void {
  app.use('/api/session', async (c, next) => {
    if (c.req.method !== 'POST') {
      const signedIn = await auth.signedIn(c);
      if (signedIn.scope !== 'all') {
        throw new Refused('forbidden', 'This sign-in is for one connector, not for all.');
      }
      await checkCsrf(c, signedIn, auth.sessions);
      c.set('signedIn', signedIn);
    }
    await next();
  });
  app.all(
    '/api/session',
    resource({
      GET: async (c) => c.json((await reading(c, auth)) satisfies OperatorSessionAnswer),
      POST: async (c) => {
        const session = await opening(c, { edge, auth, scope: 'all' });
        return c.json(session satisfies OperatorSessionAnswer, 201);
      },
      DELETE: (c) => closing(c, auth),
    }),
  );
}

async function reading(c: RequestContext, { sessions }: Auth): Promise<OperatorSessionAnswer> {
  const { who, scope, by } = c.get('signedIn');
  if (by.kind !== 'session') return { who };
  const csrfToken = await sessions.csrfToken({ scope, id: by.id });
  return answerOf(c, { who, expiresAt: by.expiresAt, csrfToken });
}

async function opening(
  c: RequestContext,
  { edge, auth, scope }: { edge: Edge; auth: Auth; scope: Scope },
): Promise<OperatorSessionAnswer> {
  refuseOtherSites(c.req.raw);
  refusePlainHttp(c.req.raw);
  const { token } = fitting(signIn(), jsonOf(c));
  const owner: SignedIn = await auth.ownerOf(c, token);
  if (owner.scope !== 'all' && owner.scope !== scope) {
    const whose =
      scope === 'all' ? "of one connector, not the operator's" : 'for another connector';
    throw new Refused('forbidden', `This token is ${whose}.`);
  }
  const session = await auth.sessions.open(c, scope, owner.who, edge.now());
  const csrfToken = await auth.sessions.csrfToken(session);
  return answerOf(c, { who: owner.who, expiresAt: session.expiresAt, csrfToken });
}

/**
 * The cookie would be dropped, and the sign-in asked for again and again. Before the token is looked at, so that
 * the answer is the same for a wrong one, and says nothing of it.
 */
function refusePlainHttp(request: Request): void {
  if (!reachedAs(request).plainRemotePage) return;
  throw new Refused(
    'plain-http',
    'Browsers keep no session over plain http, except on the machine of the edge itself: sign in by https, through a reverse proxy that passes X-Forwarded-Proto on.',
  );
}

function closing(c: RequestContext, { sessions }: Auth): Response {
  sessions.close(c);
  return c.body(null, 204);
}

function answerOf(
  c: RequestContext,
  { who, expiresAt, csrfToken }: { who: string; expiresAt: number; csrfToken: string },
): OperatorSessionAnswer {
  c.header(CSRF_HEADER, csrfToken);
  return { who, expiresAt: new Date(expiresAt).toISOString(), csrfToken };
}
