// Where Durable Objects live is chosen once: their ids depend on it, so with another choice every
// connector would seem to be gone. KV remembers what the first connector was created under.
import { type EdgeEnv, type EnvFault, jurisdictionChanged } from './env.ts';

const KEY = 'jurisdiction';
/** How an unset JURISDICTION is remembered. */
const NONE = 'none';

export interface Jurisdictions {
  /** What is wrong with `JURISDICTION`, `null` where it fits what is there. */
  fault(): Promise<EnvFault | null>;
  /** To be called when a connector was created. */
  pin(): Promise<void>;
}

export function jurisdictions(
  kv: Pick<KVNamespace, 'get' | 'put'>,
  env: Pick<EdgeEnv, 'jurisdiction' | 'selfHosted'>,
): Jurisdictions {
  const wanted = env.jurisdiction ?? NONE;
  let fits = env.selfHosted;
  return {
    async fault() {
      if (fits) return null;
      const pinned = await kv.get(KEY);
      fits = pinned === null || pinned === wanted;
      if (fits) return null;
      const sentence = jurisdictionChanged(named(pinned), named(wanted));
      return { name: 'JURISDICTION', sentence };
    },
    async pin() {
      if (!env.selfHosted && (await kv.get(KEY)) === null) await kv.put(KEY, wanted);
    },
  };
}

const named = (value: string | null): string | null => (value === NONE ? null : value);
