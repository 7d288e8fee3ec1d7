// Body size, before anything else happens. Counted as it streams: a Content-Length proves nothing.
import type { MiddlewareHandler } from 'hono';
import type { HttpEnv } from './context.ts';
import { Refused } from './problem.ts';

const LARGE_LIMIT = 1024 * 1024;
const SMALL_LIMIT = 64 * 1024;
const LARGE_PATH = /^\/[^/]+\/[^/]+\/(?:subscriptions|api\/settings)$/;

/**
 * How much more than its limit a body may have and still be read to its end, unkept: a client in the
 * middle of sending sees the connection break instead of the answer.
 */
const DRAIN_LIMIT = 8 * 1024 * 1024;

/** Reads the body into the context, or refuses it with 413. */
export const limitBody: MiddlewareHandler<HttpEnv> = async (c, next) => {
  const limit = LARGE_PATH.test(c.req.path) ? LARGE_LIMIT : SMALL_LIMIT;
  const body = await readLimited(c.req.raw.body, limit);
  if (!body) throw new Refused('too-large', `Here a body may have ${limit} bytes at most.`);
  c.set('body', body);
  await next();
};

async function readLimited(
  stream: ReadableStream<Uint8Array> | null,
  limit: number,
): Promise<Uint8Array | undefined> {
  if (!stream) return new Uint8Array();
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size <= limit) chunks.push(value);
    else chunks.length = 0;
    if (size > limit + DRAIN_LIMIT) {
      await reader.cancel();
      break;
    }
  }
  return size > limit ? undefined : joined(chunks, size);
}

function joined(chunks: Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
