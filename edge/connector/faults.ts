// From a thrown error to what a lamp can say about it.
import { type Backoff, backoffMs, GRAPH_BACKOFF } from '../../shared/backoff.ts';
import { AppError } from '../../shared/errors.ts';
import type { Fault } from '../graph/account-rpc.ts';
import { isFinalGraphCode } from '../graph/graph-errors.ts';
import { isFinalLoginCode } from '../graph/login-errors.ts';

/** What only an admin can put right is looked at again now and then: they may have done so elsewhere. */
const FINAL: Backoff = { firstMs: 60_000, maxMs: 600_000 };

/** A shorter wait, in ms, is none: who is asked for one again and again backs off by himself. */
const AT_LEAST_MS = 500;

/** Repeated tries are never further apart than they must be, nor so close that they hammer. */
export function retryDelayMs(
  error: unknown,
  failures: number,
  random: number,
  backoff: Backoff = GRAPH_BACKOFF,
): number {
  const asked = error instanceof AppError ? error.retryAfterMs : undefined;
  if (asked !== undefined && asked >= AT_LEAST_MS) return asked;
  if (isFinal(error)) return FINAL.firstMs / 2 + backoffMs(FINAL, failures, random);
  return AT_LEAST_MS + backoffMs(backoff, failures, random);
}

/** What went wrong, in a form that can be kept and shown; never holds a secret. */
export function faultOf(error: unknown, retryAt: number | null): Fault {
  if (!(error instanceof AppError)) {
    return { code: 'internal', detail: 'The edge met a fault of its own.', retryAt };
  }
  const fault = { code: error.code, detail: error.message, retryAt };
  return error.requestId === undefined ? fault : { ...fault, requestId: error.requestId };
}

/** Whether trying again without an admin's help is of no use. */
export const isFinal = (error: unknown): boolean =>
  error instanceof AppError && error.retry === 'never';

/** What is missing here rather than at Microsoft. */
const OURS: ReadonlySet<string> = new Set([
  'account-missing',
  'client-secret-missing',
  'client-certificate-bad',
  'sealed-unreadable',
  'subscription-elsewhere',
]);

/** Whether it stays as it is until an admin does something, although it may be tried again. */
export const needsAdmin = (code: string): boolean =>
  isFinalLoginCode(code) || isFinalGraphCode(code) || OURS.has(code);

/** A fault as it was thrown, for somebody who comes before it may be tried again. */
export function thrown({ code, detail, requestId, retryAt }: Fault, now: number): AppError {
  return new AppError({
    code,
    detail,
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAt === null
      ? { retry: 'never' }
      : { retry: 'backoff', retryAfterMs: Math.max(0, retryAt - now) }),
  });
}

/** What a fault fills into its sentences. */
export const faultParams = <P extends Record<string, string | number>>(
  { detail, requestId, retryAt }: Pick<Fault, 'detail' | 'requestId' | 'retryAt'>,
  more: P,
): P & Record<string, string | number> => ({
  ...more,
  detail,
  ...(requestId === undefined ? {} : { requestId }),
  ...(retryAt === null ? { retry: 'never' } : { retryAt }),
});
