// Several requests in one, `POST /$batch` (facts: graph §4). It saves round trips, not quota: each
// request meets Graph's limits alone and fails alone. Knows nothing of what is asked.
import * as z from 'zod';
import { AppError } from '../../shared/errors.ts';
import { late } from '../../shared/late.ts';
import type { GraphCall } from './client.ts';
import type { Answer } from './exchange.ts';
import { type GraphRefusal, graphError } from './graph-errors.ts';

/** Graph takes no more in one batch. */
export const REQUESTS_PER_BATCH = 20;

export interface BatchRequest {
  readonly method: 'POST';
  /** Below `/v1.0`, with its leading slash. */
  readonly path: string;
  /** Graph wants one in every POST: `{}` where there is nothing to say. */
  readonly body: unknown;
  /** Names a more telling code for a refusal of this request. */
  readonly explain?: (refusal: GraphRefusal) => string | undefined;
}

const batchAnswer = late(() => z.object({ responses: z.array(z.unknown()) }));
const itemAnswer = late(() =>
  z.object({
    id: z.coerce.string(),
    status: z.number().int(),
    headers: z.record(z.string(), z.unknown()).nullish().catch(null),
    body: z.unknown().optional(),
  }),
);
type ItemAnswer = z.infer<ReturnType<typeof itemAnswer>>;

/**
 * Sends up to 20 requests in one. Answers, in their order, what went wrong with each; `null`: done.
 * @param now epoch ms when an answer is here; turns a Retry-After date into a span where Graph
 * does not say what time it is there
 * @throws AppError of `client.ts` where the batch failed as a whole. What would be final for one
 * request (400, 403, …) says nothing about any of these, and is `graph-bad-answer`: ask for each alone
 */
export async function callBatch(
  call: GraphCall,
  requests: readonly BatchRequest[],
  now: () => number,
): Promise<(AppError | null)[]> {
  if (requests.length > REQUESTS_PER_BATCH) {
    throw new RangeError(`${requests.length} requests in one batch.`);
  }
  const { answers, date } = await answersTo(call, requests);
  return requests.map(({ method, path, explain }, at) => {
    const what = `Graph, ${method} ${path} in a batch`;
    const answer = answers.get(idOf(at));
    if (!answer) return unanswered(`${what}: no answer.`);
    const { status } = answer;
    if (status >= 200 && status < 300) return null;
    // None of ours depends on another.
    if (status === 424) return unanswered(`${what}: 424.`);
    return graphError(asAnswer(answer, date), what, now(), explain);
  });
}

async function answersTo(
  call: GraphCall,
  requests: readonly BatchRequest[],
): Promise<{ answers: Map<string, ItemAnswer>; date: string | null }> {
  let date: string | null = null;
  const items = requests.map(({ method, path, body }, at) => ({
    id: idOf(at),
    method,
    url: path,
    headers: { 'content-type': 'application/json' },
    body,
  }));
  const answer = await call({
    method: 'POST',
    path: '/$batch',
    body: { requests: items },
    schema: batchAnswer(),
    dated: (told) => {
      date = told;
    },
  }).catch((error: unknown) => {
    throw asWhole(error);
  });
  const answers = new Map<string, ItemAnswer>();
  for (const one of answer.responses) {
    const item = itemAnswer().safeParse(one);
    if (item.success && !answers.has(item.data.id)) answers.set(item.data.id, item.data);
  }
  return { answers, date };
}

const idOf = (at: number): string => String(at + 1);

const unanswered = (detail: string): AppError =>
  new AppError({ code: 'graph-bad-answer', retry: 'backoff', detail });

function asWhole(error: unknown): unknown {
  if (!(error instanceof AppError) || error.retry !== 'never') return error;
  const { message: detail, requestId } = error;
  return new AppError({
    code: 'graph-bad-answer',
    retry: 'backoff',
    detail,
    cause: error,
    ...(requestId === undefined ? {} : { requestId }),
  });
}

/** Headers that an error is made of. */
const TELLING = new Set(['retry-after', 'request-id', 'date']);

/** @param date of the batch: its parts mostly have none of their own */
function asAnswer({ status, headers, body }: ItemAnswer, date: string | null): Answer {
  const told = new Headers(date === null ? {} : { date });
  for (const [name, value] of Object.entries(headers ?? {})) {
    // A value that no header could hold would throw.
    if (TELLING.has(name.toLowerCase()) && /^[\x20-\x7e]+$/.test(String(value))) {
      told.set(name, String(value));
    }
  }
  return { status, headers: told, text: JSON.stringify(body ?? null) };
}
