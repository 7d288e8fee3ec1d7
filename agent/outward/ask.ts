// One HTTP request to the edge, the way this machine gets out. Not `fetch`: that knows neither our proxy
// nor an authority of the customer's own.
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LineFailure } from '../line-failure.ts';
import { routeTo } from './route.ts';
import type { WayOut } from './way-out.ts';

export interface Question {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** For everything from name server to the last byte. */
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** First part of it; what the edge says is far shorter. */
  readonly text: string;
}

export type Asked = { ok: true; answer: HttpAnswer } | { ok: false; failure: LineFailure };

export type Ask = (url: string, question: Question, signal?: AbortSignal) => Promise<Asked>;

const ANSWER_LIMIT = 65_536;

/**
 * Asks once. A redirect is an answer like any other: what we send is for the edge or for nobody.
 * Never rejects.
 */
export const askBy =
  (way: WayOut): Ask =>
  (url, question, signal) =>
    ask(way, url, question, signal);

function ask(
  way: WayOut,
  url: string,
  { method, headers = {}, body, timeoutMs }: Question,
  signal?: AbortSignal,
): Promise<Asked> {
  const routed = routeTo(url, way);
  if (!routed.ok) return Promise.resolve(routed);
  const { route } = routed;
  const limit = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const fail = (error: Error) => {
      const failure: LineFailure = signal?.aborted
        ? { kind: 'aborted' }
        : route.failureOf(limit.aborted ? tooSlow(timeoutMs) : error);
      resolve({ ok: false, failure });
    };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const request = url.startsWith('https:') ? httpsRequest : httpRequest;
    const asked = request(url, {
      // No keep-alive: a program that ends waits for nothing.
      agent: false,
      ...route.options,
      method,
      headers: {
        ...headers,
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      },
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    asked.once('error', fail);
    asked.once('response', (response) => {
      const refusal = route.refusedByProxy();
      if (refusal) {
        response.destroy();
        return resolve({ ok: false, failure: refusal });
      }
      let said = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        if (said.length < ANSWER_LIMIT) said += chunk;
      });
      response.once('error', fail);
      response.once('end', () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ ok: true, answer: { status, headers, text: said.slice(0, ANSWER_LIMIT) } });
      });
    });
    asked.end(text);
  });
}

const tooSlow = (timeoutMs: number) =>
  Object.assign(new Error(`no answer within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' });

/** The first problem-like fields of a JSON answer, as far as it is one. */
export function problemIn(text: string): { code?: string; detail?: string } | undefined {
  try {
    const { code, detail } = JSON.parse(text) as Record<string, unknown>;
    return {
      ...(typeof code === 'string' ? { code } : {}),
      ...(typeof detail === 'string' ? { detail: detail.slice(0, 200) } : {}),
    };
  } catch {
    return undefined;
  }
}
