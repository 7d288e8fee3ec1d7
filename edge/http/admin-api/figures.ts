// How much went each way in the last hour, and how quickly.
import type { Hono } from 'hono';
import { connectorOf, type HttpEnv } from '../context.ts';
import type { Edge } from '../deps.ts';
import { unwrap } from '../problem.ts';
import { resource } from '../resource.ts';

export function figuresRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  app.all(
    '/api/figures',
    resource({
      GET: async (c) => Response.json(unwrap(await edge.connector(connectorOf(c)).figures())),
    }),
  );
}
