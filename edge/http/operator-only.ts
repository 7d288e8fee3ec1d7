// What a connector's own token must not do: issue tokens, or see other connectors.
import type { MiddlewareHandler } from 'hono';
import { isToken } from '../connector/rpc.ts';
import type { HttpEnv } from './context.ts';
import { Refused } from './problem.ts';

/** Behind whatever set `signedIn`; refuses (403) everybody but the operator, by whichever sign-in. */
export const operatorOnly: MiddlewareHandler<HttpEnv> = async (c, next) => {
  if (isToken(c.get('signedIn').who)) {
    throw new Refused('forbidden', 'Only the operator may do this, not a token of one connector.');
  }
  await next();
};
