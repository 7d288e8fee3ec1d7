/**
 * AppWebsocket login digests (facts §1.5), written for the simulator alone, so that the product's
 * code and this one check each other. Knows nothing of sockets or App objects.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What an AppLogin says about the one who logs in. */
export interface LoginFields {
  app?: unknown;
  domain?: unknown;
  sip?: unknown;
  guid?: unknown;
  dn?: unknown;
  info?: unknown;
  [other: string]: unknown;
}

/**
 * The digest of an AppLogin: lower-case hex SHA-256. `info` counts, with its colon, exactly when the
 * property is there, even as `{}`, in the key order in which it was received.
 */
export function loginDigest(fields: LoginFields, challenge: string, password: string): string {
  const names = [fields.app, fields.domain, fields.sip, fields.guid, fields.dn].map(text);
  const info = fields.info === undefined ? [] : [JSON.stringify(fields.info)];
  return createHash('sha256')
    .update([...names, ...info, challenge, password].join(':'), 'utf8')
    .digest('hex');
}

/** Compares two digests in constant time; upper-case hex is not the same digest. */
export function sameDigest(expected: string, received: unknown): boolean {
  if (typeof received !== 'string') return false;
  const left = Buffer.from(expected);
  const right = Buffer.from(received);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** A challenge as PBXs make them: 16 lower-case hex characters (facts §1.4: at most 16). */
export function newChallenge(): string {
  return randomBytes(8).toString('hex');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
