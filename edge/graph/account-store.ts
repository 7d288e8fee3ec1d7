// Where a SubscriptionObject keeps its account: three values of its SQLite storage.
import type { AccountReport, AccountSpec } from './account-rpc.ts';
import type { AccountState } from './account-state.ts';

export interface StoredAccount {
  spec: AccountSpec;
  state: AccountState;
  /** What the connector was told last; `null`: nothing that it confirmed. */
  reported: AccountReport | null;
}

const ACCOUNT = 'account';
/** MSAL's cache, sealed. Apart, because it changes less often than the rest. */
const TOKENS = 'tokens';

export class AccountStore {
  readonly #kv: SyncKvStorage;
  #account: StoredAccount | undefined;

  constructor(kv: SyncKvStorage) {
    this.#kv = kv;
  }

  /** `undefined`: never configured, or removed. */
  get account(): StoredAccount | undefined {
    this.#account ??= this.#kv.get<StoredAccount>(ACCOUNT);
    return this.#account;
  }

  set account(account: StoredAccount) {
    this.#account = account;
    this.#kv.put(ACCOUNT, account);
  }

  get sealedTokens(): string | null {
    return this.#kv.get<string>(TOKENS) ?? null;
  }

  set sealedTokens(sealed: string | null) {
    if (sealed === null) this.#kv.delete(TOKENS);
    else this.#kv.put(TOKENS, sealed);
  }

  /** Everything has been deleted from the storage. */
  forget(): void {
    this.#account = undefined;
  }
}
