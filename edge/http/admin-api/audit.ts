// Who changed what: names of keys, never values.
import type { Hono } from 'hono';
import { connectorOf, type HttpEnv } from '../context.ts';
import type { Edge } from '../deps.ts';
import { unwrap } from '../problem.ts';
import { resource } from '../resource.ts';

export function auditRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  app.all(
    '/api/audit',
    resource({
      GET: async (c) => {
        const items = unwrap(await edge.connector(connectorOf(c)).audit());
        return Response.json({ items });
      },
    }),
  );
}
