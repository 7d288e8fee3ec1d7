// The validation handshake inside a create call (facts/graph.md §2.2).
import type { World } from './world.ts';

/** Null when the endpoint answered with the decoded token, else what went wrong. */
export async function handshake(world: World, url: string): Promise<string | null> {
  // A token that only a receiver with form decoding gets right: +, space, colon, percent.
  const token = `Validation: Testing client application reachability for subscription Request-Id: ${crypto.randomUUID()} 100%+${crypto.randomUUID().slice(0, 8)}=`;
  const target = `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams({ validationToken: token })}`;
  const at = world.now();
  const result = await world.hosts.post(
    target,
    'text/plain; charset=utf-8',
    '',
    world.knobs.handshakeTimeoutMs,
  );
  const problem = result.ok ? judge(result, token) : result.reason;
  world.records.handshakeLog.add({
    at,
    url,
    ok: problem === null,
    reason: problem ?? '',
    ms: result.ms,
  });
  return problem;
}

function judge(
  answer: { status: number; contentType: string; body: string },
  token: string,
): string | null {
  if (answer.status !== 200) {
    return `Notification endpoint must respond with 200 OK to validation request. HTTP status code is '${answer.status}'.`;
  }
  if (!/^text\/plain\s*(;|$)/i.test(answer.contentType)) {
    return `The content type of the response must be text/plain, not '${answer.contentType}'.`;
  }
  return answer.body === token
    ? null
    : 'The response does not contain the validation token in its decoded form.';
}
