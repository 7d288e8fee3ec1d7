// Tries other rules of matching out, before they are saved.
import type { Hono } from 'hono';
import * as z from 'zod';
import { late } from '../../../shared/late.ts';
import { matchingSteps, overrides } from '../../../shared/settings/schema.ts';
import { fitting, jsonOf } from '../body.ts';
import { connectorOf, type HttpEnv } from '../context.ts';
import type { Edge } from '../deps.ts';
import { unwrap } from '../problem.ts';
import { resource } from '../resource.ts';

/** As in the settings; without `overrides` those that are stored count, but for `withoutOverrides`. */
export const otherMatching = late(() =>
  z
    .object({
      matching: matchingSteps(),
      overrides: overrides().optional(),
      withoutOverrides: z.array(z.string().max(256)).max(20_000).optional(),
    })
    .strict(),
);

export const pageQuery = late(() =>
  z.object({ cursor: z.string().max(1024).nullable().default(null) }),
);

export function matchingRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  app.all(
    '/api/matching/dry-run',
    resource({
      POST: async (c) => {
        const { cursor } = fitting(pageQuery(), c.req.query());
        const rules = fitting(otherMatching(), jsonOf(c));
        const object = edge.connector(connectorOf(c));
        return Response.json(
          unwrap(
            await object.tryMatching({
              matching: rules.matching,
              overrides: rules.overrides ?? null,
              ...(rules.withoutOverrides && { withoutOverrides: rules.withoutOverrides }),
              cursor,
            }),
          ),
        );
      },
    }),
  );
}
