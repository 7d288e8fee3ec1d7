// Graph's error envelope (facts/graph.md §1.6), and the way a route refuses.
import { randomUUID } from 'node:crypto';
import { type Answer, type Headers, json } from './http.ts';

/** Thrown by routes, answered by graph.ts. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Headers;

  constructor(status: number, code: string, message: string, headers: Headers = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export const badRequest = (message: string, code = 'BadRequest'): Refusal =>
  new Refusal(400, code, message);
export const notFound = (message: string, code = 'NotFound'): Refusal =>
  new Refusal(404, code, message);

/** An answer in Graph's error envelope. */
export function graphError(
  now: number,
  status: number,
  code: string,
  message: string,
  headers: Headers = {},
): Answer {
  const requestId = randomUUID();
  return json(
    status,
    {
      error: {
        code,
        message,
        innerError: {
          date: new Date(now).toISOString().slice(0, 19),
          'request-id': requestId,
          'client-request-id': requestId,
        },
      },
    },
    headers,
  );
}
