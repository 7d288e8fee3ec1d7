// What a connector does by the clock: find its tenants, read the Teams users, pair, subscribe or
// sweep, and copy its settings to KV. Each says when it wants to be done again.
import { AppError } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type { ConnectorRecord } from '../connector-record.ts';
import type { GraphCall } from '../graph/client.ts';
import type { Accounts } from './accounts.ts';
import type { Agents } from './agents.ts';
import type { Context } from './context.ts';
import { keysInUse, nextDeath } from './coverage.ts';
import type { CredentialWatch } from './credential-watch.ts';
import type { DecryptionKeys } from './decryption-keys.ts';
import type { Listening } from './listening.ts';
import type { Master } from './master.ts';
import type { Microsoft } from './microsoft.ts';
import type { ListNews, PbxDirectory } from './pbx-directory.ts';
import { DOUBT_MS } from './pbx-directory.ts';
import type { Publisher } from './publisher.ts';
import type { SettingsDesk } from './settings-desk.ts';
import type { Task } from './store/agenda.ts';
import type { Directory } from './store/directory.ts';
import type { Pairs } from './store/pairs.ts';
import { isUnmatched, noteMatched, noteUnmatched } from './store/unmatched.ts';
import type { Sweep } from './sweep.ts';
import type { Tasks } from './tasks.ts';
import type { TeamsDirectory } from './teams-directory.ts';
import type { TeamsOutbox } from './teams-outbox.ts';
import type { TeamsReads } from './teams-reads.ts';
import type { Timeline } from './timeline.ts';
import type { Turns } from './turns.ts';

/** `/users/delta` is asked this often, in ms, where no users notification is in place. */
const USERS_EVERY_MS = 60_000;
/** And this often where one is: notifications get lost. */
const WATCHED_USERS_EVERY_MS = 5 * 60_000;
/**
 * Microsoft's list may lag behind its own notification: it is asked shortly after, so that many
 * notifications share a round, and once more, in ms.
 */
const USERS_CHANGED_MS = [1_000, 10_000] as const;
/** A page that hangs would keep a sweep from its turn: so long, in ms, after nobody was answered. */
const USERS_AFTER_OUTAGE_MS = 15_000;
/** A slow sweep repairs lost notifications, in ms. */
const REPAIR_SWEEP_MS = 5 * 60_000;
/** And this often, in ms, while a subscription tells nothing. */
const SILENT_SWEEP_MS = 60_000;
/** While no agent is connected nobody is waiting for what a sweep would find. */
const IDLE_SWEEP_MS = 60_000;
/** A run over 20,000 users takes its time: changes that come one by one share one, in ms. */
const PAIRING_EVERY_MS = 2_000;

/** What an account is told that may not read, and others may. */
const REFUSALS: ReadonlySet<string> = new Set(['graph-forbidden', 'graph-unauthorized']);

export interface ChoreParts {
  context: Context;
  desk: SettingsDesk;
  publisher: Publisher;
  microsoft: Microsoft;
  credential: CredentialWatch;
  decryptionKeys: DecryptionKeys;
  accounts: Accounts;
  listening: Listening;
  agents: Agents;
  directory: Directory;
  pbxDirectory: PbxDirectory;
  teamsDirectory: TeamsDirectory;
  pairs: Pairs;
  outbox: TeamsOutbox;
  reads: TeamsReads;
  sweep: Sweep;
  turns: Turns;
  master: Master;
  /** Matches everybody anew; says whether anybody could be. */
  pair: () => boolean;
  timeline: Timeline;
  tokenDigests: () => ConnectorRecord['tokens'];
  tasks: () => Tasks;
}

export class Chores {
  readonly #parts: ChoreParts;
  #pairedAt = 0;
  /** When the list of users is asked once more, because something in it changed (epoch ms). */
  #usersAgainAt = 0;

  constructor(parts: ChoreParts) {
    this.#parts = parts;
  }

  async run(task: Task): Promise<void> {
    switch (task) {
      case 'decryption-keys':
        return this.#tendKeys();
      case 'settings-copy':
        await this.#publish();
        return;
      case 'tenants':
        return this.#tenants();
      case 'teams-users':
        return this.#teamsUsers();
      case 'app-sign-in':
        return this.#signIn();
      case 'master':
        return this.#parts.master.find();
      case 'doubted-list':
        return this.#believeLists();
      case 'pairing':
        return this.#pairing();
      case 'accounts':
      case 'spread':
        return this.configureAccounts(false);
      case 'listening':
        return this.#judge();
      case 'sweep':
        return this.#sweep();
      case 'credential':
        return this.#tasks.at('credential', await this.#parts.credential.look());
      case 'timeline':
        return this.#eraseOld();
    }
  }

