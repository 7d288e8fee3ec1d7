// Makes the key pair that Microsoft encrypts resource data for. The certificate is only a wrapper:
// Microsoft checks neither its issuer nor its dates (facts: graph §2.6).
import {
  bitString,
  explicit,
  nothing,
  objectIdentifier,
  positive,
  sequence,
  setOf,
  time,
  utf8,
} from './der.ts';

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

const NAME = 'presence-connector';
/** Longer than any use; rotation is ours to decide. */
const VALID_MS = 10 * 365 * 86_400_000;
/** Against clocks that go slow. */
const BEFORE_MS = 86_400_000;

/** RFC 8017, appendix C: sha256WithRSAEncryption. */
const sha256WithRsa = () => sequence(objectIdentifier('1.2.840.113549.1.1.11'), nothing());
/** X.520: commonName. */
const commonName = () => objectIdentifier('2.5.4.3');
/** Version 3, counted from 0. */
const version = () => explicit(0, positive(Uint8Array.of(2)));

/** A new RSA key of 2048 bits with a self-signed certificate. Takes some 100 ms of CPU. */
export async function makeDecryptionKey(now: number): Promise<DecryptionKeyPair> {
  // Made as a signing key, because the certificate signs itself; the same numbers then decrypt.
  const keys = await crypto.subtle.generateKey(RSA, true, ['sign', 'verify']);
  if (!('privateKey' in keys)) throw new TypeError('RSA gave no pair.');
  return {
    id: crypto.randomUUID(),
    certificate: base64(await selfSigned(keys, now)),
    pkcs8: base64(await exported('pkcs8', keys.privateKey)),
  };
}

/** RFC 5280 §4.1, without extensions. */
async function selfSigned({ publicKey, privateKey }: CryptoKeyPair, now: number) {
  const name = sequence(setOf(sequence(commonName(), utf8(NAME))));
  const content = sequence(
    version(),
    positive(crypto.getRandomValues(new Uint8Array(16))),
    sha256WithRsa(),
    name,
    sequence(time(now - BEFORE_MS), time(now + VALID_MS)),
    name,
    await exported('spki', publicKey),
  );
  const signature = new Uint8Array(await crypto.subtle.sign(RSA.name, privateKey, content));
  return sequence(content, sha256WithRsa(), bitString(signature));
}

async function exported(format: 'pkcs8' | 'spki', key: CryptoKey) {
  const bytes = await crypto.subtle.exportKey(format, key);
  if (!(bytes instanceof ArrayBuffer)) throw new TypeError(`${format} is bytes.`);
  return new Uint8Array(bytes);
}

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
