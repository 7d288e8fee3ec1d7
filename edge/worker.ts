// The Worker on Cloudflare and on local workerd: which app answers, and the classes of its objects.
import { waitUntil } from 'cloudflare:workers';
import type { Hono } from 'hono';
import openapi from '../dist/openapi/openapi.json.txt';
import style from '../dist/page/page.css.txt';
import html from '../dist/page/page.html';
import script from '../dist/page/page.js.txt';
import { type ConnectorBindings, ConnectorObject } from './connector/connector-object.ts';
import { type EnvResult, parseEnv } from './env.ts';
import { SubscriptionObject } from './graph/subscription-object.ts';
import { createApp } from './http/app.ts';
import type { HttpEnv } from './http/context.ts';
import { consoleLog } from './log.ts';
import { objects } from './objects.ts';

export { ConnectorObject, SubscriptionObject };

/** One app for each environment; an isolate sees one. */
const apps = new WeakMap<object, Hono<HttpEnv>>();

export default {
  fetch(request, bindings, ctx) {
    const app = apps.get(bindings) ?? appFor(bindings);
    return app.fetch(request, bindings, ctx);
  },
} satisfies ExportedHandler<ConnectorBindings>;

function appFor(bindings: ConnectorBindings): Hono<HttpEnv> {
  const env: EnvResult = parseEnv({ ...bindings });
  const app = createApp({
    env,
    page: { html, script, style },
    openapi,
    kv: bindings.SETTINGS,
    connector: (name) => {
      if (!env.ok) throw new Error('The environment is not complete.');
      return objects(bindings, env.env).connector(name);
    },
    fetch: (url, init) => fetch(url, init),
    background: (work) => waitUntil(work),
    now: () => Date.now(),
    log: consoleLog,
  });
  apps.set(bindings, app);
  return app;
}
