// Headers that every answer carries, whatever became of the request.
import type { MiddlewareHandler } from 'hono';
import type { HttpEnv } from './context.ts';

/** The CSP directive that says who may show our pages in a frame. */
export const mayFrame = (frameAncestors: readonly string[]): string =>
  `frame-ancestors ${frameAncestors.length > 0 ? frameAncestors.join(' ') : "'none'"}`;

/** `frameAncestors`: CSP sources that may show our pages in a frame. */
export function securityHeaders(frameAncestors: readonly string[]): MiddlewareHandler<HttpEnv> {
  const headers = {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': `default-src 'none'; ${mayFrame(frameAncestors)}`,
  };
  return async (c, next) => {
    await next();
    // An accepted upgrade is handed on untouched: copying the answer would lose its socket.
    if (c.res.status === 101) return;
    for (const [name, value] of Object.entries(headers)) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
  };
}
