// The stateless part of the edge, put together: what every request passes, and which route answers it.
// It knows no platform; `edge/worker.ts` and the tests give it one.
import type { Hono } from 'hono';
import { HonoBase } from 'hono/hono-base';
import { TrieRouter } from 'hono/router/trie-router';
import { readRecord } from '../connector-record.ts';
import type { EdgeEnv, EnvFault } from '../env.ts';
import { jurisdictions } from '../jurisdiction.ts';
import { keptKeys } from '../kept-keys.ts';
import { createKeyring } from '../keyring.ts';
import { accountsRoutes } from './admin-api/accounts.ts';
import { agentsRoutes } from './admin-api/agents.ts';
import { auditRoutes } from './admin-api/audit.ts';
import { connectorsRoutes } from './admin-api/connectors.ts';
import { eventsRoutes } from './admin-api/events.ts';
import { figuresRoutes } from './admin-api/figures.ts';
import { matchingRoutes } from './admin-api/matching.ts';
import { operatorSessionRoutes, sessionRoutes } from './admin-api/session.ts';
import { settingsRoutes } from './admin-api/settings.ts';
import { statusRoutes } from './admin-api/status.ts';
import { tokensRoutes } from './admin-api/tokens.ts';
import { usersRoutes } from './admin-api/users.ts';
import { adminGuard } from './admin-guard.ts';
import { adminPageRoutes, operatorPageRoutes } from './admin-page.ts';
import { agentSelfRoutes } from './agent-self.ts';
import { agentSocketRoutes } from './agent-socket.ts';
import { type Auth, createAuth } from './auth.ts';
import type { HttpEnv } from './context.ts';
import type { AppDeps, Edge } from './deps.ts';
import { enrolRoutes } from './enrol.ts';
import { answerErrors } from './errors.ts';
import { webhookRoutes } from './graph-webhook.ts';
import { limitBody } from './limits.ts';
import { openapiRoutes } from './openapi/route.ts';
import { problem, Refused } from './problem.ts';
import { resource } from './resource.ts';
import { securityHeaders } from './security-headers.ts';

/**
 * The app for one environment; it lives as long as its isolate. With a faulty environment it serves
 * `/healthz` and says of everything else what is wrong.
 */
export function createApp(deps: AppDeps): Hono<HttpEnv> {
  // The one router that takes all of these routes, whichever of hono's would be found to.
  const app = new HonoBase<HttpEnv>({ router: new TrieRouter() });
  app.onError(answerErrors(deps.log));
  app.notFound(() => problem('not-found', 'There is nothing at this address.'));
  app.use(securityHeaders(deps.env.ok ? deps.env.env.frameAncestors : []));
  app.use(limitBody);
  app.all('/healthz', resource({ GET: (c) => c.json({ status: 'ok' }) }));
  if (deps.env.ok) configured(app, deps, deps.env.env);
  else misconfigured(app, deps, deps.env.faults);
  return app;
}

function configured(app: Hono<HttpEnv>, deps: AppDeps, env: EdgeEnv): void {
  const places = jurisdictions(deps.kv, env);
  const edge: Edge = {
    ...deps,
    env,
    keyring: createKeyring(env),
    pinJurisdiction: places.pin,
    record: (connector) => readRecord(deps.kv, connector),
    keptKeys: (origin) => keptKeys(deps.kv, origin),
    listKeys: (options) => deps.kv.list(options),
  };
  const auth = createAuth(edge);
  app.use(async (_, next) => {
    const fault = await places.fault();
    if (fault) throw new Refused('misconfigured', fault.sentence);
    await next();
  });
  // Before the connectors: `api/connectors` and `api/session` could be names of some.
  connectorsRoutes(app, edge, auth);
  operatorSessionRoutes(app, edge, auth);
  operatorPageRoutes(app, edge);
  openapiRoutes(app, edge);
  connectorRoutes(app.basePath('/:domain/:instance'), edge, auth);
}

function connectorRoutes(routes: Hono<HttpEnv>, edge: Edge, auth: Auth): void {
  webhookRoutes(routes, edge);
  agentSocketRoutes(routes, edge);
  agentSelfRoutes(routes, edge);
  enrolRoutes(routes, edge);
  adminPageRoutes(routes, edge);
  openapiRoutes(routes, edge);

  routes.use('/api/*', adminGuard(edge, auth));
  sessionRoutes(routes, edge, auth);
  settingsRoutes(routes, edge);
  statusRoutes(routes, edge);
  usersRoutes(routes, edge);
  accountsRoutes(routes, edge);
  agentsRoutes(routes, edge);
  figuresRoutes(routes, edge);
  auditRoutes(routes, edge);
  matchingRoutes(routes, edge);
  eventsRoutes(routes, edge);
  tokensRoutes(routes, edge);
}

function misconfigured(app: Hono<HttpEnv>, { log }: AppDeps, faults: EnvFault[]): void {
  const detail = faults.map(({ sentence }) => sentence).join(' ');
  log('error', 'misconfigured', { detail });
  app.all('*', () => {
    throw new Refused('misconfigured', detail);
  });
}
