// One path with its methods. Any other method is refused here, after everything that guards the path.
import type { Handler } from 'hono';
import type { HttpEnv, RequestContext } from './context.ts';
import { Refused } from './problem.ts';

type Answer = (c: RequestContext) => Response | Promise<Response>;
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A handler for `app.all(path, …)`. HEAD is answered as GET, Hono drops the body. */
export function resource(methods: Partial<Record<Method, Answer>>): Handler<HttpEnv> {
  const allow = Object.keys(methods).join(', ');
  return async (c) => {
    const method = c.req.method === 'HEAD' ? 'GET' : c.req.method;
    const answer = Object.hasOwn(methods, method) ? methods[method as Method] : undefined;
    if (answer) return answer(c);
    throw new Refused('method-not-allowed', `Here only ${allow} is possible.`, {
      headers: { allow },
    });
  };
}
