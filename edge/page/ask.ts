// One request to the connector: language, proof that it comes from this page, a limit in time; and what
// became of it where it was refused.
import type { FieldError } from '../../shared/errors.ts';
import type { Language } from '../../shared/texts/language.ts';

/** Some checks ask Microsoft and the PBX before they answer. */
const LIMIT_MS = 45_000;

/** A request that was not done. `offline`: nobody answered. Else a code of the problem answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  readonly status: number;
  readonly errors: readonly FieldError[];
  /** How long to wait, in seconds, where the server says so. */
  readonly retryAfter: number | undefined;

  constructor(
    code: string,
    detail: string,
    more: { status?: number; errors?: readonly FieldError[]; retryAfter?: number | undefined } = {},
  ) {
    super(detail);
    this.code = code;
    this.status = more.status ?? 0;
    this.errors = more.errors ?? [];
    this.retryAfter = more.retryAfter;
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export interface AskMore {
  body?: object;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** The answer goes on and on: only for its beginning there is a limit in time. */
  stream?: true;
}
/** Resolves with an answer that was not refused; throws `Refusal`, or what `signal` was aborted with. */
export type Ask = (method: Method, path: string, more?: AskMore) => Promise<Response>;

export interface AskOptions {
  /** The connector's own path, e.g. `/example.com/microsoft365`. */
  base: string;
  fetch: typeof fetch;
  language(): Language;
  /** The sign-in does not hold (any more), or is one for another connector. */
  onSignedOut(why: 'ended' | 'other'): void;
}

export function createAsk({ base, fetch, language, onSignedOut }: AskOptions): Ask {
  let csrfToken: string | undefined;

  const once: Ask = async (method, path, { body, headers = {}, signal, stream } = {}) => {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), LIMIT_MS);
    const request: RequestInit = {
      method,
      headers: {
        'accept-language': language(),
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(csrfToken === undefined || method === 'GET' ? {} : { 'x-csrf-token': csrfToken }),
        ...headers,
      },
      signal: signal ? AbortSignal.any([signal, limit.signal]) : limit.signal,
      ...(body ? { body: JSON.stringify(body) } : {}),
    };
    let answer: Response;
    try {
      answer = await fetch(`${base}${path}`, request);
    } catch (error) {
      signal?.throwIfAborted();
      throw refusalOf(error);
    } finally {
      if (stream) clearTimeout(timer);
    }
    // Only the opening and the reading of a session tell it.
    csrfToken = answer.headers.get('x-csrf-token') ?? csrfToken;
    if (answer.ok) return answer;
    throw await refused(answer);
  };

  return async (method, path, more) => {
    try {
      return await once(method, path, more);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code === 'csrf-token' && csrfToken !== undefined) {
        // Signed in anew in another tab: the session is another one, and so is its token.
        await once('GET', '/api/session');
        return once(method, path, more);
      }
      const signingIn = path === '/api/session' && method === 'POST';
      if (!signingIn && error.code === 'unauthorized') onSignedOut('ended');
      if (!signingIn && error.code === 'forbidden') onSignedOut('other');
      throw error;
    }
  };
}

/** Whatever was thrown, as a refusal. */
export const refusalOf = (error: unknown): Refusal =>
  error instanceof Refusal ? error : new Refusal('offline', String(error));

async function refused(answer: Response): Promise<Refusal> {
  const { status } = answer;
  const problem = (await answer.json().catch(() => ({}))) as {
    code?: unknown;
    detail?: unknown;
    errors?: unknown;
  };
  const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN);
  return new Refusal(
    typeof problem.code === 'string' ? problem.code : 'answer',
    typeof problem.detail === 'string' ? problem.detail : '',
    {
      status,
      errors: Array.isArray(problem.errors) ? (problem.errors as FieldError[]) : [],
      retryAfter: Number.isFinite(retryAfter) ? retryAfter : undefined,
    },
  );
}
