// The users of both sides: who is paired with whom, why, and what was decided for them.
import type { Hono } from 'hono';
import * as z from 'zod';
import { type TeamsUserId, teamsUserId } from '../../../shared/ids.ts';
import { late } from '../../../shared/late.ts';
import { fitting, jsonOf } from '../body.ts';
import { connectorOf, type HttpEnv, type RequestContext } from '../context.ts';
import type { Edge } from '../deps.ts';
import { Refused, unwrap } from '../problem.ts';
import { resource } from '../resource.ts';

export const userQuery = late(() =>
  z.object({
    query: z.string().max(256).default(''),
    state: z
      .enum(['paired', 'unmatched', 'ambiguous', 'unlicensed', 'noRights', 'notSubscribed'])
      .nullable()
      .default(null),
    side: z.enum(['teams', 'pbx']).nullable().default(null).describe('Only with a user there.'),
    cursor: z.string().max(1024).nullable().default(null),
  }),
);

export const override = late(() =>
  z
    .object({ pbx: z.string().min(1, 'Must be the guid or the SIP name on the PBX.').max(256) })
    .strict(),
);

export function usersRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  app.all(
    '/api/users',
    resource({
      GET: async (c) => {
        const { query: text, ...rest } = fitting(userQuery(), withoutEmpty(c.req.query()));
        return Response.json(
          unwrap(await edge.connector(connectorOf(c)).listUsers({ text, ...rest })),
        );
      },
    }),
  );

  app.all(
    '/api/users/:teamsId',
    resource({
      GET: async (c) =>
        Response.json(unwrap(await edge.connector(connectorOf(c)).user(calledIn(c)))),
    }),
  );

  app.all(
    '/api/users/:teamsId/timeline',
    resource({
      GET: async (c) => {
        const items = unwrap(await edge.connector(connectorOf(c)).timeline(userOf(c)));
        return Response.json({ items });
      },
    }),
  );

  const setOverride = async (c: RequestContext, pbx: string | null) => {
    const { who } = c.get('signedIn');
    unwrap(await edge.connector(connectorOf(c)).setOverride(who, userOf(c), pbx));
    return new Response(null, { status: 204 });
  };
  app.all(
    '/api/users/:teamsId/override',
    resource({
      PUT: (c) => setOverride(c, fitting(override(), jsonOf(c)).pbx),
      DELETE: (c) => setOverride(c, null),
    }),
  );
}

/** `?state=` is how a form says that no state was chosen. */
const withoutEmpty = (query: Record<string, string>) =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));

function userOf(c: RequestContext): TeamsUserId {
  const id = calledIn(c);
  if (id.length > 64) throw nobody();
  return teamsUserId(id);
}

/** By id, or as overrides may call a user as well. */
function calledIn(c: RequestContext): string {
  const name = c.req.param('teamsId') ?? '';
  if (name.length > 256) throw nobody();
  return name;
}

const nobody = () => new Refused('not-found', 'There is no such user.');
