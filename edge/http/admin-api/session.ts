// Signing in and out of the admin page.
import type { Hono } from 'hono';
import * as z from 'zod';
import type { Auth } from '../auth.ts';
import { fitting, jsonOf } from '../body.ts';
import { connectorOf, type HttpEnv } from '../context.ts';
import { CSRF_HEADER, refuseOtherSites } from '../csrf.ts';
import type { Edge } from '../deps.ts';
import { Refused } from '../problem.ts';
import { resource } from '../resource.ts';
import type { SessionAnswer } from './answers.ts';

export const signIn = z.object({ token: z.string().min(1).max(4096) }).strict();

export function sessionRoutes(app: Hono<HttpEnv>, edge: Edge, auth: Auth): void {
  const { sessions } = auth;

  app.all(
    '/api/session',
    resource({
      GET: async (c) => {
        const connector = connectorOf(c);
        const { who, by } = c.get('signedIn');
        if (by.kind !== 'session') return c.json({ connector, who } satisfies SessionAnswer);
        const csrfToken = await sessions.csrfToken({ connector, id: by.id });
        c.header(CSRF_HEADER, csrfToken);
        const expiresAt = new Date(by.expiresAt).toISOString();
        return c.json({ connector, who, expiresAt, csrfToken } satisfies SessionAnswer);
      },
      POST: async (c) => {
        refuseOtherSites(c.req.raw);
        const connector = connectorOf(c);
        const { token } = fitting(signIn, jsonOf(c));
        const { who, scope } = await auth.ownerOf(c, token);
        if (scope !== 'all' && scope !== connector) {
          throw new Refused('forbidden', 'This token is for another connector.');
        }
        const session = await sessions.open(c, connector, who, edge.now());
        const csrfToken = await sessions.csrfToken(session);
        c.header(CSRF_HEADER, csrfToken);
        const expiresAt = new Date(session.expiresAt).toISOString();
        return c.json({ connector, who, expiresAt, csrfToken } satisfies SessionAnswer, 201);
      },
      DELETE: (c) => {
        sessions.close(c);
        return c.body(null, 204);
      },
    }),
  );
}
