// Routes without a sign-in: an object is never addressed on a stranger's word, so here KV decides alone.
import type { MiddlewareHandler } from 'hono';
import { connectorOf, type HttpEnv, unknownConnector } from './context.ts';
import type { Edge } from './deps.ts';

/**
 * Refuses (404) a connector that KV does not know. `looksItself` is the method whose route does that, because a
 * client brings something by it that we signed for the connector.
 */
export function knownConnector(edge: Edge, looksItself?: string): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    if (c.req.method !== looksItself) {
      if (!(await edge.record(connectorOf(c)))) throw unknownConnector();
    }
    await next();
  };
}
