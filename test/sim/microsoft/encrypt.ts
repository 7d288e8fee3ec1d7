// Resource data as Graph encrypts it (facts/graph.md §2.6): a fresh AES-256 key per item, CBC with
// the key's first 16 bytes as IV, HMAC-SHA-256 over the ciphertext, the key in RSA-OAEP with SHA-1.
import { constants, createCipheriv, createHmac, publicEncrypt, randomBytes } from 'node:crypto';
import type { RichKey } from './subscription-store.ts';

export interface EncryptedContent {
  data: string;
  dataSignature: string;
  dataKey: string;
  encryptionCertificateId: string;
  encryptionCertificateThumbprint: string;
}

/** Encrypts a value, as JSON, for the holder of the certificate. */
export function encryptContent(value: unknown, key: RichKey): EncryptedContent {
  const symmetric = randomBytes(32);
  const cipher = createCipheriv('aes-256-cbc', symmetric, symmetric.subarray(0, 16));
  const data = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  const wrapped = publicEncrypt(
    { key: key.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
    symmetric,
  );
  return {
    data: data.toString('base64'),
    dataSignature: createHmac('sha256', symmetric).update(data).digest('base64'),
    dataKey: wrapped.toString('base64'),
    encryptionCertificateId: key.certificateId,
    encryptionCertificateThumbprint: key.thumbprint,
  };
}
