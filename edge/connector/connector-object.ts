// The Durable Object of one connector. Turns what the platform calls – RPC, sockets, the alarm – into
// calls of its parts, and decides nothing.
import { DurableObject } from 'cloudflare:workers';
import { accepted, type Outcome, refused } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type { Lamp } from '../../shared/lamps.ts';
import { CLOSE } from '../../shared/protocol/close-codes.ts';
import { PING, PONG } from '../../shared/protocol/frame.ts';
import { parseEnv } from '../env.ts';
import type { AccountReport, AccountReports } from '../graph/account-rpc.ts';
import { createKeyring } from '../keyring.ts';
import { consoleLog } from '../log.ts';
import { type ObjectBindings, objects } from '../objects.ts';
import { accountView } from './account-view.ts';
import { AlarmClock } from './alarm-clock.ts';
import { checkLamp } from './checks.ts';
import { Parts } from './parts.ts';
import * as rpc from './rpc.ts';
import { applySettings, deleteConnector, setOverride } from './settings-changes.ts';
import { Database } from './store/database.ts';
import { listUsers } from './users-view.ts';

/** Pairs that one alarm run looks at; the next run follows at once. */
const PAIRS_PER_RUN = 500;

export interface ConnectorBindings extends ObjectBindings {
  SETTINGS: KVNamespace;
}

const UNKNOWN = refused('connector-unknown', 'There is no such connector.');