  /** Calls Graph for reading: with an account's token, or in polling as the app itself. */
  async reading(): Promise<GraphCall> {
    const { desk, microsoft, accounts } = this.#parts;
    if (desk.settings.source === 'poll') return microsoft.asApp();
    const account = accounts.reader();
    if (account) return this.#readingAs(account.id);
    if (accounts.all().length > 0) {
      const detail = 'Nobody has signed in with the code yet.';
      throw new AppError({ code: 'sign-in-waiting', retry: 'backoff', detail });
    }
    const detail = 'There is no Teams account to read with.';
    throw new AppError({ code: 'account-missing', retry: 'never', detail });
  }

  /** What one account is refused, another one may read. */
  async #readingAs(id: string): Promise<GraphCall> {
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

  /** A PBX is up: the master is found at once, but changed only for one that stays. */
  lineUp(isFirst: boolean): void {
    if (isFirst) this.#parts.master.find();
    else this.#tasks.by('master', this.#now + DOUBT_MS);
  }

  /** A list of users came, or a change of one. */
  listTold(news: ListNews): void {
    const isDue = news === 'same' && this.#isUnmatched;
    if (news === 'changed' || isDue) this.pairSoon();
    if (news === 'doubted') this.#tasks.by('doubted-list', this.#now + DOUBT_MS);
  }

  pairSoon(): void {
    this.#tasks.by('pairing', Math.max(this.#now, this.#pairedAt + PAIRING_EVERY_MS));
  }

