// Puts the parts of a connector together. Nothing here runs; `connector-object.ts` turns the
// platform's calls into calls of these.
import { mappingOf } from '../../shared/presence/mapping.ts';
import type { Rules } from '../../shared/presence/rules.ts';
import { setFrame } from '../../shared/protocol/down.ts';
import type { OpenSettings } from '../../shared/settings/schema.ts';
import { writePresence } from '../graph/presence.ts';
import { Accounts } from './accounts.ts';
import { Agents, type PbxLine } from './agents.ts';
import { Audit } from './audit.ts';
import type { Context } from './context.ts';
import { DirectoryDesk, type PairingChange } from './directory-desk.ts';
import { farewell } from './farewell.ts';
import { isMaster } from './lamps.ts';
import { Microsoft } from './microsoft.ts';
import { PresenceDesk } from './presence-desk.ts';
import { SettingsDesk } from './settings-desk.ts';
import { StatusDesk } from './status-desk.ts';
import { Agenda } from './store/agenda.ts';
import { Directory } from './store/directory.ts';
import { type Pair, Pairs } from './store/pairs.ts';
import { Tasks } from './tasks.ts';
import { TeamsOutbox } from './teams-outbox.ts';
import { Timeline } from './timeline.ts';
import { TunnelDesk } from './tunnel-desk.ts';

export class Parts {
  readonly context: Context;
  readonly desk: SettingsDesk;
  readonly agenda: Agenda;
  readonly audit: Audit;
  readonly agents: Agents;
  readonly accounts: Accounts;
  readonly microsoft: Microsoft;
  readonly directory: Directory;
  readonly directoryDesk: DirectoryDesk;
  readonly pairs: Pairs;
  readonly timeline: Timeline;
  readonly outbox: TeamsOutbox;
  readonly presence: PresenceDesk;
  readonly tasks: Tasks;
  readonly tunnel: TunnelDesk;
  readonly status: StatusDesk;
  #rules: { of: OpenSettings; rules: Rules } | undefined;

  constructor(context: Context, ctx: DurableObjectState, kv: Pick<KVNamespace, 'put' | 'delete'>) {
    const { database, keyring } = context;
    this.context = context;
    this.desk = new SettingsDesk(database, keyring, kv);
    this.agenda = new Agenda(database);
    this.audit = new Audit(database);
    this.agents = new Agents(ctx, database);
    this.accounts = new Accounts(context, this.desk);
    this.microsoft = new Microsoft(context, this.desk);
    this.directory = new Directory(database);
    this.pairs = new Pairs(database);
    this.timeline = new Timeline(database);
    this.directoryDesk = new DirectoryDesk(
      context,
      this.directory,
      this.pairs,
      () => this.desk.settings,
    );
    const rules = () => this.rules;
    this.outbox = new TeamsOutbox({
      context,
      pairs: this.pairs,
      rules,
      writing: () => this.microsoft.asApp(),
      reading: () => this.tasks.reading(),
      clientId: () => this.desk.settings.clientIdSyncToTeams,
      pbxIsLive: () => Object.values(this.agents.lines()).some((line) => line.state === 'up'),
      seen: (pair, event) => this.presence.apply(pair, event),
    });
    const { pairs, agents, timeline } = this;
    this.presence = new PresenceDesk({
      context,
      pairs,
      agents,
      timeline,
      rules,
      teams: this.outbox,
    });
    this.tasks = new Tasks({
      ...this,
      context,
      master: () => this.master,
      pairsChanged: (change) => this.pairsChanged(change),
    });
    this.tunnel = new TunnelDesk({
      context,
      agents,
      pairs,
      directory: this.directoryDesk,
      presence: this.presence,
      directoryChanged: () => this.tasks.soon('pairing'),
      lineUp: (pbx, line) => this.lineUp(pbx, line),
    });
    this.status = new StatusDesk({ ...this, context, unseen: () => this.tunnel.unseen() });
  }

  get rules(): Rules {
    const { settings } = this.desk;
    if (this.#rules?.of === settings) return this.#rules.rules;
    const rules: Rules = {
      mapping: mappingOf(settings.mapping),
      directions: settings.directions,
      contact: settings.pbxContact,
    };
    this.#rules = { of: settings, rules };
    return rules;
  }

  /** Name, as the agent calls it, of the PBX whose users count. Kept while nobody is connected. */
  get master(): string | null {
    return this.context.database.read<string>('master') ?? null;
  }

  lineUp(pbx: string, line: PbxLine): void {
    if (!isMaster(this.desk.settings.masterPbx, pbx, line) || this.master === pbx) return;
    this.context.database.write('master', pbx);
    this.tasks.soon('pairing');
  }

  pairsChanged({ added, removed }: PairingChange): void {
    for (const pair of removed) this.context.background(this.takeBack(pair));
    this.tunnel.tellPairs(added, removed);
    for (const pair of added) this.outbox.wake(pair);
  }

  /** A user leaves the pairing: what stands of ours on either side goes. */
  async takeBack(pair: Pair): Promise<void> {
    const { teams, clearPbx } = farewell(this.rules, pair.state);
    if (clearPbx) {
      const { guid } = pair;
      const write = this.context.now();
      const { contact } = this.rules;
      this.agents.send(setFrame({ epoch: this.agents.epoch, guid, write, contact, activity: '' }));
    }
    this.timeline.forget(pair.teamsId);
    if (teams.length === 0) return;
    const clientId = this.desk.settings.clientIdSyncToTeams;
    try {
      const call = await this.microsoft.asApp();
      for (const write of teams) await writePresence(call, pair.teamsId, write, { clientId });
    } catch (error) {
      // A session that is not cleared ends by itself within ten minutes.
      this.context.log('warn', 'take-back-failed', { detail: String(error) });
    }
  }
}
