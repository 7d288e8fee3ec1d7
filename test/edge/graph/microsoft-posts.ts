// What only Microsoft can make of a notification: presences encrypted for a certificate, and the signed
// validation tokens beside them, with the addresses where its public keys are read.
// The polyfill that @peculiar/x509 looks for when it is loaded.
import './reflect.ts';

import { X509Certificate } from '@peculiar/x509';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

const LOGIN = 'https://login.microsoftonline.com';
/** Microsoft's application that sends change notifications. */
const PUBLISHER = '0bf30f3b-4a52-48df-9a82-234910c4a086';

export interface Signer {
  /** Answers a request for Microsoft's public keys; `undefined` where the URL is another. */
  published(url: string): Response | undefined;
  /** Current at `now` (epoch ms) unless the claims say otherwise. */
  token(
    wanted: { tenantId: string; clientId: string; now: number; claims?: JWTPayload },
    key?: CryptoKey,
  ): Promise<string>;
}

export async function signer(): Promise<Signer> {
  const pair = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', use: 'sig' };
  return {
    published(url) {
      if (url.endsWith('openid-configuration')) {
        return Response.json({ jwks_uri: `${LOGIN}/common/discovery/keys` });
      }
      return url.endsWith('/discovery/keys') ? Response.json({ keys: [jwk] }) : undefined;
    },
    token: ({ tenantId, clientId, now, claims = {} }, key = pair.privateKey as CryptoKey) =>
      new SignJWT({
        iss: `https://sts.windows.net/${tenantId}/`,
        aud: clientId,
        appid: PUBLISHER,
        nbf: now / 1000 - 60,
        exp: now / 1000 + 3600,
        ...claims,
      })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .sign(key),
  };
}

/** Encrypts as Microsoft does (facts: graph §2.6). `certificate`: DER in base64. */
export async function encrypted(presence: object, pair: { id: string; certificate: string }) {
  const symmetric = crypto.getRandomValues(new Uint8Array(32));
  const aes = await crypto.subtle.importKey('raw', symmetric, 'AES-CBC', false, ['encrypt']);
  const iv = symmetric.slice(0, 16);
  const plain = new TextEncoder().encode(JSON.stringify(presence));
  const data = await crypto.subtle.encrypt({ name: 'AES-CBC', iv }, aes, plain);
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const mac = await crypto.subtle.importKey('raw', symmetric, hmac, false, ['sign']);
  const spki = new X509Certificate(pair.certificate).publicKey.rawData;
  const oaep = { name: 'RSA-OAEP', hash: 'SHA-1' };
  const rsa = await crypto.subtle.importKey('spki', spki, oaep, false, ['encrypt']);
  return {
    data: base64(data),
    dataSignature: base64(await crypto.subtle.sign('HMAC', mac, data)),
    dataKey: base64((await crypto.subtle.encrypt('RSA-OAEP', rsa, symmetric)) as ArrayBuffer),
    encryptionCertificateId: pair.id,
  };
}

export const base64 = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)));
