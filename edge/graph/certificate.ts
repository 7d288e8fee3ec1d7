// Makes the key pair that Microsoft encrypts resource data for. The certificate is only a wrapper:
// Microsoft checks neither its issuer nor its dates (facts: graph §2.6).
import './reflect.ts';

import { X509CertificateGenerator } from '@peculiar/x509';

export interface DecryptionKeyPair {
  /** Goes to Microsoft with the certificate and comes back with each item. */
  id: string;
  /** X.509 in DER, base64 without PEM markers. */
  certificate: string;
  /** The private key as PKCS #8 in DER, base64; to be sealed at once. */
  pkcs8: string;
}

const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

/** Longer than any use; rotation is ours to decide. */
const VALID_MS = 10 * 365 * 86_400_000;
/** Against clocks that go slow. */
const BEFORE_MS = 86_400_000;

/** A new RSA key of 2048 bits with a self-signed certificate. Takes some 100 ms of CPU. */
export async function makeDecryptionKey(now: number): Promise<DecryptionKeyPair> {
  // Made as a signing key, because the certificate signs itself; the same numbers then decrypt.
  const keys = await crypto.subtle.generateKey(RSA, true, ['sign', 'verify']);
  if (!('privateKey' in keys)) throw new TypeError('RSA gave no pair.');
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=presence-connector',
      notBefore: new Date(now - BEFORE_MS),
      notAfter: new Date(now + VALID_MS),
      signingAlgorithm: RSA,
      keys,
    },
    crypto,
  );
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  if (!(pkcs8 instanceof ArrayBuffer)) throw new TypeError('PKCS #8 is bytes.');
  return {
    id: crypto.randomUUID(),
    certificate: base64(certificate.rawData),
    pkcs8: base64(pkcs8),
  };
}

const base64 = (bytes: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(bytes)));
