// Finds out once a day when the credential of the app that writes ends, where that can be known. It
// never is a fault of its own: what cannot be known is not shown.
import { AppError } from '../../shared/errors.ts';
import type { Certificate } from '../../shared/settings/schema.ts';
import type { GraphCall } from '../graph/client.ts';
import { certificateEnd, secretEnd } from '../graph/credential-end.ts';
import { isFinalGraphCode } from '../graph/graph-errors.ts';
import type { Context } from './context.ts';
import type { CredentialEnd } from './expiry.ts';
import type { SettingsDesk } from './settings-desk.ts';

const DAY_MS = 86_400_000;
/** Where Microsoft was in trouble, or the sign-in. */
const AGAIN_MS = 3_600_000;

const END = 'credential-end';
const LOOKED_AT = 'credential-looked-at';

export class CredentialWatch {
  readonly #context: Context;
  readonly #desk: SettingsDesk;
  readonly #asApp: () => Promise<GraphCall>;

  constructor(context: Context, desk: SettingsDesk, asApp: () => Promise<GraphCall>) {
    this.#context = context;
    this.#desk = desk;
    this.#asApp = asApp;
  }

  /** `null`: not known. */
  get end(): CredentialEnd | null {
    return this.#context.database.read<CredentialEnd>(END) ?? null;
  }

  /** When to look, epoch ms. */
  get dueAt(): number {
    return (this.#context.database.read<number>(LOOKED_AT) ?? -DAY_MS) + DAY_MS;
  }

  /** Another app or credential: nothing is known of it yet. */
  forget(): void {
    for (const key of [END, LOOKED_AT]) this.#context.database.forget(key);
  }

  /** Looks, and says when to do so again, epoch ms. */
  async look(): Promise<number> {
    const { database, now, log } = this.#context;
    const { version } = this.#desk;
    let end: CredentialEnd | null = null;
    try {
      end = await this.#find();
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'internal';
      log('info', 'credential-end-unknown', { code });
      // Mostly 403: the app may not read its registration, which is no fault.
      if (!isFinalGraphCode(code)) return now() + AGAIN_MS;
    }
    if (database.over) return now();
    // Settings changed meanwhile: this may be about a credential that is in use no longer.
    if (version !== this.#desk.version) return now();
    if (end) database.write(END, end);
    else database.forget(END);
    database.write(LOOKED_AT, now());
    return now() + DAY_MS;
  }

  async #find(): Promise<CredentialEnd | null> {
    const certificate = await this.#desk.secret('certificateSyncToTeams');
    if (certificate !== undefined) {
      const { certificate: pem } = JSON.parse(certificate) as Certificate;
      const endsAt = certificateEnd(pem);
      return endsAt === null ? null : { kind: 'certificate', endsAt };
    }
    const secret = await this.#desk.secret('clientSecretSyncToTeams');
    if (secret === undefined) return null;
    const clientId = this.#desk.settings.clientIdSyncToTeams;
    const call = await this.#asApp();
    const endsAt = await secretEnd(call, { clientId, secret, now: this.#context.now() });
    return endsAt === null ? null : { kind: 'secret', endsAt };
  }
}
