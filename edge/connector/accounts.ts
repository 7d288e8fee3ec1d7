// The Teams accounts of a connector: who is subscribed with which, and what became of it. The work
// at Microsoft is done by one SubscriptionObject for each.
import { AppError, accepted, type Outcome, refused } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type { Language } from '../../shared/texts/language.ts';
import type { AccountReport, AccountSpec } from '../graph/account-rpc.ts';
import { inTurn } from '../in-turn.ts';
import type { Account } from './account.ts';
import type { Context } from './context.ts';
import { hasUser, isDead, isLive, isLockedOut, readerAmong } from './coverage.ts';
import type { DecryptionKeys } from './decryption-keys.ts';
import { isEnding } from './ending.ts';
import { LiveSubscriptions } from './live-subscriptions.ts';
import type { SettingsDesk } from './settings-desk.ts';
import { spread } from './spread.ts';
import { AccountTable } from './store/account-table.ts';

type CommonSpec = Omit<AccountSpec, 'accountId' | 'credential' | 'userIds' | 'watchesUsers'>;

export const passwordField = (accountId: string): string => `account:${accountId}:password`;

export class Accounts {
  readonly #context: Context;
  readonly #desk: SettingsDesk;
  readonly #keys: DecryptionKeys;
  /** What notifications are held against. */
  readonly live: LiveSubscriptions;
  readonly #table: AccountTable;
  /** Accounts that Graph refuses what they read, and until when others do. */
  readonly #refusedUntil = new Map<string, number>();
  /** One after the other, so that an older list never arrives after a newer one, or a removal. */
  readonly #inTurn = inTurn();

  constructor(context: Context, desk: SettingsDesk, keys: DecryptionKeys) {
    this.#context = context;
    this.#desk = desk;
    this.#keys = keys;
    this.#table = new AccountTable(context.database);
    this.live = new LiveSubscriptions((id) => this.find(id)?.report ?? null);
  }

  all(): Account[] {
    return this.#table.all();
  }

  ids(): string[] {
    return this.#context.database.all<{ id: string }>('SELECT id FROM account').map(({ id }) => id);
  }

  find(id: string): Account | undefined {
    return this.all().find((account) => account.id === id);
  }

