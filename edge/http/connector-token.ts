// A connector's own admin token: random, names the connector, and bears a MAC of ours. So it is known as
// one of this edge before anything is looked up, also where KV does not show it yet. Whether it still
// counts, the connector's object knows; stored is only its digest.
import { base64url } from 'jose';
import { type ConnectorName, connectorName } from '../../shared/ids.ts';
import type { Keyring } from '../keyring.ts';

const FORM = /^pct\.([\w-]{1,512})\.([\w-]{43})\.([\w-]{43})$/;
const PURPOSE = 'connector-token';

/** A new token, shown to the operator once. */
export async function newConnectorToken(
  keyring: Keyring,
  connector: ConnectorName,
): Promise<string> {
  const secret = base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
  const mac = await keyring.mac(PURPOSE, connector, secret);
  return `pct.${base64url.encode(connector)}.${secret}.${mac}`;
}

/** The connector that a token claims to be for; `undefined` where it is no such token at all. */
export function connectorOfToken(token: string): ConnectorName | undefined {
  const encoded = FORM.exec(token)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const name = new TextDecoder().decode(base64url.decode(encoded));
    const [domain = '', instance = '', ...more] = name.split('/');
    return more.length === 0 ? connectorName(domain, instance) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the token was made here, with `SETTINGS_KEY` or the one before. */
export async function isOfThisEdge(
  keyring: Keyring,
  connector: ConnectorName,
  token: string,
): Promise<boolean> {
  const [, , secret = '', mac = ''] = FORM.exec(token) ?? [];
  return keyring.verifyMac(PURPOSE, connector, secret, mac);
}
