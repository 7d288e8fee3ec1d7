import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { graphClient } from '../../../edge/graph/client.ts';
import type { AppError } from '../../../shared/errors.ts';
import { FakeMicrosoft, graphRefusal, json } from './fake-microsoft.ts';

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);
const schema = z.object({ value: z.array(z.string()) });

function setUp(graphOrigin: string | null = null) {
  const microsoft = new FakeMicrosoft();
  const options = { cloud: 'global', graphOrigin, fetch: microsoft.fetch, now: () => NOW } as const;
  return { microsoft, call: graphClient(options).as('token-secret') };
}

const failing = async (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => expect.fail('It should have been refused.'),
    (error: AppError) => error,
  );

test('a request carries the token, its own id and the query as Graph writes it', async () => {
  const { microsoft, call } = setUp();
  microsoft.on('/users', () => json({ value: ['a'] }));
  const query = { $select: 'id,mail', $top: '999' };
  expect(await call({ method: 'GET', path: '/users', query, schema })).toEqual({ value: ['a'] });
  const [asked] = microsoft.asked;
  expect(asked?.url).toBe('https://graph.microsoft.com/v1.0/users?$select=id%2Cmail&$top=999');
  expect(asked?.headers['authorization']).toBe('Bearer token-secret');
  expect(asked?.headers['client-request-id']).toMatch(/^[0-9a-f-]{36}$/);
});

test.each([
  [400, 'graph-bad-request', 'never'],
  [401, 'graph-unauthorized', 'backoff'],
  [403, 'graph-forbidden', 'never'],
  [404, 'graph-not-found', 'never'],
  [409, 'graph-conflict', 'backoff'],
  [410, 'graph-gone', 'never'],
  [413, 'graph-bad-request', 'never'],
  [429, 'graph-throttled', 'backoff'],
  [500, 'graph-unavailable', 'backoff'],
  [501, 'graph-not-implemented', 'never'],
  [503, 'graph-unavailable', 'backoff'],
  [302, 'graph-bad-answer', 'backoff'],
])('%i is %s, to be tried again: %s', async (status, code, retry) => {
  const { microsoft, call } = setUp();
  microsoft.on('/me', () => graphRefusal(status, 'SomeCode', 'The token token-secret is odd.'));
  const error = await failing(call({ method: 'GET', path: '/me' }));
  expect(error).toMatchObject({ code, retry, requestId: 'request-1' });
  expect(error.message).toBe(`Graph, GET /v1.0/me: ${status} SomeCode.`);
});

test('the request id is found in the header where the body is not JSON', async () => {
  const { microsoft, call } = setUp();
  const headers = { 'request-id': 'request-2' };
  microsoft.on('/me', () => new Response('<html>', { status: 502, headers }));
  expect(await failing(call({ method: 'GET', path: '/me' }))).toMatchObject({
    code: 'graph-unavailable',
    requestId: 'request-2',
  });
});

test('a date in Retry-After is by the clock of the answer, however wrong ours is', async () => {
  const { microsoft, call } = setUp();
  const headers = {
    date: 'Mon, 23 Nov 2026 13:00:00 GMT',
    'retry-after': 'Mon, 23 Nov 2026 13:00:30 GMT',
  };
  microsoft.on('/me', () => graphRefusal(429, 'TooManyRequests', 'Later.', headers));
  const error = await failing(call({ method: 'GET', path: '/me' }));
  expect(error.retryAfterMs).toBe(30_000);
});

test('Retry-After arrives with the error', async () => {
  const { microsoft, call } = setUp();
  microsoft.on('/me', () =>
    graphRefusal(429, 'TooManyRequests', 'Later.', { 'retry-after': '2.128' }),
  );
  expect(await failing(call({ method: 'GET', path: '/me' }))).toMatchObject({
    code: 'graph-throttled',
    retryAfterMs: 2_128,
  });
});

test('an answer that is not as documented is named without being quoted', async () => {
  const { microsoft, call } = setUp();
  microsoft.on('/users', () => json({ value: [{ password: 'secret' }] }));
  const error = await failing(call({ method: 'GET', path: '/users', schema }));
  expect(error.code).toBe('graph-bad-answer');
  expect(error.message).not.toContain('secret');
});

test('a connection that fails and one that says nothing are told apart', async () => {
  const { microsoft, call } = setUp();
  expect(await failing(call({ method: 'GET', path: '/nobody' }))).toMatchObject({
    code: 'graph-unreachable',
    retry: 'backoff',
  });
  const silent = graphClient({
    cloud: 'global',
    now: () => NOW,
    fetch: (_url, init) =>
      new Promise((_resolve, reject) => {
        init.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      }),
  });
  const error = failing(silent.call({ method: 'GET', path: '/me', token: 't', timeoutMs: 20 }));
  expect(await error).toMatchObject({ code: 'graph-timeout', retry: 'backoff' });
  expect(microsoft.asked).toHaveLength(1);
});

test('redirects are not followed', async () => {
  const seen: (string | undefined)[] = [];
  const client = graphClient({
    cloud: 'global',
    now: () => NOW,
    fetch: async (_url, init) => {
      seen.push(init.redirect);
      return json({ value: [] });
    },
  });
  await client.call({ method: 'GET', path: '/users', token: 't', schema });
  expect(seen).toEqual(['manual']);
});

describe('links', () => {
  const link = 'https://graph.microsoft.com/v1.0/users/delta?$skiptoken=abc';

  test('a link of Graph is followed as it stands', async () => {
    const { microsoft, call } = setUp();
    microsoft.on('$skiptoken=abc', () => json({ value: [] }));
    await call({ method: 'GET', url: link, schema });
    expect(microsoft.asked[0]?.url).toBe(link);
  });

  test('in a laboratory both origins are taken and one is asked', async () => {
    const { microsoft, call } = setUp('http://127.0.0.1:8080');
    microsoft.on('127.0.0.1', () => json({ value: [] }));
    await call({ method: 'GET', url: link, schema });
    await call({ method: 'GET', url: 'http://127.0.0.1:8080/v1.0/users', schema });
    await call({ method: 'GET', path: '/users', schema });
    expect(microsoft.asked.map(({ url }) => url)).toEqual([
      'http://127.0.0.1:8080/v1.0/users/delta?$skiptoken=abc',
      'http://127.0.0.1:8080/v1.0/users',
      'http://127.0.0.1:8080/v1.0/users',
    ]);
  });

  test.each([
    'https://evil.example/v1.0/users',
    'http://graph.microsoft.com/v1.0/users',
    'https://graph.microsoft.com@evil.example/v1.0/users',
    'https://user:pass@graph.microsoft.com/v1.0/users',
    'https://graph.microsoft.us/v1.0/users',
    'http://127.0.0.1:8080/v1.0/users',
    'not a link',
  ])('%s is neither followed nor taken from an answer', async (strange) => {
    const { microsoft, call } = setUp();
    microsoft.on('/users', () => json({ value: [], '@odata.nextLink': strange }));
    const code = 'graph-bad-answer';
    expect(await failing(call({ method: 'GET', url: strange, schema }))).toMatchObject({ code });
    expect(microsoft.asked).toHaveLength(0);
    const answered = call({ method: 'GET', path: '/users', schema });
    expect(await failing(answered)).toMatchObject({ code });
  });
});
