// The login of one account as it is configured now. What an older one brings late leaves nothing behind.
import type { EdgeEnv } from '../env.ts';
import { inTurn } from '../in-turn.ts';
import type { Keyring } from '../keyring.ts';
import { type AccountLogin, accountLogin, type LoginParts } from './account-login.ts';
import type { AccountSpec } from './account-rpc.ts';
import type { AccountStore } from './account-store.ts';
import type { LoginAccess } from './msal.ts';

export class CurrentLogin {
  readonly #edge: EdgeEnv;
  readonly #keyring: Keyring;
  readonly #store: AccountStore;
  readonly #turn = inTurn();
  /** Made when first needed. */
  #login: AccountLogin | null = null;
  #tenure = {};

  constructor(edge: EdgeEnv, keyring: Keyring, store: AccountStore) {
    this.#edge = edge;
    this.#keyring = keyring;
    this.#store = store;
  }

  /** Another one with each change of the credentials. */
  get tenure(): object {
    return this.#tenure;
  }

  of(spec: AccountSpec): AccountLogin {
    this.#login ??= accountLogin(this.parts(spec), spec);
    return this.#login;
  }

  parts({ cloud }: AccountSpec): LoginParts {
    const store = this.#store;
    const { tenure } = this;
    const isCurrent = () => tenure === this.#tenure;
    const stored = {
      get sealedTokens() {
        return isCurrent() ? store.sealedTokens : null;
      },
      set sealedTokens(sealed) {
        if (isCurrent()) store.sealedTokens = sealed;
      },
    };
    return { access: this.access(cloud), keyring: this.#keyring, turn: this.#turn, stored };
  }

  access(cloud: AccountSpec['cloud']): LoginAccess {
    const { loginOrigin } = this.#edge;
    return { cloud, loginOrigin, fetch: (url, init) => fetch(url, init), now: Date.now };
  }

  /** Other credentials are to be tried, not what older ones once brought. */
  startOver(): void {
    this.#store.sealedTokens = null;
    this.#login = null;
    this.#tenure = {};
  }

  /** The account goes: its login serves once more, to take leave, and keeps nothing. */
  takesLeave(): void {
    this.#tenure = {};
  }

  forget(): void {
    this.#login = null;
  }
}
