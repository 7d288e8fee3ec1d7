// The private keys that Microsoft's notifications are encrypted for, on their way from the object that
// makes them, sealed through KV, to the Worker that decrypts.
import type { ConnectorName } from '../shared/ids.ts';
import { bytesOf } from './base64.ts';
import type { DecryptionKey } from './connector/rpc.ts';
import { importDecryptionKey } from './graph/decrypt.ts';
import type { Keyring } from './keyring.ts';

const field = (id: string): string => `decryption-key:${id}`;

/** `pkcs8`: DER in base64. */
export async function sealDecryptionKey(
  keyring: Keyring,
  connector: ConnectorName,
  key: { id: string; pkcs8: string },
): Promise<DecryptionKey> {
  return { id: key.id, sealed: await keyring.seal(connector, field(key.id), key.pkcs8) };
}

/** Throws `AppError` `sealed-unreadable` where it was not sealed for this connector and id. */
export async function openDecryptionKey(
  keyring: Keyring,
  connector: ConnectorName,
  key: DecryptionKey,
): Promise<CryptoKey> {
  const pkcs8 = await keyring.open(connector, field(key.id), key.sealed);
  return importDecryptionKey(bytesOf(pkcs8));
}
