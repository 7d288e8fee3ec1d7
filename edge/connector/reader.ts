// As whom Graph is read: in polling as the app itself, else with the token of an account that may.
import { AppError } from '../../shared/errors.ts';
import type { GraphCall } from '../graph/client.ts';
import type { Accounts } from './accounts.ts';
import type { Microsoft } from './microsoft.ts';
import type { SettingsDesk } from './settings-desk.ts';

/** What an account is told that may not read, and others may. */
const REFUSALS: ReadonlySet<string> = new Set(['graph-forbidden', 'graph-unauthorized']);

export interface ReaderParts {
  desk: SettingsDesk;
  microsoft: Microsoft;
  accounts: Accounts;
}

export class Reader {
  readonly #parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /**
   * Calls Graph for reading.
   * @throws AppError `account-missing`, `sign-in-waiting`, and what the sign-in failed with
   */
  async call(): Promise<GraphCall> {
    const { desk, microsoft, accounts } = this.#parts;
    if (desk.settings.source === 'poll') return microsoft.asApp();
    const account = accounts.reader();
    if (account) return this.#as(account.id);
    if (accounts.all().length > 0) {
      const detail = 'Nobody has signed in with the code yet.';
      throw new AppError({ code: 'sign-in-waiting', retry: 'backoff', detail });
    }
    const detail = 'There is no Teams account to read with.';
    throw new AppError({ code: 'account-missing', retry: 'never', detail });
  }

  /** What one account is refused, another one may read. */
  async #as(id: string): Promise<GraphCall> {
    const call = await this.#parts.microsoft.asAccount(id);
    return async (request) => {
      try {
        return await call(request);
      } catch (error) {
        if (error instanceof AppError && REFUSALS.has(error.code)) {
          this.#parts.accounts.refuseReader(id);
        }
        throw error;
      }
    };
  }
}
