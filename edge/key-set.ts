// Public keys that somebody else signs with, as they publish them (JWKS, RFC 7517 §5).
import type { JWK } from 'jose';
import * as z from 'zod';
import { late } from '../shared/late.ts';
import { type Answer, jsonOf } from './graph/exchange.ts';

/** A key, and the template of the issuers it may sign for, where its owner names one. */
export interface SigningKey {
  jwk: JWK;
  issuer: string | undefined;
}

export interface Published {
  /** By their ids. */
  keys: Map<string, SigningKey>;
  /** When, by the clock of whoever published them, epoch ms; `null`: it does not say. */
  at: number | null;
}

const namedKey = late(() =>
  z.looseObject({
    kid: z.string(),
    kty: z.string(),
    issuer: z.string().optional(),
  }),
);
/** One that has no id is not for us and left out; a set with none that could be found is no set. */
export const keySet = late(() =>
  z.object({
    keys: z
      .array(z.unknown())
      .transform((all) => all.flatMap((one) => namedKey().safeParse(one).data ?? []))
      .refine(({ length }) => length > 0),
  }),
);

export const keysById = ({ keys }: z.infer<ReturnType<typeof keySet>>): Map<string, SigningKey> =>
  new Map(keys.map((jwk) => [jwk.kid, { jwk, issuer: jwk.issuer }]));

/** What an answer publishes; `null`: no keys that can be read. */
export function publishedIn({ status, text, headers }: Answer): Published | null {
  const set = keySet().safeParse(status === 200 ? jsonOf(text) : null);
  if (!set.success) return null;
  const at = Date.parse(headers.get('date') ?? '');
  return { keys: keysById(set.data), at: Number.isNaN(at) ? null : at };
}
