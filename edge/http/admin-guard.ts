// What every admin route asks before it does anything: who is it (401), may they here (403), is there
// such a connector (404). In this order, so that nobody learns which connectors exist.
import type { MiddlewareHandler } from 'hono';
import type { ConnectorName } from '../../shared/ids.ts';
import type { Auth } from './auth.ts';
import { connectorOf, type HttpEnv, pathConnector, unknownConnector } from './context.ts';
import { checkCsrf } from './csrf.ts';
import type { Edge } from './deps.ts';
import { Refused, unwrap } from './problem.ts';

const SESSION = /\/api\/session$/;
const SETTINGS = /\/api\/settings$/;

export function adminGuard(edge: Edge, auth: Auth): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const { method, path } = c.req;
    // Only the opening of a session goes without a sign-in: the token in its body is one.
    if (!(method === 'POST' && SESSION.test(path))) {
      const signedIn = await auth.signedIn(c);
      if (signedIn.scope !== 'all' && signedIn.scope !== pathConnector(c)) {
        throw new Refused('forbidden', 'This sign-in is for another connector.');
      }
      await checkCsrf(c, signedIn, auth.sessions);
      c.set('signedIn', signedIn);
    }
    // Its first settings create a connector, and the page where they are entered needs a session.
    const mayCreate = SESSION.test(path) || (method === 'PUT' && SETTINGS.test(path));
    const connector = connectorOf(c);
    if (!mayCreate) await mustExist(edge, connector);
    await next();
  };
}

/**
 * KV may be a minute old; then the object knows, and leaves no trace of having been asked. Self-hosted,
 * KV never lags, and asking would leave an empty file.
 */
async function mustExist(edge: Edge, connector: ConnectorName): Promise<void> {
  if (await edge.record(connector)) return;
  if (edge.env.selfHosted) throw unknownConnector();
  const asked = await edge.connector(connector).readSettings();
  if (!asked.ok && asked.error.code === 'connector-unknown') throw unknownConnector();
  unwrap(asked);
}
