// The admin page: three assets, the same for every connector and for everybody. It holds nothing worth
// protecting – what it shows it asks of the API – so it needs neither a sign-in nor a connector that
// exists: that is how one is created.
import type { Hono } from 'hono';
import { answerAsset } from './answer-asset.ts';
import { connectorOf, type HttpEnv, type RequestContext } from './context.ts';
import type { AssetName, Edge } from './deps.ts';
import { resource } from './resource.ts';
import { mayFrame } from './security-headers.ts';

/** Nothing from elsewhere, nothing inline, and no text ever read as HTML by a script. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'self'",
  "require-trusted-types-for 'script'",
];

/** Of one connector. Refused where the path cannot name one. */
export function adminPageRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  servePage(app, edge, connectorOf);
}

/** Of the operator, at the root: all connectors. */
export function operatorPageRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  servePage(app, edge, () => undefined);
}

function servePage(app: Hono<HttpEnv>, edge: Edge, check: (c: RequestContext) => unknown): void {
  const policy = [...POLICY, mayFrame(edge.env.frameAncestors)].join('; ');

  const serve = (path: string, type: string, name: AssetName) => {
    const headers = { 'content-type': type, 'content-security-policy': policy };
    const answer = (c: RequestContext) => {
      check(c);
      return answerAsset(edge, name, headers);
    };
    app.all(path, resource({ GET: answer }));
  };
  serve('/admin', 'text/html; charset=utf-8', 'page.html');
  serve('/admin/page.js', 'text/javascript; charset=utf-8', 'page.js');
  serve('/admin/page.css', 'text/css; charset=utf-8', 'page.css');
}
