// The one kind of error that plugs throw: a stable code, and whether trying again can help.

/** When to try again after a failure. */
export type Retry = 'now' | 'backoff' | 'never';

export interface FieldError {
  /** Path of the field, e.g. `mapping.toPbx.Busy`. */
  path: string;
  message: string;
}

export interface AppErrorInit {
  code: string;
  retry: Retry;
  /** A sentence for whoever reads the log; never holds a secret. */
  detail: string;
  /** Microsoft's request id, where there is one: support asks for it. */
  requestId?: string;
  /** The other side asked to wait this long, in ms. */
  retryAfterMs?: number;
  cause?: unknown;
}

/** Thrown by code that does I/O. Nobody matches its text; `code` is the contract. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: string;
  readonly retry: Retry;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(init: AppErrorInit) {
    super(init.detail, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.retry = init.retry;
    this.requestId = init.requestId;
    this.retryAfterMs = init.retryAfterMs;
  }
}

/** What crosses an object's border, where classes of errors get lost: a value either way. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; error: Refusal };

/** Why a request was refused; `code` picks the HTTP status in `edge/http/problem.ts`. */
export interface Refusal {
  code: string;
  detail: string;
  errors?: FieldError[];
}

export const accepted = <T>(value: T): Outcome<T> => ({ ok: true, value });
export const refused = (code: string, detail: string, errors?: FieldError[]): Outcome<never> => ({
  ok: false,
  error: errors ? { code, detail, errors } : { code, detail },
});
