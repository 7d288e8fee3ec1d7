// From a refusal of Graph to an AppError with a stable code. Pure. Microsoft's message is read for
// what it tells, and never passed on: it may quote what was sent.
import { z } from 'zod';
import { AppError, type Retry } from '../../shared/errors.ts';
import { type Answer, jsonOf } from './exchange.ts';
import { retryAfterMs } from './retry-after.ts';

/** What Graph said, for a caller that knows more about its own request. */
export interface GraphRefusal {
  status: number;
  /** Graph's `error.code`, e.g. `ExtensionError`. */
  code: string;
  message: string;
}

const CODES: Readonly<Record<number, { code: string; retry: Retry }>> = {
  401: { code: 'graph-unauthorized', retry: 'backoff' },
  403: { code: 'graph-forbidden', retry: 'never' },
  404: { code: 'graph-not-found', retry: 'never' },
  408: { code: 'graph-timeout', retry: 'backoff' },
  409: { code: 'graph-conflict', retry: 'backoff' },
  410: { code: 'graph-gone', retry: 'never' },
  429: { code: 'graph-throttled', retry: 'backoff' },
  501: { code: 'graph-not-implemented', retry: 'never' },
};

/** `innerError` or, in older answers, `innererror` (facts: graph §1.6). */
const inner = z.object({ 'request-id': z.string().optional() }).optional().catch(undefined);
const envelope = z.object({
  error: z.object({
    code: z.string().catch(''),
    message: z.string().catch(''),
    innerError: inner,
    innererror: inner,
  }),
});

/**
 * The error for an answer that is not 2xx.
 * @param what the request in words fit for a log
 * @param explain may name a more telling code
 */
export function graphError(
  answer: Answer,
  what: string,
  now: number,
  explain?: (refusal: GraphRefusal) => string | undefined,
): AppError {
  const { status, headers } = answer;
  const error = envelope.safeParse(jsonOf(answer.text)).data?.error;
  const refusal = { status, code: error?.code ?? '', message: error?.message ?? '' };
  const { code, retry } = CODES[status] ?? codeOfClass(status);
  const requestId =
    error?.innerError?.['request-id'] ??
    error?.innererror?.['request-id'] ??
    headers.get('request-id') ??
    undefined;
  const wait = retryAfterMs(headers.get('retry-after'), now);
  return new AppError({
    code: explain?.(refusal) ?? code,
    retry,
    detail: `${what}: ${status}${shortCode(refusal.code)}.`,
    ...(requestId === undefined ? {} : { requestId }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

function codeOfClass(status: number): { code: string; retry: Retry } {
  if (status >= 500) return { code: 'graph-unavailable', retry: 'backoff' };
  if (status >= 400) return { code: 'graph-bad-request', retry: 'never' };
  // A redirect: Graph sends none, something in between does.
  return { code: 'graph-bad-answer', retry: 'backoff' };
}

/** Graph's code for the log, where it looks like one. */
const shortCode = (code: string): string => (/^[\w.-]{1,64}$/.test(code) ? ` ${code}` : '');
