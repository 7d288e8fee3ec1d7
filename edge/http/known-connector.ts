// Routes without a sign-in: an object is never addressed on a stranger's word, so here KV decides alone.
import type { MiddlewareHandler } from 'hono';
import { connectorOf, type HttpEnv, unknownConnector } from './context.ts';
import type { Edge } from './deps.ts';

/**
 * Refuses (404) a connector that KV does not know. `provesItself` is the method by which a client
 * brings something that we signed for the connector; that route looks for itself.
 */
export function knownConnector(edge: Edge, provesItself?: string): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    if (c.req.method !== provesItself) {
      if (!(await edge.record(connectorOf(c)))) throw unknownConnector();
    }
    await next();
  };
}
