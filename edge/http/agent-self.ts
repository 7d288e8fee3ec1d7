// What an agent asks about itself without opening its tunnel, which would turn out the one that is open:
// who it is here, whether WebSockets get through, and a new key in place of the old one.
import type { Hono } from 'hono';
import * as z from 'zod';
import { late } from '../../shared/late.ts';
import { PONG } from '../../shared/protocol/frame.ts';
import { publicKey, usableKey } from './agent-key.ts';
import { issueCredential } from './agent-proof.ts';
import { fitting, jsonOf } from './body.ts';
import { connectorOf, type HttpEnv } from './context.ts';
import type { Edge } from './deps.ts';
import { knownConnector } from './known-connector.ts';
import { unwrap } from './problem.ts';
import { isUpgrade, provenAgent } from './proven-agent.ts';
import { resource } from './resource.ts';

const newKey = late(() => z.object({ publicKey: publicKey() }));

export function agentSelfRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  app.use('/agent', knownConnector(edge, 'GET'));
  app.all(
    '/agent',
    resource({
      GET: async (c) => {
        const agent = await provenAgent(edge, c);
        if (isUpgrade(c)) return aWordOverAWebSocket();
        return c.json(unwrap(await edge.connector(connectorOf(c)).agentSelf(agent)));
      },
    }),
  );

  app.use('/agent/key', knownConnector(edge, 'POST'));
  app.all(
    '/agent/key',
    resource({
      POST: async (c) => {
        const connector = connectorOf(c);
        const agent = await provenAgent(edge, c);
        const { jwk, thumbprint } = await usableKey(fitting(newKey(), jsonOf(c)).publicKey);
        unwrap(await edge.connector(connector).offerAgentKey(agent, thumbprint));
        const credential = await issueCredential(edge.keyring, connector, agent.agentId, jwk);
        return c.json({ credential }, 201);
      },
    }),
  );
}

/** Proves that upgrades and frames get here and back. Nobody keeps the socket. */
function aWordOverAWebSocket(): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.addEventListener('message', () => {
    server.send(PONG);
    server.close(1000);
  });
  return new Response(null, { status: 101, webSocket: client });
}
