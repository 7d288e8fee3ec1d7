import { expect, test } from 'vitest';
import { callBatch } from '../../../edge/graph/batch.ts';
import { graphClient } from '../../../edge/graph/client.ts';
import { FakeMicrosoft, graphRefusal, json } from './fake-microsoft.ts';

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);
const requests = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    method: 'POST' as const,
    path: `/users/u${n + 1}/presence/clearUserPreferredPresence`,
    body: {},
  }));

function setUp() {
  const microsoft = new FakeMicrosoft();
  const client = graphClient({ cloud: 'global', fetch: microsoft.fetch, now: () => NOW });
  const ask = (count: number) => callBatch(client.as('token'), requests(count), () => NOW);
  return { microsoft, ask };
}

/** What Graph answers to each, by its id. */
const answering = (...responses: unknown[]) => {
  const { microsoft, ask } = setUp();
  microsoft.on('$batch', () => json({ responses }));
  return ask(responses.length);
};
const done = (id: string) => ({ id, status: 200 });

test('each request is said as the documentation of json-batching asks', async () => {
  const { microsoft, ask } = setUp();
  microsoft.on('$batch', () => json({ responses: [done('1'), done('2')] }));
  await ask(2);
  const [asked] = microsoft.asked;
  expect(asked?.url).toBe('https://graph.microsoft.com/v1.0/$batch');
  expect(JSON.parse(asked?.body ?? '')).toEqual({
    requests: ['1', '2'].map((id) => ({
      id,
      method: 'POST',
      url: `/users/u${id}/presence/clearUserPreferredPresence`,
      headers: { 'content-type': 'application/json' },
      body: {},
    })),
  });
});

test('answers belong to requests by their id, whatever their order', async () => {
  const failed = { id: '1', status: 404, body: { error: { code: 'NotFound', message: '' } } };
  expect(await answering(done('3'), failed, done('2'))).toMatchObject([
    { code: 'graph-not-found', retry: 'never' },
    null,
    null,
  ]);
});

test('each has its own status, request id and Retry-After', async () => {
  const innerError = { 'request-id': 'request-7' };
  const errors = await answering(
    { id: '1', status: 204 },
    { id: '2', status: 429, headers: { 'Retry-After': '2.128' }, body: null },
    { id: '3', status: 503, headers: { 'retry-after': 'Mon, 23 Nov 2026 12:00:30 GMT' } },
    { id: '4', status: 403, body: { error: { code: 'Forbidden', message: 'no', innerError } } },
    { id: '5', status: 500, headers: { 'retry-after': 'bad\nvalue', 'request-id': 8 } },
  );
  expect(errors).toMatchObject([
    null,
    { code: 'graph-throttled', retryAfterMs: 2_128 },
    { code: 'graph-unavailable', retryAfterMs: 30_000 },
    { code: 'graph-forbidden', retry: 'never', requestId: 'request-7' },
    { code: 'graph-unavailable', retryAfterMs: undefined, requestId: '8' },
  ]);
});

test.each([
  ['of the batch', {}, 30_000],
  ['of its own answer, where that has one', { Date: 'Mon, 23 Nov 2026 13:00:20 GMT' }, 10_000],
])('a date in Retry-After is by the clock %s', async (_, own, retryAfterMs) => {
  const { microsoft, ask } = setUp();
  const headers = { ...own, 'Retry-After': 'Mon, 23 Nov 2026 13:00:30 GMT' };
  microsoft.on('$batch', () =>
    Response.json(
      { responses: [done('1'), { id: '2', status: 429, headers }] },
      { headers: { date: 'Mon, 23 Nov 2026 13:00:00 GMT' } },
    ),
  );
  expect(await ask(2)).toMatchObject([null, { code: 'graph-throttled', retryAfterMs }]);
});

test.each([
  ['no answer', [done('1'), done('3')]],
  ['424, though it depends on nothing', [done('1'), { id: '2', status: 424 }, done('3')]],
  ['an answer without a status', [done('1'), { id: '2' }, done('3')]],
  ['an answer to another request', [done('1'), done('3'), done('7')]],
  ['nonsense beside the others', [done('1'), null, done('3')]],
])('%s: it is to be said again, and the others are done', async (_, responses) => {
  const { microsoft, ask } = setUp();
  microsoft.on('$batch', () => json({ responses }));
  expect(await ask(3)).toMatchObject([null, { code: 'graph-bad-answer', retry: 'backoff' }, null]);
});

test.each([
  [429, 'graph-throttled', 7_000],
  [401, 'graph-unauthorized', 7_000],
  [503, 'graph-unavailable', 7_000],
])('a batch that fails as a whole with %i is %s', async (status, code, retryAfterMs) => {
  const { microsoft, ask } = setUp();
  microsoft.on('$batch', () => graphRefusal(status, 'Some', 'x', { 'retry-after': '7' }));
  await expect(ask(2)).rejects.toMatchObject({ code, retryAfterMs, requestId: 'request-1' });
});

test.each([400, 403, 404, 413])(
  'a batch refused with %i says nothing about its requests',
  async (status) => {
    const { microsoft, ask } = setUp();
    microsoft.on('$batch', () => graphRefusal(status, 'Some'));
    await expect(ask(2)).rejects.toMatchObject({ code: 'graph-bad-answer', retry: 'backoff' });
  },
);

test.each([
  ['a page of a proxy', () => new Response('<html>', { status: 200 })],
  ['other JSON', () => json({ value: [] })],
  ['nothing', () => new Response(null, { status: 200 })],
])('%s is no batch', async (_, reply) => {
  const { microsoft, ask } = setUp();
  microsoft.on('$batch', reply);
  await expect(ask(2)).rejects.toMatchObject({ code: 'graph-bad-answer', retry: 'backoff' });
});

test('more than 20 are refused before they leave', async () => {
  const { microsoft, ask } = setUp();
  await expect(ask(21)).rejects.toBeInstanceOf(RangeError);
  expect(microsoft.asked).toEqual([]);
});
