// A connector's own admin tokens: the operator issues and revokes them.
import type { Hono } from 'hono';
import * as z from 'zod';
import { late } from '../../../shared/late.ts';
import { digestOf } from '../../secret-text.ts';
import { fitting, jsonOf } from '../body.ts';
import { newConnectorToken } from '../connector-token.ts';
import { connectorOf, type HttpEnv } from '../context.ts';
import type { Edge } from '../deps.ts';
import { operatorOnly } from '../operator-only.ts';
import { unwrap } from '../problem.ts';
import { resource } from '../resource.ts';
import type { NewTokenAnswer } from './answers.ts';

export const newToken = late(() =>
  z.object({ name: z.string().trim().min(1).max(64).optional() }).strict(),
);

export function tokensRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  app.use('/api/tokens/*', operatorOnly);
  app.all(
    '/api/tokens',
    resource({
      GET: async (c) => {
        const items = unwrap(await edge.connector(connectorOf(c)).listTokens());
        return Response.json({ items });
      },
      POST: async (c) => {
        const connector = connectorOf(c);
        const { name = null } = fitting(newToken(), jsonOf(c, {}));
        const token = await newConnectorToken(edge.keyring, connector);
        const { who } = c.get('signedIn');
        const hash = await digestOf(token);
        const added = unwrap(await edge.connector(connector).addToken(who, { name, hash }));
        return Response.json({ ...added, token } satisfies NewTokenAnswer, { status: 201 });
      },
    }),
  );

  app.all(
    '/api/tokens/:id',
    resource({
      DELETE: async (c) => {
        const id = c.req.param('id') ?? '';
        unwrap(await edge.connector(connectorOf(c)).removeToken(c.get('signedIn').who, id));
        return new Response(null, { status: 204 });
      },
    }),
  );
}
