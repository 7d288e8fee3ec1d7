// Proves an app by its certificate. By hand, with jose: MSAL's own `clientCertificate` fails in
// workerd, whose createPrivateKey refuses what jsonwebtoken gives it.
import { base64url, importPKCS8, SignJWT } from 'jose';
import { AppError } from '../../shared/errors.ts';
import { bytesOf } from '../base64.ts';

/** Both as PEM; the key as unencrypted PKCS #8. */
export interface ClientCertificate {
  certificate: string;
  privateKey: string;
}

/** Entra takes assertions of a few minutes; it is used at once. */
const LIFETIME_S = 600;

/**
 * A signed assertion (PS256, `x5t#S256`) for the token endpoint `audience`.
 * @throws AppError `client-certificate-bad`: not RSA, or not PEM
 */
export async function clientAssertion(
  { certificate, privateKey }: ClientCertificate,
  { clientId, audience, now }: { clientId: string; audience: string; now: number },
): Promise<string> {
  const issuedAt = Math.floor(now / 1000);
  try {
    const key = await importPKCS8(privateKey, 'PS256');
    return await new SignJWT()
      .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': await thumbprint(certificate) })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(audience)
      .setJti(crypto.randomUUID())
      .setNotBefore(issuedAt)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFETIME_S)
      .sign(key);
  } catch (cause) {
    throw new AppError({
      code: 'client-certificate-bad',
      retry: 'never',
      detail: 'The certificate or its private key cannot be used: RSA in PEM (PKCS #8) is needed.',
      cause,
    });
  }
}

/** SHA-256 of the DER of the first certificate in the text. */
async function thumbprint(pem: string): Promise<string> {
  const body = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/.exec(pem)?.[1] ?? '';
  const der = bytesOf(body.replace(/\s+/g, ''));
  if (der.length === 0) throw new Error('No certificate in the PEM text.');
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', der)));
}
