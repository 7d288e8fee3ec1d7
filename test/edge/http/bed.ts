// The app on a made-up platform: KV is a map, the connector's object is a small fake that keeps settings
// and records every call that reaches it. It does not model users, agents or presence.

import { env as bindings } from 'cloudflare:workers';
import type { ConnectorRecord } from '../../../edge/connector-record.ts';
import { parseEnv } from '../../../edge/env.ts';
import { createApp } from '../../../edge/http/app.ts';
import type { AppDeps } from '../../../edge/http/deps.ts';
import { createKeyring } from '../../../edge/keyring.ts';
import type { ConnectorStub } from '../../../edge/objects.ts';
import { accepted, refused } from '../../../shared/errors.ts';
import { type ConnectorName, connectorName } from '../../../shared/ids.ts';
import type { SettingsView } from '../../../shared/settings/schema.ts';

export const ADMIN_TOKEN = 'operator-token-of-the-tests';
export const SETTINGS_KEY = btoa('k'.repeat(32));
export const KNOWN = connectorName('example.com', 'microsoft365') as ConnectorName;
export const OTHER = connectorName('example.org', 'microsoft365') as ConnectorName;
export const ORIGIN = 'https://edge.example.net';
export const NOW = Date.UTC(2026, 10, 23, 12);

export const SETTINGS = {
  masterPbx: 'pbx',
  notificationUrl: `${ORIGIN}/${KNOWN}/subscriptions`,
  clientIdSyncToPbx: '11111111-1111-4111-8111-111111111111',
  tenantSyncToPbx: '22222222-2222-4222-8222-222222222222',
  clientIdSyncToTeams: '33333333-3333-4333-8333-333333333333',
  tenantSyncToTeams: '22222222-2222-4222-8222-222222222222',
};

export const record = (more: Partial<ConnectorRecord> = {}): ConnectorRecord => ({
  revision: 1,
  version: 1,
  settings: { cloud: 'global' },
  sealed: {},
  reading: { clientId: SETTINGS.clientIdSyncToPbx, tenantId: SETTINGS.tenantSyncToPbx },
  decryptionKeys: [],
  tokens: [],
  ...more,
});

export interface Call {
  connector: ConnectorName;
  method: string;
  args: unknown[];
}

/** Answers of one object that a test replaces. */
export type Answers = Partial<Record<keyof ConnectorStub, (...args: never[]) => unknown>>;

type ListOptions = { prefix: string; limit: number; cursor?: string };

export interface BedOptions {
  env?: Record<string, unknown>;
  answers?: Answers;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Connectors that exist, though KV does not show them yet. */
  onlyInObjects?: ConnectorName[];
  /** In place of those that are built. */
  asset?: AppDeps['asset'];
  /** What KV holds already: as another isolate left it. */
  store?: Map<string, string>;
}

export function bed(options: BedOptions = {}) {
  const clock = { now: NOW };
  const calls: Call[] = [];
  const readOfKv: string[] = [];
  const logged: { event: string; fields: Record<string, string | number> }[] = [];
  const store = options.store ?? new Map<string, string>();
  const tokens = new Map<ConnectorName, Token[]>();
  const exists = new Set<ConnectorName>([KNOWN, OTHER, ...(options.onlyInObjects ?? [])]);
  for (const name of [KNOWN, OTHER]) store.set(`settings:${name}`, JSON.stringify(record()));

  const raw = { ADMIN_TOKEN, SETTINGS_KEY, ...options.env };
  const env = parseEnv(raw);
  const objects = new Map<ConnectorName, ReturnType<typeof fakeObject>>();
  const kv = {
    get: async (key: string, type?: unknown) => {
      readOfKv.push(key);
      const text = store.get(key);
      if (text === undefined) return null;
      return type === 'json' ? JSON.parse(text) : text;
    },
    put: async (key: string, value: string) => void store.set(key, value),
    list: async ({ prefix, limit, cursor = '' }: ListOptions) => {
      if (cursor !== '' && !store.has(cursor)) throw new Error('KV list() failed: 400');
      const found = [...store.keys()].filter((key) => key.startsWith(prefix) && key > cursor);
      const keys = found.sort().slice(0, limit);
      const rest = found.length > limit ? { cursor: keys.at(-1) } : {};
      return { keys: keys.map((name) => ({ name })), list_complete: !rest.cursor, ...rest };
    },
  } as unknown as Pick<KVNamespace, 'get' | 'put' | 'list'>;

  const app = createApp({
    env,
    asset: options.asset ?? ((name) => bindings.ASSETS.fetch(`https://assets/${name}`)),
    kv,
    connector: (name) => {
      const object =
        objects.get(name) ??
        fakeObject(name, { calls, exists, tokens, answers: options.answers ?? {} });
      objects.set(name, object);
      return object as unknown as ConnectorStub;
    },
    fetch: options.fetch ?? (async () => new Response(null, { status: 503 })),
    background: (work) => void work,
    now: () => clock.now,
    log: (_, event, fields = {}) => void logged.push({ event, fields }),
  });

  return {
    app,
    calls,
    clock,
    logged,
    readOfKv,
    kv,
    store,
    /** Tokens that the objects know. */
    tokens,
    keyring: env.ok ? createKeyring(env.env) : undefined!,
    /** The methods that were called at any object. */
    touched: () => calls.map(({ method }) => method),
    fetch: async (path: string, init: RequestInit = {}) =>
      app.fetch(new Request(path.startsWith('http') ? path : `${ORIGIN}${path}`, init)),
    /** As the operator. */
    async admin(
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ) {
      const isOfConnector = path.startsWith('/api/') && path.split('?')[0] !== '/api/connectors';
      const connector = isOfConnector ? `/${KNOWN}` : '';
      return app.fetch(
        new Request(`${ORIGIN}${connector}${path}`, {
          method,
          headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...headers },
          ...(body === undefined
            ? {}
            : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        }),
      );
    },
  };
}