export class ConnectorObject
  extends DurableObject<ConnectorBindings>
  implements rpc.ConnectorRpc, AccountReports
{
  readonly #database: Database;
  readonly #parts: Parts;
  readonly #clock: AlarmClock;
  #awake = false;

  constructor(ctx: DurableObjectState, bindings: ConnectorBindings) {
    super(ctx, bindings);
    const parsed = parseEnv({ ...bindings });
    // The Worker answers 503 in this case and asks no object.
    if (!parsed.ok) throw new Error(parsed.faults.map(({ sentence }) => sentence).join(' '));
    this.#database = new Database(ctx.storage);
    this.#clock = new AlarmClock(ctx.storage);
    const context = {
      database: this.#database,
      env: parsed.env,
      keyring: createKeyring(parsed.env),
      objects: objects(bindings, parsed.env),
      fetch: (url: string, init: RequestInit) => fetch(url, init),
      now: () => Date.now(),
      random: () => Math.random(),
      wakeBy: (at: number) => this.#clock.wakeBy(at),
      background: (work: Promise<unknown>) => ctx.waitUntil(work),
      log: consoleLog,
    };
    this.#parts = new Parts(context, ctx, bindings.SETTINGS);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
  }

  // --- settings ---

  async readSettings(): Promise<Outcome<rpc.VersionedSettings>> {
    return this.#known(({ desk }) => desk.view());
  }

  async writeSettings(
    write: rpc.WriteSettings,
  ): Promise<Outcome<rpc.VersionedSettings & { created: boolean }>> {
    const written = await this.#parts.desk.write(write);
    if (!written.ok) return written;
    await applySettings(this.#parts, write.who, written.value);
    return accepted(written.value.answer);
  }

  async deleteSettings(who: rpc.Who): Promise<Outcome<null>> {
    if (!this.#database.exists) return UNKNOWN;
    this.#parts.context.log('info', 'connector-deleted', {
      connector: this.#parts.desk.connector,
      who,
    });
    await deleteConnector(this.#parts);
    return accepted(null);
  }

  async audit(): Promise<Outcome<rpc.AuditEntry[]>> {
    return this.#known(({ audit }) => audit.list());
  }

  // --- Teams accounts ---

  async listAccounts(): Promise<Outcome<rpc.AccountView[]>> {
    return this.#known(({ accounts }) => accounts.all().map(accountView));
  }

  async addAccount(
    who: rpc.Who,
    { username, password }: { username: string; password: string },
  ): Promise<Outcome<rpc.AccountView>> {
    if (!this.#database.exists) return UNKNOWN;
    const { accounts, audit, context, tasks } = this.#parts;
    const added = await accounts.add(username, password);
    if (!added.ok) return added;
    audit.add(context.now(), who, 'account added', [added.value.id]);
    tasks.soon('accounts');
    tasks.soon('teams-users');
    return accepted(accountView(added.value));
  }

  async removeAccount(who: rpc.Who, id: string): Promise<Outcome<null>> {
    if (!this.#database.exists) return UNKNOWN;
    const { accounts, audit, context, tasks } = this.#parts;
    if (!(await accounts.remove(id)))
      return refused('not-found', 'There is no such Teams account.');
    audit.add(context.now(), who, 'account removed', [id]);
    tasks.soon('accounts');
    return accepted(null);
  }

  async accountReport(report: AccountReport): Promise<void> {
    if (!this.#wakeUp()) return;
    const { accounts, outbox, tasks } = this.#parts;
    const before = accounts.find(report.accountId);
    if (!before) return;
    accounts.noteReport(report);
    if (report.subscription.state === 'active' && before.report?.subscription.state !== 'active') {
      // Whatever changed while nobody was subscribed was told to nobody.
      const { pairs } = this.#parts;
      const told = report.subscription.userIds.map((id) => pairs.ofTeams(id));
      outbox.sweep(told.filter((pair) => pair !== undefined));
    }
    if (report.signIn.state !== 'ok' || before.report?.signIn.state === 'ok') return;
    tasks.soon('teams-users');
    outbox.release();
  }

  // --- agents ---

  async listAgents(): Promise<Outcome<rpc.AgentView[]>> {
    return this.#known(({ agents }) => agents.list());
  }

  async openEnrolment(who: rpc.Who, name: string | null): Promise<Outcome<rpc.Enrolment>> {
    return this.#known(({ agents, audit, context }) => {
      audit.add(context.now(), who, 'enrolment opened', name === null ? [] : [name]);
      return agents.openEnrolment(name, context.now());
    });
  }

  async enrol(enrolmentId: string, thumbprint: string): Promise<Outcome<{ agentId: string }>> {
    if (!this.#database.exists) return UNKNOWN;
    const { agents, context } = this.#parts;
    return agents.enrol(enrolmentId, thumbprint, context.now());
  }

  async removeAgent(who: rpc.Who, id: string): Promise<Outcome<null>> {
    if (!this.#database.exists) return UNKNOWN;
    const { agents, audit, context } = this.#parts;
    if (!agents.revoke(id, context.now())) return refused('not-found', 'There is no such agent.');
    audit.add(context.now(), who, 'agent removed', [id]);
    return accepted(null);
  }

  // --- users and lamps ---

  async listUsers(query: {
    text: string;
    state: string | null;
    cursor: string | null;
  }): Promise<Outcome<rpc.UserPage>> {
    return this.#known(({ directory, pairs, tunnel }) =>
      listUsers(directory, pairs, new Set(tunnel.unseen()), query),
    );
  }

  async timeline(userId: TeamsUserId): Promise<Outcome<rpc.TimelineEntry[]>> {
    if (!this.#database.exists) return UNKNOWN;
    const { directory, timeline } = this.#parts;
    if (!directory.teamsUser(userId))
      return refused('not-found', 'There is no such user in Teams.');
    return accepted(timeline.of(userId));
  }

  async setOverride(who: rpc.Who, userId: TeamsUserId, pbx: string | null): Promise<Outcome<null>> {
    if (!this.#database.exists) return UNKNOWN;
    return setOverride(this.#parts, who, userId, pbx);
  }

  async status(): Promise<Outcome<Lamp[]>> {
    return this.#known(({ status }) => status.lamps());
  }

  async check(id: Lamp['id']): Promise<Outcome<Lamp>> {
    if (!this.#wakeUp()) return UNKNOWN;
    await checkLamp(this.#parts, id);
    const lamp = this.#parts.status.lamps().find((one) => one.id === id);
    return lamp ? accepted(lamp) : refused('not-found', 'There is no such lamp.');
  }

  // --- what Microsoft sends ---

  async observe(observations: rpc.Observation[]): Promise<void> {
    if (!this.#wakeUp()) return;
    const { accounts, presence, context, outbox } = this.#parts;
    const { canAsk } = outbox;
    for (const observation of observations) {
      if (!accounts.accepts(observation)) continue;
      const pair = presence.ofTeams(observation.userId);
      const { presence: seen, sequence } = observation;
      const at = context.now();
      if (pair) {
        const source = 'notification';
        const event = { kind: 'teams-seen', source, canAsk, presence: seen, sequence, at } as const;
        presence.apply(pair, event);
      }
    }
  }

  async lifecycle(events: rpc.LifecycleEvent[]): Promise<void> {
    if (!this.#wakeUp()) return;
    const { accounts, context, desk, tasks } = this.#parts;
    for (const event of events.filter((one) => accounts.owns(one))) {
      if (event.event === 'missed') tasks.soon('sweep');
      else {
        const account = context.objects.subscription(desk.connector, event.accountId);
        await account.lifecycle(event.event);
      }
    }
  }

  async decryptionKey(id: string): Promise<rpc.DecryptionKey | null> {
    if (!this.#database.exists) return null;
    return this.#parts.accounts.decryptionKeys().find((key) => key.id === id) ?? null;
  }

  // --- the tunnel ---

  /** The Worker has verified the agent's proof; whether the agent may still come is known here. */
  override async fetch(request: Request): Promise<Response> {
    const agentId = request.headers.get(rpc.AGENT_ID_HEADER);
    if (!this.#wakeUp() || agentId === null) return new Response(null, { status: 403 });
    return this.#parts.agents.accept(agentId);
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    if (!this.#wakeUp()) socket.close(CLOSE.connectorDeleted, 'The connector was deleted.');
    else if (typeof message === 'string') this.#parts.tunnel.take(socket, message);
    else socket.close(CLOSE.badFrame, 'Frames are text.');
  }

  override webSocketClose(socket: WebSocket): void {
    if (!this.#wakeUp()) return;
    const heir = this.#parts.agents.closed(socket, Date.now());
    if (heir) this.#parts.tunnel.tellWatchList();
  }

  override webSocketError(socket: WebSocket): void {
    this.webSocketClose(socket);
  }

  // --- the clock ---

  override alarm(): void {
    this.#clock.wentOff();
    if (!this.#wakeUp()) return;
    const { context, outbox, pairs, presence, tasks } = this.#parts;
    try {
      tasks.beginDue();
      for (const pair of pairs.due(Date.now(), PAIRS_PER_RUN)) presence.tick(pair);
      outbox.resume();
    } catch (error) {
      context.log('error', 'alarm-failed', { detail: String(error) });
      this.#clock.wakeBy(Date.now() + 1_000);
    } finally {
      this.#setAlarm();
    }
  }

  #setAlarm(): void {
    if (!this.#database.exists) return;
    const { agenda, pairs } = this.#parts;
    const now = Date.now();
    const times = [agenda.nextDueAt(now), pairs.nextDueAt(now)].filter((at) => at !== null);
    if (times.length > 0) this.#clock.wakeBy(Math.min(...times));
  }

  /** First event since the object was last asleep: takes up what was under way. */
  #wakeUp(): boolean {
    if (!this.#database.exists) return false;
    if (this.#awake) return true;
    this.#awake = true;
    this.#setAlarm();
    const { outbox, pairs, presence, tasks } = this.#parts;
    tasks.beginDue();
    outbox.recover(pairs.inFlight());
    for (const pair of pairs.due(Date.now(), PAIRS_PER_RUN)) presence.tick(pair);
    return true;
  }

  #known<T>(answer: (parts: Parts) => T): Outcome<T> {
    return this.#wakeUp() ? accepted(answer(this.#parts)) : UNKNOWN;
  }
}
