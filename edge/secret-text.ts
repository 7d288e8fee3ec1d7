// Comparing and remembering secret texts without keeping or leaking them.
import { base64url } from 'jose';

/** SHA-256 of a text in base64url: how a token is stored, and looked up without being kept. */
export async function digestOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/**
 * Compares two digests in a time that does not depend on where they differ. Of digests, not of the
 * texts: so that the length tells nothing either.
 */
export function sameDigest(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}