  /** Puts the copy of what stateless code needs into KV. Says when it is there. */
  async #publish(): Promise<number> {
    const { desk, publisher, microsoft, decryptionKeys: keys } = this.#parts;
    const { clientIdSyncToPbx: clientId, source } = desk.settings;
    const tenantId = microsoft.tenants.reading;
    const reading = source === 'subscribe' && tenantId !== null ? { clientId, tenantId } : null;
    const decryptionKeys = keys.all();
    const tokens = this.#parts.tokenDigests();
    const next = await publisher.publish({ ...desk.open(), reading, decryptionKeys, tokens });
    if (next === null) return this.#now;
    this.#tasks.at('settings-copy', next);
    return next;
  }

  async #tenants(): Promise<void> {
    const { desk, microsoft, decryptionKeys } = this.#parts;
    await microsoft.resolveTenants();
    if (desk.settings.source === 'subscribe') {
      await decryptionKeys.ensure();
      this.#tasks.by('decryption-keys', this.#now);
    }
    // What an account subscribes is refused by a Worker that does not know the tenant yet.
    this.#tasks.at('accounts', await this.#publish());
    this.sweepNow();
    this.#tasks.soon('teams-users');
    // Reading users does not wait for it.
    await this.#signIn();
    this.#tasks.by('credential', Math.max(this.#now, this.#parts.credential.dueAt));
  }

  /** The lamp says what became of it, and a failure that passes plans the next try. */
  async #signIn(): Promise<void> {
    const { microsoft, outbox, reads } = this.#parts;
    const call = await microsoft.asApp().catch(() => undefined);
    if (!call) return;
    outbox.release();
    reads.release();
  }

  /** A new key is in KV before Microsoft encrypts for it. */
  async #tendKeys(): Promise<void> {
    const { decryptionKeys, accounts, desk } = this.#parts;
    if (desk.settings.source !== 'subscribe') return;
    const { changed, nextAt } = await decryptionKeys.tend(keysInUse(accounts.all()));
    if (changed) this.#tasks.at('accounts', await this.#publish());
    this.#tasks.at('decryption-keys', nextAt);
  }

  /** Microsoft says that somebody in the list of users changed. */
  usersChanged(): void {
    const [first, again] = USERS_CHANGED_MS;
    this.#usersAgainAt = this.#now + again;
    this.#tasks.by('teams-users', this.#now + first);
  }

  async #teamsUsers(): Promise<void> {
    const { teamsDirectory, desk, accounts, reads } = this.#parts;
    // Adding one, or signing in with its code, plans this task again.
    if (desk.settings.source === 'subscribe' && !accounts.reader()) return;
    if (reads.isDown) return this.#tasks.at('teams-users', this.#now + USERS_AFTER_OUTAGE_MS);
    const call = await this.reading();
    // A page at a time takes its turn, so that a sweep goes on between two of them.
    const inTurn: GraphCall = (request) => this.#parts.turns.take(() => call(request));
    if (await teamsDirectory.read(inTurn, desk.settings.teamsPlans)) {
      this.pairSoon();
      teamsDirectory.actedOn();
    }
    const every = accounts.areUsersWatched ? WATCHED_USERS_EVERY_MS : USERS_EVERY_MS;
    const again = this.#usersAgainAt > this.#now ? this.#usersAgainAt : this.#now + every;
    this.#tasks.at('teams-users', again);
  }

  #believeLists(): void {
    const nextAt = this.#parts.pbxDirectory.believe();
    if (this.#isUnmatched) this.pairSoon();
    if (nextAt !== null) this.#tasks.at('doubted-list', nextAt);
  }

  #pairing(): void {
    const { database } = this.#parts.context;
    if (this.#parts.pair()) {
      this.#pairedAt = this.#now;
      noteMatched(database);
    } else noteUnmatched(database);
    this.#tasks.soon('accounts');
  }

  /** @param again tell also accounts that were told already */
  async configureAccounts(again: boolean): Promise<void> {
    const { desk, accounts, microsoft } = this.#parts;
    const tenant = microsoft.tenants.reading;
    const dismissed = accounts.dismiss();
    // Its failure is told at the end: it is nobody else's business.
    dismissed.catch(() => undefined);
    if (desk.settings.source === 'poll') await accounts.release();
    else if (tenant !== null) await accounts.configure(this.#toSubscribe(), tenant, again);
    await dismissed;
    // Then others take over its users.
    const spreadAt = nextDeath(accounts.all(), this.#now);
    if (spreadAt !== null) this.#tasks.at('spread', spreadAt);
  }

  /**
   * The paired users. Before a PBX has told its users, all with Teams: so that consent, accounts and
   * the notification URL are proven before anybody has been on site.
   */
  #toSubscribe(): TeamsUserId[] {
    const { pairs, directory, pbxDirectory } = this.#parts;
    if (pbxDirectory.isAnyKnown) return pairs.ids().map(({ teamsId }) => teamsId);
    return directory
      .teams()
      .filter((user) => user.accountEnabled && user.licensed)
      .map((user) => user.id);
  }

  /** Whether a subscription has gone silent. */
  async #judge(): Promise<void> {
    const nextAt = await this.#parts.listening.judge();
    if (nextAt !== null) this.#tasks.at('listening', nextAt);
    if (this.#parts.listening.silent.length > 0) this.sweepNow();
  }

  async #sweep(): Promise<void> {
    const { publisher, sweep } = this.#parts;
    // A Worker that reads an older copy cannot tell a notification from a forgery, and drops it: what it
    // dropped is looked for when none reads one any more.
    const { arrivesAt } = publisher;
    const mayBeDropped = this.#parts.desk.settings.source === 'subscribe';
    if (mayBeDropped && publisher.hasJustArrived()) sweep.startOver();
    const next = await sweep.step(this.#sweepEveryMs);
    const isOnItsWay = mayBeDropped && arrivesAt > this.#now;
    this.#tasks.at('sweep', isOnItsWay ? Math.min(next, arrivesAt) : next);
  }

  get #sweepEveryMs(): number {
    const { desk, agents, listening } = this.#parts;
    const { source, pollSeconds } = desk.settings;
    const repair = listening.silent.length > 0 ? SILENT_SWEEP_MS : REPAIR_SWEEP_MS;
    const every = source === 'poll' ? pollSeconds * 1000 : repair;
    return agents.leader ? every : Math.max(every, IDLE_SWEEP_MS);
  }

  /** How often each of so many users is really read, in seconds. */
  sweepSeconds(users: number): number {
    return Math.ceil(this.#parts.sweep.intervalMs(users, this.#sweepEveryMs) / 1000);
  }

  /** Everybody may have changed, and somebody waits to know. */
  sweepNow(): void {
    this.#parts.sweep.startOver();
    this.#tasks.soon('sweep');
  }

  /**
   * Somebody waits again for what a sweep finds. And the gap may have been the edge's own: what
   * Microsoft told it meanwhile was told to nobody.
   */
  leaderCame(): void {
    this.sweepNow();
    // The last list was taken perhaps, and what follows from it was not.
    if (this.#isUnmatched) this.pairSoon();
  }

  get #isUnmatched(): boolean {
    return isUnmatched(this.#parts.context.database);
  }

  #eraseOld(): void {
    const nextAt = this.#parts.timeline.erase(this.#now);
    if (nextAt !== null) this.#tasks.at('timeline', nextAt);
  }

  get #tasks(): Tasks {
    return this.#parts.tasks();
  }

  get #now(): number {
    return this.#parts.context.now();
  }
}
