// The front of Graph: what happens to every request before and after its route – outage, token,
// quota, permission, body – and the record of it. $batch comes through here item by item.
import { readAccessToken, type Token } from './access-token.ts';
import { down } from './down.ts';
import { graphError, Refusal } from './graph-error.ts';
import { graphRoutes, type Route } from './graph-routes.ts';
import { type Answer, type Ask, headerOf, json, matchPath, segmentsOf, statusOf } from './http.ts';
import { isAllowed } from './permissions.ts';
import { checkQuota } from './quota.ts';
import { recordableBody } from './records.ts';
import type { World } from './world.ts';

/** What a route gets. */
export interface Call {
  readonly world: World;
  readonly ask: Ask;
  readonly token: Token;
  readonly params: Readonly<Record<string, string>>;
  /** Parsed JSON object; empty where none was sent. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Carries out one request of a batch. */
  readonly again: (ask: Ask) => Promise<Answer>;
}

/** Answers and records one request below /v1.0. */
export async function graph(world: World, ask: Ask, batched = false): Promise<Answer> {
  const at = world.now();
  const started = performance.now();
  const segments = segmentsOf(ask.path).slice(1);
  const found = findRoute(ask.method, segments);
  const route = found.kind === 'found' ? `${found.route.method} ${found.route.path}` : '';
  let token: Token | null = null;
  let refusal = '';
  let answer = down(world, world.knobs.graphDown) ?? (await world.faults.strike(route, 'before'));
  if (!answer) {
    try {
      const read = await readAccessToken(world, ask.headers['authorization']);
      if (typeof read === 'string') throw unauthorized(world, read);
      token = read;
      answer = await carryOut(world, ask, found, token);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal = `${error.code}: ${error.message}`;
      answer = graphError(world.now(), error.status, error.code, error.message, error.headers);
    }
    answer = (await world.faults.strike(route, 'after')) ?? answer;
  } else {
    refusal = 'fault';
  }
  world.records.request({
    at,
    side: 'graph',
    batched,
    method: ask.method,
    path: ask.path,
    query: Object.fromEntries(ask.query),
    route,
    tenantId: token?.tenant.id ?? '',
    appId: token?.app.id ?? '',
    userId: token?.userId ?? '',
    status: statusOf(answer),
    retryAfter: headerOf(answer, 'retry-after'),
    refusal,
    body: recordableBody(ask),
    ms: performance.now() - started,
  });
  return withNotes(answer, ask, world.now());
}

type Found =
  | { kind: 'found'; route: Route; params: Record<string, string> }
  | { kind: 'wrongMethod' }
  | { kind: 'none'; segment: string };

function findRoute(method: string, segments: readonly string[]): Found {
  let wrongMethod = false;
  for (const route of graphRoutes) {
    const params = matchPath(route.path, segments);
    if (!params) continue;
    if (route.method === method) return { kind: 'found', route, params };
    wrongMethod = true;
  }
  return wrongMethod ? { kind: 'wrongMethod' } : { kind: 'none', segment: segments.at(-1) ?? '' };
}

async function carryOut(world: World, ask: Ask, found: Found, token: Token): Promise<Answer> {
  if (found.kind === 'wrongMethod') {
    throw new Refusal(
      405,
      'MethodNotAllowed',
      `The HTTP method '${ask.method}' is not supported here.`,
    );
  }
  if (found.kind === 'none') {
    throw new Refusal(400, 'BadRequest', `Resource not found for the segment '${found.segment}'.`);
  }
  const { route, params } = found;
  const quotaHeaders = checkQuota(world, token, route, ask);
  if (route.permission === 'table' && !isAllowed(token, route.method, route.path, params['id'])) {
    throw new Refusal(
      403,
      'Authorization_RequestDenied',
      'Insufficient privileges to complete the operation.',
    );
  }
  const body = readBody(ask, route);
  const again = (inner: Ask): Promise<Answer> => graph(world, inner, true);
  const answer = await route.answer({ world, ask, token, params, body, again });
  return answer.kind === 'json' && Object.keys(quotaHeaders).length > 0
    ? { ...answer, headers: { ...quotaHeaders, ...answer.headers } }
    : answer;
}

function readBody(ask: Ask, route: Route): Record<string, unknown> {
  if (route.body === 'none') return {};
  if (ask.body === '') {
    if (route.body === 'optional') return {};
    throw new Refusal(400, 'BadRequest', 'Empty Payload. JSON content expected.');
  }
  const type = ask.headers['content-type'];
  if (type === undefined) {
    throw new Refusal(
      400,
      'BadRequest',
      'Write requests (excluding DELETE) must contain the Content-Type header declaration.',
    );
  }
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new Refusal(415, 'UnsupportedMediaType', `The media type '${type}' is not supported.`);
  }
  let body: unknown;
  try {
    body = JSON.parse(ask.body);
  } catch {
    throw new Refusal(
      400,
      'BadRequest',
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    );
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal(400, 'BadRequest', 'An object was expected as the request payload.');
  }
  return body as Record<string, unknown>;
}

const unauthorized = (world: World, message: string): Refusal =>
  new Refusal(401, 'InvalidAuthenticationToken', message, {
    'www-authenticate': `Bearer realm="", authorization_uri="${world.cloud.login}/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`,
  });

/** What every answer says of itself: which one it is, and when it was given. */
function withNotes(answer: Answer, ask: Ask, at: number): Answer {
  if (answer.kind !== 'json' && answer.kind !== 'empty') return answer;
  const id = crypto.randomUUID();
  const headers = {
    date: new Date(at).toUTCString(),
    'request-id': id,
    'client-request-id': ask.headers['client-request-id'] ?? id,
    ...(answer.kind === 'json' ? { 'odata-version': '4.0' } : {}),
    ...answer.headers,
  };
  return answer.kind === 'json'
    ? json(answer.status, answer.json, headers)
    : { ...answer, headers };
}
