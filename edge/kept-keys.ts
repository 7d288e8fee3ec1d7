// Microsoft's public keys as KV has them, under `signing-keys:{login}`: an isolate that begins finds there
// what another one has asked for. Public, and none of a connector's; perhaps a minute old.
import * as z from 'zod';
import type { KeptKeys } from './graph/entra-keys.ts';
import { keySet, keysById } from './graph/published-keys.ts';

const keptKeysRecord = keySet.extend({ fetchedAt: z.number() });

/** `login`: the origin that publishes them, so that a laboratory's never pass for Microsoft's. */
export function keptKeys(kv: Pick<KVNamespace, 'get' | 'put'>, login: string): KeptKeys {
  const place = `signing-keys:${login}`;
  return {
    async read() {
      const { success, data } = keptKeysRecord.safeParse(await kv.get(place, 'json'));
      return success ? { fetchedAt: data.fetchedAt, keys: keysById(data) } : null;
    },
    write: ({ fetchedAt, keys }) =>
      kv.put(place, JSON.stringify({ fetchedAt, keys: [...keys.values()].map(({ jwk }) => jwk) })),
  };
}
