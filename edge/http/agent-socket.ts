// The agent's way in: proves who it is and hands the upgrade to the connector's object, which keeps the
// socket.
import type { Hono } from 'hono';
import { TUNNEL_SUBPROTOCOL } from '../../shared/agent-auth.ts';
import type { ConnectorName } from '../../shared/ids.ts';
import { AGENT_ID_HEADER } from '../connector/rpc.ts';
import { verifyAgentProof } from './agent-proof.ts';
import { connectorOf, type HttpEnv, type RequestContext, unknownConnector } from './context.ts';
import type { Edge } from './deps.ts';
import { knownConnector } from './known-connector.ts';
import { Refused } from './problem.ts';
import { resource } from './resource.ts';

export function agentSocketRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  app.use('/tunnel', knownConnector(edge, 'GET'));
  app.all(
    '/tunnel',
    resource({
      GET: async (c) => {
        const connector = connectorOf(c);
        const agentId = await agentOf(edge, c, connector);
        if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
          const headers = { upgrade: 'websocket', connection: 'upgrade' };
          throw new Refused('upgrade-required', 'The tunnel is a WebSocket.', { headers });
        }
        const answer = await edge.connector(connector).fetch(asAgent(c.req.raw, agentId));
        return tunnelAnswer(answer, c.req.header('sec-websocket-protocol'));
      },
    }),
  );
}

async function agentOf(edge: Edge, c: RequestContext, connector: ConnectorName): Promise<string> {
  const proof = /^Bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? '';
  const now = edge.now();
  const verdict = await verifyAgentProof(edge.keyring, connector, proof, now);
  if (verdict.kind === 'agent') return verdict.agentId;
  if (verdict.kind === 'clock-skew') {
    const time = new Date(now);
    const detail = `The proof is not for now. Here it is ${time.toISOString()}: set the clock.`;
    throw new Refused('clock-skew', detail, { headers: { date: time.toUTCString() } });
  }
  if (!(await edge.record(connector))) throw unknownConnector();
  throw new Refused('unauthorized', 'The agent has to prove itself: enrol it first.', {
    headers: { 'www-authenticate': 'Bearer' },
  });
}

/** The same upgrade, with who it is as we found it and nothing that the object need not see. */
function asAgent(request: Request, agentId: string): Request {
  const headers = new Headers(request.headers);
  headers.delete('authorization');
  headers.set(AGENT_ID_HEADER, agentId);
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
  if (status === 401 || status === 403) {
    throw new Refused('revoked', 'An administrator removed this agent: enrol it again.');
  }
  throw new Error(`The object answered ${status} to an upgrade.`);
}
