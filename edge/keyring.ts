// Every key the edge uses, derived from SETTINGS_KEY per purpose and connector (HKDF-SHA-256), so that
// nothing made for one connector or one purpose is of use for another. WebCrypto only.
import { base64url, CompactEncrypt, compactDecrypt, jwtVerify, SignJWT } from 'jose';
import { AppError } from '../shared/errors.ts';
import type { ConnectorName } from '../shared/ids.ts';

export type TokenPurpose = 'enrol' | 'agent' | 'session';
export type TokenClaims = Record<string, unknown>;
export type Verified =
  | { ok: true; claims: TokenClaims }
  /** `expired`: ours, but too late. `invalid`: malformed, forged, or of another connector or purpose. */
  | { ok: false; why: 'expired' | 'invalid' };

export interface Keyring {
  /** Encrypts a secret for storage; what comes back opens for this connector and field only. */
  seal(connector: ConnectorName, field: string, text: string): Promise<string>;
  /** Throws `AppError` `sealed-unreadable` where no key of ours opens it as that field. */
  open(connector: ConnectorName, field: string, sealed: string): Promise<string>;
  /** HMAC-SHA-256 over `text`, in base64url. */
  mac(purpose: string, connector: ConnectorName, text: string): Promise<string>;
  /** Compares in constant time. */
  verifyMac(purpose: string, connector: ConnectorName, text: string, mac: string): Promise<boolean>;
  /** A compact HS256 token; `expiresAt` in epoch ms, `null` for one that only revocation ends. */
  signToken(
    purpose: TokenPurpose,
    connector: ConnectorName,
    claims: TokenClaims,
    expiresAt: number | null,
  ): Promise<string>;
  /** `now` in epoch ms. */
  verifyToken(
    purpose: TokenPurpose,
    connector: ConnectorName,
    token: string,
    now: number,
  ): Promise<Verified>;
}

export interface KeyMaterial {
  settingsKey: Uint8Array<ArrayBuffer>;
  settingsKeyPrevious: Uint8Array<ArrayBuffer> | null;
}

type KeyUse = { kind: 'seal' | 'mac' | 'token'; purpose: string; connector: ConnectorName };

const ENCRYPTION = { alg: 'dir', enc: 'A256GCM' } as const;
const TOKEN_ALG = 'HS256';
const AES = { name: 'AES-GCM', length: 256 };
const HMAC = { name: 'HMAC', hash: 'SHA-256', length: 256 };
/** Keys kept per isolate: a few for each of some hundred connectors. */
const MAX_CACHED_KEYS = 4096;

/** A keyring over the operator's key; what the previous key made is still opened and verified. */
export function createKeyring(material: KeyMaterial): Keyring {
  const { settingsKey, settingsKeyPrevious } = material;
  const current = deriver(settingsKey);
  const all = settingsKeyPrevious ? [current, deriver(settingsKeyPrevious)] : [current];

  return {
    async seal(connector, field, text) {
      const key = await current({ kind: 'seal', purpose: '', connector });
      return new CompactEncrypt(encode(text))
        .setProtectedHeader({ ...ENCRYPTION, connector, field })
        .encrypt(key);
    },

    async open(connector, field, sealed) {
      for (const derive of all) {
        const key = await derive({ kind: 'seal', purpose: '', connector });
        const opened = await decrypted(sealed, key);
        if (opened?.connector === connector && opened.field === field) return opened.text;
      }
      const detail = `What is stored as ${field} of ${connector} does not open with SETTINGS_KEY.`;
      throw new AppError({ code: 'sealed-unreadable', retry: 'never', detail });
    },

    async mac(purpose, connector, text) {
      const key = await current({ kind: 'mac', purpose, connector });
      return base64url.encode(new Uint8Array(await crypto.subtle.sign('HMAC', key, encode(text))));
    },

    async verifyMac(purpose, connector, text, mac) {
      const signature = decodedMac(mac);
      if (!signature) return false;
      for (const derive of all) {
        const key = await derive({ kind: 'mac', purpose, connector });
        if (await crypto.subtle.verify('HMAC', key, signature, encode(text))) return true;
      }
      return false;
    },

    async signToken(purpose, connector, claims, expiresAt) {
      const key = await current({ kind: 'token', purpose, connector });
      const token = new SignJWT(claims)
        .setProtectedHeader({ alg: TOKEN_ALG, typ: purpose })
        .setAudience(connector);
      if (expiresAt !== null) token.setExpirationTime(new Date(expiresAt));
      return token.sign(key);
    },

    async verifyToken(purpose, connector, token, now) {
      for (const derive of all) {
        const key = await derive({ kind: 'token', purpose, connector });
        const verified = await checked(token, key, {
          typ: purpose,
          audience: connector,
          algorithms: [TOKEN_ALG],
          currentDate: new Date(now),
        });
        if (verified.ok || verified.why === 'expired') return verified;
      }
      return { ok: false, why: 'invalid' };
    },
  };
}

/** Derives keys from one secret and remembers them; a key, never a promise, outlives its request. */
function deriver(secret: Uint8Array<ArrayBuffer>): (use: KeyUse) => Promise<CryptoKey> {
  const cache = new Map<string, CryptoKey>();
  return async (use) => {
    const info = ['presence-connector 1', use.kind, use.purpose, use.connector].join('\0');
    const known = cache.get(info);
    if (known) return known;
    const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
    const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encode(info) };
    const derived =
      use.kind === 'seal'
        ? await crypto.subtle.deriveKey(hkdf, material, AES, false, ['encrypt', 'decrypt'])
        : await crypto.subtle.deriveKey(hkdf, material, HMAC, false, ['sign', 'verify']);
    if (cache.size >= MAX_CACHED_KEYS) cache.clear();
    cache.set(info, derived);
    return derived;
  };
}

async function decrypted(sealed: string, key: CryptoKey) {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: [ENCRYPTION.alg],
      contentEncryptionAlgorithms: [ENCRYPTION.enc],
    });
    const { connector, field } = protectedHeader;
    return { connector, field, text: new TextDecoder().decode(plaintext) };
  } catch {
    return null;
  }
}

async function checked(
  token: string,
  key: CryptoKey,
  options: Parameters<typeof jwtVerify>[2],
): Promise<Verified> {
  try {
    return { ok: true, claims: (await jwtVerify(token, key, options)).payload };
  } catch (error) {
    const expired = (error as { code?: string }).code === 'ERR_JWT_EXPIRED';
    return { ok: false, why: expired ? 'expired' : 'invalid' };
  }
}

const encode = (text: string) => new TextEncoder().encode(text);

function decodedMac(mac: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(base64url.decode(mac));
  } catch {
    return undefined;
  }
}
