// The description is the same at the root and below each connector, and for everybody: it says nothing of
// which connectors exist.
import type { Hono } from 'hono';
import type { HttpEnv } from '../context.ts';
import { resource } from '../resource.ts';
import { openapiDocument } from './document.ts';

/** Made when it is first asked for: it takes some milliseconds, and few ask. */
let made: string | undefined;

export function openapiRoutes(app: Hono<HttpEnv>): void {
  app.all(
    '/openapi.json',
    resource({
      GET: () => {
        made ??= JSON.stringify(openapiDocument());
        return new Response(made, { headers: { 'content-type': 'application/json' } });
      },
    }),
  );
}
