// What a connector does by the clock: find its tenants, read the Teams users, pair, subscribe or
// sweep, and copy its settings to KV. Each task says when it wants to be done again.
import { AppError } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type { Fault } from '../graph/account-rpc.ts';
import type { GraphCall } from '../graph/client.ts';
import type { Accounts } from './accounts.ts';
import type { Agents } from './agents.ts';
import type { Context } from './context.ts';
import type { DirectoryDesk, PairingChange } from './directory-desk.ts';
import { faultOf, isFinal, retryDelayMs } from './faults.ts';
import type { Microsoft } from './microsoft.ts';
import type { SettingsDesk } from './settings-desk.ts';
import type { Agenda, Task } from './store/agenda.ts';
import type { Directory } from './store/directory.ts';
import type { Pairs } from './store/pairs.ts';
import type { TeamsOutbox } from './teams-outbox.ts';

/** `/users/delta` is asked this often, in ms, where no users notification is in place. */
const USERS_EVERY_MS = 60_000;
/** A slow sweep repairs lost notifications, in ms. */
const REPAIR_SWEEP_MS = 5 * 60_000;
/** While no agent is connected nobody is waiting for what a sweep would find. */
const IDLE_SWEEP_MS = 60_000;

export interface TaskParts {
  context: Context;
  desk: SettingsDesk;
  agenda: Agenda;
  microsoft: Microsoft;
  accounts: Accounts;
  agents: Agents;
  directory: Directory;
  directoryDesk: DirectoryDesk;
  pairs: Pairs;
  outbox: TeamsOutbox;
  /** Name, as the agent calls it, of the PBX whose users count; `null`: not known yet. */
  master: () => string | null;
  pairsChanged: (change: PairingChange) => void;
}

export class Tasks {
  readonly #parts: TaskParts;
  readonly #running = new Set<Task>();

  constructor(parts: TaskParts) {
    this.#parts = parts;
  }

  /**
   * Begins everything due, and waits for none of it: a slow list of users must not hold up a call.
   * A task that fails is tried again by itself, unless only an admin can help.
   */
  beginDue(): void {
    const { agenda, context } = this.#parts;
    for (const { task, failures } of agenda.due(context.now())) {
      if (this.#running.has(task)) continue;
      agenda.drop(task);
      this.#running.add(task);
      context.background(this.#perform(task, failures));
    }
  }

  async #perform(task: Task, failures: number): Promise<void> {
    try {
      await this.#run(task);
      this.#noteFault(task, null);
    } catch (error) {
      this.#failed(task, failures + 1, error);
    } finally {
      this.#running.delete(task);
      const { agenda, context } = this.#parts;
      // It may have been asked for again meanwhile.
      if (agenda.due(context.now()).some((due) => due.task === task)) context.wakeBy(context.now());
    }
  }

  /** Does one task now; its failure goes to whoever asked. */
  async runNow(task: Task): Promise<void> {
    try {
      await this.#run(task);
      this.#noteFault(task, null);
    } catch (error) {
      this.#failed(task, 1, error);
    }
  }

  /** Plans `task` for now. */
  soon(task: Task): void {
    const { agenda, context } = this.#parts;
    agenda.plan(task, context.now());
    context.wakeBy(context.now());
  }

  /** Why a task failed last; `null`: it did not. */
  fault(task: Task): Fault | null {
    return this.#parts.context.database.read<Fault>(`fault:${task}`) ?? null;
  }

  /** Calls Graph for reading: with an account's token, or in polling as the app itself. */
  async reading(): Promise<GraphCall> {
    const { desk, microsoft, accounts } = this.#parts;
    if (desk.settings.source === 'poll') return microsoft.asApp();
    const account = accounts.reader();
    if (account) return microsoft.asAccount(account.id);
    const detail = 'There is no Teams account to read with.';
    throw new AppError({ code: 'account-missing', retry: 'never', detail });
  }

  #failed(task: Task, failures: number, error: unknown): void {
    const { agenda, context } = this.#parts;
    const final = isFinal(error);
    const at = context.now() + retryDelayMs(error, failures, context.random());
    const fault = faultOf(error, final ? null : at);
    this.#noteFault(task, fault);
    context.log(fault.code === 'internal' ? 'error' : 'warn', 'task-failed', {
      task,
      code: fault.code,
      detail: fault.code === 'internal' ? String(error) : fault.detail,
    });
    if (final) return;
    agenda.plan(task, at, failures);
    context.wakeBy(at);
  }

