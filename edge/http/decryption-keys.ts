// Finds the key that an item was encrypted for: in memory, in what KV shows, and only then in the object.
import { AppError } from '../../shared/errors.ts';
import type { ConnectorName } from '../../shared/ids.ts';
import type { DecryptionKey } from '../connector/rpc.ts';
import { openDecryptionKey } from '../decryption-key.ts';
import type { Edge } from './deps.ts';

/** Keys kept per isolate: opening and importing one costs more than decrypting with it. */
const MAX_KEYS = 1000;

/** The key with an id; `null` where the connector has none. For one batch: asks the object once. */
export type KeyOf = (id: string) => Promise<CryptoKey | null>;

export function decryptionKeys(
  edge: Edge,
): (connector: ConnectorName, shown: readonly DecryptionKey[]) => KeyOf {
  const imported = new Map<string, CryptoKey>();

  return (connector, shown) => {
    const missing = new Set<string>();
    return async (id) => {
      const place = `${connector}/${id}`;
      const known = imported.get(place);
      if (known) return known;
      if (missing.has(id)) return null;
      const stored =
        shown.find((key) => key.id === id) ?? (await edge.connector(connector).decryptionKey(id));
      if (!stored) {
        missing.add(id);
        return null;
      }
      const key = await opened(edge, connector, stored);
      if (!key) {
        missing.add(id);
        return null;
      }
      if (imported.size >= MAX_KEYS) imported.clear();
      imported.set(place, key);
      return key;
    };
  };
}

/** `null` where the operator's key is another today: what is encrypted for it is read instead. */
async function opened(
  edge: Edge,
  connector: ConnectorName,
  stored: DecryptionKey,
): Promise<CryptoKey | null> {
  try {
    return await openDecryptionKey(edge.keyring, connector, stored);
  } catch (error) {
    if (error instanceof AppError && error.code === 'sealed-unreadable') return null;
    throw error;
  }
}