interface Token {
  id: string;
  hash: string;
}

function fakeObject(
  connector: ConnectorName,
  {
    calls,
    exists,
    tokens,
    answers,
  }: {
    calls: Call[];
    exists: Set<ConnectorName>;
    tokens: Map<ConnectorName, Token[]>;
    answers: Answers;
  },
) {
  const state = { version: 1, settings: { ...SETTINGS } as unknown as SettingsView };
  const empty: Record<string, unknown> = {
    listAccounts: [],
    listAgents: [],
    listTokens: [],
    timeline: [],
    audit: [],
    status: [],
    listUsers: { items: [], counts: {} },
    openEnrolment: { id: 'enrolment-1', expiresAt: NOW + 1_800_000 },
    enrol: { agentId: 'agent-1' },
  };
  const own: Answers = {
    writeSettings: ({ ifVersion }: { ifVersion?: number }) => {
      const created = !exists.has(connector);
      if (ifVersion !== undefined && (created || ifVersion !== state.version)) {
        return refused('stale-version', 'Changed meanwhile.');
      }
      exists.add(connector);
      if (!created) state.version += 1;
      return accepted({ ...state, created });
    },
    deleteSettings: (_who: string, ifVersion?: number) =>
      ifVersion !== undefined && ifVersion !== state.version
        ? refused('stale-version', 'Changed meanwhile.')
        : accepted(null),
    readSettings: () => accepted(state),
    observe: () => accepted(null),
    hint: () => accepted(null),
    lifecycle: () => accepted(null),
    decryptionKey: () => null,
    findToken: (by: Partial<Token>) =>
      (tokens.get(connector) ?? []).find(({ id, hash }) => id === by.id || hash === by.hash)?.id ??
      null,
    addToken: (_who: string, { hash }: Token) => {
      const all = tokens.get(connector) ?? [];
      const id = `token-${all.length + 1}`;
      tokens.set(connector, [...all, { id, hash }]);
      return accepted({ id, createdAt: new Date(NOW).toISOString() });
    },
    removeToken: (_who: string, id: string) => {
      const all = tokens.get(connector) ?? [];
      tokens.set(
        connector,
        all.filter((token) => token.id !== id),
      );
      return accepted(null);
    },
  };
  return new Proxy(
    {},
    {
      get: (_, method: keyof ConnectorStub) => {
        if ((method as string) === 'then') return undefined;
        return async (...args: never[]) => {
          calls.push({ connector, method, args });
          if (!exists.has(connector) && method !== 'writeSettings' && method !== 'fetch') {
            return refused('connector-unknown', 'No such connector.');
          }
          const answer = answers[method] ?? own[method];
          return answer ? answer(...args) : accepted(empty[method] ?? null);
        };
      },
    },
  );
}

/** Status and code of a problem answer. */
export async function problemOf(response: Response) {
  const body = (await response.json()) as {
    code: string;
    status: number;
    detail: string;
    errors?: { path: string; message: string }[];
  };
  return { ...body, type: response.headers.get('content-type'), http: response.status };
}
