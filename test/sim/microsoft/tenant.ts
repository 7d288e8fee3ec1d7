// One customer's tenant: app registrations with their grants and credentials, and its directory.
import { createHash, X509Certificate } from 'node:crypto';
import { Directory, teamsPlan } from './directory.ts';

export interface ClientSecret {
  readonly value: string;
  expiresAt: number;
  /** As in the portal; null where nobody gave it a name. */
  readonly name?: string | null;
}

export interface ClientCertificate {
  /** base64url thumbprints, as assertions name them. */
  readonly x5t: string;
  readonly x5tS256: string;
  readonly certificate: X509Certificate;
}

export interface App {
  readonly id: string;
  readonly name: string;
  /** "Allow public client flows". */
  publicClient: boolean;
  readonly secrets: ClientSecret[];
  readonly certificates: ClientCertificate[];
  /** Delegated permissions with admin consent. */
  readonly delegated: Set<string>;
  /** Application permissions with admin consent. */
  readonly roles: Set<string>;
  /** Any AADSTS code that every sign-in to this app ends in, e.g. 90055. */
  blockedBy: number | null;
  /** "Assignment required": only these users get in; null: everybody. */
  assigned: Set<string> | null;
}

export interface Tenant {
  readonly id: string;
  readonly domain: string;
  readonly name: string;
  readonly apps: Map<string, App>;
  readonly directory: Directory;
  /** Where else this tenant lives, e.g. `microsoftonline.us`; null: in the cloud played here. */
  nationalCloud: string | null;
  /** Service plan id by which its people have Teams. */
  teamsPlan: string;
}

export function makeTenant(id: string, domain: string): Tenant {
  return {
    id,
    domain,
    name: domain,
    apps: new Map(),
    directory: new Directory(),
    nationalCloud: null,
    teamsPlan,
  };
}

export function addApp(tenant: Tenant, app: Partial<App> & { id: string; name: string }): App {
  const added: App = {
    publicClient: false,
    secrets: [],
    certificates: [],
    delegated: new Set(),
    roles: new Set(),
    blockedBy: null,
    assigned: null,
    ...app,
  };
  tenant.apps.set(added.id.toLowerCase(), added);
  return added;
}

/** Registers a certificate, PEM or DER, as credential of an app. */
export function addCertificate(app: App, pemOrDer: string | Uint8Array): ClientCertificate {
  const certificate = new X509Certificate(pemOrDer);
  const entry = {
    x5t: createHash('sha1').update(certificate.raw).digest('base64url'),
    x5tS256: createHash('sha256').update(certificate.raw).digest('base64url'),
    certificate,
  };
  app.certificates.push(entry);
  return entry;
}
