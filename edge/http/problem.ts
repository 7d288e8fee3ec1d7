// Every way a request can be refused: one table from code to status and title, and the one shape that
// errors have on the wire (RFC 9457).
import type { FieldError, Outcome } from '../../shared/errors.ts';
import { LOGIN_PROBLEMS } from './login-problems.ts';

const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request cannot be understood.' },
  'not-json': { status: 400, title: 'The body is not JSON.' },
  unauthorized: { status: 401, title: 'Sign in first.' },
  'clock-skew': { status: 401, title: 'The clocks disagree.' },
  revoked: { status: 401, title: 'This agent was removed.' },
  forbidden: { status: 403, title: 'Not with this sign-in.' },
  'plain-http': { status: 403, title: 'Not over plain http.' },
  'csrf-token': { status: 403, title: 'The request does not come from the admin page.' },
  'connector-unknown': { status: 404, title: 'There is no such connector.' },
  'not-found': { status: 404, title: 'There is no such thing.' },
  'method-not-allowed': { status: 405, title: 'Not with this method.' },
  conflict: { status: 409, title: 'This does not go with what is there.' },
  'code-used': { status: 410, title: 'The code is used up or has expired.' },
  'stale-version': { status: 412, title: 'It was changed in the meantime.' },
  'too-large': { status: 413, title: 'The body is too large.' },
  invalid: { status: 422, title: 'Some fields are not valid.' },
  'upgrade-required': { status: 426, title: 'This is a WebSocket.' },
  'rate-limited': { status: 429, title: 'Too many tries.' },
  internal: { status: 500, title: 'Something went wrong here.' },
  misconfigured: { status: 503, title: 'The edge is not configured.' },
  unavailable: { status: 503, title: 'Not now.' },
  ...LOGIN_PROBLEMS,
} as const;

export type ProblemCode = keyof typeof PROBLEMS;
export const PROBLEM_CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];
export const statusOf = (code: ProblemCode): number => PROBLEMS[code].status;

export interface ProblemExtras {
  errors?: FieldError[] | undefined;
  headers?: Record<string, string> | undefined;
}

/** Thrown where a request ends early; the app's error handler makes the answer of it. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail);
    this.code = code;
    this.extras = extras;
  }
}

/** Whether a code of an object or of a plug has a status here. */
export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code);

/** The value of an object's answer; a refusal is thrown as `Refused`. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  const { code, detail, errors } = outcome.error;
  if (!isProblemCode(code)) throw new Error(`An object refused with the unknown code ${code}.`);
  throw new Refused(code, detail, { errors });
}

/** The answer that says what is wrong. */
export function problem(code: ProblemCode, detail: string, extras: ProblemExtras = {}): Response {
  const { status, title } = PROBLEMS[code];
  const type = `urn:presence-connector:problem:${code}`;
  const errors = extras.errors?.length ? { errors: extras.errors } : {};
  return new Response(JSON.stringify({ type, title, status, code, detail, ...errors }), {
    status,
    headers: { ...extras.headers, 'content-type': 'application/problem+json' },
  });
}
