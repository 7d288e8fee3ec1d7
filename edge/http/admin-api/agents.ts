// The agents on site: codes to enrol them with, what they report, and their removal.
import type { Hono } from 'hono';
import * as z from 'zod';
import { late } from '../../../shared/late.ts';
import { fitting, jsonOf } from '../body.ts';
import { connectorOf, type HttpEnv } from '../context.ts';
import type { Edge } from '../deps.ts';
import { unwrap } from '../problem.ts';
import { reachedAs } from '../reached-as.ts';
import { resource } from '../resource.ts';
import type { EnrolmentAnswer } from './answers.ts';

export const newAgent = late(() =>
  z.object({ name: z.string().trim().min(1).max(64).optional() }).strict(),
);

export function agentsRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  app.all(
    '/api/agents',
    resource({
      GET: async (c) => {
        const items = unwrap(await edge.connector(connectorOf(c)).listAgents());
        return Response.json({ items });
      },
      POST: async (c) => {
        const connector = connectorOf(c);
        const { name } = fitting(newAgent(), jsonOf(c, {}));
        const { who } = c.get('signedIn');
        const object = edge.connector(connector);
        const { id, expiresAt } = unwrap(await object.openEnrolment(who, name ?? null));
        const code = await edge.keyring.signToken('enrol', connector, { id }, expiresAt);
        const url = `${reachedAs(c.req.raw).origin}/${connector}`;
        return Response.json(
          {
            code,
            expiresAt: new Date(expiresAt).toISOString(),
            command: `presence-agent enrol ${url} ${code}`,
          } satisfies EnrolmentAnswer,
          { status: 201 },
        );
      },
    }),
  );

  app.all(
    '/api/agents/:id',
    resource({
      DELETE: async (c) => {
        const id = c.req.param('id') ?? '';
        unwrap(await edge.connector(connectorOf(c)).removeAgent(c.get('signedIn').who, id));
        return new Response(null, { status: 204 });
      },
    }),
  );
}
