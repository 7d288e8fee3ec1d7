// What startMicrosoft takes. All of it is optional.
import type { CloudName } from './cloud.ts';
import type { TenantOptions } from './default-tenant.ts';
import type { Knobs } from './knobs.ts';

export interface MicrosoftOptions {
  /** 0 (default) takes a free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Epoch milliseconds; default Date.now. */
  now?: () => number;
  /** Of everything random but keys and secrets. */
  seed?: number;
  cloud?: CloudName;
  /** The first tenant; default: default-tenant.ts. */
  tenant?: TenantOptions;
  /** Further tenants, each with an id and a domain of its own. */
  moreTenants?: readonly TenantOptions[];
  /** Where the hosts of notification URLs really listen. */
  hosts?: Readonly<Record<string, string>>;
  knobs?: Partial<Knobs>;
  /** Users with Teams start with a running client. Default true. */
  signedIn?: boolean;
  /** How often expiry is looked at by itself; default 1000 with Date.now, else 0: only tick() does. */
  tickMs?: number;
  /** A login key that no other simulator of this process has. */
  ownKeys?: boolean;
  /** How many requests, handshakes and notifications are remembered. Default 20,000 each. */
  recordLimit?: number;
}