  #noteFault(task: Task, fault: Fault | null): void {
    const { database } = this.#parts.context;
    if (fault) database.write(`fault:${task}`, fault);
    else database.run('DELETE FROM meta WHERE key = ?', `fault:${task}`);
  }

  async #run(task: Task): Promise<void> {
    switch (task) {
      case 'settings-copy':
        return this.publish();
      case 'tenants':
        return this.#tenants();
      case 'teams-users':
        return this.#teamsUsers();
      case 'pairing':
        return this.#pairing();
      case 'accounts':
        return this.configureAccounts(false);
      case 'sweep':
        return this.#sweep();
    }
  }

  /** Puts the copy of what stateless code needs into KV. */
  async publish(): Promise<void> {
    const { desk, microsoft, accounts } = this.#parts;
    const tenantId = microsoft.tenants.reading;
    const { clientIdSyncToPbx: clientId, source } = desk.settings;
    const reading = source === 'subscribe' && tenantId !== null ? { clientId, tenantId } : null;
    await desk.publish({ reading, decryptionKeys: accounts.decryptionKeys(), tokens: [] });
  }

  async #tenants(): Promise<void> {
    const { microsoft, accounts, outbox } = this.#parts;
    await microsoft.resolveTenants();
    await accounts.ensureKey();
    await this.publish();
    this.soon('accounts');
    this.soon('sweep');
    this.soon('teams-users');
    // The lamp says what became of it; reading users does not wait for it.
    await microsoft.asApp().catch(() => undefined);
    outbox.release();
  }

  async #teamsUsers(): Promise<void> {
    const { directoryDesk, agenda, context, desk, accounts } = this.#parts;
    // Adding one plans this task again.
    if (desk.settings.source === 'subscribe' && accounts.all().length === 0) return;
    const changed = await directoryDesk.readTeamsUsers(await this.reading());
    if (changed) this.soon('pairing');
    const at = context.now() + USERS_EVERY_MS;
    agenda.plan('teams-users', at);
    context.wakeBy(at);
  }

  #pairing(): void {
    const { directoryDesk, master } = this.#parts;
    this.#parts.pairsChanged(directoryDesk.pair(master()));
    this.soon('accounts');
  }

  /** @param again tell also accounts that were told already */
  async configureAccounts(again: boolean): Promise<void> {
    const { desk, accounts, microsoft } = this.#parts;
    if (desk.settings.source === 'poll') return accounts.release();
    const tenant = microsoft.tenants.reading;
    if (tenant !== null) await accounts.configure(this.#toSubscribe(), tenant, again);
  }

  /**
   * The paired users. Before a PBX has told its users, all with Teams: so that consent, accounts and
   * the notification URL are proven before anybody has been on site.
   */
  #toSubscribe(): TeamsUserId[] {
    const { pairs, directory, directoryDesk } = this.#parts;
    if (directoryDesk.pbxUsersKnown) return pairs.ids().map(({ teamsId }) => teamsId);
    return directory
      .teams()
      .filter((user) => user.accountEnabled && user.licensed)
      .map((user) => user.id);
  }

  #sweep(): void {
    const { desk, agents, agenda, context, outbox, pairs } = this.#parts;
    outbox.sweep(pairs.all());
    const { source, pollSeconds } = desk.settings;
    const every = source === 'poll' ? pollSeconds * 1000 : REPAIR_SWEEP_MS;
    const at = context.now() + (agents.leader ? every : Math.max(every, IDLE_SWEEP_MS));
    agenda.plan('sweep', at);
    context.wakeBy(at);
  }
}
