// A connector's own admin token: random, and it names the connector, so that it is recognised (and
// refused) at another one. Only its digest is stored.
import { base64url } from 'jose';
import { type ConnectorName, connectorName } from '../../shared/ids.ts';

const FORM = /^pct\.([\w-]{1,512})\.[\w-]{43}$/;

/** A new token, shown to the admin once. */
export function newConnectorToken(connector: ConnectorName): string {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  return `pct.${base64url.encode(connector)}.${base64url.encode(secret)}`;
}

/** The connector that a token claims to be for; `undefined` where it is no such token at all. */
export function connectorOfToken(token: string): ConnectorName | undefined {
  const encoded = FORM.exec(token)?.[1];
  if (encoded === undefined) return undefined;
  const name = new TextDecoder().decode(base64url.decode(encoded));
  const [domain = '', instance = '', ...more] = name.split('/');
  return more.length === 0 ? connectorName(domain, instance) : undefined;
}
