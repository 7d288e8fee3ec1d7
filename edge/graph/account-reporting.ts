// Tells the connector how one of its accounts stands, where it does not know it yet.
import { AppError } from '../../shared/errors.ts';
import type { ConnectorName } from '../../shared/ids.ts';
import type { AccountReports } from './account-rpc.ts';
import { reportOf } from './account-state.ts';
import type { AccountStore, StoredAccount } from './account-store.ts';

/** A report that the connector did not take is told again after this many ms. */
const AGAIN_MS = 2_000;

export class AccountReporting {
  readonly #store: AccountStore;
  readonly #connector: (name: ConnectorName) => AccountReports;

  constructor(store: AccountStore, connector: (name: ConnectorName) => AccountReports) {
    this.#store = store;
    this.#connector = connector;
  }

  /** When to tell again, epoch ms; `null`: the connector knows. */
  againAt(account: StoredAccount, now: number): number | null {
    return isUnreported(account) ? now + AGAIN_MS : null;
  }

  /** @throws AppError `connector-unreachable` */
  async tell(): Promise<void> {
    const account = this.#store.account;
    if (!account || !isUnreported(account)) return;
    const report = reportOf(account.spec, account.state, Date.now());
    const connector = this.#connector(account.spec.connector);
    await connector.accountReport(report).catch((cause: unknown) => {
      const detail = 'The connector did not take a report of its account.';
      throw new AppError({ code: 'connector-unreachable', retry: 'backoff', detail, cause });
    });
    const current = this.#store.account;
    if (current) this.#store.account = { ...current, reported: report };
  }

  /** The same, where it may as well be told later. */
  async tryToTell(): Promise<void> {
    await this.tell().catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
    });
  }
}

const isUnreported = ({ spec, state, reported }: StoredAccount): boolean =>
  JSON.stringify(reportOf(spec, state, Date.now())) !== JSON.stringify(reported);
