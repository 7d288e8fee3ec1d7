// A `fetch` that answers from a list of routes and remembers what it was asked. It knows nothing of
// Microsoft: each test says what comes back.
import type { Fetch } from '../../../edge/graph/exchange.ts';

export interface Asked {
  method: string;
  url: string;
  headers: Record<string, string>;
  /** The body's text. */
  body: string;
}

interface BatchItem {
  id: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: unknown;
}

export type Reply = Response | Promise<Response> | (() => Response | Promise<Response>);
/** Gives the answer, or `undefined` where the request is not for it. */
export type Responder = (asked: Asked) => Reply | undefined;

export class FakeMicrosoft {
  readonly asked: Asked[] = [];
  #responders: Responder[] = [];

  readonly fetch: Fetch = async (url, init) => {
    const headers = Object.fromEntries(new Headers(init.headers));
    const asked: Asked = {
      method: init.method ?? 'GET',
      url,
      headers,
      body: typeof init.body === 'string' ? init.body : '',
    };
    this.asked.push(asked);
    return this.#answer(asked);
  };

  async #answer(asked: Asked): Promise<Response> {
    for (const responder of this.#responders) {
      const reply = responder(asked);
      if (reply !== undefined) return typeof reply === 'function' ? reply() : reply;
    }
    throw new TypeError(`Nobody answers ${asked.method} ${asked.url}.`);
  }

  /** Answers `$batch` by the rules for each of its requests, in an order of its own. */
  answerBatches(root: string): void {
    this.on(`POST ${root}/$batch`, async ({ headers, body }) => {
      const { requests } = JSON.parse(body) as { requests: BatchItem[] };
      const responses = requests.map(async ({ id, method, url, body: content, ...item }) => {
        const asked = { method, url: root + url, headers: { ...headers, ...item.headers } };
        const answer = await this.#answer({ ...asked, body: JSON.stringify(content) });
        const text = await answer.text();
        return {
          id,
          status: answer.status,
          headers: Object.fromEntries(answer.headers),
          ...(text === '' ? {} : { body: JSON.parse(text) }),
        };
      });
      return json({ responses: (await Promise.all(responses)).reverse() });
    });
  }

  /** Answers requests whose `METHOD url` contains the text; the newest rule that fits wins. */
  on(text: string, reply: (asked: Asked) => Reply): void {
    this.#responders.unshift((asked) =>
      `${asked.method} ${asked.url}`.includes(text) ? reply(asked) : undefined,
    );
  }

  /** Answers these one after the other, the last one for ever. */
  inTurn(text: string, ...replies: (() => Response)[]): void {
    let turn = 0;
    this.on(text, () => {
      const reply = replies[Math.min(turn, replies.length - 1)];
      turn += 1;
      return reply ? reply() : new Response(null, { status: 500 });
    });
  }

  count(text: string): number {
    return this.asked.filter(({ method, url }) => `${method} ${url}`.includes(text)).length;
  }
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });

/** Graph's envelope of an error (facts: graph §1.6). */
export const graphRefusal = (
  status: number,
  code: string,
  message = 'Said by the test.',
  headers: Record<string, string> = {},
): Response =>
  json(
    { error: { code, message, innerError: { date: '2026-11-23', 'request-id': 'request-1' } } },
    status,
    headers,
  );

/** A refusal of the login as Entra sends it (facts: graph §3.3). */
export const loginRefusal = (number: number, error = 'invalid_grant', status = 400): Response =>
  json(
    {
      error,
      error_description: `AADSTS${number}: Said by the test. Trace ID: trace-1`,
      error_codes: [number],
      timestamp: '2026-11-23 12:00:00Z',
      trace_id: 'trace-1',
      correlation_id: 'correlation-1',
    },
    status,
  );

const base64url = (value: unknown): string =>
  btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** The answer to a granted delegated sign-in, with what MSAL needs to know its account. */
export function granted(token: string, expiresInS = 4000, refreshToken = 'refresh-1'): Response {
  const claims = {
    aud: CLIENT_ID,
    iss: `https://login.microsoftonline.com/${TENANT_ID}/v2.0`,
    oid: USER_ID,
    sub: USER_ID,
    preferred_username: 'sync@example.com',
    tid: TENANT_ID,
    ver: '2.0',
    exp: 4_000_000_000,
  };
  return json({
    token_type: 'Bearer',
    scope:
      'openid profile https://graph.microsoft.com/User.Read.All https://graph.microsoft.com/Presence.Read.All',
    expires_in: expiresInS,
    access_token: token,
    refresh_token: refreshToken,
    id_token: `${base64url({ alg: 'none' })}.${base64url(claims)}.`,
    client_info: base64url({ uid: USER_ID, utid: TENANT_ID }),
  });
}

export const TENANT_ID = 'fec73c09-0000-4000-8000-000000000001';
export const CLIENT_ID = 'c0000000-0000-4000-8000-000000000002';
export const USER_ID = 'fa8bf3dc-eca7-46b7-bad1-db199b62afc3';

/** The fields of a form that was posted. */
export const formOf = ({ body }: Asked): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(body));
