// POST /$batch (facts/graph.md §4): up to 20 requests, each meeting limits and permissions alone.
import type { Call } from './graph.ts';
import { badRequest } from './graph-error.ts';
import { type Answer, type Ask, json } from './http.ts';

const limit = 20;

interface Item {
  id: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: unknown;
  dependsOn: string[];
}

interface Response {
  id: string;
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Runs the items, those that depend on others after them; answers in an order of its own. */
export async function batch({ world, ask, body, again }: Call): Promise<Answer> {
  const items = readItems(body['requests']);
  const done = new Map<string, Response>();
  for (const item of items) {
    done.set(item.id, await run(item, done, ask, again));
  }
  return json(200, { responses: world.random.shuffle([...done.values()]) });
}

async function run(
  item: Item,
  done: ReadonlyMap<string, Response>,
  outer: Ask,
  again: Call['again'],
): Promise<Response> {
  const failed = item.dependsOn.some((id) => (done.get(id)?.status ?? 424) >= 400);
  if (failed) {
    return {
      id: item.id,
      status: 424,
      body: { error: { code: 'FailedDependency', message: 'A request it depends on has failed.' } },
    };
  }
  const [path, query] = item.url.split('?', 2);
  const answer = await again({
    method: item.method,
    path: `/v1.0${path!.startsWith('/') ? path : `/${path}`}`,
    query: new URLSearchParams(query ?? ''),
    headers: { authorization: outer.headers['authorization'] ?? '', ...item.headers },
    body: item.body === undefined ? '' : JSON.stringify(item.body),
  });
  switch (answer.kind) {
    case 'json':
      return {
        id: item.id,
        status: answer.status,
        headers: { 'Content-Type': 'application/json', ...answer.headers },
        body: answer.json,
      };
    case 'empty':
      return { id: item.id, status: answer.status, headers: { ...answer.headers } };
    default:
      return { id: item.id, status: 504, body: { error: { code: 'GatewayTimeout', message: '' } } };
  }
}

function readItems(given: unknown): Item[] {
  if (!Array.isArray(given) || given.length === 0)
    throw badRequest("Invalid batch payload: 'requests' is missing or empty.");
  if (given.length > limit)
    throw badRequest(`Number of batch request steps exceeds the maximum value of ${limit}.`);
  const seen = new Set<string>();
  return given.map((raw: unknown) => {
    const one = (raw ?? {}) as Record<string, unknown>;
    const { id, method, url } = one;
    if (typeof id !== 'string' || typeof method !== 'string' || typeof url !== 'string') {
      throw badRequest('Invalid batch payload: id, method and url are required.');
    }
    if (seen.has(id.toLowerCase()))
      throw badRequest(`Invalid batch payload: request id '${id}' is not unique.`);
    const dependsOn = (one['dependsOn'] as string[] | undefined) ?? [];
    if (dependsOn.some((other) => !seen.has(other.toLowerCase()))) {
      throw badRequest(
        `Invalid batch payload: '${id}' depends on a request that is not before it.`,
      );
    }
    seen.add(id.toLowerCase());
    if (/^https?:/i.test(url) || /^\/?(v1\.0|beta)\//i.test(url) || /^\/?\$batch/i.test(url)) {
      throw badRequest(
        `Invalid batch payload: the url of '${id}' has to be relative to the version root.`,
      );
    }
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(
      (one['headers'] as Record<string, unknown> | undefined) ?? {},
    )) {
      headers[name.toLowerCase()] = String(value);
    }
    // §4: a body, even an empty one, needs its Content-Type.
    if (one['body'] !== undefined && headers['content-type'] === undefined) {
      throw badRequest('Write request should have Content-Type header declared.');
    }
    return { id, method: method.toUpperCase(), url, headers, body: one['body'], dependsOn };
  });
}
