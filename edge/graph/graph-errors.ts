// From a refusal of Graph to an AppError with a stable code. Pure. Microsoft's message is read for
// what it tells, and never passed on: it may quote what was sent.
import * as z from 'zod';
import { AppError, type Retry } from '../../shared/errors.ts';
import { late } from '../../shared/late.ts';
import { type Answer, jsonOf } from './exchange.ts';
import { retryAfterIn } from './retry-after.ts';

/** What Graph said, for a caller that knows more about its own request. */
export interface GraphRefusal {
  status: number;
  /** Graph's `error.code`, e.g. `ExtensionError`. */
  code: string;
  message: string;
}

/** Whether trying again can help before an admin has. */
const RETRY = {
  'graph-unauthorized': 'backoff',
  'graph-forbidden': 'never',
  'graph-not-found': 'never',
  'graph-timeout': 'backoff',
  'graph-conflict': 'backoff',
  'graph-gone': 'never',
  'graph-throttled': 'backoff',
  'graph-not-implemented': 'never',
  'graph-unavailable': 'backoff',
  'graph-bad-request': 'never',
  'graph-bad-answer': 'backoff',
  'graph-unreachable': 'backoff',
  'graph-unsupported': 'never',
  'subscription-quota': 'never',
  'subscription-foreign': 'never',
  'preferred-not-offered': 'never',
} as const satisfies Record<string, Retry>;
export type GraphCode = keyof typeof RETRY;

export const GRAPH_CODES = Object.keys(RETRY) as GraphCode[];

/** Refusals that are final for the request, but after which another way is taken by itself. */
const WAYS_ROUND: ReadonlySet<string> = new Set(['graph-gone', 'subscription-foreign']);

/** Whether this is a refusal of Graph after which only an admin can help. */
export const isFinalGraphCode = (code: string): boolean =>
  retryOf(code) === 'never' && !WAYS_ROUND.has(code);

const retryOf = (code: string): Retry | undefined =>
  Object.hasOwn(RETRY, code) ? RETRY[code as GraphCode] : undefined;

const CODES: Readonly<Record<number, GraphCode>> = {
  401: 'graph-unauthorized',
  403: 'graph-forbidden',
  404: 'graph-not-found',
  408: 'graph-timeout',
  409: 'graph-conflict',
  410: 'graph-gone',
  429: 'graph-throttled',
  501: 'graph-not-implemented',
};

/**
 * The services behind subscriptions say what is wrong in their text only, under whatever status
 * (facts: graph §2.8).
 */
const TEXTS: readonly (readonly [RegExp, GraphCode])[] = [
  [/task was cancell?ed/i, 'graph-timeout'],
  // An incident of the service itself: our token is as good as before.
  [/p#S256 doesn.t match/i, 'graph-unavailable'],
  [/processing a storage extension/i, 'subscription-foreign'],
  [/unsupported workload/i, 'graph-unsupported'],
  [/Status Code: Forbidden|not authorized for this user or application/i, 'graph-forbidden'],
  [/Status Code: TooManyRequests/i, 'graph-throttled'],
];
const QUOTA = /subscription.*(?:quota|limit|maximum)|(?:quota|limit|maximum).*subscription/is;

/** `innerError` or, in older answers, `innererror` (facts: graph §1.6). */
const inner = late(() =>
  z.object({ 'request-id': z.string().optional() }).optional().catch(undefined),
);
const envelope = late(() =>
  z.object({
    error: z.object({
      code: z.string().catch(''),
      message: z.string().catch(''),
      innerError: inner(),
      innererror: inner(),
    }),
  }),
);

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
  const error = envelope().safeParse(jsonOf(answer.text)).data?.error;
  const refusal = { status, code: error?.code ?? '', message: error?.message ?? '' };
  const code = explain?.(refusal) ?? codeIn(refusal);
  const requestId =
    error?.innerError?.['request-id'] ??
    error?.innererror?.['request-id'] ??
    headers.get('request-id') ??
    undefined;
  const wait = retryAfterIn(headers, now);
  return new AppError({
    code,
    retry: retryOf(code) ?? RETRY[codeOfStatus(status)],
    detail: `${what}: ${status}${shortCode(refusal.code)}.`,
    ...(requestId === undefined ? {} : { requestId }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

function codeIn({ status, message }: GraphRefusal): GraphCode {
  // What Graph says of its own pace is meant as it stands.
  if (status === 429) return 'graph-throttled';
  const [, said] = TEXTS.find(([pattern]) => pattern.test(message)) ?? [];
  if (said) return said;
  return status === 403 && QUOTA.test(message) ? 'subscription-quota' : codeOfStatus(status);
}

function codeOfStatus(status: number): GraphCode {
  const code = CODES[status];
  if (code) return code;
  if (status >= 500) return 'graph-unavailable';
  // A redirect: Graph sends none, something in between does.
  return status >= 400 ? 'graph-bad-request' : 'graph-bad-answer';
}

/**
 * Preferred presence is described for the global cloud only (facts: graph §3.6): what a national cloud
 * says to an action that it does not have.
 */
export const explainPreferred = ({ status, message }: GraphRefusal): GraphCode | undefined =>
  status === 405 || status === 501 || /resource not found for the segment/i.test(message)
    ? 'preferred-not-offered'
    : undefined;

/** Graph's code for the log, where it looks like one. */
const shortCode = (code: string): string => (/^[\w.-]{1,64}$/.test(code) ? ` ${code}` : '');
