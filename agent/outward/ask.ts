// One HTTP request to the edge, the way this machine gets out. Not `fetch`: that knows neither our proxy
// nor an authority of the customer's own.
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type LineFailure, tooSlow } from '../line-failure.ts';
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
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve({ ok: false, failure: { kind: 'aborted' } });
    let isSettled = false;
    const settle = (asked: Asked) => {
      isSettled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve(asked);
    };
    // Settled here and not by the request: that says nothing as long as a proxy has not answered.
    const fail = (failure: LineFailure) => {
      if (isSettled) return;
      settle({ ok: false, failure });
      asked.destroy();
      route.giveUp();
    };
    const abort = () => fail({ kind: 'aborted' });
    const failBy = (error: Error) => fail(route.failureOf(error));
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
    });
    const timer = setTimeout(() => failBy(tooSlow(timeoutMs)), timeoutMs);
    signal?.addEventListener('abort', abort);
    asked.on('error', failBy);
    asked.once('response', (response) => {
      const refusal = route.refusedByProxy();
      if (refusal) return fail(refusal);
      let said = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        if (said.length < ANSWER_LIMIT) said += chunk;
      });
      response.on('error', failBy);
      response.once('end', () => {
        const { statusCode: status = 0, headers } = response;
        settle({ ok: true, answer: { status, headers, text: said.slice(0, ANSWER_LIMIT) } });
      });
    });
    asked.end(text);
  });
}

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