  async add(username: string, password: string): Promise<Outcome<Account>> {
    const id = newId();
    const sealedPassword = await this.#context.keyring.seal(
      this.#desk.connector,
      passwordField(id),
      password,
    );
    if (this.#called(username).length > 0) {
      return refused('conflict', 'This Teams account is there already: remove it first.');
    }
    const credential = { kind: 'password', username, sealedPassword } as const;
    const account: Account = { id, username, credential, users: [], report: null };
    this.#table.insert(account);
    return accepted(account);
  }

  /**
   * A new account, which waits for whoever signs in with the code that Microsoft gives for it. Where
   * Microsoft refuses that, there is none.
   */
  beginSignIn(tenant: string, language: Language): Promise<Outcome<Account>> {
    return this.#inTurn(async () => {
      const { database, objects } = this.#context;
      const account: Account = {
        id: newId(),
        username: null,
        credential: { kind: 'device' },
        users: [],
        report: null,
      };
      const { id } = account;
      const spec = this.#spec(await this.#common(tenant), account, []);
      // Should this not live to the answer, its object is told to forget the code.
      database.write(LEAVING, [...this.#leaving, id]);
      const begun = await objects
        .subscription(this.#desk.connector, id)
        .beginSignIn(spec, language);
      if (isEnding(this.#context)) return refused('connector-unknown', 'It was deleted meanwhile.');
      const report = begun.ok ? begun.value : null;
      database.transaction(() => {
        this.#left(id);
        if (report) this.#table.insert({ ...account, report });
      });
      return begun.ok ? accepted({ ...account, report }) : begun;
    });
  }

  /** Sign-ins with a code that came to nothing make room: nobody can go on with them. */
  removeUnused(): void {
    for (const { id, username, report } of this.all()) {
      if (username === null && report?.signIn.state === 'failed') this.remove(id);
    }
  }

  /** Accounts of this user. */
  #called(username: string): Account[] {
    const wanted = username.toLowerCase();
    return this.all().filter((one) => one.username?.toLowerCase() === wanted);
  }

  /**
   * Forgets the account; its object, which ends the subscription at Microsoft, has to hear of it by
   * `dismiss`.
   */
  remove(id: string): boolean {
    if (!this.find(id)) return false;
    const { database } = this.#context;
    database.transaction(() => {
      this.#table.remove(id);
      database.forget(specKey(id));
      database.write(LEAVING, [...this.#leaving, id]);
    });
    this.live.forget(id);
    return true;
  }

  /** Tells the objects of removed accounts that they are. Throws where one does not answer. */
  dismiss(): Promise<void> {
    return this.#inTurn(async () => {
      const { objects } = this.#context;
      for (const id of this.#leaving) {
        await objects.subscription(this.#desk.connector, id).remove();
        this.#left(id);
      }
    });
  }

  #left(id: string): void {
    const others = this.#leaving.filter((one) => one !== id);
    this.#context.database.write(LEAVING, others);
  }

  /** Removed, but not heard of it yet. */
  get #leaving(): string[] {
    return this.#context.database.read<string[]>(LEAVING) ?? [];
  }

  /**
   * Takes a report over. Who signed in anew takes the place of every older account of that user:
   * Microsoft allows one presence subscription per user and app (facts: graph §2.1).
   * @returns whether another account went, so that its object has to hear of it
   */
  noteReport(report: AccountReport): boolean {
    const { accountId: id, username } = report;
    this.live.forget(id);
    let replaced = false;
    this.#context.database.transaction(() => {
      this.#table.setReport(id, report);
      if (username === undefined || username === this.find(id)?.username) return;
      for (const older of this.#called(username)) {
        if (older.id !== id) replaced = this.remove(older.id);
      }
      this.#table.setUsername(id, username);
    });
    return replaced;
  }

  /** Graph refuses this account what it was to read: for a while another one does. */
  refuseReader(id: string): void {
    this.#refusedUntil.set(id, this.#context.now() + REFUSED_READER_MS);
  }

  /** An account whose sign-in works; reading users and presences is done with its token. */
  reader(): Account | undefined {
    const now = this.#context.now();
    const isRefused = (id: string) => (this.#refusedUntil.get(id) ?? 0) > now;
    return readerAmong(this.all(), isRefused);
  }

  /**
   * The account that hears of changes in the list of users. It stays the same while it is any good:
   * another one would have to subscribe anew.
   */
  #watcher(): string | undefined {
    const { database } = this.#context;
    const all = this.all().filter(hasUser);
    const known = all.find(({ id }) => id === database.read<string>(WATCHER));
    const chosen = known && isFit(known) ? known : (all.find(isFit) ?? all[0]);
    if (chosen && chosen !== known) database.write(WATCHER, chosen.id);
    return chosen?.id;
  }

  /** Whether Microsoft tells us of changes in the list of users. */
  get areUsersWatched(): boolean {
    const now = this.#context.now();
    // Delivery ends with the token, long before the subscription does.
    return this.all().some(({ report }) => isLive(report?.users, now) && !isLockedOut(report));
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

  async #configure(wanted: readonly TeamsUserId[], tenant: string, again: boolean): Promise<void> {
    const { database, objects } = this.#context;
    const { connector } = this.#desk;
    const common = await this.#common(tenant);
    const ready = this.all().filter((one) => hasUser(one) && !isDead(one, this.#context.now()));
    const { lists, leftOut } = spread(wanted, new Map(ready.map(({ id, users }) => [id, users])));
    database.write('left-out', leftOut);
    const untold: unknown[] = [];
    for (const account of this.all()) {
      const userIds = lists.get(account.id) ?? [];
      this.#table.setUsers(account.id, userIds);
      const spec = this.#spec(common, account, userIds);
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

  /** Has Microsoft asked whether all subscriptions stand; what came of it, the reports say. */
  async check(): Promise<void> {
    const { objects } = this.#context;
    const { connector } = this.#desk;
    const untold: unknown[] = [];
    const ask = (id: string) => objects.subscription(connector, id).check();
    await Promise.all(this.ids().map((id) => ask(id).catch((error) => untold.push(error))));
    if (untold.length > 0) throw unreachable(untold[0]);
  }

  /** What all accounts are told alike. */
  async #common(tenant: string): Promise<CommonSpec> {
    const { settings, connector } = this.#desk;
    const { id, certificate } = await this.#keys.newest();
    const { cloud, clientIdSyncToPbx: clientId, notificationUrl } = settings;
    return { connector, cloud, tenant, clientId, notificationUrl, encryption: { id, certificate } };
  }

  #spec(common: CommonSpec, { id, credential }: Account, userIds: TeamsUserId[]): AccountSpec {
    const watchesUsers = id === this.#watcher();
    return { ...common, accountId: id, credential, userIds, watchesUsers };
  }

  /** Ends every subscription; the accounts stay. Polling needs none. */
  release(): Promise<void> {
    return this.#inTurn(async () => {
      const { database, objects } = this.#context;
      for (const { id, credential } of this.all()) {
        const told = database.read<string>(specKey(id));
        if (told === undefined) continue;
        const object = objects.subscription(this.#desk.connector, id);
        if (credential.kind === 'device') {
          // What its user signed in for is kept: only they could bring it back.
          const idle = JSON.parse(told) as AccountSpec;
          if (idle.userIds.length === 0 && !idle.watchesUsers) continue;
          const spec: AccountSpec = { ...idle, userIds: [], watchesUsers: false };
          await object.configure(spec);
          database.write(specKey(id), JSON.stringify(spec));
          continue;
        }
        await object.remove();
        database.forget(specKey(id));
        this.#table.setReport(id, null);
        this.live.forget(id);
      }
    });
  }
}

const newId = (): string => crypto.randomUUID().slice(0, 8);

/** Its sign-in may be under way, or have failed for a while only. */
const isFit = ({ report }: Account): boolean => !isLockedOut(report);

/** An admin may have put right why Graph refuses an account. */
const REFUSED_READER_MS = 10 * 60_000;

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
