/**
 * A self-signed certificate for 127.0.0.1 and localhost, written as DER by hand: a test needs no
 * openssl and no key in the repository for it. For tests only.
 */
import { generateKeyPairSync, sign } from 'node:crypto';

/**
 * Certificate and key in PEM; the certificate is its own CA. With `dns` it is for those names only;
 * `endedMs` ago it expired.
 */
export function selfSigned(
  name = 'pbx',
  { dns, endedMs = -24 * 3_600_000 }: { dns?: string[]; endedMs?: number } = {},
): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
  const subject = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));
  const hour = 3_600_000;
  const until = Date.now() - endedMs;
  const validity = sequence(time(Math.min(Date.now(), until) - hour), time(until));
  const own = dns ? [] : [der(0x87, Buffer.from([127, 0, 0, 1]))];
  const named = (dns ?? ['localhost']).map((host) => der(0x82, Buffer.from(host)));
  const names = sequence(...named, ...own);
  const extensions = der(0xa3, sequence(sequence(oid('551d11'), der(0x04, names))));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    subject,
    validity,
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions,
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const certificate = sequence(body, ecdsaWithSha256, signature);
  const lines = certificate.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(0x17, Buffer.from(digits.slice(2)));
}
