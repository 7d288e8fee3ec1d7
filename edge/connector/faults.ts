// From a thrown error to what a lamp can say about it.
import { backoffMs, GRAPH_BACKOFF } from '../../shared/backoff.ts';
import { AppError } from '../../shared/errors.ts';
import type { Fault } from '../graph/account-rpc.ts';

/** Repeated tries are never further apart than they must be, nor so close that they hammer. */
export function retryDelayMs(error: unknown, failures: number, random: number): number {
  const asked = error instanceof AppError ? error.retryAfterMs : undefined;
  if (asked !== undefined) return asked;
  return 500 + backoffMs(GRAPH_BACKOFF, failures, random);
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
