// What a connector does by the clock: find its tenants, read the Teams users, pair, subscribe or
// sweep, and copy its settings to KV. Each says when it wants to be done again.
import type { TeamsUserId } from '../../shared/ids.ts';
import type { ConnectorRecord } from '../connector-record.ts';
import type { Accounts } from './accounts.ts';
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
import type { Sweeping } from './sweeping.ts';
import type { Tasks } from './tasks.ts';
import type { TeamsOutbox } from './teams-outbox.ts';
import type { TeamsReads } from './teams-reads.ts';
import type { TeamsUsers } from './teams-users.ts';
import type { Timeline } from './timeline.ts';

/** A run over 20,000 users takes its time: changes that come one by one share one, in ms. */
const PAIRING_EVERY_MS = 2_000;

export interface ChoreParts {
  context: Context;
  desk: SettingsDesk;
  publisher: Publisher;
  microsoft: Microsoft;
  credential: CredentialWatch;
  decryptionKeys: DecryptionKeys;
  accounts: Accounts;
  listening: Listening;
  directory: Directory;
  pbxDirectory: PbxDirectory;
  teamsUsers: TeamsUsers;
  pairs: Pairs;
  outbox: TeamsOutbox;
  reads: TeamsReads;
  sweeping: Sweeping;
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
        return this.#parts.teamsUsers.read();
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
        return this.#parts.sweeping.step();
      case 'credential':
        return this.#tasks.at('credential', await this.#parts.credential.look());
      case 'timeline':
        return this.#eraseOld();
    }
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
    this.#parts.sweeping.now();
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
    if (this.#parts.listening.silent.length > 0) this.#parts.sweeping.now();
  }

  /**
   * Somebody waits again for what a sweep finds. And the gap may have been the edge's own: what
   * Microsoft told it meanwhile was told to nobody.
   */
  leaderCame(): void {
    this.#parts.sweeping.now();
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
