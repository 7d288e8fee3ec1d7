// What a lamp says of a credential that ends some day. Pure.
import type { LampState } from '../../shared/lamps.ts';

export interface CredentialEnd {
  kind: 'secret' | 'certificate';
  /** Epoch ms */
  endsAt: number;
}

const DAY_MS = 86_400_000;
/** Enough for an admin's holidays. */
const WARN_MS = 30 * DAY_MS;

export interface Expiry {
  state: Extract<LampState, 'warning' | 'error'>;
  code: string;
  params: { day: string; days: number };
}

/** `null` while the end is far off. A credential that has ended is an error, and is used all the same. */
export function expiryOf({ kind, endsAt }: CredentialEnd, now: number): Expiry | null {
  const leftMs = endsAt - now;
  if (leftMs > WARN_MS) return null;
  const params = {
    day: new Date(endsAt).toISOString().slice(0, 10),
    days: Math.max(0, Math.floor(leftMs / DAY_MS)),
  };
  return leftMs > 0
    ? { state: 'warning', code: `client-${kind}-expiring`, params }
    : { state: 'error', code: `client-${kind}-expired`, params };
}
