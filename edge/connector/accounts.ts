// The Teams accounts of a connector: who is subscribed with which, and what became of it. The work
// at Microsoft is done by one SubscriptionObject for each.
import { AppError, accepted, type Outcome, refused } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type { AccountReport, AccountSpec } from '../graph/account-rpc.ts';
import type { Context } from './context.ts';
import type { DecryptionKeys } from './decryption-keys.ts';
import { LiveSubscriptions } from './live-subscriptions.ts';
import type { SettingsDesk } from './settings-desk.ts';
import { spread } from './spread.ts';

type AccountRow = {
  id: string;
  username: string;
  sealed_password: string;
  users: string;
  report: string | null;
};

export interface Account {
  id: string;
  username: string;
  sealedPassword: string;
  /** Whom to subscribe with it. */
  users: TeamsUserId[];
  report: AccountReport | null;
}

export const passwordField = (accountId: string): string => `account:${accountId}:password`;

export class Accounts {
  readonly #context: Context;
  readonly #desk: SettingsDesk;
  readonly #keys: DecryptionKeys;
  /** What notifications are held against. */
  readonly live: LiveSubscriptions;
  #turn: Promise<void> = Promise.resolve();

  constructor(context: Context, desk: SettingsDesk, keys: DecryptionKeys) {
    this.#context = context;
    this.#desk = desk;
    this.#keys = keys;
    this.live = new LiveSubscriptions((id) => this.find(id)?.report ?? null);
  }

  all(): Account[] {
    return this.#context.database
      .all<AccountRow>('SELECT * FROM account ORDER BY id')
      .map((row) => ({
        id: row.id,
        username: row.username,
        sealedPassword: row.sealed_password,
        users: JSON.parse(row.users) as TeamsUserId[],
        report: row.report ? (JSON.parse(row.report) as AccountReport) : null,
      }));
  }

  ids(): string[] {
    return this.#context.database.all<{ id: string }>('SELECT id FROM account').map(({ id }) => id);
  }

  find(id: string): Account | undefined {
    return this.all().find((account) => account.id === id);
  }

