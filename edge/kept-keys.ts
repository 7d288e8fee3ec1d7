// Public keys of others as KV has them, under `signing-keys:{origin}`: an isolate that begins finds there
// what another one has asked for. Public, and none of a connector's; perhaps a minute old.
import * as z from 'zod';
import { late } from '../shared/late.ts';
import { keySet, keysById } from './key-set.ts';
import type { KeptKeys } from './signing-keys.ts';

const keptKeysRecord = late(() => keySet().extend({ fetchedAt: z.number() }));

/** `origin`: whose they are, so that a laboratory's never pass for Microsoft's. */
export function keptKeys(kv: Pick<KVNamespace, 'get' | 'put'>, origin: string): KeptKeys {
  const place = `signing-keys:${origin}`;
  return {
    async read() {
      const { success, data } = keptKeysRecord().safeParse(await kv.get(place, 'json'));
      return success ? { fetchedAt: data.fetchedAt, keys: keysById(data) } : null;
    },
    write: ({ fetchedAt, keys }) =>
      kv.put(place, JSON.stringify({ fetchedAt, keys: [...keys.values()].map(({ jwk }) => jwk) })),
  };
}
