// What the app is given: the platform as functions, so that it also loads where there is no Cloudflare.
import type { ConnectorName } from '../../shared/ids.ts';
import type { ConnectorRecord } from '../connector-record.ts';
import type { EdgeEnv, EnvResult } from '../env.ts';
import type { Fetch } from '../graph/exchange.ts';
import type { Keyring } from '../keyring.ts';
import type { ConnectorStub } from '../objects.ts';
import type { KeptKeys } from '../signing-keys.ts';

/** One line of the log: an event's name and plain fields; never a secret, never a body. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  event: string,
  fields?: Record<string, string | number>,
) => void;

/** What is handed out as it is, by its name in dist/assets: the admin page, and the description of its API. */
export type AssetName = 'page.html' | 'page.js' | 'page.css' | 'openapi.json';

export interface AppDeps {
  env: EnvResult;
  asset(name: AssetName): Promise<Response>;
  /** The `SETTINGS` namespace. */
  kv: Pick<KVNamespace, 'get' | 'put' | 'list'>;
  connector(name: ConnectorName): ConnectorStub;
  fetch: Fetch;
  /** Work that goes on after the answer of the request that it began in. */
  background(work: Promise<unknown>): void;
  /** Epoch ms. */
  now(): number;
  log: Log;
}

/** What the routes work with, once the environment is known to be complete. */
export interface Edge extends Omit<AppDeps, 'env' | 'kv'> {
  env: EdgeEnv;
  keyring: Keyring;
  /** Remembers under which jurisdiction connectors are created. */
  pinJurisdiction(): Promise<void>;
  /** The connector as KV shows it: perhaps a minute old, `null` where it is not there (yet). */
  record(connector: ConnectorName): Promise<ConnectorRecord | null>;
  /** The public keys of others as KV has them; `origin`: whose they are. */
  keptKeys(origin: string): KeptKeys;
  /** Keys of KV in their order; those of connectors begin with `RECORD_PREFIX`. */
  listKeys(options: KVNamespaceListOptions): Promise<KVNamespaceListResult<unknown>>;
}
