// The agent's way in: proves who it is and hands the upgrade to the connector's object, which keeps the
// socket.
import type { Hono } from 'hono';
import { TUNNEL_SUBPROTOCOL } from '../../shared/agent-auth.ts';
import { AGENT_ID_HEADER, AGENT_KEY_HEADER, type ProvenAgent } from '../connector/rpc.ts';
import { connectorOf, type HttpEnv, unknownConnector } from './context.ts';
import type { Edge } from './deps.ts';
import { knownConnector } from './known-connector.ts';
import { Refused } from './problem.ts';
import { isUpgrade, provenAgent } from './proven-agent.ts';
import { resource } from './resource.ts';

export function agentSocketRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  app.use('/tunnel', knownConnector(edge, 'GET'));
  app.all(
    '/tunnel',
    resource({
      GET: async (c) => {
        const connector = connectorOf(c);
        const agent = await provenAgent(edge, c);
        if (!isUpgrade(c)) {
          const headers = { upgrade: 'websocket', connection: 'upgrade' };
          throw new Refused('upgrade-required', 'The tunnel is a WebSocket.', { headers });
        }
        const answer = await edge.connector(connector).fetch(asAgent(c.req.raw, agent));
        return tunnelAnswer(answer, c.req.header('sec-websocket-protocol'));
      },
    }),
  );
}

/** The same upgrade, with who it is as we found it and nothing that the object need not see. */
function asAgent(request: Request, { agentId, thumbprint }: ProvenAgent): Request {
  const headers = new Headers(request.headers);
  headers.delete('authorization');
  headers.set(AGENT_ID_HEADER, agentId);
  headers.set(AGENT_KEY_HEADER, thumbprint);
  return new Request(request.url, { method: 'GET', headers });
}

/** The subprotocol is named to a client that asked for it: without that it would hang up. */
function tunnelAnswer(answer: Response, offered: string | undefined): Response {
  const { status, webSocket } = answer;
  if (status === 101 && webSocket) {
    const names = (offered ?? '').split(',').map((name) => name.trim());
    const headers = names.includes(TUNNEL_SUBPROTOCOL)
      ? { 'sec-websocket-protocol': TUNNEL_SUBPROTOCOL }
      : undefined;
    return new Response(null, { status, webSocket, ...(headers ? { headers } : {}) });
  }
  if (status === 404) throw unknownConnector();
  if (status === 401) {
    const detail = 'A newer key took the place of this one: use that one, or enrol again.';
    throw new Refused('unauthorized', detail);
  }
  if (status === 403) {
    throw new Refused('revoked', 'An administrator removed this agent: enrol it again.');
  }
  throw new Error(`The object answered ${status} to an upgrade.`);
}