  async add(username: string, password: string): Promise<Outcome<Account>> {
    const id = crypto.randomUUID().slice(0, 8);
    const sealed = await this.#context.keyring.seal(
      this.#desk.connector,
      passwordField(id),
      password,
    );
    const known = this.all().some((one) => one.username.toLowerCase() === username.toLowerCase());
    if (known) return refused('conflict', 'This Teams account is there already: remove it first.');
    this.#context.database.run(
      "INSERT INTO account VALUES (?, ?, ?, '[]', NULL)",
      id,
      username,
      sealed,
    );
    return accepted({ id, username, sealedPassword: sealed, users: [], report: null });
  }

  /**
   * Forgets the account; its object, which ends the subscription at Microsoft, has to hear of it by
   * `dismiss`.
   */
  remove(id: string): boolean {
    if (!this.find(id)) return false;
    const { database } = this.#context;
    database.transaction(() => {
      database.run('DELETE FROM account WHERE id = ?', id);
      database.forget(specKey(id));
      database.write(LEAVING, [...this.#leaving, id]);
    });
    this.live.forget(id);
    return true;
  }

  /** Tells the objects of removed accounts that they are. Throws where one does not answer. */
  dismiss(): Promise<void> {
    return this.#inTurn(async () => {
      const { database, objects } = this.#context;
      for (const id of this.#leaving) {
        await objects.subscription(this.#desk.connector, id).remove();
        database.write(
          LEAVING,
          this.#leaving.filter((one) => one !== id),
        );
      }
    });
  }

  /** Removed, but not heard of it yet. */
  get #leaving(): string[] {
    return this.#context.database.read<string[]>(LEAVING) ?? [];
  }

  noteReport(report: AccountReport): void {
    this.live.forget(report.accountId);
    this.#context.database.run(
      'UPDATE account SET report = ? WHERE id = ?',
      JSON.stringify(report),
      report.accountId,
    );
  }

  /** An account whose sign-in works; reading users and presences is done with its token. */
  reader(): Account | undefined {
    const all = this.all();
    return all.find((one) => one.report?.signIn.state === 'ok') ?? all[0];
  }

  /**
   * The account that hears of changes in the list of users. It stays the same while it is any good:
   * another one would have to subscribe anew.
   */
  #watcher(): string | undefined {
    const { database } = this.#context;
    const all = this.all();
    const known = all.find(({ id }) => id === database.read<string>(WATCHER));
    const chosen = known && isFit(known) ? known : (all.find(isFit) ?? all[0]);
    if (chosen && chosen !== known) database.write(WATCHER, chosen.id);
    return chosen?.id;
  }

  /** Whether Microsoft tells us of changes in the list of users. */
  get areUsersWatched(): boolean {
    const now = this.#context.now();
    return this.all().some(
      ({ report }) => report?.users.state === 'active' && report.users.expiresAt > now,
    );
  }

  /** Ids of the keys that items may be encrypted for. */
  get keysInUse(): Set<string> {
    const held = this.all().flatMap(({ report }) => (report ? [report.presence] : []));
    return new Set(held.flatMap((one) => (one.state === 'active' ? (one.encryptionId ?? []) : [])));
  }

  /** Users whom Microsoft refuses to subscribe. */
  get refused(): TeamsUserId[] {
    const held = this.all().flatMap(({ report }) => (report ? [report.presence] : []));
    return held.flatMap((one) => (one.state === 'active' ? one.refusedIds : []));
  }

  /** Users for whom no account has room. */
  get leftOut(): TeamsUserId[] {
    return this.#context.database.read<TeamsUserId[]>('left-out') ?? [];
  }

  /**
   * Spreads `wanted` over the accounts and tells each what to do, where that is new.
   * @param again tell also who was told already: an admin wants it tried once more
   */
  configure(wanted: readonly TeamsUserId[], tenant: string, again: boolean): Promise<void> {
    return this.#inTurn(() => this.#configure(wanted, tenant, again));
  }

  /** One after the other, so that an older list never arrives after a newer one, or a removal. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #configure(wanted: readonly TeamsUserId[], tenant: string, again: boolean): Promise<void> {
    const { database, objects } = this.#context;
    const { settings, connector } = this.#desk;
    const key = await this.#keys.newest();
    const now = new Map(this.all().map((account) => [account.id, account.users]));
    const { lists, leftOut } = spread(wanted, now);
    database.write('left-out', leftOut);
    const watcher = this.#watcher();
    const untold: unknown[] = [];
    for (const account of this.all()) {
      const userIds = lists.get(account.id) ?? [];
      database.run(
        'UPDATE account SET users = ? WHERE id = ?',
        JSON.stringify(userIds),
        account.id,
      );
      const spec: AccountSpec = {
        connector,
        accountId: account.id,
        cloud: settings.cloud,
        tenant,
        clientId: settings.clientIdSyncToPbx,
        username: account.username,
        sealedPassword: account.sealedPassword,
        notificationUrl: settings.notificationUrl,
        userIds,
        watchesUsers: account.id === watcher,
        encryption: { id: key.id, certificate: key.certificate },
      };
      const told = JSON.stringify(spec);
      if (!again && database.read<string>(specKey(account.id)) === told) continue;
      try {
        await objects.subscription(connector, account.id).configure(spec);
        // Removed meanwhile: it is dismissed in the next turn.
        if (this.find(account.id)) database.write(specKey(account.id), told);
      } catch (error) {
        // One that does not answer must not keep the others waiting.
        untold.push(error);
      }
    }
    if (untold.length > 0) throw unreachable(untold[0]);
  }

  /** Ends every subscription; the accounts stay. Polling needs none. */
  release(): Promise<void> {
    return this.#inTurn(async () => {
      const { database, objects } = this.#context;
      for (const { id } of this.all()) {
        if (database.read<string>(specKey(id)) === undefined) continue;
        await objects.subscription(this.#desk.connector, id).remove();
        database.forget(specKey(id));
        database.run('UPDATE account SET report = NULL WHERE id = ?', id);
        this.live.forget(id);
      }
    });
  }
}

/** Its sign-in may be under way, or have failed while its subscription goes on. */
const isFit = ({ report }: Account): boolean =>
  report?.users.state === 'active' || report?.signIn.state !== 'failed';

const WATCHER = 'users-watcher';

/** Accounts that were removed and whose objects have not heard of it yet. */
const LEAVING = 'leaving-accounts';

const unreachable = (cause: unknown): AppError =>
  new AppError({
    code: 'account-object-unreachable',
    retry: 'backoff',
    detail: 'The object of a Teams account does not answer.',
    cause,
  });

const specKey = (accountId: string): string => `spec:${accountId}`;
