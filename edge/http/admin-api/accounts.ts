// The Teams accounts that presence is read with.
import type { Hono } from 'hono';
import { z } from 'zod';
import { fitting, invalid, jsonOf } from '../body.ts';
import { connectorOf, type HttpEnv } from '../context.ts';
import type { Edge } from '../deps.ts';
import { unwrap } from '../problem.ts';
import { resource } from '../resource.ts';

export const account = z
  .object({
    username: z
      .string()
      .min(1, 'Must be the user principal name of the account.')
      .max(256)
      .refine((name) => name.includes('@'), 'Must be a user principal name such as a@example.com.'),
    password: z.string().min(1, 'Must not be empty.').max(1024),
  })
  .strict();

export function accountsRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  app.all(
    '/api/accounts',
    resource({
      GET: async (c) => {
        const items = unwrap(await edge.connector(connectorOf(c)).listAccounts());
        return Response.json({ items });
      },
      POST: async (c) => {
        const body = jsonOf(c);
        refuseDeviceSignIn(body);
        const { username, password } = fitting(account, body);
        const { who } = c.get('signedIn');
        const object = edge.connector(connectorOf(c));
        const added = unwrap(await object.addAccount(who, { username, password }));
        return Response.json(added, { status: 201 });
      },
    }),
  );

  app.all(
    '/api/accounts/:id',
    resource({
      DELETE: async (c) => {
        const id = c.req.param('id') ?? '';
        unwrap(await edge.connector(connectorOf(c)).removeAccount(c.get('signedIn').who, id));
        return new Response(null, { status: 204 });
      },
    }),
  );
}

function refuseDeviceSignIn(body: unknown): void {
  if (typeof body !== 'object' || body === null || !('signIn' in body)) return;
  const message =
    'Signing in with a code on another device is not possible yet: give username and password.';
  throw invalid([{ path: 'signIn', message }]);
}
