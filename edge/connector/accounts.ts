// The Teams accounts of a connector: who is subscribed with which, and what became of it. The work
// at Microsoft is done by one SubscriptionObject for each.
import { AppError, accepted, type Outcome, refused } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import { sealDecryptionKey } from '../decryption-key.ts';
import type { AccountReport, AccountSpec } from '../graph/account-rpc.ts';
import { makeDecryptionKey } from '../graph/certificate.ts';
import type { Context } from './context.ts';
import type { DecryptionKey, Observation } from './rpc.ts';
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

/** The pair that Microsoft's notifications are encrypted for; the private half only sealed. */
interface StoredKey extends DecryptionKey {
  certificate: string;
}

/** What a notification is held against. */
interface LiveSubscription {
  generation: number;
  /** `null` while Microsoft has not answered the create. */
  id: string | null;
  users: ReadonlySet<TeamsUserId>;
}

function liveSubscription(report: AccountReport | null): LiveSubscription | null {
  const subscription = report?.subscription;
  if (subscription?.state !== 'creating' && subscription?.state !== 'active') return null;
  const id = subscription.state === 'active' ? subscription.id : null;
  return { generation: subscription.generation, id, users: new Set(subscription.userIds) };
}

export const passwordField = (accountId: string): string => `account:${accountId}:password`;

export class Accounts {
  readonly #context: Context;
  readonly #desk: SettingsDesk;
  #turn: Promise<void> = Promise.resolve();
  #making: Promise<void> | undefined;
  readonly #subscriptions = new Map<string, LiveSubscription | null>();

  constructor(context: Context, desk: SettingsDesk) {
    this.#context = context;
    this.#desk = desk;
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
    this.#subscriptions.delete(id);
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
    this.#subscriptions.set(report.accountId, liveSubscription(report));
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
    const key = await this.#key();
    const now = new Map(this.all().map((account) => [account.id, account.users]));
    const { lists, leftOut } = spread(wanted, now);
    database.write('left-out', leftOut);
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
        this.#subscriptions.delete(id);
      }
    });
  }

  /** Whether an item belongs to a subscription that is ours now, and its user is in it. */
  accepts(item: Omit<Observation, 'presence' | 'sequence'>): boolean {
    const subscription = this.#subscription(item.accountId);
    if (!subscription || subscription.generation !== item.generation) return false;
    if (subscription.id !== null && subscription.id !== item.subscriptionId) return false;
    return subscription.users.has(item.userId);
  }

  /** Whether a lifecycle event is about a subscription that is ours now. */
  owns(event: Pick<Observation, 'accountId' | 'generation' | 'subscriptionId'>): boolean {
    const subscription = this.#subscription(event.accountId);
    return (
      subscription?.generation === event.generation && subscription.id === event.subscriptionId
    );
  }

  /** Kept in memory: each notification asks. */
  #subscription(accountId: string): LiveSubscription | null {
    const known = this.#subscriptions.get(accountId);
    if (known !== undefined) return known;
    const live = liveSubscription(this.find(accountId)?.report ?? null);
    this.#subscriptions.set(accountId, live);
    return live;
  }

  decryptionKeys(): DecryptionKey[] {
    const keys = this.#context.database.read<StoredKey[]>('decryption-keys') ?? [];
    return keys.map(({ id, sealed }) => ({ id, sealed }));
  }

  /** Sees to it that there is a key pair. Whoever asks meanwhile gets the same one. */
  ensureKey(): Promise<void> {
    if (this.#context.database.read('decryption-keys') !== undefined) return Promise.resolve();
    this.#making ??= this.#makeKey().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  async #makeKey(): Promise<void> {
    const { id, certificate, pkcs8 } = await makeDecryptionKey(this.#context.now());
    const { keyring } = this.#context;
    const key = await sealDecryptionKey(keyring, this.#desk.connector, { id, pkcs8 });
    this.#context.database.write('decryption-keys', [{ ...key, certificate } satisfies StoredKey]);
  }

  async #key(): Promise<StoredKey> {
    await this.ensureKey();
    const [newest] = this.#context.database.read<StoredKey[]>('decryption-keys') ?? [];
    if (!newest) throw new Error('There is no decryption key.');
    return newest;
  }
}

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
