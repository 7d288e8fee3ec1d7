// The description is the same at the root and below each connector, and for everybody: it says nothing of
// which connectors exist.
import type { Hono } from 'hono';
import { answerAsset } from '../answer-asset.ts';
import type { HttpEnv } from '../context.ts';
import type { Edge } from '../deps.ts';
import { resource } from '../resource.ts';

export function openapiRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  const headers = { 'content-type': 'application/json' };
  app.all('/openapi.json', resource({ GET: () => answerAsset(edge, 'openapi.json', headers) }));
}
