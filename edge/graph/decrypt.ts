// Opens the resource data of a rich notification, in exactly the order of Microsoft's page (facts:
// graph §2.6). WebCrypto only; whatever fails gives `null`, without a word about where.
import { bytesOf } from '../base64.ts';
import { jsonOf } from './exchange.ts';
import type { EncryptedContent } from './notification.ts';
import { type PresenceReading, presenceResource, readingOf } from './presence.ts';

/** Bytes of the symmetric key, and of the IV that is its beginning. */
const KEY_BYTES = 32;
const IV_BYTES = 16;

/**
 * Imports the private key (PKCS #8) of a certificate that Microsoft encrypts for.
 * OAEP with SHA-1 is Microsoft's choice.
 */
export const importDecryptionKey = (pkcs8: BufferSource): Promise<CryptoKey> =>
  crypto.subtle.importKey('pkcs8', pkcs8, { name: 'RSA-OAEP', hash: 'SHA-1' }, false, ['decrypt']);

/** The presence in an item, or `null`: not for this key, tampered with, or not a presence. */
export async function decryptItem(
  content: Pick<EncryptedContent, 'data' | 'dataSignature' | 'dataKey'>,
  privateKey: CryptoKey,
): Promise<PresenceReading | null> {
  try {
    const dataKey = bytesOf(content.dataKey);
    const key = await crypto.subtle.decrypt({ name: 'RSA-OAEP' }, privateKey, dataKey);
    if (key.byteLength !== KEY_BYTES) return null;
    const data = bytesOf(content.data);
    // Over the bytes, not over their base64 text; and before anything is decrypted.
    if (!(await isSigned(key, data, bytesOf(content.dataSignature)))) return null;
    const presence = presenceResource().safeParse(jsonOf(await decryptData(key, data)));
    return presence.success ? readingOf(presence.data) : null;
  } catch {
    return null;
  }
}

/** `verify` compares in constant time. */
async function isSigned(key: ArrayBuffer, data: Uint8Array, mac: Uint8Array): Promise<boolean> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', key, hmac, false, ['verify']);
  return crypto.subtle.verify('HMAC', imported, mac, data);
}

async function decryptData(key: ArrayBuffer, data: Uint8Array): Promise<string> {
  const aes = await crypto.subtle.importKey('raw', key, 'AES-CBC', false, ['decrypt']);
  const iv = key.slice(0, IV_BYTES);
  const plain = await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, aes, data);
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(plain);
}
