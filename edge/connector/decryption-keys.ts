// The key pairs that Microsoft encrypts the data of notifications for. Made here, so that nobody has to
// bring a certificate; changed now and then, without a gap: an older one stays until nothing names it.
import { openDecryptionKey, sealDecryptionKey } from '../decryption-key.ts';
import { makeDecryptionKey } from '../graph/certificate.ts';
import type { Context } from './context.ts';
import type { DecryptionKey } from './rpc.ts';
import type { SettingsDesk } from './settings-desk.ts';

/** A key that leaked opens no more than this, in ms. */
const ROTATE_EVERY_MS = 30 * 86_400_000;
/**
 * How long, in ms, after another one took over: Microsoft repeats an item for 4 h (facts: graph §2.3),
 * and the copy in KV may be a while behind.
 */
const KEEP_MS = 86_400_000;

const KEYS = 'decryption-keys';

/** The private half only sealed. */
export interface StoredKey extends DecryptionKey {
  /** X.509 in DER, base64. */
  certificate: string;
  /** Epoch ms */
  madeAt: number;
}

export class DecryptionKeys {
  readonly #context: Context;
  readonly #desk: SettingsDesk;
  #making: Promise<void> | undefined;

  constructor(context: Context, desk: SettingsDesk) {
    this.#context = context;
    this.#desk = desk;
  }

  /** Newest first. */
  all(): DecryptionKey[] {
    return this.#stored.map(({ id, sealed }) => ({ id, sealed }));
  }

  /** Sees to it that there is a key pair that opens. Whoever asks meanwhile gets the same one. */
  async ensure(): Promise<void> {
    const [newest] = this.#stored;
    if (!newest || !(await this.#opens(newest))) await this.#make();
  }

  /** The one to encrypt for from now on. */
  async newest(): Promise<StoredKey> {
    await this.ensure();
    const [newest] = this.#stored;
    if (!newest) throw new Error('There is no decryption key.');
    return newest;
  }

  /**
   * Makes a new one where it is time, and forgets those that nothing can name any more.
   * @param inUse ids that subscriptions at Microsoft have
   * @returns whether the keys are others than before; epoch ms of the next look
   */
  async tend(inUse: ReadonlySet<string>): Promise<{ changed: boolean; nextAt: number }> {
    const now = this.#context.now();
    const isDue = now >= (this.#stored[0]?.madeAt ?? 0) + ROTATE_EVERY_MS;
    if (isDue) await this.#make();
    const [newest, ...older] = this.#stored;
    const kept = older.filter(({ id }) => inUse.has(id) || now < (newest?.madeAt ?? now) + KEEP_MS);
    if (newest && kept.length < older.length) this.#store([newest, ...kept]);
    const nextAt = kept.length > 0 ? now + KEEP_MS : (newest?.madeAt ?? now) + ROTATE_EVERY_MS;
    return { changed: isDue || kept.length < older.length, nextAt };
  }

  #make(): Promise<void> {
    this.#making ??= this.#makeOne().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  async #makeOne(): Promise<void> {
    const { keyring, now } = this.#context;
    const { id, certificate, pkcs8 } = await makeDecryptionKey(now());
    const key = await sealDecryptionKey(keyring, this.#desk.connector, { id, pkcs8 });
    this.#store([{ ...key, certificate, madeAt: now() }, ...this.#stored]);
  }

  /** After a change of `SETTINGS_KEY` nothing that was sealed before opens. */
  async #opens(key: StoredKey): Promise<boolean> {
    const opened = openDecryptionKey(this.#context.keyring, this.#desk.connector, key);
    return opened.then(
      () => true,
      () => false,
    );
  }

  get #stored(): StoredKey[] {
    return this.#context.database.read<StoredKey[]>(KEYS) ?? [];
  }

  #store(keys: StoredKey[]): void {
    this.#context.database.write(KEYS, keys);
  }
}
