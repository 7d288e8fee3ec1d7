// One HTTP exchange: sends, waits a bounded time, reads the whole answer. It follows no redirect and
// knows neither Graph nor login.
import { AppError } from '../../shared/errors.ts';

/** The part of the platform's `fetch` that is used here, so that tests pass a function. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

export interface ExchangeLimits {
  timeoutMs: number;
  /** Codes of the errors for silence and for a connection that fails. */
  codes: { timeout: string; unreachable: string };
  /** What was asked, in words fit for a log: no query, no body. */
  what: string;
}

/**
 * Sends a request and resolves with the answer, whatever its status.
 * @throws AppError `limits.codes`, both to be tried again later
 */
export async function exchange(
  fetch: Fetch,
  url: string,
  init: RequestInit,
  { timeoutMs, codes, what }: ExchangeLimits,
): Promise<Answer> {
  const controller = new AbortController();
  // Cleared at the end, unlike that of AbortSignal.timeout, so that no timer keeps an object awake.
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: controller.signal });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (cause) {
    const late = controller.signal.aborted;
    throw new AppError({
      code: late ? codes.timeout : codes.unreachable,
      retry: 'backoff',
      detail: late ? `${what}: no answer within ${timeoutMs} ms.` : `${what}: no connection.`,
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** The JSON value of a text, or `undefined` where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
