// What becomes of whatever a route throws. The one who asked learns what helps them; everything else
// goes to the log, under an id that both get.
import type { ErrorHandler } from 'hono';
import { AppError } from '../../shared/errors.ts';
import type { HttpEnv } from './context.ts';
import type { Log } from './deps.ts';
import { problem, Refused } from './problem.ts';

const RETRY_SOON = { 'retry-after': '5' };

export const answerErrors =
  (log: Log): ErrorHandler<HttpEnv> =>
  (error, c) => {
    if (error instanceof Refused) return problem(error.code, error.message, error.extras);
    const id = crypto.randomUUID();
    const route = `${c.req.method} ${c.req.path}`;
    log('error', 'request-failed', { id, route, error: String(error.stack ?? error) });
    if (mayPass(error)) {
      return problem('unavailable', `Try again shortly. The log has it under ${id}.`, {
        headers: RETRY_SOON,
      });
    }
    return problem('internal', `The log has it under ${id}.`);
  };

/** Objects that are overloaded or just restarting say so by these properties (facts: stack §5). */
function mayPass(error: Error): boolean {
  if (error instanceof AppError) return error.retry !== 'never';
  const { overloaded, retryable } = error as { overloaded?: boolean; retryable?: boolean };
  return overloaded === true || retryable === true;
}
