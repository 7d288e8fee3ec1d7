// The Worker on Cloudflare and on local workerd: which app answers, and the classes of its objects.
import { waitUntil } from 'cloudflare:workers';
import type { Hono } from 'hono';
import { type ConnectorBindings, ConnectorObject } from './connector/connector-object.ts';
import { type EnvResult, parseEnv } from './env.ts';
import { SubscriptionObject } from './graph/subscription-object.ts';
import { createApp } from './http/app.ts';
import type { HttpEnv } from './http/context.ts';
import { Refused } from './http/problem.ts';
import { consoleLog } from './log.ts';
import { objects } from './objects.ts';

/** What wrangler.toml, and the launcher of a self-hosted edge, give the Worker. */
interface Bindings extends ConnectorBindings {
  /** Absent where somebody runs the script by a configuration of their own, and has not thought of it. */
  ASSETS?: Pick<Fetcher, 'fetch'>;
}

export { ConnectorObject, SubscriptionObject };

const NO_ASSETS =
  'The Worker runs without its page: bind the files of dist/assets as ASSETS, as wrangler.toml does.';

/** One app for each environment; an isolate sees one. */
const apps = new WeakMap<object, Hono<HttpEnv>>();

export default {
  fetch(request, bindings, ctx) {
    const app = apps.get(bindings) ?? appFor(bindings);
    return app.fetch(request, bindings, ctx);
  },
} satisfies ExportedHandler<Bindings>;

function appFor(bindings: Bindings): Hono<HttpEnv> {
  const env: EnvResult = parseEnv({ ...bindings });
  if (!bindings.ASSETS) consoleLog('error', 'misconfigured', { detail: NO_ASSETS });
  const app = createApp({
    env,
    // Of the URL only the path counts.
    asset: async (name) => {
      if (!bindings.ASSETS) throw new Refused('misconfigured', NO_ASSETS);
      return bindings.ASSETS.fetch(`https://assets/${name}`);
    },
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
