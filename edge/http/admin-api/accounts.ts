// The Teams accounts that presence is read with.
import type { Hono } from 'hono';
import * as z from 'zod';
import { late } from '../../../shared/late.ts';
import type { NewAccount } from '../../connector/rpc.ts';
import { fitting, jsonOf } from '../body.ts';
import { connectorOf, type HttpEnv, languageFor } from '../context.ts';
import type { Edge } from '../deps.ts';
import { unwrap } from '../problem.ts';
import { resource } from '../resource.ts';

const withPassword = late(() =>
  z
    .object({
      username: z
        .string()
        .min(1, 'Must be the user principal name of the account.')
        .max(256)
        .refine(
          (name) => name.includes('@'),
          'Must be a user principal name such as a@example.com.',
        ),
      password: z.string().min(1, 'Must not be empty.').max(1024),
    })
    .strict(),
);

const bySignIn = late(() =>
  z
    .object({
      signIn: z.literal('device', 'Must be "device". Or give username and password instead.'),
    })
    .strict(),
);

export const account = late(() => z.union([withPassword(), bySignIn()]));

const notBoth = late(() =>
  z.undefined('Must not be given with signIn: the user signs in with a code.').optional(),
);
const withCode = late(() =>
  bySignIn()
    .extend({ username: notBoth(), password: notBoth() })
    .transform(({ signIn }) => ({ signIn })),
);

export function accountsRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  app.all(
    '/api/accounts',
    resource({
      GET: async (c) => {
        const items = unwrap(await edge.connector(connectorOf(c)).listAccounts(languageFor(c)));
        return Response.json({ items });
      },
      POST: async (c) => {
        const body = jsonOf(c);
        const wanted = fitting<NewAccount>(isForCode(body) ? withCode() : withPassword(), body);
        const { who } = c.get('signedIn');
        const object = edge.connector(connectorOf(c));
        const added = unwrap(await object.addAccount(who, wanted, languageFor(c)));
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

const isForCode = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'signIn' in body;
