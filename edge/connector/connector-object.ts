// The Durable Object of one connector. Turns what the platform calls – RPC, sockets, the alarm – into
// calls of its parts, and decides nothing.
import { DurableObject } from 'cloudflare:workers';
import { accepted, type Outcome, refused } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type { Lamp } from '../../shared/lamps.ts';
import { CLOSE } from '../../shared/protocol/close-codes.ts';
import { PING, PONG } from '../../shared/protocol/frame.ts';
import type { Language } from '../../shared/texts/language.ts';
import { parseEnv } from '../env.ts';
import type { AccountReport, AccountReports } from '../graph/account-rpc.ts';
import { takeReport } from './account-reports.ts';
import { accountView } from './account-view.ts';
import { AlarmClock } from './alarm-clock.ts';
import { checkLamp } from './checks.ts';
import { circumstancesNow } from './circumstances.ts';
import { dryRun } from './dry-run.ts';
import { figuresOf, hourBefore } from './figures.ts';
import { Life, type LifeBindings } from './life.ts';
import { addAccount } from './new-account.ts';
import { takeHints, takeLifecycle, takeObservations } from './notifications.ts';
import { fold } from './pairing.ts';
import type { Parts } from './parts.ts';
import * as rpc from './rpc.ts';
import { applySettings, setOverride } from './settings-changes.ts';
import { isListener } from './sockets.ts';
import { listUsers, userView } from './users-view.ts';

export type ConnectorBindings = LifeBindings;

const UNKNOWN = refused('connector-unknown', 'There is no such connector.');
const NOT_IN_TEAMS = refused('not-found', 'There is no such user in Teams.');

