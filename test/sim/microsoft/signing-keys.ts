// The login service's signing keys: made in this process, published as JWKS, replaced on command.
import { createHash, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const makePair = promisify(generateKeyPair);

async function makeKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await makePair('rsa', { modulusLength: 2048 });
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return { kid: createHash('sha1').update(der).digest('base64url'), privateKey, publicKey };
}

// One pair a process: RSA keys are slow to make, and tests start many simulators.
let shared: Promise<SigningKey> | undefined;

export class SigningKeys {
  #keys: SigningKey[];

  private constructor(first: SigningKey) {
    this.#keys = [first];
  }

  /** `own`: a pair that no other simulator in this process has. */
  static async make(own: boolean): Promise<SigningKeys> {
    if (own) return new SigningKeys(await makeKey());
    shared ??= makeKey();
    return new SigningKeys(await shared);
  }

  get current(): SigningKey {
    return this.#keys[0]!;
  }

  find(kid: string | undefined): SigningKey | undefined {
    return this.#keys.find((key) => key.kid === kid);
  }

  /** Signs with a new key from now on; the old ones stay published unless told otherwise. */
  async rotate(keepOld = true): Promise<void> {
    const fresh = await makeKey();
    this.#keys = keepOld ? [fresh, ...this.#keys] : [fresh];
  }

  /** Entra's key set; `issuer` is the template its entries carry (§2.5). */
  jwks(issuer: string): unknown {
    return {
      keys: this.#keys.map((key) => {
        const { n, e } = key.publicKey.export({ format: 'jwk' });
        return { kty: 'RSA', use: 'sig', kid: key.kid, x5t: key.kid, n, e, issuer };
      }),
    };
  }
}
