// Says one thing to Graph and hears the answer. Knows addresses, time-outs and errors; what is said
// stands in the files beside it.
import type * as z from 'zod';
import { AppError } from '../../shared/errors.ts';
import { type Cloud, cloudAddresses } from './clouds.ts';
import { type Answer, exchange, type Fetch, jsonOf } from './exchange.ts';
import { type GraphRefusal, graphError } from './graph-errors.ts';
import { destination, graphRoute, type Route } from './route.ts';
import type { TheirClock } from './their-clock.ts';

/** How long to wait for an answer, in ms, where the request says nothing. */
const TIMEOUT_MS = 20_000;

export interface GraphRequest<T> {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/v1.0`, with its leading slash; or `url`, a link that Graph gave. */
  path?: string;
  url?: string;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  token: string;
  /** What the answer must be; without one the answer is not looked at. */
  schema?: z.ZodType<T>;
  timeoutMs?: number;
  /** Hears the `Date` of an answer that is here. */
  dated?: (date: string | null) => void;
  /** Names a more telling code for a refusal of this request. */
  explain?: (refusal: GraphRefusal) => string | undefined;
}

/** A call with the token already in it. */
export type GraphCall = <T = undefined>(request: Omit<GraphRequest<T>, 'token'>) => Promise<T>;

export interface GraphClient {
  /**
   * @throws AppError `graph-unauthorized`, `graph-forbidden`, `graph-not-found`, `graph-conflict`,
   * `graph-gone`, `graph-throttled`, `graph-bad-request`, `graph-not-implemented`,
   * `graph-unavailable`, `graph-timeout`, `graph-unreachable`, `graph-bad-answer`
   */
  call<T = undefined>(request: GraphRequest<T>): Promise<T>;
  /** The same, with this token. */
  as(token: string): GraphCall;
}

export interface GraphOptions {
  cloud: Cloud;
  /** `GRAPH_ORIGIN`: where requests go instead, in a laboratory. */
  graphOrigin?: string | null;
  fetch: Fetch;
  /** Epoch ms; turns a Retry-After date into a span where the answer has no `Date`. */
  now: () => number;
  /** Hears what time it is at Microsoft, with every answer. */
  clock?: TheirClock;
}

export function graphClient(options: GraphOptions): GraphClient {
  const { cloud, graphOrigin, fetch, now, clock } = options;
  const route = graphRoute(cloud, graphOrigin);
  const root = `${cloudAddresses(cloud).graph}/v1.0`;

  async function call<T>(request: GraphRequest<T>): Promise<T> {
    const asked = request.url ?? `${root}${request.path ?? ''}${queryText(request.query)}`;
    const url = destination(route, asked);
    if (url === null) throw strangeLink('the link to follow');
    const what = `Graph, ${request.method} ${new URL(url).pathname}`;
    const answer = await exchange(fetch, url, init(request), {
      timeoutMs: request.timeoutMs ?? TIMEOUT_MS,
      codes: { timeout: 'graph-timeout', unreachable: 'graph-unreachable' },
      what,
    });
    const date = answer.headers.get('date');
    clock?.hear(date);
    request.dated?.(date);
    if (answer.status < 200 || answer.status > 299) {
      throw graphError(answer, what, now(), request.explain);
    }
    return request.schema ? parse(request.schema, answer, what, route) : (undefined as T);
  }

  return { call, as: (token) => (request) => call({ ...request, token }) };
}

function init<T>(request: GraphRequest<T>): RequestInit {
  const headers: Record<string, string> = {
    accept: 'application/json',
    ...request.headers,
    authorization: `Bearer ${request.token}`,
    'client-request-id': crypto.randomUUID(),
  };
  if (request.body === undefined) return { method: request.method, headers };
  headers['content-type'] = 'application/json';
  return { method: request.method, headers, body: JSON.stringify(request.body) };
}

function parse<T>(schema: z.ZodType<T>, answer: Answer, what: string, route: Route): T {
  const value = jsonOf(answer.text);
  refuseStrangeLinks(value, route, what);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // The paths only: zod's messages may quote what was received.
  const paths = result.error.issues.map((issue) => issue.path.join('.') || 'the whole').slice(0, 5);
  throw new AppError({
    code: 'graph-bad-answer',
    retry: 'backoff',
    detail: `${what}: the answer is not as documented (${paths.join(', ')}).`,
    ...requestIdOf(answer),
  });
}

/** A link is refused when it comes, so that nobody stores one that can never be followed. */
function refuseStrangeLinks(value: unknown, route: Route, what: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const name of ['@odata.nextLink', '@odata.deltaLink']) {
    const link: unknown = Reflect.get(value, name);
    if (link === undefined) continue;
    if (typeof link !== 'string' || destination(route, link) === null) throw strangeLink(what);
  }
}

const strangeLink = (what: string): AppError =>
  new AppError({
    code: 'graph-bad-answer',
    retry: 'backoff',
    detail: `${what}: a link leads away from Graph and is not followed.`,
  });

function requestIdOf({ headers }: Answer): { requestId?: string } {
  const requestId = headers.get('request-id');
  return requestId === null ? {} : { requestId };
}

/** `$` stays as it is: Graph's own pages write it so. */
function queryText(query: Readonly<Record<string, string>> = {}): string {
  const parts = Object.entries(query).map(
    ([name, value]) => `${name}=${encodeURIComponent(value)}`,
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}
