// Writes that a browser signs by itself have to prove that the admin page wrote them.
import type { RequestContext, SignedIn } from './context.ts';
import { Refused } from './problem.ts';
import { reachedAs } from './reached-as.ts';
import type { Sessions } from './session.ts';

export const CSRF_HEADER = 'x-csrf-token';

/** Refuses (403) a write that another site may have caused. Reads pass. */
export async function checkCsrf(
  c: RequestContext,
  signedIn: SignedIn,
  sessions: Sessions,
): Promise<void> {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return;
  const { by, scope } = signedIn;
  // Access signs by a cookie too, but scripts use it as well, and they know of no such token.
  if (by.kind === 'access') refuseOtherSites(c.req.raw);
  if (by.kind !== 'session') return;
  const token = c.req.header(CSRF_HEADER) ?? '';
  if (await sessions.isCsrfToken({ scope, id: by.id }, token)) return;
  throw new Refused(
    'csrf-token',
    `A write with a session needs the header ${CSRF_HEADER} with what GET /api/session answers.`,
  );
}

/** Refuses a request that a browser says comes from another site. */
export function refuseOtherSites(request: Request): void {
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  const ours =
    site === null
      ? origin === null || URL.parse(origin)?.host === reachedAs(request).host
      : site === 'same-origin' || site === 'none';
  if (!ours) throw new Refused('csrf-token', 'The request comes from another site.');
}