export class ConnectorObject
  extends DurableObject<ConnectorBindings>
  implements rpc.ConnectorRpc, AccountReports
{
  readonly #newLife: () => Life;
  #life!: Life;

  constructor(ctx: DurableObjectState, bindings: ConnectorBindings) {
    super(ctx, bindings);
    const parsed = parseEnv({ ...bindings });
    // The Worker answers 503 in this case and asks no object.
    if (!parsed.ok) throw new Error(parsed.faults.map(({ sentence }) => sentence).join(' '));
    const { env } = parsed;
    const born = (at: number | null) =>
      new Life(ctx, bindings, { env, clock: new AlarmClock(ctx.storage, at) });
    this.#newLife = () => born(null);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    void ctx.blockConcurrencyWhile(async () => {
      this.#life = born(await ctx.storage.getAlarm());
    });
  }

  // --- settings ---

  async readSettings(): Promise<Outcome<rpc.VersionedSettings>> {
    return this.#known(({ desk }) => accepted(desk.view()));
  }

  async writeSettings(
    write: rpc.WriteSettings,
  ): Promise<Outcome<rpc.VersionedSettings & { created: boolean }>> {
    const life = this.#life;
    if (life.isEnding) {
      return refused('conflict', 'This connector is being deleted: try again in a minute.');
    }
    life.wakeUp();
    const written = await life.parts.desk.write(write);
    if (!written.ok) return written;
    await applySettings(life.parts, write.who, written.value);
    return accepted(written.value.answer);
  }

  async deleteSettings(who: rpc.Who, ifVersion?: number): Promise<Outcome<null>> {
    const life = this.#life;
    if (!life.wakeUp()) return UNKNOWN;
    const { context, desk } = life.parts;
    const stale = desk.staleness(ifVersion);
    if (stale) return stale;
    context.log('info', 'connector-deleted', { connector: desk.connector, who });
    await this.#perhapsTheLast(life, () => life.end());
    return accepted(null);
  }

  async audit(): Promise<Outcome<rpc.AuditEntry[]>> {
    return this.#known(({ audit }) => accepted(audit.list()));
  }

  // --- the connector's own tokens ---

  async listTokens(): Promise<Outcome<rpc.TokenView[]>> {
    return this.#known(({ tokens }) => accepted(tokens.list()));
  }

  async addToken(
    who: rpc.Who,
    { name, hash }: { name: string | null; hash: string },
  ): Promise<Outcome<rpc.TokenView>> {
    return this.#known(({ tokens, audit, context, tasks }) => {
      const added = tokens.add(name, hash, context.now());
      if (!added.ok) return added;
      audit.add(context.now(), who, 'token issued', [added.value.id]);
      tasks.soon('settings-copy');
      return added;
    });
  }

  async removeToken(who: rpc.Who, id: string): Promise<Outcome<null>> {
    return this.#known(({ tokens, audit, context, tasks, listeners }) => {
      if (!tokens.revoke(id)) return refused('not-found', 'There is no such token.');
      listeners.dismiss(rpc.whoOfToken(id));
      audit.add(context.now(), who, 'token revoked', [id]);
      tasks.soon('settings-copy');
      return accepted(null);
    });
  }

  async findToken(by: { id: string } | { hash: string }): Promise<string | null> {
    return this.#life.wakeUp() ? this.#parts.tokens.find(by) : null;
  }

  // --- Teams accounts ---

  async listAccounts(language: Language = 'en'): Promise<Outcome<rpc.AccountView[]>> {
    return this.#known(({ accounts }) =>
      accepted(accounts.all().map((account) => accountView(account, language))),
    );
  }

  async addAccount(
    who: rpc.Who,
    account: rpc.NewAccount,
    language: Language = 'en',
  ): Promise<Outcome<rpc.AccountView>> {
    return this.#known((parts) => addAccount(parts, who, account, language));
  }

  async removeAccount(who: rpc.Who, id: string): Promise<Outcome<null>> {
    return this.#known(async ({ accounts, audit, context, tasks }) => {
      if (!accounts.remove(id)) return refused('not-found', 'There is no such Teams account.');
      audit.add(context.now(), who, 'account removed', [id]);
      // Others take over its users, and its object is told again where it does not answer now.
      tasks.soon('accounts');
      await accounts.dismiss().catch(() => undefined);
      return accepted(null);
    });
  }

  async accountReport(report: AccountReport): Promise<void> {
    if (this.#life.wakeUp()) takeReport(this.#parts, report);
  }

  // --- agents ---

  async listAgents(): Promise<Outcome<rpc.AgentView[]>> {
    return this.#known(({ agents, tunnel }) => {
      tunnel.missSilent();
      return accepted(agents.list());
    });
  }

  async openEnrolment(who: rpc.Who, name: string | null): Promise<Outcome<rpc.Enrolment>> {
    return this.#known(({ register, audit, context }) => {
      const enrolment = register.openEnrolment(name, context.now());
      audit.add(context.now(), who, 'enrolment opened', [enrolment.id]);
      return accepted(enrolment);
    });
  }

  async enrol(enrolmentId: string, thumbprint: string): Promise<Outcome<{ agentId: string }>> {
    return this.#known(({ register, audit, context }) => {
      const enrolled = register.enrol(enrolmentId, thumbprint, context.now());
      if (enrolled.ok)
        audit.add(context.now(), 'agent', 'agent enrolled', [enrolled.value.agentId]);
      return enrolled;
    });
  }

  async removeAgent(who: rpc.Who, id: string): Promise<Outcome<null>> {
    return this.#known(({ register, agents, audit, context, tunnel }) => {
      if (!register.revoke(id, context.now())) {
        return refused('not-found', 'There is no such agent.');
      }
      audit.add(context.now(), who, 'agent removed', [id]);
      for (const socket of agents.putOut(id)) tunnel.ended(socket);
      return accepted(null);
    });
  }

  async agentSelf(agent: rpc.ProvenAgent): Promise<Outcome<rpc.AgentSelf>> {
    return this.#known(({ register, agents }) => {
      const admitted = register.admit(agent);
      if (!admitted.ok) return admitted;
      const { id, name } = admitted.value;
      return accepted({ agentId: id, name, state: agents.stateOf(id) });
    });
  }

  async offerAgentKey(agent: rpc.ProvenAgent, next: string): Promise<Outcome<null>> {
    return this.#known(({ register, audit, context }) => {
      const offered = register.offerKey(agent, next);
      if (offered.ok) audit.add(context.now(), 'agent', 'agent key renewed', [agent.agentId]);
      return offered;
    });
  }

  // --- users and lamps ---

  async listUsers(query: rpc.UserQuery): Promise<Outcome<rpc.UserPage>> {
    return this.#known((parts) => accepted(listUsers(parts, circumstancesNow(parts), query)));
  }

  async user(name: string): Promise<Outcome<rpc.UserView>> {
    return this.#known((parts) => {
      const id = parts.directory.teamsIdOf(name);
      const user = id && userView(parts, circumstancesNow(parts), id);
      return user ? accepted(user) : NOT_IN_TEAMS;
    });
  }

  async timeline(userId: TeamsUserId): Promise<Outcome<rpc.TimelineEntry[]>> {
    return this.#known(({ directory, timeline, context }) => {
      if (directory.teamsUser(userId)) return accepted(timeline.of(userId, context.now()));
      return NOT_IN_TEAMS;
    });
  }

  async tryMatching(
    rules: Parameters<rpc.ConnectorRpc['tryMatching']>[0],
  ): Promise<Outcome<rpc.DryRun>> {
    return this.#known((parts) => {
      const world = parts.pairingDesk.world(parts.master.name, parts.heldBack.guids);
      if (!world)
        return refused('conflict', 'No PBX has told its users yet: nobody can be matched.');
      const without = new Set(rules.withoutOverrides?.map(fold));
      const all = rules.overrides ?? parts.desk.settings.overrides;
      const overrides = all.filter(({ teams }) => !without.has(fold(teams)));
      return accepted(dryRun(world, { steps: rules.matching, overrides }, rules.cursor));
    });
  }

  async setOverride(who: rpc.Who, userId: TeamsUserId, pbx: string | null): Promise<Outcome<null>> {
    return this.#known((parts) => setOverride(parts, who, userId, pbx));
  }

  async status(): Promise<Outcome<Lamp[]>> {
    return this.#known(({ status, tunnel }) => {
      tunnel.missSilent();
      return accepted(status.lamps());
    });
  }

  async check(id: Lamp['id']): Promise<Outcome<Lamp>> {
    return this.#known(async (parts) => {
      await checkLamp(parts, id);
      const lamp = parts.status.lamps().find((one) => one.id === id);
      return lamp ? accepted(lamp) : refused('not-found', 'There is no such lamp.');
    });
  }

  async figures(): Promise<Outcome<rpc.Figures>> {
    return this.#known(({ pairs, context }) => {
      const now = context.now();
      return accepted(figuresOf(pairs.times.took(hourBefore(now)), now));
    });
  }

  // --- what Microsoft sends ---

  async observe(observations: rpc.Observation[]): Promise<Outcome<null>> {
    return this.#known((parts) => {
      takeObservations(parts, observations);
      return accepted(null);
    });
  }

  async hint(hints: rpc.Hint[]): Promise<Outcome<null>> {
    return this.#known((parts) => {
      takeHints(parts, hints);
      return accepted(null);
    });
  }

  async lifecycle(events: rpc.LifecycleEvent[]): Promise<Outcome<null>> {
    return this.#known(async (parts) => {
      await takeLifecycle(parts, events);
      return accepted(null);
    });
  }

  async decryptionKey(id: string): Promise<rpc.DecryptionKey | null> {
    if (!this.#life.isKnown) return null;
    return this.#parts.decryptionKeys.all().find((key) => key.id === id) ?? null;
  }

  // --- tunnels and listeners ---

  /** The Worker has verified who comes; whether an agent may still come is known here. */
  override async fetch(request: Request): Promise<Response> {
    const agentId = request.headers.get(rpc.AGENT_ID_HEADER);
    const thumbprint = request.headers.get(rpc.AGENT_KEY_HEADER);
    const listener = request.headers.get(rpc.LISTENER_HEADER);
    if (!this.#life.wakeUp()) return new Response(null, { status: 404 });
    const { agents, context, listeners } = this.#parts;
    if (agentId !== null && thumbprint !== null) {
      return agents.accept({ agentId, thumbprint }, context.now());
    }
    if (listener !== null) return listeners.accept(decodeURIComponent(listener));
    return new Response(null, { status: 404 });
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    try {
      if (!this.#life.wakeUp()) socket.close(CLOSE.connectorDeleted, 'The connector was deleted.');
      // A listener has nothing to say.
      else if (!isListener(this.ctx, socket)) this.#parts.tunnel.take(socket, message);
    } catch (error) {
      // The frame is lost: the agent comes back with a snapshot.
      socket.close(1011, 'A fault of the edge.');
      throw error;
    }
  }

  override webSocketClose(socket: WebSocket): void {
    if (!this.#life.wakeUp()) return;
    if (isListener(this.ctx, socket)) this.#parts.listeners.left();
    else this.#parts.tunnel.ended(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.webSocketClose(socket);
  }

  // --- the clock ---

  override async alarm(): Promise<void> {
    const life = this.#life;
    await this.#perhapsTheLast(life, () => life.alarm());
  }

  /** Does something that may end a life; the next one begins with nothing of it. */
  async #perhapsTheLast(life: Life, work: () => Promise<boolean>): Promise<void> {
    const over = await work();
    if (over && this.#life === life) this.#life = this.#newLife();
  }

  get #parts(): Parts {
    return this.#life.parts;
  }

  async #known<T>(answer: (parts: Parts) => Outcome<T> | Promise<Outcome<T>>): Promise<Outcome<T>> {
    return this.#life.wakeUp() ? answer(this.#parts) : UNKNOWN;
  }
}
